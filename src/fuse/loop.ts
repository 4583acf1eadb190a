/**
 * The engine thread's one loop: the device, the wake-up descriptor and the timers. It waits in
 * poll alone, never longer than a second, so that a lost wake-up costs a second at most.
 */
import { availableParallelism } from 'node:os';
import { LOOP_BATCH_REQUESTS_MAX, LOOP_POLL_MS_MAX, LOOP_SPIN_MS } from '../limits.js';
import { PollSet } from './pollset.js';
import type { FuseSession } from './session.js';
import { drainWakeup } from './system.js';

export interface LoopOptions {
  readonly session: FuseSession;
  /** eventfd that other threads write. */
  readonly wakeupFd: number;
  /** Called after the eventfd was written; it has been drained before. */
  readonly onWakeup: () => void;
  /** Milliseconds until the next timer; Infinity when there is none. */
  readonly nextTimerMs: () => number;
  /** Called when that time has come. */
  readonly onTimer: () => void;
}

const DEVICE = 0;
const WAKEUP = 1;

/** Returns when the mount is gone or `session.stop()` was called. */
export function runLoop(options: LoopOptions): void {
  const { session } = options;
  const poll = new PollSet([session.deviceFd, options.wakeupFd]);
  for (;;) {
    session.runWoken();
    // Asked anew each time: what a handler did may have made a timer due.
    const timerMs = options.nextTimerMs();
    if (timerMs <= 0) options.onTimer();
    if (session.ended) break;
    const waitMs = Math.min(
      timerMs <= 0 ? options.nextTimerMs() : timerMs,
      session.nextDeadlineMs(),
      LOOP_POLL_MS_MAX,
    );
    if (poll.wait(Math.max(0, Math.ceil(waitMs))) === 0) continue;
    if (poll.isReady(WAKEUP)) {
      drainWakeup(options.wakeupFd);
      options.onWakeup();
      // The work that came may hold what the kernel's next request needs.
      session.runWoken();
    }
    if (poll.isReady(DEVICE)) serveBatch(session);
  }
  session.close();
}

/**
 * While we answer, whoever we woke has often sent the next request already, or does so in a moment:
 * asking for it costs less than to sleep and be woken, which a program that calls one thing after
 * the other pays each time. Bounded, so that wake-ups and timers come to their turn.
 */
function serveBatch(session: FuseSession): void {
  for (let served = 0; served < LOOP_BATCH_REQUESTS_MAX; served += 1) {
    if (!session.receive() && !receiveWithin(session, SPIN_MS)) return;
  }
}

/** On one processor alone, who should send the next request could not run meanwhile. */
const SPIN_MS = availableParallelism() > 1 ? LOOP_SPIN_MS : 0;

function receiveWithin(session: FuseSession, milliseconds: number): boolean {
  const end = performance.now() + milliseconds;
  while (!session.ended && performance.now() < end) {
    if (session.receive()) return true;
  }
  return false;
}
