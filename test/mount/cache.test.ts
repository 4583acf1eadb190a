/** What is kept on this machine: asked of the program itself, on real mounts. */
import fs from 'node:fs/promises';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Checked } from '../../src/fs/cache-check.js';
import type { CacheReport, Cleared } from '../../src/fs/cache-jobs.js';
import type { PinProgress } from '../../src/sync/pinning.js';
import { type MountOptions, MountedNuage } from '../support/mounted-nuage.js';

const MIB = 1024 ** 2;

let nuage: MountedNuage | undefined;

async function start(options: MountOptions = {}): Promise<MountedNuage> {
  nuage = await MountedNuage.start(options);
  return nuage;
}

afterEach(() => nuage?.close(), 60_000);

const isRoot = process.getuid?.() === 0;

const bytes = (mib: number, fill: string): Uint8Array => Buffer.alloc(mib * MIB, fill);

async function json<T>(mounted: MountedNuage, ...args: readonly string[]): Promise<T> {
  const { code, stdout, stderr } = await mounted.command(...args, '--json');
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}: ${stderr}`);
  return JSON.parse(stdout) as T;
}

const attribute = async (mounted: MountedNuage, name: string, file: string): Promise<string> => {
  const script = 'import os, sys; print(os.getxattr(sys.argv[2], sys.argv[1]).decode())';
  const { stdout, stderr } = await mounted.run('python3', '-c', script, `user.nuage.${name}`, file);
  return stdout === '' ? (stderr.trim().split('\n').at(-1) ?? '') : stdout.trim();
};

describe('pinning on a mount', { timeout: 60_000 }, () => {
  it('brings a folder here by a command, says so by attributes, and gives it up again', async () => {
    const mounted = await start({
      files: { 'Cours/3e/a.bin': bytes(3, 'a'), 'Cours/b.bin': bytes(1, 'b') },
    });
    const folder = path.join(mounted.folder, 'Cours');
    expect(await attribute(mounted, 'state', 'Cours/b.bin')).toBe('cloud');
    const pinned = await json<PinProgress>(mounted, 'pin', folder);
    expect(pinned).toMatchObject({ state: 'here', filesHere: 2, bytesHere: 4 * MIB });
    expect(await attribute(mounted, 'state', 'Cours/3e/a.bin')).toBe('pinned');
    expect(await attribute(mounted, 'pinned', 'Cours/3e/a.bin')).toBe('1');
    expect(await attribute(mounted, 'size', 'Cours')).toBe(String(4 * MIB));
    expect(await attribute(mounted, 'url', 'Cours')).toMatch(/^http:.*\/f\/\d+$/);
    expect(await attribute(mounted, 'permissions', 'Cours/b.bin')).toMatch(/^[A-Z]+$/);
    expect(await json<Cleared>(mounted, 'cache', folder, '--clear')).toMatchObject({ files: 0 });
    expect((await mounted.command('unpin', folder)).code).toBe(0);
    expect(await attribute(mounted, 'state', 'Cours/b.bin')).toBe('cached');
    expect(await json<Cleared>(mounted, 'cache', folder, '--clear')).toMatchObject({
      files: 2,
      bytes: 4 * MIB,
    });
    expect(await attribute(mounted, 'state', 'Cours/b.bin')).toBe('cloud');
  });
});

describe('a damaged cache under a running mount', { timeout: 60_000 }, () => {
  it('is found by the check, and what was lost is fetched again', async () => {
    const mounted = await start({ files: { 'a.bin': bytes(2, 'a'), 'b.bin': bytes(2, 'b') } });
    await mounted.sh('cat a.bin b.bin | wc -c');
    const contents = await mounted.sh(`find ${mounted.data} -regex '.*/[0-9a-f]*' -size +1M`);
    for (const file of contents.trim().split('\n')) await fs.truncate(file, 4096);
    const checked = await json<Checked>(mounted, 'cache', mounted.folder, '--check');
    expect(checked.lost).toEqual([]);
    expect([...checked.repaired].sort()).toEqual(['a.bin', 'b.bin']);
    expect(await mounted.sh('tr -d b < b.bin | wc -c')).toBe('0\n');
  });
});

/** Finds the one data file of this size. */
async function dataFileOf(mounted: MountedNuage, size: number): Promise<string> {
  const found = await mounted.sh(`find ${mounted.data} -regex '.*/[0-9a-f]*' -size ${size}c`);
  return found.trim();
}

describe('a flipped bit in what is kept', { timeout: 60_000 }, () => {
  it('is found by the checksum that the server keeps, reported, and fetched again', async () => {
    const mounted = await start();
    await mounted.sh('head -c 3000017 /dev/urandom > a.bin');
    await mounted.sync();
    const sum = await mounted.sh('sha256sum < a.bin');
    const file = await dataFileOf(mounted, 3_000_017);
    await mounted.sh(`printf '\\x00\\xff\\x00' |
      dd of=${file} bs=1 seek=1000000 conv=notrunc status=none`);
    const checked = await json<Checked>(mounted, 'cache', mounted.folder, '--check');
    expect(checked).toMatchObject({ compared: 1, repaired: ['a.bin'], lost: [] });
    const { files } = await json<CacheReport>(mounted, 'cache', mounted.folder);
    expect(files).toMatchObject({ unsent: 0 });
    expect(await mounted.sh('sha256sum < a.bin')).toBe(sum);
    expect(mounted.output).toContain('is not what the server has');
    const again = await json<Checked>(mounted, 'cache', mounted.folder, '--check');
    expect(again).toMatchObject({ compared: 1, repaired: [] });
    const report = await json<CacheReport>(mounted, 'cache', mounted.folder);
    expect(report.damagedCount).toBe(1);
  });
});

describe('a cache that was damaged while nothing was mounted', { timeout: 90_000 }, () => {
  it('has all of the server again, and its queue, when its folder of data was deleted', async () => {
    const mounted = await start({ files: { 'a.bin': bytes(2, 'a') } });
    await mounted.sh('cat a.bin | wc -c; mkdir made');
    await mounted.end();
    await mounted.run('bash', '-c', `rm -rf ${mounted.data}/nuage-mount/*/data`);
    await mounted.mount();
    expect(await mounted.sh('tr -d a < a.bin | wc -c; ls')).toBe('0\na.bin\nmade\n');
    await mounted.sync();
    expect(await fs.readdir(mounted.server.folder)).toContain('made');
  });

  it('sets a corrupt database aside with what was unsent, and has the account again', async () => {
    const mounted = await start({ files: { 'a.bin': bytes(1, 'a') } });
    await mounted.sh('cat a.bin | wc -c');
    await mounted.server.fault({ method: 'PUT', action: { kind: 'respond', status: 507 } });
    await mounted.sh('echo unsent > unsent.txt; sleep 2');
    await mounted.end('SIGKILL');
    await mounted.command('unmount', mounted.folder, '--lazy');
    const state = (await mounted.run('bash', '-c', `echo ${mounted.data}/nuage-mount/*@*`)).stdout;
    const folder = state.trim();
    for (const name of ['nuage.sqlite', 'nuage.sqlite-wal']) {
      await fs.writeFile(path.join(folder, name), 'this is no database'.repeat(1000));
    }
    await mounted.mount();
    expect(await mounted.sh('tr -d a < a.bin | wc -c')).toBe('0\n');
    expect(mounted.output).toMatch(/damaged-1/);
    const kept = await mounted.run('grep', '-rl', 'unsent', `${folder}/damaged-1/data`);
    expect(kept.stdout).not.toBe('');
  });
});

describe.runIf(isRoot)('a disk that is full', { timeout: 120_000 }, () => {
  it('is read past, with one warning, and refuses writes with ENOSPC, of which nothing is lost', async () => {
    const mounted = await start({
      diskBytes: 48 * MIB,
      files: { 'a.bin': bytes(20, 'a'), 'b.bin': bytes(20, 'b'), 'c.bin': bytes(20, 'c') },
    });
    await mounted.sh('echo kept > before.txt');
    // Others fill it to the last byte.
    await fs.writeFile(path.join(mounted.data, 'others'), Buffer.alloc(0));
    await mounted.sh(`dd if=/dev/zero of=${mounted.data}/others bs=64k 2>/dev/null || true`);
    await mounted.sh('sleep 3');
    for (const name of ['a', 'b', 'c']) {
      expect(await mounted.sh(`tr -d ${name} < ${name}.bin | wc -c; wc -c < ${name}.bin`)).toBe(
        `0\n${20 * MIB}\n`,
      );
    }
    const report = await json<CacheReport>(mounted, 'cache', mounted.folder);
    expect(report.full).toBe('disk');
    const { code, stderr } = await mounted.run('bash', '-c', 'head -c 30M /dev/zero > big.bin');
    expect([code, stderr]).toEqual([1, expect.stringContaining('No space left')]);
    await fs.rm(path.join(mounted.data, 'others'));
    await mounted.sh('rm -f big.bin; echo after > after.txt; sleep 4');
    await mounted.sync();
    const sent = path.join(mounted.server.folder, 'before.txt');
    expect(await fs.readFile(sent, 'utf8')).toBe('kept\n');
    expect(await fs.readFile(path.join(mounted.server.folder, 'after.txt'), 'utf8')).toBe(
      'after\n',
    );
    expect((await json<CacheReport>(mounted, 'cache', mounted.folder)).full).toBeNull();
    expect(mounted.output.match(/is not kept/g) ?? []).toHaveLength(1);
  });
});

describe('the type of the mount', { timeout: 60_000 }, () => {
  it('is one that file managers take as remote', async () => {
    const mounted = await start();
    expect(await mounted.sh('findmnt -no FSTYPE,SOURCE --target .')).toMatch(
      /^fuse\.sshfs +nuage:\S+@127/,
    );
  });

  it('is the one that was asked for', async () => {
    const mounted = await start({ arguments: ['--fs-type', 'fuse.nuage'] });
    expect(await mounted.sh('findmnt -no FSTYPE --target .')).toBe('fuse.nuage\n');
  });
});
