/** A mount's status for people. */
import path from 'node:path';
import type { MountStatus } from './control-messages.js';
import { LOG_FOLDER, LOG_NAME } from './log-file.js';

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

function bytes(count: number): string {
  let value = count;
  let unit = 0;
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const number = unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1);
  return `${number} ${UNITS[unit] ?? ''}`;
}

export function showStatus(status: MountStatus): string {
  const { quota } = status;
  const log = path.join(status.stateFolder, LOG_FOLDER, LOG_NAME);
  const lines = [
    `${status.mountPoint}: ${status.user} on ${status.url} (process ${status.pid})`,
    `  ${status.online ? 'online' : 'OFFLINE'} since ${localTime(status.since)}`,
    ...showReason(status),
    `  known: ${status.knownEntries} files and folders; kept here: ${bytes(status.cacheBytes)}`,
  ];
  if (quota !== undefined) {
    const free = quota.available === undefined ? 'no limit' : `${bytes(quota.available)} free`;
    lines.push(`  on the server: ${bytes(quota.used)} used, ${free}`);
  }
  lines.push(`  log: ${log}`, `  ${showQueue(status)}`);
  for (const change of status.pending) {
    const size = change.bytes > 0 ? ` (${bytes(change.bytes)})` : '';
    lines.push(`    ${change.action} ${printable(change.path)}${size}`);
    const { failure } = change;
    if (failure !== undefined) {
      const hint = failure.hint === undefined ? '' : ` ${failure.hint}`;
      lines.push(`      ${printable(failure.message)}.${hint}`);
    }
  }
  const more = status.pendingCount - status.pending.length;
  if (more > 0) lines.push(`    and ${more} more`);
  return `${lines.join('\n')}\n`;
}

function showReason({ online, reason }: MountStatus): readonly string[] {
  if (online || reason === undefined) return [];
  if (reason.kind === 'unauthenticated') {
    return [
      '    the server refuses the password. Unmount, then mount again with a new app password.',
    ];
  }
  const hint = reason.hint === undefined ? '' : ` ${reason.hint}`;
  return [`    ${printable(reason.message)}.${hint}`];
}

/** A name must not steer the terminal. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, '?');
}

/** `2026-11-23 18:45:02`, which is how Swedes write it. */
function localTime(ms: number): string {
  return new Date(ms).toLocaleString('sv-SE');
}

function showQueue({ pendingCount, failedCount }: MountStatus): string {
  if (pendingCount === 0) return 'everything has been sent';
  const refused = failedCount > 0 ? `, ${failedCount} of them refused so far` : '';
  const changes = pendingCount === 1 ? 'change waits' : 'changes wait';
  return `${pendingCount} ${changes} to be sent${refused}:`;
}
