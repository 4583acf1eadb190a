/** One account mounted twice, each with a state of its own: as on two machines. */
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isConflictName } from '../../src/sync/conflict.js';
import { MountedNuage } from '../support/mounted-nuage.js';

const ARGUMENTS = ['--poll-interval', '1'];

const SEEN_MS_MAX = 60_000;

type Tree = readonly string[];

let here: MountedNuage;
let there: MountedNuage;

beforeAll(async () => {
  here = await MountedNuage.start({ arguments: ARGUMENTS });
  there = await MountedNuage.start({ arguments: ARGUMENTS, server: here.server });
}, 120_000);

afterAll(async () => {
  await there.close();
  await here.close();
}, 60_000);

/** Each with its text; a conflict copy under the name of its original, with a star. */
async function treeIn(mounted: MountedNuage): Promise<Tree> {
  const list = 'find . -mindepth 1 ! -name .xdg-volume-info';
  const lines = await mounted.sh(
    `${list} -printf '%y %p\\n'; ${list} -type f -exec grep -H ^ {} +`,
  );
  return lines.split('\n').map(withoutDate).sort();
}

function withoutDate(line: string): string {
  return isConflictName(line) ? line.replace(/ \(conflicted copy [^)]*\)/, '*') : line;
}

/** Until both show the same, which is what the server has. */
async function agreed(): Promise<Tree> {
  const deadline = Date.now() + SEEN_MS_MAX;
  for (;;) {
    for (const mounted of [here, there]) await mounted.sync();
    const [ours, theirs] = [await treeIn(here), await treeIn(there)];
    if (ours.join('\n') === theirs.join('\n')) return ours;
    if (Date.now() > deadline) expect(theirs).toEqual(ours);
    await pause(1_000);
  }
}

/** Neither machine reaches the server meanwhile. */
async function apart(work: () => Promise<unknown>): Promise<void> {
  await here.server.settings({ maintenance: true });
  await work();
  await here.server.settings({ maintenance: false });
  for (const mounted of [here, there]) {
    while ((await mounted.command('sync', mounted.folder)).code !== 0) await pause(500);
  }
}

const onServer = (name: string): string =>
  fs.readFileSync(path.join(here.server.folder, name), 'utf8');

describe('on two machines', { timeout: 240_000 }, () => {
  it('what is made on one shows on the other', async () => {
    await here.sh('mkdir shared && echo first > shared/a.txt && echo kept > shared/b.txt');
    expect(await agreed()).toContain('./shared/a.txt:first');
    await there.sh('echo second > shared/a.txt && mv shared/b.txt shared/c.txt');
    const tree = await agreed();
    expect(tree).toContain('./shared/a.txt:second');
    expect(tree).toContain('./shared/c.txt:kept');
    expect(onServer('shared/a.txt')).toBe('second\n');
  });

  it('of a file that both have changed there are both versions on both', async () => {
    await here.sh('echo before > both.txt');
    await agreed();
    await apart(async () => {
      await here.sh('echo ours > both.txt');
      await there.sh('echo theirs > both.txt');
    });
    const tree = await agreed();
    const texts = tree.filter((line) => line.startsWith('./both'));
    expect(texts.map((line) => line.split(':')[1]).sort()).toEqual(['ours', 'theirs']);
    expect(texts.map((line) => line.split(':')[0]).sort()).toEqual(['./both*.txt', './both.txt']);
  });

  it('a folder that is deleted on one comes back with what is new in it on the other', async () => {
    await here.sh('mkdir folder && echo old > folder/old.txt');
    await agreed();
    await apart(async () => {
      await here.sh('rm -r folder');
      await there.sh('echo new > folder/new.txt');
    });
    const tree = (await agreed()).filter((line) => line.includes('/folder'));
    expect(tree).toEqual(['./folder/new.txt:new', 'd ./folder', 'f ./folder/new.txt']);
  });

  it('a file that is renamed on one has the text that the other gave it', async () => {
    await here.sh('echo old > name.txt');
    await agreed();
    await apart(async () => {
      await here.sh('mv name.txt renamed.txt');
      await there.sh('echo new > name.txt');
    });
    const tree = (await agreed()).filter((line) => line.includes('name'));
    expect(tree).toEqual(['./renamed.txt:new', 'f ./renamed.txt']);
  });
});
