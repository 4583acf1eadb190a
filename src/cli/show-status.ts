/** A mount's status for people. */
import path from 'node:path';
import { STATUS_READERS_MAX, STATUS_ROWS_MAX } from '../limits.js';
import { fullWarning } from './cache-command.js';
import type { MountStatus } from './control-messages.js';
import type { PendingChange } from './engine-messages.js';
import { explainedLine } from './explain.js';
import { fittedText } from './hanging.js';
import { LOG_FOLDER, LOG_NAME } from './log-file.js';
import { belowHome, humanBytes, humanDuration, humanTime, printable } from './messages/figures.js';
import { actionText, statusText as text } from './messages/status.js';
import { bar, paint } from './paint.js';
import type { Transfer } from './transfers.js';

export function showStatus(status: MountStatus): string {
  const { mountPoint, user, url, pid } = status;
  const time = humanTime(status.since);
  const since = status.online
    ? paint('green', text.online({ time }))
    : paint('red', text.offline({ time }));
  const lines = [
    paint('bold', text.mount({ folder: mountPoint, user, url, pid: String(pid) })),
    `  ${since}`,
    ...showReason(status),
    `  ${text.known({ count: status.knownEntries, bytes: humanBytes(status.cacheBytes) })}`,
    ...showQuota(status),
    ...showLimits(status),
  ];
  if (status.cacheFull !== null) {
    const warning = fullWarning(status.cacheFull);
    lines.push(`  ${paint('yellow', text.cache({ warning }))}`);
  }
  lines.push(...showReaders(status));
  const log = path.join(status.stateFolder, LOG_FOLDER, LOG_NAME);
  lines.push(
    ...showHeld(status),
    `  ${text.log({ file: belowHome(log) })}`,
    ...showConflicts(status),
    `  ${showQueue(status)}`,
    ...showPending(status),
    ...showLocks(status),
  );
  lines.push(...rows(status.transfers, status.transfers.length, (one) => [showTransfer(one)]));
  return `${fittedText(lines.join('\n'))}\n`;
}

/** Each change that waits, with why where it was refused; not those that wait for an answer. */
export function showPending({ pending, pendingCount, heldDeletions }: MountStatus): string[] {
  return rows(pending, pendingCount - (heldDeletions?.entries ?? 0), showChange);
}

/** Why the queue does not become empty, in a line; empty where nothing stands in its way. */
export function showHindrance(status: MountStatus): string {
  const { online, reason, since, pending } = status;
  if (!online) {
    if (reason === undefined) return '';
    const offline = paint('red', text.offline({ time: humanTime(since) }), process.stderr);
    return [offline, ...showReason(status).map((line) => line.trim())].join(': ');
  }
  const refused = pending.find(({ failure }) => failure !== undefined);
  if (refused?.failure === undefined) return '';
  return `${printable(refused.path)}: ${explainedLine(refused.failure)}`;
}

/** The first of them, and how many more there are. */
function rows<T>(all: readonly T[], count: number, show: (one: T) => readonly string[]): string[] {
  const shown = all.slice(0, STATUS_ROWS_MAX);
  const more = count - shown.length;
  const lines = shown.flatMap((one) => show(one));
  return (more > 0 ? [...lines, text.more({ count: more })] : lines).map((line) => `    ${line}`);
}

/** `↑ Cours/vidéo.mp4  ██████░░░░ 60 %, 12 Mo/s, encore 3 min` */
export function showTransfer(transfer: Transfer): string {
  const { path: file, direction, bytes, bytesDone, bytesPerSecond, secondsLeft } = transfer;
  const percent = bytes > 0 ? Math.floor((bytesDone / bytes) * 100) : 100;
  const facts = [text.percent({ percent })];
  if (bytesPerSecond > 0) facts.push(text.speed({ bytes: humanBytes(bytesPerSecond) }));
  if (secondsLeft !== null && secondsLeft > 0) {
    facts.push(text.left({ time: humanDuration(secondsLeft * 1000) }));
  }
  const arrow = direction === 'up' ? '↑' : '↓';
  return `${arrow} ${printable(file)} ${bar(bytesDone, bytes)} ${facts.join(', ')}`;
}

function showReason({ online, reason }: MountStatus): readonly string[] {
  if (online || reason === undefined) return [];
  if (reason.kind === 'unauthenticated') return [`    ${text.refusesPassword()}`];
  return [`    ${explainedLine(reason)}`];
}

function showQuota({ quota }: MountStatus): readonly string[] {
  if (quota === undefined) return [];
  const used = humanBytes(quota.used);
  if (quota.available === undefined) return [`  ${text.quotaWithoutLimit({ used })}`];
  return [`  ${text.quotaFree({ used, free: humanBytes(quota.available) })}`];
}

function showLimits({ limits }: MountStatus): readonly string[] {
  const { uploadBytesPerSecond: up, downloadBytesPerSecond: down } = limits;
  if (up === 0 && down === 0) return [];
  const say = (rate: number): string =>
    rate === 0 ? text.noLimit() : text.speed({ bytes: humanBytes(rate) });
  return [`  ${text.limits({ up: say(up), down: say(down) })}`];
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

function showConflicts({ conflictCopies }: MountStatus): readonly string[] {
  const count = conflictCopies.length;
  return count === 0 ? [] : [`  ${paint('yellow', text.conflicts({ count }))}`];
}

/** Those of others first: they keep the user from writing. */
function showLocks({ locks }: MountStatus): readonly string[] {
  const ordered = [...locks].sort((a, b) => Number(a.isMine) - Number(b.isMine));
  return rows(ordered, ordered.length, ({ path: file, owner, isMine }) => {
    const name = printable(file);
    if (isMine) return [text.lockedForOthers({ file: name })];
    return [paint('yellow', text.lockedBy({ file: name, owner: printable(owner) }))];
  });
}

function showHeld({ heldDeletions: held }: MountStatus): readonly string[] {
  if (held === null) return [];
  const say = held.reason === 'much' ? text.heldMuch : text.heldShare;
  const what = say({ count: held.entries, bytes: humanBytes(held.bytes) });
  return [`  ${paint('yellow', what)}`, `    ${text.heldHint()}`];
}

function showQueue({ pendingCount: count, failedCount: refused }: MountStatus): string {
  if (count === 0) return text.allSent();
  if (refused === 0) return text.waiting({ count });
  return paint('yellow', text.waitingSomeRefused({ count, refused }));
}

function showChange({ action, path: file, bytes, failure }: PendingChange): readonly string[] {
  const size = bytes > 0 ? ` (${humanBytes(bytes)})` : '';
  const line = `${actionText[action]()} ${printable(file)}${size}`;
  return failure === undefined ? [line] : [line, `  ${paint('red', explainedLine(failure))}`];
}
