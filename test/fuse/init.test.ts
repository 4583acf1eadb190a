/** The first exchange with every kernel from Linux 5.4 on, as a table. */
import { afterEach, describe, expect, it } from 'vitest';
import type { SessionInfo } from '../../src/fuse/filesystem.js';
import { INIT } from '../../src/fuse/init-flags.js';
import { negotiate } from '../../src/fuse/init.js';
import { INIT_OUT } from '../../src/fuse/structs-out.js';
import { INIT_IN_BYTES, KernelStandIn } from './kernel-stand-in.js';
import { MemoryFileSystem } from './memfs/memory-file-system.js';

/** `fuse_init_in` before 7.36. */
const SHORT_INIT_IN_BYTES = 16;

/** Bits 0 to `last`, except 31 (FUSE_INIT_RESERVED). */
function bitsTo(last: number): bigint {
  return ((1n << BigInt(last + 1)) - 1n) & ~(1n << 31n);
}

const SINCE_5_4 =
  INIT.ASYNC_READ |
  INIT.ATOMIC_O_TRUNC |
  INIT.BIG_WRITES |
  INIT.DO_READDIRPLUS |
  INIT.READDIRPLUS_AUTO |
  INIT.ASYNC_DIO |
  INIT.PARALLEL_DIROPS |
  INIT.MAX_PAGES |
  INIT.CACHE_SYMLINKS |
  INIT.EXPLICIT_INVAL_DATA;
const SINCE_5_12 = SINCE_5_4 | INIT.HANDLE_KILLPRIV_V2 | INIT.SETXATTR_EXT;
const SINCE_5_17 = SINCE_5_12 | INIT.INIT_EXT;
const SINCE_6_6 = SINCE_5_17 | INIT.DIRECT_IO_ALLOW_MMAP;

const READDIRPLUS = INIT.DO_READDIRPLUS | INIT.READDIRPLUS_AUTO;

const PLAIN = { writebackCache: false, killPrivileges: false, readdirplus: true, opendir: true };

interface Kernel {
  readonly kernel: string;
  readonly minor: number;
  readonly offers: bigint;
  readonly bodyBytes: number;
  readonly taken: bigint;
}

const KERNELS: readonly Kernel[] = [
  ['5.4', 31, 26, SHORT_INIT_IN_BYTES, SINCE_5_4],
  ['5.10', 32, 27, SHORT_INIT_IN_BYTES, SINCE_5_4],
  ['5.12', 33, 29, SHORT_INIT_IN_BYTES, SINCE_5_12],
  ['5.15', 34, 29, SHORT_INIT_IN_BYTES, SINCE_5_12],
  ['5.16', 35, 29, SHORT_INIT_IN_BYTES, SINCE_5_12],
  ['5.17', 36, 33, INIT_IN_BYTES, SINCE_5_17],
  ['6.1', 37, 34, INIT_IN_BYTES, SINCE_5_17],
  ['6.2', 38, 35, INIT_IN_BYTES, SINCE_5_17],
  ['6.6', 39, 36, INIT_IN_BYTES, SINCE_6_6],
  ['6.9', 40, 38, INIT_IN_BYTES, SINCE_6_6],
  ['6.12', 41, 39, INIT_IN_BYTES, SINCE_6_6],
  ['6.14', 42, 41, INIT_IN_BYTES, SINCE_6_6],
  ['6.15', 43, 42, INIT_IN_BYTES, SINCE_6_6],
  ['6.16', 44, 42, INIT_IN_BYTES, SINCE_6_6],
  ['6.18', 45, 42, INIT_IN_BYTES, SINCE_6_6],
].map(([kernel, minor, last, bodyBytes, taken]) => ({
  kernel: kernel as string,
  minor: minor as number,
  offers: bitsTo(last as number),
  bodyBytes: bodyBytes as number,
  taken: taken as bigint,
}));

class InitWatcher extends MemoryFileSystem {
  info: SessionInfo | undefined;

  constructor() {
    super({ validMs: 0, uid: 0, gid: 0 });
  }

  init(info: SessionInfo): void {
    this.info = info;
  }
}

describe('the first exchange', () => {
  let stand: KernelStandIn | undefined;

  afterEach(() => {
    stand?.close();
    stand = undefined;
  });

  it.each(KERNELS)('takes what Linux $kernel (7.$minor) offers, and nothing else', (kernel) => {
    const fileSystem = new InitWatcher();
    stand = new KernelStandIn(fileSystem);
    const { error, payload } = stand.init(kernel.minor, kernel.offers, kernel.bodyBytes);
    const { at } = INIT_OUT;
    expect(error).toBe(0);
    expect(payload.length).toBe(64);
    expect(payload.readUInt32LE(at.major)).toBe(7);
    expect(payload.readUInt32LE(at.minor)).toBe(kernel.minor);
    expect(payload.readUInt32LE(at.max_readahead)).toBe(128 * 1024);
    expect(payload.readUInt32LE(at.max_write)).toBe(1024 * 1024);
    expect(payload.readUInt16LE(at.max_pages)).toBe(256);
    expect(payload.readUInt16LE(at.congestion_threshold)).toBeLessThanOrEqual(
      payload.readUInt16LE(at.max_background),
    );
    expect(payload.readUInt32LE(at.time_gran)).toBe(1);
    const low = BigInt(payload.readUInt32LE(at.flags));
    const high = BigInt(payload.readUInt32LE(at.flags2));
    expect(low | (high << 32n)).toBe(kernel.taken);
    expect(fileSystem.info).toMatchObject({ protocolMinor: kernel.minor, flags: kernel.taken });
    expect(stand.session.info).toBe(fileSystem.info);
  });

  it('speaks 7.45 to a kernel that speaks a later minor', () => {
    stand = new KernelStandIn(new InitWatcher());
    const { payload } = stand.init(60, bitsTo(50));
    expect(payload.readUInt32LE(INIT_OUT.at.minor)).toBe(45);
  });

  it('does not take the second word of flags from a message that ends before it', () => {
    stand = new KernelStandIn(new InitWatcher());
    const { payload } = stand.init(36, bitsTo(30), SHORT_INIT_IN_BYTES);
    expect(payload.readUInt32LE(INIT_OUT.at.flags2)).toBe(0);
  });

  it('names its version to a kernel of a later major, which then asks again', () => {
    const features = { ...PLAIN, killPrivileges: true };
    const offer = { major: 8, minor: 0, maxReadahead: 0, flags: 0n };
    expect(negotiate(offer, features, 4096)).toMatchObject({ info: undefined, minor: 45 });
  });

  it('refuses a kernel whose structs are shorter than ours with EPROTO, and says so', () => {
    stand = new KernelStandIn(new InitWatcher());
    expect(stand.init(22).error).toBe(-71);
    expect(stand.session.info).toBeUndefined();
    expect(stand.logged.map(({ message }) => message)).toEqual([
      'the kernel speaks a FUSE protocol that is too old',
    ]);
  });

  it('asks for the write-back cache and for clearing set-id bits only where they are wanted', () => {
    const offer = { major: 7, minor: 45, maxReadahead: 0, flags: bitsTo(42) };
    const flagsFor = (writebackCache: boolean, killPrivileges: boolean): bigint => {
      const answer = negotiate(offer, { ...PLAIN, writebackCache, killPrivileges }, 4096);
      return typeof answer === 'number' ? 0n : (answer.info?.flags ?? 0n);
    };
    const both = INIT.WRITEBACK_CACHE | INIT.HANDLE_KILLPRIV_V2;
    expect(flagsFor(true, true) & both).toBe(both);
    expect(flagsFor(true, false) & both).toBe(INIT.WRITEBACK_CACHE);
    expect(flagsFor(false, true) & both).toBe(INIT.HANDLE_KILLPRIV_V2);
    expect(flagsFor(false, false) & both).toBe(0n);
  });

  it('never takes READDIRPLUS for a file system that has only READDIR', () => {
    const offer = { major: 7, minor: 45, maxReadahead: 0, flags: bitsTo(42) };
    const answer = negotiate(offer, { ...PLAIN, readdirplus: false }, 4096);
    const flags = typeof answer === 'number' ? undefined : answer.info?.flags;
    expect(flags).toBe(SINCE_6_6 & ~(INIT.HANDLE_KILLPRIV_V2 | READDIRPLUS));
  });

  it('spares itself OPENDIR only where the file system has no use for it', () => {
    const flagsOf = (opendir: boolean, flags: bigint): bigint | undefined => {
      const offer = { major: 7, minor: 29, maxReadahead: 0, flags };
      const answer = negotiate(offer, { ...PLAIN, opendir }, 4096);
      return typeof answer === 'number' ? undefined : answer.info?.flags;
    };
    const { NO_OPENDIR_SUPPORT } = INIT;
    expect(flagsOf(false, NO_OPENDIR_SUPPORT)).toBe(NO_OPENDIR_SUPPORT);
    expect(flagsOf(true, NO_OPENDIR_SUPPORT)).toBe(0n);
    expect(flagsOf(false, 0n)).toBe(0n);
  });

  it.each([
    { pageSizeBytes: 4096, pages: 256, writeBytes: 1024 * 1024 },
    { pageSizeBytes: 16384, pages: 64, writeBytes: 1024 * 1024 },
    { pageSizeBytes: 65536, pages: 16, writeBytes: 1024 * 1024 },
  ])('asks for 1 MiB per request with pages of $pageSizeBytes bytes', (row) => {
    const offer = { major: 7, minor: 45, maxReadahead: 0, flags: INIT.MAX_PAGES };
    expect(negotiate(offer, PLAIN, row.pageSizeBytes)).toMatchObject({
      info: { maxPages: row.pages, maxWriteBytes: row.writeBytes },
    });
  });

  it('keeps to 32 pages with a kernel that does not let it choose', () => {
    const offer = { major: 7, minor: 27, maxReadahead: 0, flags: INIT.BIG_WRITES };
    expect(negotiate(offer, PLAIN, 4096)).toMatchObject({
      info: { maxPages: 32, maxWriteBytes: 128 * 1024 },
    });
  });
});
