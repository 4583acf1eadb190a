/**
 * Small histories, all of them, killed at every point: before each call that changes the disk,
 * with the requests that were under way done by the server or not. After the next start the user
 * sees what was acknowledged (or what was just being done), the server gets exactly that, and
 * there is no conflict.
 *
 * `NUAGE_CRASH_PAIRS=1` plays all pairs of scripts, which takes the better part of an hour.
 */
import fs from 'node:fs';
import { describe, expect, it } from 'vitest';
import { NuageError } from '../../src/errors.js';
import { watchingBoundaries } from '../support/boundaries.js';
import { EngineBench } from '../support/engine-bench.js';
import type { SimulatedNextcloud } from '../support/simulated-nextcloud.js';
import { AcknowledgedUser, type Tree } from './acknowledged-user.js';
import { ACCOUNT, type Script, SCRIPTS } from './scripts.js';

/** What a kill at one point leaves. */
interface Wreck {
  readonly point: string;
  readonly folder: string;
  readonly server: SimulatedNextcloud;
  readonly allowed: readonly Tree[];
}

/** Between the scripts of a history: at once, or while the first one is on its way. */
type Pause = 'none' | 'while it is sent';

function wrecksOf(scripts: readonly Script[], pause: Pause, onWreck: (wreck: Wreck) => void): void {
  const bench = new EngineBench();
  try {
    for (const [at, text] of Object.entries(ACCOUNT)) {
      if (text === undefined) bench.server.makeFolder(at);
      else bench.server.write(at, text);
    }
    bench.tree();
    bench.settle();
    const user = new AcknowledgedUser(bench);
    for (const [at, text] of Object.entries(ACCOUNT)) user.knows(at, text);
    let crossings = 0;
    const onCrossing = (name: string): void => {
      crossings += 1;
      const isDone = crossings % 2 === 0 && bench.server.waiting > 0;
      onWreck({
        point: `${crossings}: before ${name}, requests ${isDone ? 'done' : 'lost'}`,
        folder: bench.snapshot(),
        server: isDone ? bench.server.cloneWhenDone() : bench.server.clone(),
        allowed: user.allowed,
      });
    };
    watchingBoundaries(
      ({ name, isWithinTransaction, isRead }) => {
        if (!isWithinTransaction && !isRead) onCrossing(name);
      },
      () => {
        for (const script of scripts) {
          play(script, user);
          if (pause === 'while it is sent') for (let t = 0; t < 3; t += 1) bench.advance(600);
        }
        bench.settle();
      },
    );
    onWreck({
      point: 'the end',
      folder: bench.snapshot(),
      server: bench.server.clone(),
      allowed: user.allowed,
    });
  } finally {
    bench.close();
  }
}

/** The second of two scripts may find that the first has taken what it wants to work with. */
function play(script: Script, user: AcknowledgedUser): void {
  try {
    script(user);
  } catch (error) {
    if (!(error instanceof NuageError) || error.kind === 'assertion') throw error;
  }
}

function expectWhole({ point, folder, server, allowed }: Wreck): void {
  const bench = new EngineBench({ folder, server });
  try {
    const seen = sorted(bench.tree());
    expect(allowed.map(sorted), `what is seen after a kill at ${point}`).toContainEqual(seen);
    for (let round = 0; round < 3; round += 1) bench.settle();
    expect(sorted(server.tree()), `on the server after a kill at ${point}`).toEqual(seen);
    expect(sorted(bench.tree()), `what is seen later, after a kill at ${point}`).toEqual(seen);
  } finally {
    bench.close();
  }
}

function sorted(tree: Tree): readonly (readonly [string, string])[] {
  return [...tree].sort(([a], [b]) => (a < b ? -1 : 1));
}

function killEverywhere(scripts: readonly Script[], pause: Pause): number {
  let kills = 0;
  const wrecks: Wreck[] = [];
  try {
    wrecksOf(scripts, pause, (wreck) => wrecks.push(wreck));
    for (const wreck of wrecks) {
      expectWhole(wreck);
      kills += 1;
    }
  } finally {
    for (const { folder } of wrecks) fs.rmSync(folder, { recursive: true, force: true });
  }
  return kills;
}

const HOUR_MS = 3_600_000;
const NAMED = Object.entries(SCRIPTS);

describe('a user who is killed at any point', { timeout: 2 * HOUR_MS }, () => {
  it.each(NAMED)('and %s', (_, script) => {
    expect(killEverywhere([script], 'none')).toBeGreaterThan(5);
  });
});

if (process.env['NUAGE_CRASH_PAIRS'] !== undefined) {
  describe('a user who is killed at any point of two things', { timeout: 2 * HOUR_MS }, () => {
    const pairs = NAMED.flatMap(([first, a]) =>
      NAMED.map(([second, b]) => ({ title: `${first}, then ${second}`, scripts: [a, b] })),
    );
    it.each(pairs)('$title', ({ scripts }) => {
      let kills = 0;
      for (const pause of ['none', 'while it is sent'] as const) {
        kills += killEverywhere(scripts, pause);
      }
      console.log(`${kills} kills`);
      expect(kills).toBeGreaterThan(20);
    });
  });
}
