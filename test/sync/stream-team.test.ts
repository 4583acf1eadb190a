import { describe, expect, it } from 'vitest';
import { StreamTeam, type TeamVerdict } from '../../src/sync/stream-team.js';

const STEP_MS = 250;

/** @param rates bytes per millisecond of each step. */
function verdicts(rates: readonly number[], couldUseMore = true): TeamVerdict[] {
  const team = new StreamTeam();
  let bytes = 0;
  team.judge({ now: 0, bytes, couldUseMore });
  return rates.map((rate, step) => {
    bytes += rate * STEP_MS;
    return team.judge({ now: (step + 1) * STEP_MS, bytes, couldUseMore });
  });
}

describe('more streams', () => {
  it('join once the rate of the first is steady', () => {
    expect(verdicts([100, 1_000, 4_000, 4_100])).toEqual(['stay', 'stay', 'stay', 'join']);
  });

  it('do not join a reader that could not use more', () => {
    expect(verdicts([4_000, 4_000, 4_000], false)).not.toContain('join');
  });

  it('do not join a stream that is as fast as lines are', () => {
    expect(verdicts([200_000, 200_000, 200_000])).not.toContain('join');
  });

  it('stay where all bring clearly more, and are not joined again', () => {
    const rates = [4_000, 4_000, ...Array<number>(20).fill(9_000)];
    expect(verdicts(rates).filter((verdict) => verdict !== 'stay')).toEqual(['join']);
  });

  it('leave where they bring nothing', () => {
    const rates = [4_000, 4_000, ...Array<number>(10).fill(4_400)];
    expect(verdicts(rates).filter((verdict) => verdict !== 'stay')).toEqual(['join', 'leave']);
  });
});
