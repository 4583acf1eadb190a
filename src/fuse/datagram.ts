/** sendto(2) to a Unix datagram socket, which Node cannot do. */
import { TRY_AGAIN } from './protocol-errno.js';
import { allocateFixed, checked, lastErrno, systemCalls } from './system.js';

const AF_UNIX = 1;
const SOCK_DGRAM = 2;
const SOCK_CLOEXEC = 0o2000000;
const MSG_DONTWAIT = 0x40;
/** struct sockaddr_un: the family, then the path. */
const PATH_AT = 2;
const PATH_BYTES = 108;

/**
 * Never waits: what the receiver has no room for is lost.
 * @param address a path, or `@` and a name in Linux's abstract space.
 */
export function sendDatagram(address: string, text: string): void {
  const path = Buffer.from(address.replace(/^@/, '\0'), 'utf8');
  const target = allocateFixed(PATH_AT + PATH_BYTES);
  if (path.length >= PATH_BYTES) return;
  target.view.setUint16(0, AF_UNIX, true);
  path.copy(target.bytes, PATH_AT);
  const message = Buffer.from(text, 'utf8');
  const body = allocateFixed(message.length);
  message.copy(body.bytes);
  const system = systemCalls();
  const fd = checked('socket', system.socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  try {
    const length = PATH_AT + path.length;
    const { address: to } = target;
    const sent = system.sendto(fd, body.address, message.length, MSG_DONTWAIT, to, length);
    if (sent < 0 && lastErrno() !== TRY_AGAIN) checked('sendto', sent);
  } finally {
    system.close(fd);
  }
}
