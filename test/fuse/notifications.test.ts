/**
 * What changed behind the kernel's back, told to it and seen through a real mount. Names and
 * attributes are valid for an hour and pages are kept at open, so only a notification shows it.
 */
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MemfsProcess, run, sh } from './memfs-process.js';

const HOUR_MS = 3_600_000;
const SEEN_MS_MAX = 5_000;

let memfs: MemfsProcess;

beforeEach(async () => {
  memfs = await MemfsProcess.start({ validMs: HOUR_MS });
});

afterEach(async () => {
  await memfs.close();
});

async function command(text: string): Promise<void> {
  await mkdir(memfs.path(text));
}

async function eventually(what: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + SEEN_MS_MAX;
  while (!(await what())) {
    if (performance.now() > deadline) throw new Error('the change was never seen');
    await pause(10);
  }
}

async function read(name: string): Promise<string> {
  return await readFile(memfs.path(name), 'utf8');
}

async function isMissing(name: string): Promise<boolean> {
  try {
    await stat(memfs.path(name));
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT';
  }
}

async function expectNoFailedNotification(): Promise<void> {
  await run('umount', [memfs.mountPoint]);
  const end = await memfs.told('the end', ({ event }) => event === 'end');
  expect(end['failedNotifications']).toBe(0);
}

describe('a change behind the kernel', () => {
  it('in the content of a file is seen after INVAL_INODE and not before', async () => {
    await writeFile(memfs.path('file'), 'before');
    expect(await read('file')).toBe('before');
    await command('change:file:AFTER!');
    expect(await read('file')).toBe('before');
    await command('notify:file');
    await eventually(async () => (await read('file')) === 'AFTER!');
    await expectNoFailedNotification();
  });

  it('in the size of a file is seen after INVAL_INODE and not before', async () => {
    await writeFile(memfs.path('file'), 'before');
    expect((await stat(memfs.path('file'))).size).toBe(6);
    await command('change:file:afterwards');
    expect((await stat(memfs.path('file'))).size).toBe(6);
    await command('notify:file');
    await eventually(async () => (await stat(memfs.path('file'))).size === 10);
    expect(await read('file')).toBe('afterwards');
    await expectNoFailedNotification();
  });

  it('in a name is seen after INVAL_ENTRY', async () => {
    await writeFile(memfs.path('file'), 'one');
    const { ino } = await stat(memfs.path('file'));
    await command('replace:file:other');
    expect((await stat(memfs.path('file'))).ino).toBe(ino);
    await command('forget:file');
    await eventually(async () => (await stat(memfs.path('file'))).ino !== ino);
    expect(await read('file')).toBe('other');
    await expectNoFailedNotification();
  });

  it('that removes a file is seen after DELETE', async () => {
    await writeFile(memfs.path('file'), 'x');
    await stat(memfs.path('file'));
    await command('vanish:file');
    await eventually(() => isMissing('file'));
    await expectNoFailedNotification();
  });

  it('that removes a file reaches who watches the file itself', async () => {
    // Who watches its folder hears nothing: fuse_reverse_inval_entry does not notify parents.
    await writeFile(memfs.path('file'), 'x');
    const watcher = `
      const fs = require('fs');
      const [, folder] = process.argv;
      fs.watch(folder + '/file', (event, name) => {
        if (event === 'rename') { console.log(name); process.exit(0); }
      });
      fs.mkdir(folder + '/vanish:file', () => undefined);
      setTimeout(() => process.exit(1), ${SEEN_MS_MAX});
    `;
    const outcome = await run(process.execPath, ['-e', watcher, memfs.mountPoint]);
    expect(outcome).toMatchObject({ code: 0, stdout: 'file\n' });
    await expectNoFailedNotification();
  });

  it('that is stored into the page cache is read without asking the file system', async () => {
    await writeFile(memfs.path('file'), 'before');
    expect(await read('file')).toBe('before');
    await command('store:file:STORED');
    await eventually(async () => (await read('file')) === 'STORED');
    expect((await stat(memfs.path('file'))).size).toBe(6);
    await expectNoFailedNotification();
  });

  it('in a file that somebody holds open is seen by its next reader', async () => {
    await writeFile(memfs.path('file'), 'before');
    const script = [
      `exec 5<"${memfs.path('file')}"; head -c 6 <&5 >/dev/null`,
      `mkdir "${memfs.path('change:file:AFTER!')}" "${memfs.path('notify:file')}"`,
      `for i in $(seq 100); do sleep 0.05; c=$(head -c 6 "/proc/$$/fd/5"); [ "$c" = 'AFTER!' ] && break; done`,
      'printf %s "$c"',
    ].join('\n');
    expect(await sh(script)).toBe('AFTER!');
  });
});

describe('what the kernel knows', () => {
  it('is forgotten with its exact count: nothing is left after all names were invalidated', async () => {
    await sh(`cd "${memfs.mountPoint}"; for i in $(seq 200); do : >"f$i"; done; ls -l >/dev/null`);
    await sh(`cd "${memfs.mountPoint}"; for k in 1 2 3; do stat f* >/dev/null; done`);
    await command('references:f7:before');
    const before = await memfs.told('references', ({ event }) => event === 'references');
    expect(before['one']).toBeGreaterThanOrEqual(1);
    expect(before['all']).toBeGreaterThanOrEqual(200);
    for (let index = 1; index <= 200; index += 1) await command(`forget:f${index}`);
    let asked = 0;
    await eventually(async () => {
      // Naming f7 in the question does not look it up.
      await command(`references:f7:${(asked += 1)}`);
      return memfs.events.findLast(({ event }) => event === 'references')?.['all'] === 0;
    });
    await expectNoFailedNotification();
  });

  it('of removed files is dropped: the file system keeps nothing of them', async () => {
    await sh(`cd "${memfs.mountPoint}"; mkdir d; cd d; touch $(seq 500); ls -l >/dev/null`);
    await sh(`rm -r "${memfs.path('d')}"`);
    await run('umount', [memfs.mountPoint]);
    const end = await memfs.told('the end', ({ event }) => event === 'end');
    expect(end['inodes']).toBe(1);
  });
});
