/** How long to wait before the server is asked again whether anything changed. */
import { POLL_IDLE_MS_MAX, POLL_QUIET_SHARE } from '../limits.js';

/** @param quietMs since the mount was last used. */
export function pollDelayMs(intervalMs: number, quietMs: number): number {
  return Math.max(intervalMs, Math.min(quietMs * POLL_QUIET_SHARE, POLL_IDLE_MS_MAX));
}
