/**
 * Random work by the user, by another client and by misfortune, on the real engine with a simulated
 * clock and server. Whatever happens, in the end both sides hold the same, and nothing that anybody
 * wrote is gone unless somebody who had seen it deleted or replaced it.
 *
 * `NUAGE_MODEL_RUNS` plays more histories, `NUAGE_MODEL_SEED` the same ones again.
 */
import fc from 'fast-check';
import { describe, it, vi } from 'vitest';
import type * as limits from '../../src/limits.js';
import { anyHistory, lonelyHistory } from './history.js';
import { playHistory } from './world.js';

// Most files here are small.
vi.mock('../../src/limits.js', async (original) => ({
  ...(await original<typeof limits>()),
  SERVER_COPY_BYTES_MIN: 20,
}));

const RUNS = Number(process.env['NUAGE_MODEL_RUNS'] ?? 300);
const SEED = Number(process.env['NUAGE_MODEL_SEED'] ?? Date.now() % 2 ** 31);
const HOUR_MS = 3_600_000;

describe(`the engine (seed ${SEED})`, { timeout: 24 * HOUR_MS }, () => {
  it('converges and loses nothing, whatever happens', () => {
    fc.assert(
      fc.property(anyHistory, (history) => playHistory(history, { isAlone: false })),
      { numRuns: Math.ceil(RUNS / 2), seed: SEED },
    );
  });

  it('is a local disk to who is alone, and brings the server just that', () => {
    fc.assert(
      fc.property(lonelyHistory, (history) => playHistory(history, { isAlone: true })),
      { numRuns: Math.ceil(RUNS / 2), seed: SEED },
    );
  });
});
