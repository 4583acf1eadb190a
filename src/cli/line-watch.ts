/**
 * Tells when the connections to the server are worth nothing any more: the machine has slept, or
 * the way out is another one. Looked at cheaply now and then; nothing has to be installed for it.
 */
import fs from 'node:fs';
import os from 'node:os';
import { LINE_LOOK_MS, SLEEP_MS_MIN } from '../limits.js';

export interface LineSigns {
  /** Goes on while the machine sleeps, milliseconds. */
  readonly uptimeMs: number;
  /** Stands still while the machine sleeps, milliseconds. */
  readonly awakeMs: number;
  /** Interfaces and gateways of the default routes, with the addresses of this machine there. */
  readonly ways: string;
}

export type LineChange = 'slept' | 'moved';

function compare(before: LineSigns, now: LineSigns): LineChange | undefined {
  const sleptMs = now.uptimeMs - before.uptimeMs - (now.awakeMs - before.awakeMs);
  if (sleptMs >= SLEEP_MS_MIN) return 'slept';
  return now.ways === before.ways ? undefined : 'moved';
}

/** @returns ends it. */
export function watchLine(
  onChange: (change: LineChange) => void,
  look: () => LineSigns = signs,
): () => void {
  let before = seen(look);
  const timer = setInterval(() => {
    const now = seen(look);
    const change = before === undefined || now === undefined ? undefined : compare(before, now);
    before = now ?? before;
    if (change !== undefined) onChange(change);
  }, LINE_LOOK_MS);
  return () => clearInterval(timer);
}

/** Undefined where the system lets nobody look, as without a free descriptor. */
function seen(look: () => LineSigns): LineSigns | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}

function signs(): LineSigns {
  return { uptimeMs: os.uptime() * 1000, awakeMs: performance.now(), ways: ways(routes()) };
}

/** @param table as in /proc/net/route; other machines have none, and are looked at as a whole. */
function ways(table: string | undefined): string {
  const addresses = os.networkInterfaces();
  const lines = (table ?? '').split('\n').map((line) => line.split('\t'));
  const defaults = lines.filter(([, destination, , , , , , mask]) => {
    return destination === NOWHERE && mask === NOWHERE;
  });
  const names = new Set(table === undefined ? Object.keys(addresses) : defaults.map(([at]) => at));
  const own = [...names].map((name = '') => {
    const there = (addresses[name] ?? []).filter(({ family }) => family === 'IPv4');
    return [name, ...there.map(({ address }) => address)].join(' ');
  });
  return [...defaults.map(([at, , gateway]) => `${at} ${gateway}`), ...own].sort().join('\n');
}

const NOWHERE = '00000000';

function routes(): string | undefined {
  try {
    return fs.readFileSync('/proc/net/route', 'utf8');
  } catch {
    return undefined;
  }
}
