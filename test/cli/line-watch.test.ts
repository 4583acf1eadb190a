/** Another network, or a machine that has slept: what is noticed, and what it means. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type LineChange, type LineSigns, watchLine } from '../../src/cli/line-watch.js';
import { LINE_LOOK_MS } from '../../src/limits.js';

const HOME: LineSigns = { uptimeMs: 900_000, awakeMs: 50_000, ways: 'wlan0 0101A8C0\n192.168.1.7' };

/** What a watch tells that sees these signs two seconds after those at home. */
function toldOf(part: Partial<LineSigns>): LineChange | undefined {
  const looks = [HOME, { ...HOME, uptimeMs: 902_000, awakeMs: 52_000, ...part }];
  const told: LineChange[] = [];
  const end = watchLine(
    (change) => told.push(change),
    () => looks.shift() ?? HOME,
  );
  vi.advanceTimersByTime(LINE_LOOK_MS);
  end();
  return told[0];
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('a look at the line', () => {
  it.each([
    ['nothing has happened', {}, undefined],
    ['the look came late, on a busy machine', { uptimeMs: 940_000, awakeMs: 90_000 }, undefined],
    ['the machine has slept', { uptimeMs: 3_900_000 }, 'slept'],
    ['the network is another one', { ways: 'eth0 0101A8C0\n192.168.1.9' }, 'moved'],
    ['there is no network', { ways: '' }, 'moved'],
  ])('where %s', (_, part, change) => {
    expect(toldOf(part)).toBe(change);
  });
});

describe('a watch', () => {
  it('tells each change once, until it is ended', () => {
    let signs = HOME;
    const told: LineChange[] = [];
    const end = watchLine(
      (change) => told.push(change),
      () => signs,
    );
    vi.advanceTimersByTime(3 * LINE_LOOK_MS);
    expect(told).toEqual([]);
    signs = { ...HOME, ways: 'eth0 0101A8C0' };
    vi.advanceTimersByTime(3 * LINE_LOOK_MS);
    signs = { ...signs, uptimeMs: signs.uptimeMs + 60_000 };
    vi.advanceTimersByTime(3 * LINE_LOOK_MS);
    expect(told).toEqual(['moved', 'slept']);
    end();
    signs = HOME;
    vi.advanceTimersByTime(3 * LINE_LOOK_MS);
    expect(told).toHaveLength(2);
  });

  it('sees the same line of this machine when it looks twice', () => {
    const told: LineChange[] = [];
    vi.useRealTimers();
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const end = watchLine((change) => told.push(change));
    vi.advanceTimersByTime(5 * LINE_LOOK_MS);
    end();
    expect(told).toEqual([]);
  });
});
