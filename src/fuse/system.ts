/**
 * The system calls that Node lacks, by koffi, for Linux. Nothing here waits except `poll`, and
 * that never longer than its caller says. The libc is opened at the first call, so that importing
 * this file elsewhere is harmless.
 */
import koffi from 'koffi';
import { NuageError } from '../errors.js';
import { INTERRUPTED, NOT_PERMITTED, TRY_AGAIN } from './protocol-errno.js';

/** Addresses are numbers: a user address fits in 47 bits, and a bigint costs an allocation. */
export interface SystemCalls {
  poll(fds: number, count: number, timeoutMs: number): number;
  read(fd: number, address: number, bytes: number): number;
  write(fd: number, address: number, bytes: number): number;
  eventfd(initial: number, flags: number): number;
  socketpair(domain: number, type: number, protocol: number, pair: Int32Array): number;
  recvmsg(fd: number, message: number, flags: number): number;
  socket(domain: number, type: number, protocol: number): number;
  sendto(
    fd: number,
    address: number,
    bytes: number,
    flags: number,
    to: number,
    toBytes: number,
  ): number;
  mount(source: string, target: string, type: string, flags: number, data: string): number;
  umount2(target: string, flags: number): number;
  flock(fd: number, operation: number): number;
  close(fd: number): number;
  ioctl(fd: number, request: number, argument: Uint32Array): number;
  /** Of the calling thread alone. */
  unshare(flags: number): number;
  fcntl(fd: number, command: number, type: 'int', argument: number): number;
  sysconf(name: number): number;
  setrlimit(resource: number, limits: BigUint64Array): number;
}

let calls: SystemCalls | undefined;

export function systemCalls(): SystemCalls {
  calls ??= bind();
  return calls;
}

function bind(): SystemCalls {
  if (process.platform !== 'linux') {
    throw new NuageError('not-supported', `no FUSE session on ${process.platform}`, {
      hint: 'Mounting needs Linux; macFUSE is not supported yet.',
    });
  }
  const libc = koffi.load(null);
  const bound = {
    poll: libc.func('int poll(uintptr_t fds, unsigned long count, int timeoutMs)'),
    read: libc.func('intptr_t read(int fd, uintptr_t address, size_t bytes)'),
    write: libc.func('intptr_t write(int fd, uintptr_t address, size_t bytes)'),
    eventfd: libc.func('int eventfd(unsigned int initial, int flags)'),
    socketpair: libc.func('int socketpair(int domain, int type, int protocol, _Out_ int *pair)'),
    recvmsg: libc.func('intptr_t recvmsg(int fd, uintptr_t message, int flags)'),
    socket: libc.func('int socket(int domain, int type, int protocol)'),
    sendto: libc.func(
      'intptr_t sendto(int fd, uintptr_t address, size_t bytes, int flags, uintptr_t to,' +
        ' uint32_t toBytes)',
    ),
    mount: libc.func(
      'int mount(const char *source, const char *target, const char *type, unsigned long flags,' +
        ' const char *data)',
    ),
    umount2: libc.func('int umount2(const char *target, int flags)'),
    flock: libc.func('int flock(int fd, int operation)'),
    close: libc.func('int close(int fd)'),
    ioctl: libc.func('int ioctl(int fd, unsigned long request, uint32_t *argument)'),
    unshare: libc.func('int unshare(int flags)'),
    fcntl: libc.func('int fcntl(int fd, int command, ...)'),
    sysconf: libc.func('long sysconf(int name)'),
    setrlimit: libc.func('int setrlimit(int resource, uint64_t *limits)'),
  };
  return bound;
}

/** Of the last call that failed in this thread. */
export function lastErrno(): number {
  return koffi.errno();
}

/** Memory outside the JavaScript heap: it never moves, so its address stays valid while held. */
export interface FixedMemory {
  readonly bytes: Buffer;
  readonly view: DataView;
  readonly address: number;
}

export function allocateFixed(size: number): FixedMemory {
  const memory = new ArrayBuffer(size);
  const bytes = Buffer.from(memory);
  return { bytes, view: new DataView(memory), address: Number(koffi.address(bytes)) };
}

const RLIMIT_CORE = 4;

/** What a crash of this process, or of its children, leaves behind holds nothing of its memory. */
export function forbidCoreDumps(): void {
  checked('setrlimit', systemCalls().setrlimit(RLIMIT_CORE, new BigUint64Array(2)));
}

const EFD_CLOEXEC = 0o2000000;
const EFD_NONBLOCK = 0o4000;

/** An eventfd, closed on exec: writing 8 bytes to it wakes whoever polls it. */
export function createWakeup(): number {
  return checked('eventfd', systemCalls().eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
}

const scratch = new WeakMap<SystemCalls, FixedMemory>();

function scratchMemory(): FixedMemory {
  const system = systemCalls();
  const known = scratch.get(system);
  if (known !== undefined) return known;
  const memory = allocateFixed(8);
  scratch.set(system, memory);
  return memory;
}

/** Adds one to the eventfd. A counter that is full already wakes the reader all the same. */
export function signalWakeup(fd: number): void {
  const memory = scratchMemory();
  memory.view.setBigUint64(0, 1n, true);
  if (systemCalls().write(fd, memory.address, 8) < 0 && lastErrno() !== TRY_AGAIN) {
    checked('write to eventfd', -1);
  }
}

/** Takes all pending signals; harmless when there is none. */
export function drainWakeup(fd: number): void {
  if (systemCalls().read(fd, scratchMemory().address, 8) < 0 && lastErrno() !== TRY_AGAIN) {
    checked('read from eventfd', -1);
  }
}

const LOCK_EX = 2;
const LOCK_NB = 4;

/** flock(2), exclusive. Returns false when another open file holds it; never waits. */
export function lockFile(fd: number): boolean {
  if (systemCalls().flock(fd, LOCK_EX | LOCK_NB) === 0) return true;
  if (lastErrno() === TRY_AGAIN) return false;
  checked('flock', -1);
  return false;
}

const F_GETFL = 3;
const F_SETFL = 4;
const O_NONBLOCK = 0o4000;

export function setNonBlocking(fd: number): void {
  const flags = checked('fcntl', systemCalls().fcntl(fd, F_GETFL, 'int', 0));
  checked('fcntl', systemCalls().fcntl(fd, F_SETFL, 'int', flags | O_NONBLOCK));
}

export function closeDescriptor(fd: number): void {
  checked('close', systemCalls().close(fd));
}

const SC_PAGESIZE = 30;

export function pageSizeBytes(): number {
  return checked('sysconf', systemCalls().sysconf(SC_PAGESIZE));
}

const AF_UNIX = 1;
const SOCK_CLOEXEC = 0o2000000;
/** `packet` keeps message boundaries, as /dev/fuse does. */
const SOCKET_TYPES = { stream: 1, packet: 5 } as const;

/** Two connected Unix sockets, both closed on exec. */
export function createSocketPair(type: keyof typeof SOCKET_TYPES): readonly [number, number] {
  const pair = new Int32Array(2);
  checked(
    'socketpair',
    systemCalls().socketpair(AF_UNIX, SOCKET_TYPES[type] | SOCK_CLOEXEC, 0, pair),
  );
  const [first = -1, second = -1] = pair;
  return [first, second];
}

/** Returns `result`; throws a NuageError with the errno of the call when it is negative. */
export function checked(op: string, result: number): number {
  if (result >= 0) return result;
  const errno = lastErrno();
  throw new NuageError(
    errno === NOT_PERMITTED ? 'not-permitted' : errno === INTERRUPTED ? 'interrupted' : 'io',
    `${op} failed with errno ${errno}`,
    { op },
  );
}
