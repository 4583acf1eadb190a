/** What file managers and indexers do with a mount, on real mounts. */
import fs from 'node:fs/promises';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { MountStatus } from '../../src/cli/control-messages.js';
import { type MountOptions, MountedNuage } from '../support/mounted-nuage.js';

const MIB = 1024 ** 2;
const FILES = '.Trash-1000/files';

let nuage: MountedNuage | undefined;

async function start(options: MountOptions): Promise<MountedNuage> {
  nuage = await MountedNuage.start(options);
  await nuage.sh(`mkdir -p -m 700 ${FILES} .Trash-1000/info`);
  return nuage;
}

afterEach(() => nuage?.close(), 60_000);

/** As GIO does, which does not copy where it may not move. */
function move(mounted: MountedNuage, from: string, to: string): Promise<string> {
  return mounted.sh(`python3 -c 'import os; os.rename("${from}", "${to}")'`);
}

describe('the trash of a file manager', { timeout: 60_000 }, () => {
  it('takes what is here whole and gives it back, while the server has it in its own', async () => {
    const mounted = await start({ files: { 'Cours/a.txt': Buffer.from('a') } });
    await mounted.sh('cat Cours/a.txt');
    await move(mounted, 'Cours', `${FILES}/Cours`);
    expect(await mounted.sh(`cat ${FILES}/Cours/a.txt; ls`)).toBe('a');
    await mounted.sync();
    expect(await fs.readdir(mounted.server.folder)).toEqual([]);
    await move(mounted, `${FILES}/Cours`, 'Cours');
    await mounted.sync();
    expect(await fs.readFile(path.join(mounted.server.folder, 'Cours/a.txt'), 'utf8')).toBe('a');
    const removals = (await mounted.server.requests()).filter(({ method }) => method === 'DELETE');
    expect(removals.length).toBe(1);
  });

  it('shows nothing of what only the server has, to programs that looked before as well', async () => {
    const mounted = await start({ files: { 'film.bin': Buffer.alloc(4 * MIB) } });
    await mounted.sh(`ls -la . ${FILES}; echo note > .Trash-1000/info/film.bin.trashinfo`);
    await move(mounted, 'film.bin', `${FILES}/film.bin`);
    const left = `for i in $(seq 50); do [ -e ${FILES}/film.bin ] || break; sleep 0.05; done;
      find .Trash-1000 -type f; ls`;
    expect(await mounted.sh(left)).toBe('');
    await mounted.sync();
    expect(await fs.readdir(mounted.server.folder)).toEqual([]);
    const bytes = (await mounted.server.requests()).filter(({ method }) => method === 'GET');
    expect(bytes.some(({ path: file }) => file.endsWith('film.bin'))).toBe(false);
  });
});

describe('the root', { timeout: 60_000 }, () => {
  it('names the account by a file that no listing shows and the server never sees', async () => {
    const mounted = await start({});
    const info = await mounted.sh('cat .xdg-volume-info');
    expect(info).toMatch(
      /^\[Volume Info\]\nName=Nuage \(prof@127\.0\.0\.1\)\nIcon=folder-remote\n$/,
    );
    expect(await mounted.sh('ls -A')).toBe('.Trash-1000\n');
    await mounted.sh('echo Name=Mine >> .xdg-volume-info');
    await mounted.sync();
    expect(await fs.readdir(mounted.server.folder)).toEqual([]);
    await mounted.end();
    await mounted.mount();
    expect(await mounted.sh('cat .xdg-volume-info')).toContain('Name=Mine');
    await mounted.sh('rm .xdg-volume-info');
    await mounted.end();
    await mounted.mount();
    expect(await mounted.sh('cat .xdg-volume-info')).toBe(info);
    expect(await fs.readdir(mounted.server.folder)).toEqual([]);
  });
});

describe('the status', { timeout: 60_000 }, () => {
  it('names the programs that have read, with what they read', async () => {
    const mounted = await start({
      files: { 'a.bin': Buffer.alloc(MIB), 'b.bin': Buffer.alloc(10) },
    });
    await mounted.sh('cat a.bin b.bin >/dev/null; head -c 5 b.bin >/dev/null');
    const { stdout } = await mounted.command('status', mounted.folder, '--json');
    const status = JSON.parse(stdout) as MountStatus;
    const uid = process.getuid?.();
    expect(status.readers).toContainEqual(
      expect.objectContaining({ program: 'cat', uid, bytes: MIB + 10, files: 2 }),
    );
    const { stdout: text } = await mounted.command('status', mounted.folder);
    expect(text).toMatch(/read most since the mount: cat 1\.0 MB \(2 files\)/);
  });
});
