/**
 * `kill -9` of the program in the middle of real work on a real mount. What was acknowledged is
 * there at the next start and in the end on the server; a file that is saved by rename is always
 * one of its versions as a whole, and never an older one than was acknowledged; and nobody else
 * worked there, so there is no conflict. `NUAGE_KILLS` kills more often.
 */
import { describe, it } from 'vitest';
import { type Break, breakAtWork, MS_PER_BREAK_MAX } from './busy-work.js';

const KILLS = Number(process.env['NUAGE_KILLS'] ?? 10);

const KILL: Break = {
  name: 'kill',
  isSynced: false,
  happens: (mounted) => mounted.end('SIGKILL'),
};

describe.runIf(process.platform === 'linux')('a mount that is killed at work', () => {
  it(
    `has lost nothing that was acknowledged, after ${KILLS} kills`,
    () => breakAtWork(KILLS, KILL),
    KILLS * MS_PER_BREAK_MAX,
  );
});
