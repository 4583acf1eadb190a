/**
 * The error numbers that the FUSE protocol itself prescribes: for requests that never reach the
 * file system, and for system calls of ours. What a file system throws is translated by `errnoOf`.
 */
import { constants } from 'node:os';

const { errno } = constants;

/** The kernel remembers it and does not ask again. */
export const NOT_IMPLEMENTED = errno.ENOSYS;
export const INVALID = errno.EINVAL;
export const INPUT_OUTPUT = errno.EIO;
export const INTERRUPTED = errno.EINTR;
/** The caller's buffer for an extended attribute is too small. */
export const OUT_OF_RANGE = errno.ERANGE;
/** An offset or size that a JavaScript number cannot hold exactly. */
export const FILE_TOO_BIG = errno.EFBIG;
/** A name that is not UTF-8. */
export const BAD_SEQUENCE = errno.EILSEQ;
export const NO_MEMORY = errno.ENOMEM;
export const PROTOCOL_ERROR = errno.EPROTO;
export const NOT_FOUND = errno.ENOENT;
export const TRY_AGAIN = errno.EAGAIN;
export const NO_DEVICE = errno.ENODEV;
export const CONNECTION_ABORTED = errno.ECONNABORTED;
export const NOT_CONNECTED = errno.ENOTCONN;
export const NOT_PERMITTED = errno.EPERM;
export const ACCESS_DENIED = errno.EACCES;
export const NOT_A_FOLDER = errno.ENOTDIR;
export const NOT_EMPTY = errno.ENOTEMPTY;
export const BUSY = errno.EBUSY;

/** The kernel refuses replies from this error number on (fs/fuse/dev.c, fuse_dev_do_write). */
export const ERRNO_END = 512;
