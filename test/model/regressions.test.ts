/** Histories that once went wrong, as short as they could be made. */
import { describe, it } from 'vitest';
import type { History } from './history.js';
import { playHistory } from './world.js';

interface Regression {
  readonly isAlone: boolean;
  readonly steps: History['steps'];
}

const REGRESSIONS: Readonly<Record<string, Regression>> = {
  'sends a refused change again although the clock was set back by a day': {
    isAlone: true,
    steps: [
      { do: 'write', at: 'a', size: 1 },
      { do: 'refusals', kinds: ['precondition'] },
      { do: 'answers', count: 6, pick: 0 },
      { do: 'time', seconds: 2 },
      { do: 'answers', count: 6, pick: 0 },
      { do: 'clock jump', seconds: -86_400 },
    ],
  },
  'makes no conflict of an upload whose answer was lost before another refusal': {
    isAlone: true,
    steps: [
      { do: 'write', at: 'a', size: 1 },
      { do: 'lose answers', count: 1 },
      { do: 'time', seconds: 1 },
      { do: 'answers', count: 4, pick: 0 },
      // The line is back: the folder is listed, and the upload goes again.
      { do: 'time', seconds: 2 },
      { do: 'answers', count: 2, pick: 0 },
      { do: 'time', seconds: 1 },
      { do: 'faults', kinds: ['locked'] },
      { do: 'answers', count: 1, pick: 3 },
      { do: 'settle' },
    ],
  },
  'makes no conflict of an upload that was refused before its answer was lost': {
    isAlone: true,
    steps: [
      { do: 'write', at: 'a', size: 1 },
      { do: 'refusals', kinds: ['precondition'] },
      { do: 'lose answers', count: 1 },
      { do: 'settle' },
    ],
  },
};

describe('the engine', () => {
  it.each(Object.entries(REGRESSIONS))('%s', (_, { isAlone, steps }) => {
    // Answered in the order asked, and in one other.
    for (const schedule of [0, 1]) playHistory({ schedule, steps }, { isAlone });
  });
});
