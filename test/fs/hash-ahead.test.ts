/** A large file is hashed while its upload waits, under the guard that the upload will have. */
import { constants } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  BLOCK_SIZE_BYTES,
  HASH_AHEAD_FILE_BYTES_MIN,
  HASH_AHEAD_MS,
  HASHES_AHEAD_MAX,
} from '../../src/limits.js';
import type { Effect } from '../../src/remote/messages.js';
import { EngineBench } from '../support/engine-bench.js';

const { O_WRONLY } = constants;
const UPLOAD_DELAY_MS = 3_000;
const BEFORE_MS = UPLOAD_DELAY_MS - HASH_AHEAD_MS;
const large = 'x'.repeat(HASH_AHEAD_FILE_BYTES_MIN);

let bench: EngineBench;

beforeEach(() => {
  bench = new EngineBench({ uploadDelayMs: UPLOAD_DELAY_MS });
  bench.list('');
});
afterEach(() => bench.close());

function effects<Op extends Effect['op']>(op: Op): Extract<Effect, { op: Op }>[] {
  return bench.server.log.filter(
    (effect): effect is Extract<Effect, { op: Op }> => effect.op === op,
  );
}

/** The upload takes what was hashed last for the hashes of its own bytes. */
function isUnderOneGuard(): boolean {
  const hash = effects('hash-file').at(-1);
  const put = effects('put').at(-1);
  return hash?.guard.index === put?.guard.index && hash?.guard.expected === put?.guard.expected;
}

function rewrite(at: string, text: string): void {
  const file = bench.open(at);
  bench.writeHandle(file, 0, text);
  bench.closeHandle(file);
}

describe('a large file that waits for its upload', () => {
  it('is hashed before, and goes under the same guard', () => {
    bench.write('a', large);
    bench.advance(BEFORE_MS - 1);
    expect(effects('hash-file')).toHaveLength(0);
    bench.advance(1);
    expect(effects('hash-file')).toMatchObject([{ size: large.length }]);
    expect(effects('put')).toHaveLength(0);
    bench.settle();
    expect(effects('hash-file')).toHaveLength(1);
    expect(effects('put')).toHaveLength(1);
    expect(isUnderOneGuard()).toBe(true);
    expect(bench.server.read('a')).toBe(large);
  });

  it('is hashed anew when it is written meanwhile, and sent as it is then', () => {
    bench.write('a', large);
    bench.advance(BEFORE_MS);
    rewrite('a', 'the second version');
    bench.settle();
    const [first, second] = effects('hash-file');
    expect(second).toBeDefined();
    expect(first?.guard.expected).not.toBe(second?.guard.expected);
    expect(effects('put')).toHaveLength(1);
    expect(isUnderOneGuard()).toBe(true);
    expect(bench.server.read('a')).toMatch(/^the second version/);
  });

  it('goes under another guard when it was written after it was hashed', () => {
    bench.write('a', large);
    bench.advance(BEFORE_MS);
    rewrite('a', 'the second version');
    // Without a delay, so that there is no time to hash it before.
    bench.engine.context.sync.uploader.flush(() => undefined);
    bench.settle();
    expect(effects('hash-file')).toHaveLength(1);
    expect(isUnderOneGuard()).toBe(false);
    expect(bench.server.read('a')).toMatch(/^the second version/);
  });

  it('keeps what was hashed when it is renamed, and takes the place of another one', () => {
    bench.write('a', 'the old one');
    bench.settle();
    const fileId = bench.server.fileId('a');
    bench.write('a.tmp', large);
    bench.advance(BEFORE_MS);
    bench.rename('a.tmp', 'a');
    bench.settle();
    expect(effects('hash-file')).toHaveLength(1);
    expect(isUnderOneGuard()).toBe(true);
    expect(bench.server.read('a')).toBe(large);
    expect(bench.server.fileId('a')).toBe(fileId);
  });

  it('is not hashed while bytes of it are still to be fetched', () => {
    bench.server.write('b', large);
    bench.pass(60);
    bench.server.holds = ({ op }) => op === 'fetch';
    const file = bench.open('b', O_WRONLY);
    bench.writeHandle(file, 0, 'y'.repeat(BLOCK_SIZE_BYTES));
    bench.closeHandle(file);
    bench.advance(10 * UPLOAD_DELAY_MS);
    expect(effects('fetch').length).toBeGreaterThan(0);
    expect(effects('hash-file')).toHaveLength(0);
    bench.server.holds = () => false;
    bench.settle();
    expect(bench.server.read('b')).toBe(
      'y'.repeat(BLOCK_SIZE_BYTES) + large.slice(BLOCK_SIZE_BYTES),
    );
  });

  it('is not hashed while a program has it open for writing, nor offline', () => {
    const file = bench.create('a');
    bench.writeHandle(file, 0, large);
    bench.advance(10 * UPLOAD_DELAY_MS);
    expect(effects('hash-file')).toHaveLength(0);
    bench.server.failure = 'offline';
    bench.pass(60);
    bench.closeHandle(file);
    bench.advance(10 * UPLOAD_DELAY_MS);
    expect(effects('hash-file')).toHaveLength(0);
  });
});

it('a small file is not hashed ahead', () => {
  bench.write('a', large.slice(1));
  bench.settle();
  expect(effects('hash-file')).toHaveLength(0);
  expect(effects('put')).toHaveLength(1);
});

it('of many large files the first ones are, and those that never leave give back their guards', () => {
  const names = Array.from({ length: 3 * HASHES_AHEAD_MAX }, (_, index) => `f${index}`);
  for (let round = 0; round < 10; round += 1) {
    for (const name of names) bench.write(name, `${round}${large}`);
    bench.advance(BEFORE_MS);
    for (const name of names.slice(2)) bench.unlink(name);
    bench.settle();
  }
  expect(effects('hash-file')).toHaveLength(10 * HASHES_AHEAD_MAX);
  expect(bench.server.tree().get('f1')).toBe(`9${large}`);
});
