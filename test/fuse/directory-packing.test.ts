/** Listings cut into replies of every size that a kernel asks for. */
import { describe, expect, it } from 'vitest';
import { OPCODE } from '../../src/fuse/constants.js';
import { PlainDirectoryPacker, PlusDirectoryPacker } from '../../src/fuse/directory-writer.js';
import { readdir, readdirplus } from '../../src/fuse/ops/directories.js';
import { PAYLOAD, Reply } from '../../src/fuse/reply.js';
import { BODY, Request } from '../../src/fuse/request.js';
import { IN_HEADER, READ_IN } from '../../src/fuse/structs-in.js';
import { allocateFixed } from '../../src/fuse/system.js';
import { FUSE_REQUEST_BYTES_MAX } from '../../src/limits.js';
import type { DirectoryRecord } from './directory-records.js';
import { readRecords } from './directory-records.js';
import { MemoryFileSystem } from './memfs/memory-file-system.js';

const ENTRIES = 8_000;
const CALLER = { unique: 2n, uid: 0, gid: 0, pid: 1 };
const FOLDER_TYPE = 4;
const FILE_TYPE = 8;

/** Names of every length from 1 to 255 bytes, also in characters of two and four bytes. */
function nameOf(index: number): string {
  const number = String(index);
  const fill = ['x', 'é', '🙂'][index % 3] ?? 'x';
  const room = (index % 255) + 1 - number.length;
  return number + fill.repeat(Math.max(0, Math.floor(room / Buffer.byteLength(fill))));
}

class Countable extends MemoryFileSystem {
  lookupsOf(ino: number): number {
    return this.inodes.get(ino)?.lookups ?? -1;
  }

  remove(name: string): void {
    this.root.detach(name);
  }

  get names(): readonly string[] {
    return [...this.root.children.keys()];
  }
}

function filled(entries: number): Countable {
  const fileSystem = new Countable({ validMs: 1_000, uid: 0, gid: 0 });
  for (let index = 0; index < entries; index += 1) {
    const at = { parent: 1, name: nameOf(index) };
    const entry =
      index % 5 === 0
        ? fileSystem.mkdir(CALLER, at, 0o755)
        : fileSystem.mknod(CALLER, at, 0o100644, 0);
    // The kernel forgets what it learnt by making it.
    if ('ino' in entry) fileSystem.forget(entry.ino, 1);
  }
  return fileSystem;
}

const reply = new Reply(allocateFixed(FUSE_REQUEST_BYTES_MAX + 64 * 1024));
const request = new Request(allocateFixed(BODY + READ_IN.size));
request.length = BODY + READ_IN.size;

/** One READDIR(PLUS) of the root. @returns its payload. */
function ask(fileSystem: Countable, opcode: number, size: number, offset: number): Buffer {
  request.view.setUint32(IN_HEADER.at.opcode, opcode, true);
  request.view.setBigUint64(IN_HEADER.at.nodeid, 1n, true);
  request.view.setBigUint64(BODY + READ_IN.at.offset, BigInt(offset), true);
  request.view.setUint32(BODY + READ_IN.at.size, size, true);
  // Whatever the buffer held before must not shine through.
  reply.bytes.fill(0xee, PAYLOAD, PAYLOAD + size);
  const exchange = {
    fileSystem,
    request,
    reply,
    plainPacker: new PlainDirectoryPacker(reply),
    plusPacker: new PlusDirectoryPacker(reply),
    killsPrivileges: false,
  };
  const length = (opcode === OPCODE.READDIR ? readdir : readdirplus)(exchange);
  if (typeof length !== 'number' || length < 0) throw new Error('no listing');
  return Buffer.from(reply.bytes.subarray(PAYLOAD, PAYLOAD + length));
}

/** Lists as the kernel does, until a reply is empty. */
function listAll(fileSystem: Countable, plus: boolean, size: number): DirectoryRecord[] {
  const records: DirectoryRecord[] = [];
  let offset = 0;
  for (;;) {
    const payload = ask(fileSystem, plus ? OPCODE.READDIRPLUS : OPCODE.READDIR, size, offset);
    expect(payload.length).toBeLessThanOrEqual(size);
    expect(payload.length % 8).toBe(0);
    if (payload.length === 0) return records;
    const read = readRecords(payload, plus);
    records.push(...read);
    offset = read.at(-1)?.nextOffset ?? 0;
  }
}

const KIB = 1024;
const SIZES = [4, 8, 16, 32, 64, 128, 256, 512, 1024].map((kib) => kib * KIB);
const ODD_SIZES = [424, 1000, 4095, 5001];

describe.each([
  { kind: 'READDIR', plus: false },
  { kind: 'READDIRPLUS', plus: true },
])('$kind', ({ plus }) => {
  const fileSystem = filled(ENTRIES);
  const names = ['.', '..', ...fileSystem.names];

  it.each([...SIZES, ...ODD_SIZES])(
    'gives every entry once and in order through replies of %i bytes',
    (size) => {
      const records = listAll(fileSystem, plus, size);
      expect(records.map(({ name }) => name)).toEqual(names);
      expect(new Set(records.map(({ nextOffset }) => nextOffset)).size).toBe(names.length);
      for (const [index, { type }] of records.entries()) {
        const isFolder = index < 2 || (index - 2) % 5 === 0;
        if (type !== (isFolder ? FOLDER_TYPE : FILE_TYPE)) throw new Error(`type of ${index}`);
      }
    },
  );

  it('fills a reply as far as the next entry allows', () => {
    const payload = ask(fileSystem, plus ? OPCODE.READDIRPLUS : OPCODE.READDIR, 64 * KIB, 0);
    expect(payload.length).toBeGreaterThan(64 * KIB - 512);
  });

  it('gives nothing in a reply that is too small for one entry', () => {
    expect(ask(fileSystem, plus ? OPCODE.READDIRPLUS : OPCODE.READDIR, 8, 0)).toHaveLength(0);
  });

  it('goes on behind an entry that was removed meanwhile', () => {
    const few = filled(10);
    const opcode = plus ? OPCODE.READDIRPLUS : OPCODE.READDIR;
    const first = readRecords(ask(few, opcode, plus ? 700 : 200, 0), plus);
    const last = first.at(-1);
    expect(first.length).toBeLessThan(12);
    few.remove(last?.name ?? '');
    const rest = readRecords(ask(few, opcode, 4096, last?.nextOffset ?? 0), plus);
    expect([...first, ...rest].map(({ name }) => name)).toEqual([
      '.',
      '..',
      ...Array.from({ length: 10 }, (_, index) => nameOf(index)),
    ]);
  });
});

describe('the references that a listing hands out', () => {
  it('are one per entry of READDIRPLUS and none for the folder and its parent', () => {
    const fileSystem = filled(1_000);
    const rootBefore = fileSystem.lookupsOf(1);
    const records = listAll(fileSystem, true, 4 * KIB);
    for (const { name, ino, nodeid } of records) {
      if (name === '.' || name === '..') {
        expect([ino, nodeid]).toEqual([1, 0]);
        continue;
      }
      expect(nodeid).toBe(ino);
      expect(fileSystem.lookupsOf(ino)).toBe(1);
    }
    expect(fileSystem.lookupsOf(1)).toBe(rootBefore);
  });

  it('are none in READDIR', () => {
    const fileSystem = filled(1_000);
    for (const { ino, name } of listAll(fileSystem, false, 4 * KIB)) {
      if (!name.startsWith('.')) expect(fileSystem.lookupsOf(ino)).toBe(0);
    }
  });
});

describe('a name that the kernel would refuse in a listing', () => {
  it.each([
    ['empty', ''],
    ['with a slash', 'a/b'],
    ['longer than 1,024 bytes', 'x'.repeat(1025)],
  ])('(%s) is a defect of the file system', (_, name) => {
    const writer = new PlainDirectoryPacker(reply).start(4096);
    expect(() => writer.add(name, 2, FILE_TYPE, 1)).toThrow('the kernel refuses');
    expect(writer.usedBytes).toBe(0);
  });
});
