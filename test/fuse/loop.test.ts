/** The engine thread's loop: who wakes it, in which order it serves, when it ends. */
import { closeSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OPCODE } from '../../src/fuse/constants.js';
import type { LoopOptions } from '../../src/fuse/loop.js';
import { runLoop } from '../../src/fuse/loop.js';
import { createWakeup, drainWakeup, signalWakeup } from '../../src/fuse/system.js';
import { PollSet } from '../../src/fuse/pollset.js';
import { KernelStandIn, text } from './kernel-stand-in.js';
import { MemoryFileSystem } from './memfs/memory-file-system.js';

let stand: KernelStandIn;
let wakeupFd: number;
let calls: string[];

beforeEach(() => {
  stand = new KernelStandIn(new MemoryFileSystem({ validMs: 0, uid: 0, gid: 0 }));
  stand.init();
  wakeupFd = createWakeup();
  calls = [];
});

afterEach(() => {
  stand.close();
  closeSync(wakeupFd);
});

/** Runs the loop with timers that end it after two seconds at the latest. */
function loop(change: Partial<LoopOptions>): void {
  const end = performance.now() + 2_000;
  runLoop({
    session: stand.session,
    wakeupFd,
    onWakeup: () => calls.push('wakeup'),
    nextTimerMs: () => end - performance.now(),
    onTimer: () => {
      calls.push('too late');
      stand.session.stop();
    },
    ...change,
  });
}

describe('the loop', () => {
  it('ends at once when the device is gone', () => {
    stand.hangUp();
    loop({});
    expect(calls).toEqual([]);
    expect(stand.session.ended).toBe(true);
  });

  it('calls a timer that is due without waiting, again and again, until it is stopped', () => {
    let left = 3;
    const start = performance.now();
    loop({
      nextTimerMs: () => (left > 0 ? 0 : Infinity),
      onTimer: () => {
        calls.push('timer');
        left -= 1;
        if (left === 0) stand.session.stop();
      },
    });
    expect(calls).toEqual(['timer', 'timer', 'timer']);
    expect(performance.now() - start).toBeLessThan(500);
  });

  it('waits for a timer that is not due yet', () => {
    const start = performance.now();
    const due = start + 50;
    loop({ nextTimerMs: () => due - performance.now(), onTimer: () => stand.session.stop() });
    expect(performance.now() - start).toBeGreaterThanOrEqual(49);
    expect(performance.now() - start).toBeLessThan(1_000);
  });

  it('is woken by the eventfd once for any number of signals', () => {
    for (let index = 0; index < 5; index += 1) signalWakeup(wakeupFd);
    let timer = false;
    loop({
      onWakeup: () => {
        calls.push('wakeup');
        timer = true;
      },
      nextTimerMs: () => (timer ? 0 : Infinity),
      onTimer: () => stand.session.stop(),
    });
    expect(calls).toEqual(['wakeup']);
    expect(new PollSet([wakeupFd]).wait(0)).toBe(0);
  });

  it('looks around once a second although nothing happens', () => {
    let asked = 0;
    const start = performance.now();
    loop({
      nextTimerMs: () => {
        asked += 1;
        if (asked > 2) stand.session.stop();
        return Infinity;
      },
    });
    expect(performance.now() - start).toBeGreaterThan(900);
    expect(performance.now() - start).toBeLessThan(3_000);
  });

  it('serves what is waiting in the device and leaves after `stop`', () => {
    const unique = stand.sendOnly({ opcode: OPCODE.LOOKUP, body: text('nothing') });
    loop({ onTimer: () => stand.session.stop(), nextTimerMs: timerAfter(50) });
    expect(stand.answer()).toMatchObject({ unique });
  });
});

describe('the wake-up', () => {
  it('is ready after a signal and not after it was taken', () => {
    const poll = new PollSet([wakeupFd]);
    expect(poll.wait(0)).toBe(0);
    signalWakeup(wakeupFd);
    expect(poll.wait(0)).toBe(1);
    expect(poll.isReady(0)).toBe(true);
    drainWakeup(wakeupFd);
    expect(poll.wait(0)).toBe(0);
    expect(poll.isReady(0)).toBe(false);
    // Taking what is not there neither waits nor throws.
    drainWakeup(wakeupFd);
  });
});

function timerAfter(ms: number): () => number {
  const due = performance.now() + ms;
  return () => due - performance.now();
}
