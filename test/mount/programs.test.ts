/** Real programs on a real mount; in the end the server holds exactly the result. */
import { createHash } from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MountedNuage } from '../support/mounted-nuage.js';

let nuage: MountedNuage;

beforeAll(async () => {
  nuage = await MountedNuage.start({
    content: { files: 300, bigFileBytes: 8 * 1024 * 1024 },
    // The cases delete most of what they have made.
    arguments: ['--confirm-deletions', '100'],
  });
}, 60_000);

afterAll(() => nuage.close(), 60_000);

/** Every file with its size and hash, every folder with its path. */
async function inventory(folder: string): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const entry of await fs.readdir(folder, { recursive: true, withFileTypes: true })) {
    const at = path.join(entry.parentPath, entry.name);
    const name = path.relative(folder, at);
    if (entry.isDirectory()) found.set(`${name}/`, '');
    else
      found.set(
        name,
        createHash('sha1')
          .update(await fs.readFile(at))
          .digest('hex'),
      );
  }
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

async function expectServerHolds(folder: string): Promise<void> {
  await nuage.sync();
  const here = await inventory(path.join(nuage.folder, folder));
  const there = await inventory(path.join(nuage.server.folder, folder));
  expect(there).toEqual(here);
}

describe('a mounted account', { timeout: 120_000 }, () => {
  it('shows the server’s whole tree, whatever the names, byte for byte', async () => {
    const here = await inventory(nuage.folder);
    expect(here).toEqual(await inventory(nuage.server.folder));
    expect(here.size).toBeGreaterThan(300);
    const names = [...here.keys()].join('\n');
    for (const odd of ['é', ' ', '%', '#', '+']) expect(names).toContain(odd);
    expect(names).toMatch(/\p{Extended_Pictographic}/u);
  });

  it('takes cp -r', async () => {
    await nuage.sh(`mkdir cp && cp -r "${import.meta.dirname}/.." cp/tests`);
    const original = await inventory(path.join(import.meta.dirname, '..'));
    expect(await inventory(path.join(nuage.folder, 'cp/tests'))).toEqual(original);
    await expectServerHolds('cp');
  });

  it('takes tar x, with the times', async () => {
    await nuage.sh(`
      mkdir tar && cd "${import.meta.dirname}/../.." && tar c src/cache docs | tar x -C "$OLDPWD/tar"
    `);
    await expectServerHolds('tar');
    const here = await fs.stat(path.join(nuage.folder, 'tar/docs/DESIGN.md'));
    const original = await fs.stat('docs/DESIGN.md');
    expect(Math.floor(here.mtimeMs / 1000)).toBe(Math.floor(original.mtimeMs / 1000));
  });

  it('takes rsync, which has nothing to do the second time', async () => {
    const source = path.join(import.meta.dirname, '../../src/sync');
    await nuage.sh(`mkdir rsync && rsync -rt "${source}/" rsync/`);
    const again = await nuage.sh(`rsync -rti "${source}/" rsync/`);
    expect(again).toBe('');
    await expectServerHolds('rsync');
  });

  it('carries a git repository', async () => {
    await nuage.sh(`
      mkdir git && cd git && git init -q . && git config user.name Prof && git config user.email p@example.org
      cp "${import.meta.dirname}/"*.ts . && git add . && git commit -qm premier
      echo fin >> programs.test.ts && git commit -qam second && git checkout -q HEAD~1
      git status --porcelain && git fsck --strict && git gc -q
    `);
    expect(await nuage.sh('cd git && git status --porcelain')).toBe('');
    expect(await nuage.sh('cd git && git log --oneline --all | wc -l')).toMatch(/^2/);
    await expectServerHolds('git');
  });

  it('carries a database of SQLite with its journal', async () => {
    const rows = await nuage.sh(`
      mkdir -p sqlite && cd sqlite
      sqlite3 notes.db 'pragma journal_mode=delete; create table note (id integer primary key, t text);'
      for i in 1 2 3 4 5; do
        sqlite3 notes.db "begin; insert into note (t) values ('$i'); insert into note (t) values ('x'); commit;"
      done
      sqlite3 notes.db 'pragma integrity_check; select count(*) from note;'
    `);
    expect(rows.trim().split('\n').slice(-2)).toEqual(['ok', '10']);
    await expectServerHolds('sqlite');
  });

  it('takes a save through a lock file and a temporary file, as of LibreOffice', async () => {
    await nuage.sh(`mkdir office && cd office && echo ancien > cours.odt`);
    await nuage.sync();
    await nuage.sh(`
      cd office && echo prof > '.~lock.cours.odt#' && echo nouveau > lu12abc.tmp && sync lu12abc.tmp
      mv lu12abc.tmp cours.odt && rm '.~lock.cours.odt#'
    `);
    await nuage.sync();
    const names = await fs.readdir(path.join(nuage.server.folder, 'office'));
    expect(names).toEqual(['cours.odt']);
    const text = await fs.readFile(path.join(nuage.server.folder, 'office/cours.odt'), 'utf8');
    expect(text).toBe('nouveau\n');
  });

  it('takes a save through a swap file and a backup, as of vim', async () => {
    await nuage.sh(`mkdir vim && cd vim && echo ancien > notes.txt`);
    await nuage.sync();
    await nuage.sh(`
      cd vim && echo swap > .notes.txt.swp && mv notes.txt notes.txt~ && echo nouveau > notes.txt
      rm notes.txt~ .notes.txt.swp
    `);
    await nuage.sync();
    expect(await fs.readdir(path.join(nuage.server.folder, 'vim'))).toEqual(['notes.txt']);
    await expectServerHolds('vim');
  });

  it('appends the lines of two processes without losing one', async () => {
    await nuage.sh(`
      mkdir append && cd append
      for who in a b; do (for i in $(seq 200); do echo "$who $i" >> log.txt; done) & done; wait
    `);
    const lines = await nuage.sh('sort append/log.txt | uniq | wc -l');
    expect(lines.trim()).toBe('400');
    await expectServerHolds('append');
  });

  it('keeps a file for who has it open while it is deleted or renamed', async () => {
    const text = await nuage.sh(`
      mkdir open && cd open && echo un > a && echo deux > b
      exec 3<a 4<>b && rm a && mv b c && echo trois >&4 && cat <&3 && cat c
    `);
    expect(text).toBe('un\ntrois\n');
    await expectServerHolds('open');
  });

  it('holds 10,000 entries in one folder', async () => {
    const count = await nuage.sh(`
      mkdir many && cd many && seq -f 'fichier %05g.txt' 10000 | xargs -d '\\n' touch
      ls | wc -l && find . -type f -size 0 | wc -l
    `);
    expect(count).toBe('10000\n10000\n');
    await nuage.sh('rm -r many');
  });

  it('takes names of 250 bytes and refuses 251', async () => {
    const name = 'é'.repeat(125);
    await nuage.sh(`mkdir names && cd names && echo long > ${name}`);
    const refused = await nuage.run('touch', `names/${name}x`);
    expect(refused.stderr).toMatch(/File name too long/);
    await expectServerHolds('names');
  });

  it('takes deep paths', async () => {
    const deep = Array.from({ length: 30 }, (_, level) => `niveau ${level}`).join('/');
    await nuage.sh(`mkdir -p 'deep/${deep}' && echo fond > 'deep/${deep}/f'`);
    await expectServerHolds('deep');
  });

  it('refuses links and devices with a clear errno', async () => {
    for (const [program, ...rest] of [
      ['ln', '-s', 'x', 'link'],
      ['mkfifo', 'pipe'],
    ] as const) {
      const { code, stderr } = await nuage.run(program, ...rest);
      expect(code).not.toBe(0);
      expect(stderr).toMatch(/Operation not permitted/);
    }
  });

  it('removes a whole tree', async () => {
    await nuage.sh('rm -rf cp tar rsync git sqlite office vim append open names deep');
    await nuage.sync();
    expect(await inventory(nuage.folder)).toEqual(await inventory(nuage.server.folder));
  });
});
