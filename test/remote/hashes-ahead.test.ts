import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { HASHES_AHEAD_MAX } from '../../src/limits.js';
import { HashesAhead, type HashedBytes } from '../../src/remote/hashes-ahead.js';
import { sha256 } from './support.js';

const TEXT = 'the bytes that will be sent';
const { signal } = new AbortController();

let ahead: HashesAhead;
let bytes: HashedBytes;
let bump: () => void;

beforeEach(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'nuage-hashes-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const dataFile = join(folder, 'data');
  await writeFile(dataFile, TEXT);
  const counters = new SharedArrayBuffer(4);
  bytes = { dataFile, size: TEXT.length, guard: { counters, index: 0, expected: 0 } };
  bump = () => Atomics.add(new Int32Array(counters), 0, 1);
  ahead = new HashesAhead();
});

async function begin(of: HashedBytes, until = signal): Promise<void> {
  ahead.want(of);
  await ahead.begin(of, until);
}

async function taken(of: HashedBytes): Promise<string | undefined> {
  return (await ahead.take(of))?.sha256;
}

describe('hashes that were begun ahead', () => {
  it('are those of the bytes, and go once', async () => {
    await begin(bytes);
    expect(await taken(bytes)).toBe(sha256(Buffer.from(TEXT)));
    expect(ahead.take(bytes)).toBeUndefined();
  });

  it('are waited for by who comes before they are done', async () => {
    const begun = begin(bytes);
    expect(await taken(bytes)).toBe(sha256(Buffer.from(TEXT)));
    await begun;
  });

  it.each([
    ['under a later count', { guard: { index: 0, expected: 1 } }],
    ['under another counter', { guard: { index: 1, expected: 0 } }],
    ['of another length', { size: 3 }],
    ['of another file', { dataFile: '/nowhere' }],
  ])('are not those of bytes %s', async (_, other) => {
    await begin(bytes);
    const guard = { ...bytes.guard, ...('guard' in other ? other.guard : {}) };
    expect(ahead.take({ ...bytes, ...other, guard })).toBeUndefined();
    expect(ahead.take(bytes)).toBeDefined();
  });

  it('are none when the bytes change, or are gone, or nobody wants them any more', async () => {
    const later = { ...bytes, guard: { ...bytes.guard, expected: 1 } };
    bump();
    await begin(bytes);
    expect(await taken(bytes)).toBeUndefined();
    const gone = { ...later, dataFile: `${bytes.dataFile}-gone` };
    await begin(gone);
    expect(await taken(gone)).toBeUndefined();
    await begin(later, AbortSignal.abort());
    expect(await taken(later)).toBeUndefined();
  });

  it('are not made any more once the upload has come for them', async () => {
    ahead.want(bytes);
    expect(ahead.take(bytes)).toBeUndefined();
    await ahead.begin(bytes, signal);
    expect(ahead.take(bytes)).toBeUndefined();
  });

  it('are kept of the last few only', async () => {
    const many = Array.from({ length: HASHES_AHEAD_MAX + 1 }, (_, size) => ({ ...bytes, size }));
    for (const each of many) await begin(each);
    expect(many.filter((each) => ahead.take(each) === undefined)).toEqual([many[0]]);
  });
});
