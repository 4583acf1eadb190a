/** Tells systemd how far the service is, where it is one (sd_notify(3)). */
import { sendDatagram } from '../../fuse/datagram.js';

export type ServiceState = 'READY' | 'STOPPING';

export function notifySystemd(state: ServiceState): void {
  const address = process.env['NOTIFY_SOCKET'];
  if (address === undefined || address === '') return;
  try {
    sendDatagram(address, `${state}=1\n`);
  } catch {
    // It ends what does not report in time; nobody here could do better.
  }
}
