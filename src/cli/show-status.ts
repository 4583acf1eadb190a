/** A mount's status for people. */
import path from 'node:path';
import { fullWarning } from './cache-command.js';
import type { MountStatus } from './control-messages.js';
import { humanBytes, printable } from './human.js';
import { LOG_FOLDER, LOG_NAME } from './log-file.js';

export function showStatus(status: MountStatus): string {
  const { quota } = status;
  const log = path.join(status.stateFolder, LOG_FOLDER, LOG_NAME);
  const kept = humanBytes(status.cacheBytes);
  const lines = [
    `${status.mountPoint}: ${status.user} on ${status.url} (process ${status.pid})`,
    `  ${status.online ? 'online' : 'OFFLINE'} since ${localTime(status.since)}`,
    ...showReason(status),
    `  known: ${status.knownEntries} files and folders; kept here: ${kept}`,
  ];
  if (quota !== undefined) {
    const free = quota.available === undefined ? 'no limit' : `${humanBytes(quota.available)} free`;
    lines.push(`  on the server: ${humanBytes(quota.used)} used, ${free}`);
  }
  if (status.cacheFull !== null) lines.push(`  cache: ${fullWarning(status.cacheFull)}`);
  lines.push(`  log: ${log}`, `  ${showQueue(status)}`);
  for (const change of status.pending) {
    const size = change.bytes > 0 ? ` (${humanBytes(change.bytes)})` : '';
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
