/**
 * Tells when the connections to the server are worth nothing any more: the machine has slept, or
 * the way out is another one. Looked at cheaply now and then; nothing has to be installed for it.
 */
import fs from 'node:fs';
import os from 'node:os';
import { LINE_LOOK_MS, SLEEP_MS_MIN } from '../limits.js';
import { waysOut } from './ways-out.js';

export interface LineSigns {
  /** Goes on while the machine sleeps, milliseconds. */
  readonly uptimeMs: number;
  /** Stands still while the machine sleeps, milliseconds. */
  readonly awakeMs: number;
  /** By which ways this machine reaches others: see {@link waysOut}. */
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
  return {
    uptimeMs: os.uptime() * 1000,
    awakeMs: performance.now(),
    ways: waysOut(os.networkInterfaces(), read('/proc/net/route'), read('/proc/net/ipv6_route')),
  };
}

function read(file: string): string | undefined {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
