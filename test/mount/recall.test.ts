/** What was deleted or changed comes back by commands, on real mounts. */
import fs from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { MountStatus } from '../../src/cli/control-messages.js';
import type { Trashed } from '../../src/fs/history.js';
import type { HeldRemovals } from '../../src/sync/removal-guard.js';
import { type MountOptions, MountedNuage } from '../support/mounted-nuage.js';

let nuage: MountedNuage | undefined;

async function start(options: MountOptions = {}): Promise<MountedNuage> {
  nuage = await MountedNuage.start({ arguments: ['--upload-delay', '0'], ...options });
  return nuage;
}

afterEach(() => nuage?.close(), 60_000);

async function json<T>(mounted: MountedNuage, ...args: readonly string[]): Promise<T> {
  const { code, stdout, stderr } = await mounted.command(...args, '--json');
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}: ${stderr}`);
  return JSON.parse(stdout) as T;
}

describe('the trash of the server', { timeout: 60_000 }, () => {
  it('is listed, and gives a file back that shows at once', async () => {
    const mounted = await start({ files: { 'Cours/notes.txt': Buffer.from('20/20') } });
    await mounted.sh('cat Cours/notes.txt; rm Cours/notes.txt; ls Cours');
    await mounted.sync();
    const { entries } = await json<Trashed>(mounted, 'trash');
    expect(entries).toMatchObject([{ path: 'Cours/notes.txt', size: 5 }]);
    const number = entries[0]?.fileId ?? '';
    const { code, stdout } = await mounted.command('trash', '--restore', number);
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: `${path.join(mounted.folder, 'Cours/notes.txt')} is back.\n`,
    });
    expect(await mounted.sh('ls Cours; cat Cours/notes.txt')).toBe('notes.txt\n20/20');
  });

  it('says what to do where there is no such thing', async () => {
    const mounted = await start();
    const { code, stderr } = await mounted.command('trash', '--restore', 'none');
    expect(code).toBe(1);
    expect(stderr).toContain('`nuage-mount trash` shows the numbers.');
  });
});

describe('the versions of a file', { timeout: 60_000 }, () => {
  it('are listed, saved to another file and restored', async () => {
    const mounted = await start({ files: { 'a.txt': Buffer.from('one') } });
    await mounted.sh('echo -n two! > a.txt');
    await mounted.sync();
    const file = path.join(mounted.folder, 'a.txt');
    const listed = await json<{ versions: { size: number }[] }>(mounted, 'versions', file);
    expect(listed.versions.map(({ size }) => size)).toEqual([4, 3]);
    const copy = path.join(mounted.data, 'old.txt');
    expect((await mounted.command('versions', file, '--save', '2', '--to', copy)).code).toBe(0);
    expect(fs.readFileSync(copy, 'utf8')).toBe('one');
    const again = await mounted.command('versions', file, '--save', '2', '--to', copy);
    expect(again.stderr).toContain('there is a file of this name already');
    expect((await mounted.command('versions', file, '--restore', '2')).code).toBe(0);
    expect(await mounted.sh('cat a.txt')).toBe('one');
  });
});

describe('a deletion of most of the account', { timeout: 60_000 }, () => {
  const files = Object.fromEntries(
    Array.from({ length: 60 }, (_, number) => [`Cours/${number}.txt`, Buffer.from('x')]),
  );

  it('is held back, named by the status, and taken back', async () => {
    const mounted = await start({ files });
    await mounted.sh('rm -r Cours; echo new > new.txt');
    const { code, stderr } = await mounted.command('sync', mounted.folder);
    expect(code).toBe(9);
    expect(stderr).toContain('wait for your answer');
    expect(fs.readdirSync(path.join(mounted.server.folder, 'Cours'))).toHaveLength(60);
    expect(fs.existsSync(path.join(mounted.server.folder, 'new.txt'))).toBe(true);
    const status = await json<MountStatus>(mounted, 'status', mounted.folder);
    expect(status.heldDeletions).toMatchObject({ reason: 'much', entries: 61, paths: ['Cours'] });
    expect(mounted.output).toContain('deletions wait for your answer');
    const undone = await json<{ held: HeldRemovals }>(mounted, 'deletions', '--undo');
    expect(undone.held.entries).toBe(61);
    expect(await mounted.sh('ls Cours | wc -l; cat Cours/7.txt')).toBe('60\nx');
    await mounted.sync();
  });

  it('goes once it is confirmed', async () => {
    const mounted = await start({ files });
    await mounted.sh('rm -r Cours');
    await mounted.command('sync', mounted.folder);
    expect((await mounted.command('deletions', '--confirm')).code).toBe(0);
    await mounted.sync();
    expect(fs.existsSync(path.join(mounted.server.folder, 'Cours'))).toBe(false);
    expect((await mounted.command('deletions')).stdout).toBe('No deletion waits for an answer.\n');
  });
});
