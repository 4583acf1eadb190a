/**
 * The first exchange of a session: FUSE_INIT (fs/fuse/inode.c, process_init_reply). A pure
 * function of what the kernel offers and what we want, so that each kernel version is a table row.
 */
import {
  FUSE_BACKGROUND_MAX,
  FUSE_CONGESTION_THRESHOLD,
  FUSE_REQUEST_BYTES_MAX,
} from '../limits.js';
import { KERNEL_MAJOR, KERNEL_MINOR, KERNEL_MINOR_MIN } from './constants.js';
import type { SessionInfo } from './filesystem.js';
import { INIT } from './init-flags.js';
import { LITTLE } from './integers.js';
import { PROTOCOL_ERROR } from './protocol-errno.js';
import type { Request } from './request.js';
import type { Reply } from './reply.js';
import { PAYLOAD } from './reply.js';
import { INIT_IN } from './structs-in.js';
import { INIT_OUT, INIT_OUT_BYTES } from './structs-out.js';

export interface SessionFeatures {
  /** The kernel gathers writes and owns size and mtime of files with dirty pages. */
  readonly writebackCache: boolean;
  /** The file system clears set-id bits itself. */
  readonly killPrivileges: boolean;
  /** The kernel has no way back to READDIR once it took this. */
  readonly readdirplus: boolean;
  /** The file system wants to know who opens a folder. */
  readonly opendir: boolean;
}

export interface InitOffer {
  readonly major: number;
  readonly minor: number;
  readonly maxReadahead: number;
  readonly flags: bigint;
}

export interface InitAnswer {
  /** The info once the session runs; undefined when the kernel will send another INIT. */
  readonly info: SessionInfo | undefined;
  readonly minor: number;
  readonly maxReadahead: number;
}

/** Without FUSE_MAX_PAGES the kernel splits at 32 pages (FUSE_DEFAULT_MAX_PAGES_PER_REQ). */
const DEFAULT_MAX_PAGES = 32;

const LOW_WORD = 0xffff_ffffn;

/**
 * Not taken, with the reason: AUTO_INVAL_DATA (we invalidate explicitly), EXPORT_SUPPORT (no
 * lookup of `..`), DONT_MASK (the kernel applies the umask), POSIX_LOCKS and FLOCK_LOCKS (locks
 * are local), POSIX_ACL, SECURITY_CTX, ABORT_ERROR (ENODEV says enough).
 */
const WANTED =
  INIT.ASYNC_READ |
  INIT.ATOMIC_O_TRUNC |
  INIT.BIG_WRITES |
  INIT.ASYNC_DIO |
  INIT.PARALLEL_DIROPS |
  INIT.MAX_PAGES |
  INIT.CACHE_SYMLINKS |
  INIT.EXPLICIT_INVAL_DATA |
  INIT.SETXATTR_EXT |
  INIT.DIRECT_IO_ALLOW_MMAP |
  INIT.INIT_EXT;

export function readOffer(request: Request): InitOffer {
  const { at } = INIT_IN;
  const low = BigInt(request.u32(at.flags));
  const extended = (low & INIT.INIT_EXT) !== 0n && request.bodyLength >= INIT_IN.size;
  return {
    major: request.u32(at.major),
    minor: request.u32(at.minor),
    maxReadahead: request.u32(at.max_readahead),
    flags: extended ? low | (BigInt(request.u32(at.flags2)) << 32n) : low,
  };
}

/** @returns the answer, or a negative errno for a kernel that is too old. */
export function negotiate(
  offer: InitOffer,
  features: SessionFeatures,
  pageSizeBytes: number,
): InitAnswer | number {
  if (offer.major > KERNEL_MAJOR) {
    return { info: undefined, minor: KERNEL_MINOR, maxReadahead: 0 };
  }
  if (offer.major < KERNEL_MAJOR || offer.minor < KERNEL_MINOR_MIN) return -PROTOCOL_ERROR;
  const wanted =
    WANTED |
    (features.writebackCache ? INIT.WRITEBACK_CACHE : 0n) |
    (features.readdirplus ? INIT.DO_READDIRPLUS | INIT.READDIRPLUS_AUTO : 0n) |
    (features.opendir ? 0n : INIT.NO_OPENDIR_SUPPORT) |
    (features.killPrivileges ? INIT.HANDLE_KILLPRIV_V2 : 0n);
  const flags = wanted & offer.flags;
  const minor = Math.min(offer.minor, KERNEL_MINOR);
  const pagesWanted = Math.ceil(FUSE_REQUEST_BYTES_MAX / pageSizeBytes);
  const maxPages = (flags & INIT.MAX_PAGES) === 0n ? DEFAULT_MAX_PAGES : pagesWanted;
  const maxWriteBytes = Math.min(FUSE_REQUEST_BYTES_MAX, maxPages * pageSizeBytes);
  return {
    info: { protocolMinor: minor, maxWriteBytes, maxPages, flags },
    minor,
    maxReadahead: Math.min(offer.maxReadahead, FUSE_REQUEST_BYTES_MAX),
  };
}

/** @returns bytes of the payload. */
export function putInit(reply: Reply, answer: InitAnswer): number {
  const { at } = INIT_OUT;
  const { view } = reply;
  reply.bytes.fill(0, PAYLOAD, PAYLOAD + INIT_OUT_BYTES);
  view.setUint32(PAYLOAD + at.major, KERNEL_MAJOR, LITTLE);
  view.setUint32(PAYLOAD + at.minor, answer.minor, LITTLE);
  if (answer.info !== undefined) {
    const { flags, maxWriteBytes, maxPages } = answer.info;
    view.setUint32(PAYLOAD + at.max_readahead, answer.maxReadahead, LITTLE);
    view.setUint32(PAYLOAD + at.flags, Number(flags & LOW_WORD), LITTLE);
    view.setUint16(PAYLOAD + at.max_background, FUSE_BACKGROUND_MAX, LITTLE);
    view.setUint16(PAYLOAD + at.congestion_threshold, FUSE_CONGESTION_THRESHOLD, LITTLE);
    view.setUint32(PAYLOAD + at.max_write, maxWriteBytes, LITTLE);
    view.setUint32(PAYLOAD + at.time_gran, 1, LITTLE);
    view.setUint16(PAYLOAD + at.max_pages, maxPages, LITTLE);
    view.setUint32(PAYLOAD + at.flags2, Number(flags >> 32n), LITTLE);
  }
  return INIT_OUT_BYTES;
}
