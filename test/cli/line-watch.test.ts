/** Another network, or a machine that has slept: what is noticed, and what it means. */
import type { networkInterfaces } from 'node:os';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type LineChange, type LineSigns, watchLine } from '../../src/cli/line-watch.js';
import { waysOut } from '../../src/cli/ways-out.js';
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

describe('the ways out', () => {
  const HEAD = 'Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT';
  const V4 = `${HEAD}\nwlan0\t00000000\t0101A8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0\n`;
  const zeros = '0'.repeat(32);
  const v6 = (gateway: string, name = 'wlan0'): string =>
    `${zeros} 00 ${zeros} 00 ${gateway} 00000400 00000003 00000000 00000003 ${name.padStart(8)}\n`;
  const HOP = `fe80${'0'.repeat(27)}1`;
  const NONE = `${zeros} 00 ${zeros} 00 ${zeros} ffffffff 00000001 00000000 00200200       lo\n`;

  function at(...addresses: readonly string[]): ReturnType<typeof networkInterfaces> {
    const rest = { netmask: '', mac: '', internal: false, cidr: null };
    const all = ['fe80::7', ...addresses].map((address) =>
      address.includes(':')
        ? ({ ...rest, address, family: 'IPv6', scopeid: 0 } as const)
        : ({ ...rest, address, family: 'IPv4' } as const),
    );
    return { wlan0: all };
  }

  const only = (address: string): string => waysOut(at(address), HEAD, v6(HOP) + NONE);

  it('of IPv6 alone are told apart by the network, not by an address that changes in it', () => {
    expect(only('2001:db8:1:2:aaaa::1')).not.toBe('');
    expect(only('2001:db8:1:2:aaaa::1')).toBe(only('2001:db8:1:2:bbbb:cccc:dddd:eeee'));
    expect(only('2001:db8:1:2:aaaa::1')).not.toBe(only('2001:db8:1:3:aaaa::1'));
    expect(only('2001:db8::1')).toBe(only('2001:db8:0:0:1::'));
    expect(waysOut(at('2001:db8::1'), HEAD, v6(HOP) + NONE)).not.toBe(
      waysOut(at('2001:db8::1'), HEAD, v6(HOP.replace(/1$/, '2')) + NONE),
    );
    expect(waysOut(at('2001:db8::1'), HEAD, NONE)).toBe('');
  });

  it('of IPv6 beside IPv4 come and go unnoticed', () => {
    const both = waysOut(at('192.168.1.7', '2001:db8::1'), V4, v6(HOP));
    expect(both).toBe(waysOut(at('192.168.1.7'), V4, ''));
    expect(both).not.toBe(waysOut(at('192.168.1.8'), V4, v6(HOP)));
  });
});
