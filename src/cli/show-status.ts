/** A mount's status for people. */
import path from 'node:path';
import { STATUS_READERS_MAX } from '../limits.js';
import { fullWarning } from './cache-command.js';
import type { MountStatus } from './control-messages.js';
import type { PendingChange } from './engine-messages.js';
import { LOG_FOLDER, LOG_NAME } from './log-file.js';
import { humanBytes, humanTime, printable } from './messages/figures.js';
import { actionText, statusText as text } from './messages/status.js';

export function showStatus(status: MountStatus): string {
  const { mountPoint, user, url, pid } = status;
  const time = humanTime(status.since);
  const lines = [
    text.mount({ folder: mountPoint, user, url, pid: String(pid) }),
    `  ${status.online ? text.online({ time }) : text.offline({ time })}`,
    ...showReason(status),
    `  ${text.known({ count: status.knownEntries, bytes: humanBytes(status.cacheBytes) })}`,
    ...showQuota(status),
  ];
  if (status.cacheFull !== null) {
    lines.push(`  ${text.cache({ warning: fullWarning(status.cacheFull) })}`);
  }
  lines.push(...showReaders(status));
  const log = path.join(status.stateFolder, LOG_FOLDER, LOG_NAME);
  lines.push(...showHeld(status), `  ${text.log({ file: log })}`, `  ${showQueue(status)}`);
  lines.push(...status.pending.flatMap((change) => showChange(change)));
  const held = status.heldDeletions?.entries ?? 0;
  const more = status.pendingCount - status.pending.length - held;
  if (more > 0) lines.push(`    ${text.more({ count: more })}`);
  return `${lines.join('\n')}\n`;
}

function showReason({ online, reason }: MountStatus): readonly string[] {
  if (online || reason === undefined) return [];
  if (reason.kind === 'unauthenticated') return [`    ${text.refusesPassword()}`];
  const hint = reason.hint === undefined ? '' : ` ${reason.hint}`;
  return [`    ${printable(reason.message)}.${hint}`];
}

function showQuota({ quota }: MountStatus): readonly string[] {
  if (quota === undefined) return [];
  const used = humanBytes(quota.used);
  if (quota.available === undefined) return [`  ${text.quotaWithoutLimit({ used })}`];
  return [`  ${text.quotaFree({ used, free: humanBytes(quota.available) })}`];
}

function showReaders({ readers }: MountStatus): readonly string[] {
  if (readers.length === 0) return [];
  const list = readers
    .slice(0, STATUS_READERS_MAX)
    .map(({ program, bytes, files }) =>
      text.reader({ program: printable(program), bytes: humanBytes(bytes), count: files }),
    );
  return [`  ${text.readers({ list: list.join(', ') })}`];
}

function showHeld({ heldDeletions: held }: MountStatus): readonly string[] {
  if (held === null) return [];
  const say = held.reason === 'much' ? text.heldMuch : text.heldShare;
  const what = say({ count: held.entries, bytes: humanBytes(held.bytes) });
  return [`  ${what}`, `    ${text.heldHint()}`];
}

function showQueue({ pendingCount: count, failedCount: refused }: MountStatus): string {
  if (count === 0) return text.allSent();
  return refused === 0 ? text.waiting({ count }) : text.waitingSomeRefused({ count, refused });
}

function showChange({ action, path: file, bytes, failure }: PendingChange): readonly string[] {
  const size = bytes > 0 ? ` (${humanBytes(bytes)})` : '';
  const line = `    ${actionText[action]()} ${printable(file)}${size}`;
  if (failure === undefined) return [line];
  const hint = failure.hint === undefined ? '' : ` ${failure.hint}`;
  return [line, `      ${printable(failure.message)}.${hint}`];
}
