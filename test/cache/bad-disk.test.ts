/** A disk that is full and one that fails, under the cache. */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toDiskError } from '../../src/cache/disk-error.js';
import { codeOf } from '../../src/errors.js';
import { BLOCK_SIZE_BYTES as B } from '../../src/limits.js';
import { scratchFolder } from '../support/scratch.js';
import { bytes, type Cache, draft, kindOf, openCache } from './support.js';

function systemError(code: string): Error {
  return Object.assign(new Error(code), { code });
}

describe('an error of the disk', () => {
  it.each([
    ['ENOSPC', 'disk-full'],
    ['EDQUOT', 'disk-full'],
    ['SQLITE_FULL', 'disk-full'],
    ['EFBIG', 'too-large'],
    ['EIO', 'io'],
    ['SQLITE_IOERR_FSYNC', 'io'],
    ['SQLITE_CORRUPT_INDEX', 'corrupt'],
    ['SQLITE_NOTADB', 'corrupt'],
    ['SQLITE_BUSY', 'busy'],
    ['SQLITE_CONSTRAINT_UNIQUE', 'exists'],
    ['SQLITE_CONSTRAINT_NOTNULL', 'assertion'],
    ['EWHATEVER', 'io'],
  ])('%s is of kind %s', (code, kind) => {
    expect(toDiskError('op', systemError(code))).toMatchObject({ kind, op: 'op' });
  });

  it('that is one of ours already stays what it is', () => {
    const error = toDiskError('a', systemError('ENOSPC'));
    expect(toDiskError('b', error)).toBe(error);
    expect(codeOf('no error at all')).toBe('');
    expect(toDiskError('a', 'no error at all').kind).toBe('io');
  });
});

const mayMount = process.platform === 'linux' && process.getuid?.() === 0;

describe.runIf(mayMount)('a full disk', () => {
  let cache: Cache;

  beforeEach(() => {
    const folder = scratchFolder();
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', folder]);
    cache = openCache(folder);
  });

  afterEach(() => {
    cache.contents.close();
    cache.db.close();
    execFileSync('umount', [cache.folder]);
    fs.rmdirSync(cache.folder);
  });

  it('refuses a write and leaves the content as it was', () => {
    const { contents } = cache;
    const id = contents.create({ size: 0, complete: true });
    contents.write(id, 0, bytes(B, 1));
    expect(kindOf(() => contents.write(id, B, bytes(8 << 20, 2)))).toBe('disk-full');
    expect(contents.size(id)).toBe(B);
    expect(fs.statSync(contents.dataPath(id)).size).toBe(B);
    contents.write(id, 0, bytes(B, 3));
    contents.flush();
  });

  it('refuses a transaction as a whole, and takes the next one when there is space again', () => {
    const { contents, tree, folder } = cache;
    const filler = contents.create({ size: 0, complete: true });
    const node = tree.insert(draft({ name: 'a' }));
    for (let size = B; size >= 4096; size /= 2) {
      while (
        kindOf(() => contents.write(filler, contents.size(filler), bytes(size, 1))) !== 'disk-full'
      );
    }
    const many = (): void =>
      tree.atomically(() => {
        tree.save({ ...node, size: 7 });
        for (let i = 0; i < 20_000; i += 1)
          tree.insert(draft({ name: `${i}`, content: 'x'.repeat(200) }));
      });
    expect(kindOf(many)).toBe('disk-full');
    expect(tree.get(node.ino)).toEqual(node);
    expect(tree.count()).toBe(2);
    contents.resize(filler, 0);
    tree.save({ ...node, size: 8 });
    expect(cache.db.inTransaction).toBe(false);
    expect(fs.existsSync(folder)).toBe(true);
    expect(tree.get(node.ino)?.size).toBe(8);
  });
});

describe.runIf(process.platform === 'linux')('a sync that fails', () => {
  let cache: Cache;

  beforeEach(() => {
    cache = openCache(scratchFolder());
  });

  afterEach(() => {
    cache.db.close();
    fs.rmSync(cache.folder, { recursive: true });
  });

  /** Takes the descriptor away under the store, so that the next call on it fails. */
  function breakDescriptor(id: string): number {
    const file = cache.contents.dataPath(id);
    let broken = -1;
    for (const fd of fs.readdirSync('/proc/self/fd')) {
      const link = `/proc/self/fd/${fd}`;
      // The descriptor that listed this folder is in the list and gone.
      if (fs.existsSync(link) && fs.readlinkSync(link) === file) broken = Number(fd);
    }
    fs.closeSync(broken);
    return broken;
  }

  it('of user bytes is an error now and ever after: a second try proves nothing', () => {
    const { contents } = cache;
    const id = contents.create({ size: 0, complete: true });
    const other = contents.create({ size: 0, complete: true });
    contents.write(id, 0, bytes(1, 1));
    const broken = breakDescriptor(id);
    expect(kindOf(() => contents.flush())).toBe('io');
    // The lowest free number is taken again: a second fdatasync of it would succeed.
    expect(fs.openSync(contents.dataPath(id), 'r+')).toBe(broken);
    expect(kindOf(() => contents.sync(id))).toBe('io');
    expect(contents.isDirty(id)).toBe(true);
    expect(contents.hasUnsynced(), 'nothing more can be done').toBe(false);
    contents.sync(other);
  });

  it('of fetched bytes makes them missing again', () => {
    const { contents } = cache;
    const id = contents.create({ size: 2 * B, complete: false });
    contents.markFetched(id, 0, B);
    contents.flush();
    contents.markFetched(id, B, 2 * B);
    expect(contents.isComplete(id)).toBe(true);
    // Measured before, so that the sync is what meets the broken descriptor.
    contents.usedBytes();
    breakDescriptor(id);
    contents.flush();
    expect(contents.missing(id, 0, 2 * B)).toEqual([{ start: B, end: 2 * B }]);
    expect(cache.logs.map((record) => record.level)).toEqual(['warn']);
  });
});
