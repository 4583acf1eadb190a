/** The largest file: what the server is known not to take is refused before a byte changes. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CHUNKS_MAX } from '../../src/limits.js';
import { EngineBench } from '../support/engine-bench.js';
import { SERVER_INFO } from '../remote/support.js';

const MIB = 1024 * 1024;
const BYTES_MAX = CHUNKS_MAX * MIB;

let bench: EngineBench;

beforeEach(() => {
  bench = new EngineBench();
  bench.list('');
  bench.engine.learn({ ...SERVER_INFO, chunkBytesMax: MIB });
});
afterEach(() => bench.close());

const tooLarge = expect.objectContaining({ kind: 'too-large' }) as unknown;

function sizeOf(at: string): number | undefined {
  return bench.engine.context.openFiles.view(bench.lookup(at))?.size;
}

describe('a file that the server would not take', () => {
  it('is refused where it would become too large, and stays as it was', () => {
    bench.write('a', 'text');
    expect(() => bench.truncate('a', BYTES_MAX + 1)).toThrow(tooLarge);
    const file = bench.open('a');
    expect(() => bench.writeHandle(file, BYTES_MAX, 'x')).toThrow(tooLarge);
    bench.closeHandle(file);
    bench.settle();
    expect(bench.read('a')).toBe('text');
    expect(bench.server.read('a')).toBe('text');
  });

  it('may have the largest size, and become smaller from any', () => {
    bench.write('a', '');
    bench.truncate('a', BYTES_MAX);
    expect(sizeOf('a')).toBe(BYTES_MAX);
    bench.engine.learn({ ...SERVER_INFO, chunkBytesMax: MIB / 2 });
    bench.truncate('a', BYTES_MAX - 1);
    expect(sizeOf('a')).toBe(BYTES_MAX - 1);
  });

  it('may be of any size where it is never sent', () => {
    bench.write('.~lock.a#', '');
    bench.truncate('.~lock.a#', BYTES_MAX + 1);
    expect(sizeOf('.~lock.a#')).toBe(BYTES_MAX + 1);
  });
});
