/** Ordinary programs on a real mount of the in-memory file system. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MemfsProcess, run, sh } from './memfs-process.js';

let memfs: MemfsProcess;
let outside: string;

beforeAll(async () => {
  memfs = await MemfsProcess.start();
  outside = await mkdtemp(join(tmpdir(), 'memfs-outside-'));
});

afterAll(async () => {
  await memfs.close();
  await rm(outside, { recursive: true, force: true });
});

describe('programs on a mount', () => {
  it('lists, copies in, reads back and removes', async () => {
    const bytes = randomBytes(5 * 1024 * 1024 + 123);
    const source = join(outside, 'source');
    await writeFile(source, bytes);
    const target = memfs.path('été.bin');
    await sh(`cp "${source}" "${target}"`);
    expect((await sh(`ls "${memfs.mountPoint}"`)).trim()).toBe('été.bin');
    expect(
      createHash('sha256')
        .update(await readFile(target))
        .digest('hex'),
    ).toBe(createHash('sha256').update(bytes).digest('hex'));
    await sh(`cmp "${source}" "${target}"; rm "${target}"`);
    expect(await sh(`ls -A "${memfs.mountPoint}"`)).toBe('');
  });

  it('keeps modes, times, owners, links and extended attributes', async () => {
    const file = memfs.path('file');
    await sh(`printf hello >"${file}"; chmod 640 "${file}"; touch -d @86400.25 "${file}"`);
    await sh(`chown 12:34 "${file}"; ln "${file}" "${file}-hard"; ln -s file "${file}-soft"`);
    const stats = await stat(`${file}-soft`, { bigint: true });
    expect(stats.mode & 0o777n).toBe(0o640n);
    expect(stats.mtimeNs).toBe(86_400_250_000_000n);
    expect([stats.uid, stats.gid, stats.nlink, stats.size]).toEqual([12n, 34n, 2n, 5n]);
    await sh(`cd "${memfs.mountPoint}"; rm file file-hard file-soft`);
  });

  it('renames over, without replacing, and by exchange', async () => {
    const script = [
      `cd "${memfs.mountPoint}"`,
      'printf 1 >a; printf 2 >b; mv a b; test "$(cat b)" = 1; test ! -e a',
      'printf 3 >c; mv -n c b; test "$(cat b)" = 1; test "$(cat c)" = 3',
      'mv --exchange b c 2>/dev/null || { mv b t; mv c b; mv t c; }',
      'test "$(cat b)" = 3; rm b c',
    ];
    await sh(script.join('\n'));
  });

  it('answers a name that is not UTF-8 with EILSEQ', async () => {
    const { code, stderr } = await run('bash', ['-c', `: >"${memfs.mountPoint}"/$'\\xff'`]);
    expect(code).toBe(1);
    expect(stderr).toContain('Invalid or incomplete multibyte');
  });

  it('holds a file that was removed while it is open', async () => {
    const script = `cd "${memfs.mountPoint}"; printf abc >gone; exec 5<gone; rm gone; cat <&5`;
    expect(await sh(script)).toBe('abc');
  });

  it('lists 5,000 names exactly once, by ls and by find', async () => {
    const folder = memfs.path('many');
    await sh(`mkdir "${folder}"; cd "${folder}"; seq -f 'name-%05g' 5000 | xargs touch`);
    const names = Array.from({ length: 5000 }, (_, i) => `name-${String(i + 1).padStart(5, '0')}`);
    expect((await sh(`ls "${folder}"`)).trim().split('\n')).toEqual(names);
    const found = await sh(`find "${folder}" -type f -size 0 -printf '%f\\n' | sort`);
    expect(found.trim().split('\n')).toEqual(names);
    await sh(`rm -r "${folder}"`);
  });
});
