/** One vitest test per POSIX case, over the results of a single run on one mount. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { PosixOptions, PosixResult } from './run-posix-cases.js';
import { posixCaseIds, runPosixCases } from './run-posix-cases.js';

const RUN_MS_MAX = 240_000;

/** @param folder asked once the suite's own `beforeAll` has run. */
export function describePosix(
  title: string,
  folder: () => string,
  options: PosixOptions = {},
): void {
  describe(title, () => {
    let results: ReadonlyMap<string, PosixResult> = new Map();

    beforeAll(async () => {
      const run = await runPosixCases(folder(), options);
      results = new Map(run.map((result) => [result.id, result]));
    }, RUN_MS_MAX);

    it.for(posixCaseIds)('%s', (id, context) => {
      const result = results.get(id);
      if (result?.outcome === 'failed') throw new Error(result.message);
      if (result?.outcome === 'skipped') context.skip(result.message);
      expect(result?.outcome).toBe('passed');
    });
  });
}
