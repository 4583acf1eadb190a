/** recvmsg(2) with SCM_RIGHTS: takes one descriptor that another process sent over a socket. */
import { LITTLE, setU64 } from './integers.js';
import { TRY_AGAIN } from './protocol-errno.js';
import { allocateFixed, checked, lastErrno, systemCalls } from './system.js';

const MSG_DONTWAIT = 0x40;
const MSG_CMSG_CLOEXEC = 0x4000_0000;
const SOL_SOCKET = 1;
const SCM_RIGHTS = 1;

/**
 * One block of memory: struct msghdr (56 bytes on 64-bit Linux), the iovec, the data byte, and
 * room for a cmsghdr (16 bytes) with one int.
 */
const AT = { iov: 16, iovLength: 24, control: 32, controlLength: 40 } as const;
const IOVEC_AT = 56;
const DATA_AT = 72;
const CONTROL_AT = 80;
const CONTROL_BYTES = 24;
const CMSG = { level: 8, type: 12, data: 16 } as const;

/** @returns the descriptor, closed on exec; undefined when none was sent. Never waits. */
export function receiveDescriptor(socket: number): number | undefined {
  const { address, view } = allocateFixed(CONTROL_AT + CONTROL_BYTES);
  setU64(view, IOVEC_AT, address + DATA_AT);
  setU64(view, IOVEC_AT + 8, 1);
  setU64(view, AT.iov, address + IOVEC_AT);
  setU64(view, AT.iovLength, 1);
  setU64(view, AT.control, address + CONTROL_AT);
  setU64(view, AT.controlLength, CONTROL_BYTES);
  const received = systemCalls().recvmsg(socket, address, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  if (received < 0 && lastErrno() === TRY_AGAIN) return undefined;
  checked('recvmsg', received);
  const isRights =
    view.getInt32(CONTROL_AT + CMSG.level, LITTLE) === SOL_SOCKET &&
    view.getInt32(CONTROL_AT + CMSG.type, LITTLE) === SCM_RIGHTS;
  return isRights ? view.getInt32(CONTROL_AT + CMSG.data, LITTLE) : undefined;
}
