/** Messages that a sound kernel does not send: the session answers or ignores them, and lives on. */
import { constants } from 'node:os';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OPCODE } from '../../src/fuse/constants.js';
import type { FuseFileSystem } from '../../src/fuse/filesystem.js';
import { IN_HEADER } from '../../src/fuse/structs-in.js';
import { KernelStandIn, joined, struct, text, u32, u64 } from './kernel-stand-in.js';
import { memoryErrnoOf } from './memfs/fs-error.js';
import { MemoryFileSystem } from './memfs/memory-file-system.js';

const { ENOENT, EILSEQ, EINVAL, EIO, ENOSYS, EFBIG } = constants.errno;
const NO_FLAGS = 0n;
const CALLER = { unique: 0n, uid: 0, gid: 0, pid: 1 };

class Recording extends MemoryFileSystem {
  readonly forgotten: [ino: number, count: number][] = [];

  override forget(ino: number, count: number): void {
    this.forgotten.push([ino, count]);
  }
}

let fileSystem: Recording;
let stand: KernelStandIn;

beforeEach(() => {
  fileSystem = new Recording({ validMs: 0, uid: 0, gid: 0 });
  stand = new KernelStandIn(fileSystem, memoryErrnoOf);
});

afterEach(() => {
  stand.close();
});

function expectAlive(): void {
  const { error } = stand.ask({ opcode: OPCODE.LOOKUP, body: text('nothing') });
  expect(error).toBe(-ENOENT);
}

describe('a message of a wrong length', () => {
  beforeEach(() => {
    stand.init();
  });

  it.each([1, 8, IN_HEADER.size - 1])('of %i bytes is logged and nothing else', (bytes) => {
    stand.sendRaw(Buffer.alloc(bytes, 0xff));
    expect(stand.answer()).toBeUndefined();
    expect(stand.logged.filter(({ level }) => level === 'error')).toHaveLength(1);
    expectAlive();
  });

  it('that states another length than it has does not leave its sender waiting', () => {
    const unique = stand.send({ opcode: OPCODE.GETATTR, body: u64(0, 0), statedLength: 4096 });
    expect(stand.answer()).toMatchObject({ unique, error: -EIO });
    expectAlive();
  });

  it.each(Object.entries(OPCODE).filter(([name]) => name !== 'INIT' && name !== 'DESTROY'))(
    'without a body is answered for %s when the kernel awaits an answer',
    (name, opcode) => {
      const unique = stand.send({ opcode, nodeid: 1 });
      const silent = ['FORGET', 'BATCH_FORGET', 'INTERRUPT', 'NOTIFY_REPLY'].includes(name);
      const answer = stand.answer();
      if (silent) expect(answer).toBeUndefined();
      else expect(answer).toMatchObject({ unique });
      expect(fileSystem.forgotten).toEqual([]);
      expectAlive();
    },
  );

  it('never lets a forget speak of inodes beyond its end', () => {
    const pairs = u64(7, 2, 8, 3);
    // What an earlier message left in the buffer must not be taken for a part of this one.
    stand.send({ opcode: OPCODE.LOOKUP, body: Buffer.alloc(4096, 0x41) });
    stand.answer();
    stand.send({ opcode: OPCODE.BATCH_FORGET, body: joined(u32(1000, 0), pairs) });
    expect(fileSystem.forgotten).toEqual([
      [7, 2],
      [8, 3],
    ]);
    expectAlive();
  });

  it('carries a write only as far as it goes', () => {
    const body = struct(40 + 10, (view) => view.setUint32(16, 4096, true));
    expect(stand.ask({ opcode: OPCODE.WRITE, nodeid: 1, body }).error).toBe(-EINVAL);
    expectAlive();
  });
});

describe('a name', () => {
  beforeEach(() => {
    stand.init();
  });

  it.each([
    { what: 'without its end', body: Buffer.from('abc'), errno: EINVAL },
    { what: 'that is empty', body: text(''), errno: EINVAL },
    { what: 'with a slash', body: text('a/b'), errno: EINVAL },
    { what: 'that is not UTF-8', body: Buffer.from([0xc3, 0x28, 0]), errno: EILSEQ },
    { what: 'that holds a surrogate', body: Buffer.from([0xed, 0xa0, 0x80, 0]), errno: EILSEQ },
  ])('$what is refused before the file system sees it', ({ body, errno }) => {
    // The buffer holds an earlier message with NULs behind the end of this one.
    stand.send({ opcode: OPCODE.LOOKUP, body: Buffer.alloc(64) });
    stand.answer();
    expect(stand.ask({ opcode: OPCODE.LOOKUP, body }).error).toBe(-errno);
    expectAlive();
  });

  it('may hold the replacement character itself', () => {
    expect(stand.ask({ opcode: OPCODE.LOOKUP, body: text('\uFFFD') }).error).toBe(-ENOENT);
  });

  it('that is missing behind the first one is refused', () => {
    const body = joined(u64(1), Buffer.from('only\0'));
    expect(stand.ask({ opcode: OPCODE.RENAME, body }).error).toBe(-EINVAL);
    expectAlive();
  });
});

describe('numbers beyond what a program can hold exactly', () => {
  beforeEach(() => {
    stand.init();
  });

  it('end a read at once, and refuse a write, a truncation and an allocation with EFBIG', () => {
    const far = 2n ** 63n - 4096n;
    const read = joined(u64(1, far), u32(4096, 0), u64(0), u32(0, 0));
    expect(stand.ask({ opcode: OPCODE.READ, body: read }).payload).toHaveLength(0);
    const write = joined(u64(1, far), u32(1, 0), u64(0), u32(0, 0), Buffer.from('x'));
    expect(stand.ask({ opcode: OPCODE.WRITE, body: write }).error).toBe(-EFBIG);
    const allocation = joined(u64(1, far, 4096), u32(0, 0));
    expect(stand.ask({ opcode: OPCODE.FALLOCATE, body: allocation }).error).toBe(-EFBIG);
    const truncation = joined(u32(1 << 3, 0), u64(0, far), new Uint8Array(64));
    expect(stand.ask({ opcode: OPCODE.SETATTR, body: truncation }).error).toBe(-EFBIG);
    expectAlive();
  });

  it('refuse a read that is larger than any reply', () => {
    const read = joined(u64(1, 0), u32(0xffff_ffff, 0), u64(0), u32(0, 0));
    expect(stand.ask({ opcode: OPCODE.READ, body: read }).error).toBe(-EINVAL);
    expectAlive();
  });
});

describe('an opcode', () => {
  it.each([0, 7, 19, 31, 39, 40, 50, 52, 54, 999, 4096, 0xffff_ffff])(
    'that nobody knows (%i) is answered with ENOSYS',
    (opcode) => {
      stand.init();
      expect(stand.ask({ opcode, body: new Uint8Array(64) }).error).toBe(-ENOSYS);
      expectAlive();
    },
  );

  it.each(['READLINK', 'OPEN', 'READ', 'SETXATTR', 'READDIRPLUS', 'LSEEK', 'STATFS'] as const)(
    'whose handler the file system leaves out (%s) is answered with ENOSYS',
    (name) => {
      const least: FuseFileSystem = {
        lookup: (...args) => fileSystem.lookup(...args),
        forget: () => undefined,
        getattr: (caller, ino) => fileSystem.getattr(caller, ino),
      };
      const other = new KernelStandIn(least);
      try {
        other.init(45, NO_FLAGS);
        const body = new Uint8Array(128);
        expect(other.ask({ opcode: OPCODE[name], body }).error).toBe(-ENOSYS);
      } finally {
        other.close();
      }
    },
  );

  it('before INIT is answered with EIO', () => {
    expect(stand.ask({ opcode: OPCODE.LOOKUP, body: text('a') }).error).toBe(-EIO);
  });

  it('of rename with flags that are not ours is refused', () => {
    stand.init();
    const whiteout = joined(u64(1), u32(4, 0), text('a'), text('b'));
    expect(stand.ask({ opcode: OPCODE.RENAME2, body: whiteout }).error).toBe(-EINVAL);
  });
});

describe('an error of the file system', () => {
  const strange = [0, -2, 512, 1.5, Number.NaN];

  it.each(strange)('whose number the kernel would refuse (%d) becomes EIO', (errno) => {
    const other = new KernelStandIn(fileSystem, () => errno);
    try {
      other.init();
      expect(other.ask({ opcode: OPCODE.LOOKUP, body: text('missing') }).error).toBe(-EIO);
    } finally {
      other.close();
    }
  });
});

describe('a reply that the device refuses', () => {
  it('becomes EIO, and what it handed out is taken back', () => {
    stand.init();
    const made: number[] = [];
    for (let index = 0; index < 3_000; index += 1) {
      const at = { parent: 1, name: `${index}-${'x'.repeat(100)}` };
      const entry = fileSystem.mknod(CALLER, at, 0o100644, 0);
      if ('ino' in entry) made.push(entry.ino);
    }
    // Larger than a message of a socket can be.
    const body = joined(u64(1, 0), u32(1024 * 1024, 0), u64(0), u32(0, 0));
    expect(stand.ask({ opcode: OPCODE.READDIRPLUS, body }).error).toBe(-EIO);
    expect(fileSystem.forgotten).toEqual(made.map((ino) => [ino, 1]));
    expect(stand.logged.filter(({ level }) => level === 'error')).toHaveLength(1);
    expectAlive();
  });
});

describe('the end of the device', () => {
  it('ends the session once and tells the file system', () => {
    let destroyed = 0;
    const other = new KernelStandIn(
      Object.assign(new MemoryFileSystem({ validMs: 0, uid: 0, gid: 0 }), {
        destroy: () => (destroyed += 1),
      }),
    );
    other.init();
    other.hangUp();
    expect(other.session.receive()).toBe(false);
    expect(other.session.ended).toBe(true);
    other.session.close();
    expect(destroyed).toBe(1);
    other.close();
  });

  it('is the same after DESTROY', () => {
    stand.init();
    expect(stand.ask({ opcode: OPCODE.DESTROY }).error).toBe(0);
  });
});
