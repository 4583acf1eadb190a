/** A large file begins to leave before its delay ends, and is seen by nobody before that. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HEAD_START_FILE_BYTES_MIN, HEAD_START_MS } from '../../src/limits.js';
import type { Effect } from '../../src/remote/messages.js';
import { EngineBench } from '../support/engine-bench.js';

const UPLOAD_DELAY_MS = 3_000;
const BEFORE_MS = UPLOAD_DELAY_MS - HEAD_START_MS;
const large = 'x'.repeat(HEAD_START_FILE_BYTES_MIN);

let bench: EngineBench;

beforeEach(() => {
  bench = new EngineBench({ uploadDelayMs: UPLOAD_DELAY_MS });
  bench.list('');
});
afterEach(() => bench.close());

function puts(): Extract<Effect, { op: 'put' }>[] {
  return bench.server.log.filter((effect) => effect.op === 'put');
}

function rewrite(text: string): void {
  const file = bench.open('a');
  bench.writeHandle(file, 0, text);
  bench.closeHandle(file);
}

describe('a large file', () => {
  it('begins to leave before its delay ends, and is hidden for the rest of it', () => {
    bench.write('a', large);
    bench.advance(BEFORE_MS - 1);
    expect(puts()).toHaveLength(0);
    bench.advance(1);
    expect(puts()).toMatchObject([{ path: 'a', hiddenMs: HEAD_START_MS }]);
    bench.settle();
    expect(bench.server.read('a')).toBe(large);
  });

  it('has no such start again when it was written meanwhile, until it has been sent', () => {
    bench.write('a', large);
    bench.advance(BEFORE_MS);
    rewrite('second');
    while (bench.step());
    bench.advance(BEFORE_MS + HEAD_START_MS / 2);
    expect(puts()).toHaveLength(1);
    bench.advance(HEAD_START_MS / 2);
    expect(puts().map(({ hiddenMs }) => hiddenMs)).toEqual([HEAD_START_MS, 0]);
    bench.settle();
    expect(bench.server.read('a')).toBe(`second${large.slice(6)}`);
    rewrite('third');
    bench.advance(BEFORE_MS);
    expect(puts().at(-1)).toMatchObject({ hiddenMs: HEAD_START_MS });
    bench.settle();
    expect(bench.server.read('a')).toBe(`thirdd${large.slice(6)}`);
  });

  it('is not hidden while somebody waits for the queue', () => {
    bench.write('a', large);
    bench.engine.context.sync.uploader.flush(() => undefined);
    bench.settle();
    expect(puts()).toMatchObject([{ hiddenMs: 0 }]);
  });
});

it('a small file leaves when its delay ends', () => {
  bench.write('a', large.slice(1));
  bench.advance(UPLOAD_DELAY_MS - 1);
  expect(puts()).toHaveLength(0);
  bench.advance(1);
  expect(puts()).toMatchObject([{ hiddenMs: 0 }]);
});
