/** Conflicts and refusals are decided on by commands, on real mounts. */
import fs from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Conflict } from '../../src/fs/conflicts.js';
import { type MountOptions, MountedNuage } from '../support/mounted-nuage.js';

let nuage: MountedNuage | undefined;

async function start(options: MountOptions = {}): Promise<MountedNuage> {
  nuage = await MountedNuage.start({ arguments: ['--upload-delay', '5'], ...options });
  return nuage;
}

afterEach(() => nuage?.close(), 60_000);

/** `a.txt` here as a copy with `mine`, and at its name with `their version`. */
async function conflict(): Promise<MountedNuage> {
  const mounted = await start({ files: { 'a.txt': Buffer.from('base') } });
  await mounted.sh('cat a.txt; echo -n mine > a.txt');
  fs.writeFileSync(path.join(mounted.server.folder, 'a.txt'), 'their version');
  await mounted.server.control('rescan');
  await mounted.sync();
  return mounted;
}

describe('a conflict', { timeout: 90_000 }, () => {
  it('is listed with both sides, and mine takes the name and the identity', async () => {
    const mounted = await conflict();
    const { stdout } = await mounted.command('conflicts', '--json');
    const { conflicts } = JSON.parse(stdout) as { conflicts: Conflict[] };
    expect(conflicts).toMatchObject([
      { originalPath: 'a.txt', mine: { size: 4 }, theirs: { path: 'a.txt', size: 13 } },
    ]);
    const id = 'getfattr --only-values -n user.nuage.fileid a.txt';
    const before = await mounted.sh(id);
    const file = path.join(mounted.folder, 'a.txt');
    expect((await mounted.command('conflicts', file, '--keep', 'mine')).code).toBe(0);
    await mounted.sync();
    expect(await mounted.sh('ls; cat a.txt')).toBe('a.txt\nmine');
    expect(await mounted.sh(id)).toBe(before);
    expect(fs.readFileSync(path.join(mounted.server.folder, 'a.txt'), 'utf8')).toBe('mine');
    expect((await mounted.command('conflicts')).stdout).toBe('There is no conflict.\n');
  });

  it('is decided for theirs, mine being in the trash of the server', async () => {
    const mounted = await conflict();
    expect((await mounted.command('conflicts', '--keep', 'theirs')).code).toBe(0);
    await mounted.sync();
    expect(await mounted.sh('ls; cat a.txt')).toBe('a.txt\ntheir version');
    expect((await mounted.command('trash')).stdout).toContain('a (conflicted copy ');
  });

  it('is decided for both, under two names', async () => {
    const mounted = await conflict();
    expect((await mounted.command('conflicts', '--keep', 'both')).code).toBe(0);
    expect(await mounted.sh('ls; cat "a (2).txt"')).toBe('a (2).txt\na.txt\nmine');
    expect((await mounted.command('conflicts')).stdout).toBe('There is no conflict.\n');
  });
});

describe('a change that the server refuses', { timeout: 90_000 }, () => {
  it('is saved elsewhere, and given up once that was asked for twice', async () => {
    const mounted = await start({ files: { 'a.txt': Buffer.from('base') } });
    const action = { kind: 'respond', status: 403 } as const;
    await mounted.server.fault({ method: 'PUT', times: 100, action });
    await mounted.sh('cat a.txt; echo -n edited > a.txt; echo -n new > new.txt');
    expect((await mounted.command('sync', mounted.folder)).code).toBe(9);
    expect(await mounted.sh('getfattr --only-values -n user.nuage.state a.txt')).toBe('error');
    expect(await mounted.sh('getfattr --only-values -n user.nuage.error a.txt')).toContain('403');
    const saved = path.join(mounted.data, 'saved');
    expect((await mounted.command('retry', mounted.folder, '--save-to', saved)).code).toBe(0);
    expect(fs.readFileSync(path.join(saved, 'new.txt'), 'utf8')).toBe('new');
    const again = await mounted.command('retry', mounted.folder, '--save-to', saved);
    expect(again.stderr).toMatch(/could not be written: it exists already/);
    const asked = await mounted.command('discard', mounted.folder);
    expect(asked.code).toBe(9);
    expect(asked.stdout).toContain('new.txt: exists on this machine only, and is deleted');
    expect(await mounted.sh('ls; cat a.txt')).toBe('a.txt\nnew.txt\nedited');
    expect((await mounted.command('discard', mounted.folder, '--yes')).code).toBe(0);
    expect(await mounted.sh('ls; cat a.txt')).toBe('a.txt\nbase');
    await mounted.sync();
  });
});
