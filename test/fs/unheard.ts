/** Uploads whose answers are lost. */
import { expect } from 'vitest';
import type { EngineBench } from '../support/engine-bench.js';

/** The server has it afterwards, and nobody here knows. */
export function saveUnheard(bench: EngineBench, at: string, text: string): void {
  bench.server.lostAnswers = 1;
  bench.write(at, text);
  bench.advance(2_000);
  while (bench.step());
  expect(bench.server.read(at)).toBe(text);
}
