/** `user.nuage.*` and pins as programs see and set them, on real mounts. */
import fs from 'node:fs/promises';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { FaultRule } from '../../src/demo/faults.js';
import type { PinProgress } from '../../src/sync/pinning.js';
import { type MountOptions, MountedNuage } from '../support/mounted-nuage.js';

const MIB = 1024 ** 2;
const SEEN_MS_MAX = 30_000;

let nuage: MountedNuage | undefined;

async function start(options: MountOptions = {}): Promise<MountedNuage> {
  nuage = await MountedNuage.start({ arguments: ['--poll-interval', '1'], ...options });
  return nuage;
}

afterEach(() => nuage?.close(), 60_000);

const bytes = (mib: number, fill: string): Uint8Array => Buffer.alloc(mib * MIB, fill);

/** Empty where the attribute is not there. */
async function attribute(mounted: MountedNuage, name: string, file: string): Promise<string> {
  const asked = `user.nuage.${name}`;
  return (await mounted.run('getfattr', '--only-values', '-n', asked, file)).stdout;
}

async function expectState(mounted: MountedNuage, file: string, state: string): Promise<void> {
  await expect.poll(() => attribute(mounted, 'state', file), { timeout: SEEN_MS_MAX }).toBe(state);
}

describe('user.nuage.state', { timeout: 120_000 }, () => {
  it('tells what is here of a file', async () => {
    const mounted = await start({ files: { 'a.bin': bytes(3, 'a') } });
    await expectState(mounted, 'a.bin', 'cloud');
    await mounted.sh('head -c 4096 a.bin | wc -c');
    await expectState(mounted, 'a.bin', 'partial');
    await mounted.sh('cat a.bin | wc -c');
    await expectState(mounted, 'a.bin', 'cached');
    await mounted.sh('setfattr -n user.nuage.pinned -v 1 a.bin');
    await expectState(mounted, 'a.bin', 'pinned');
    await mounted.sh('setfattr -n user.nuage.pinned -v 0 a.bin');
    await expectState(mounted, 'a.bin', 'cached');
    await mounted.sh('setfattr -n user.nuage.pinned -v 1 a.bin');
    expect(await attribute(mounted, 'pinned', 'a.bin')).toBe('1');
    await mounted.sh('setfattr -x user.nuage.pinned a.bin');
    expect(await attribute(mounted, 'pinned', 'a.bin')).toBe('0');
  });

  it('tells what becomes of a change', async () => {
    const mounted = await start({ arguments: ['--upload-delay', '5'] });
    const put = (action: FaultRule['action']) => mounted.server.fault({ method: 'PUT', action });
    const held = await put({ kind: 'hang', at: 'before' });
    await mounted.sh('echo text > a.txt');
    await expectState(mounted, 'a.txt', 'dirty');
    await expectState(mounted, 'a.txt', 'uploading');
    await put({ kind: 'respond', status: 507 });
    await mounted.server.control('unfault', { id: held });
    await mounted.sh('echo other > b.txt');
    await expectState(mounted, 'b.txt', 'error');
    expect(await attribute(mounted, 'error', 'b.txt')).not.toBe('');
    await mounted.server.control('clear');
    await mounted.command('retry', mounted.folder);
    await expectState(mounted, 'b.txt', 'cached');
  });

  it('tells a conflict copy', async () => {
    const mounted = await start({ files: { 'a.txt': Buffer.from('first') } });
    await mounted.sh('cat a.txt');
    const held = await mounted.server.fault({
      method: 'PUT',
      action: { kind: 'respond', status: 503 },
    });
    await mounted.sh('echo mine > a.txt');
    await fs.writeFile(path.join(mounted.server.folder, 'a.txt'), 'written elsewhere');
    await mounted.server.control('rescan');
    await mounted.server.control('unfault', { id: held });
    const copy = async () => (await mounted.sh('ls')).split('\n').find((name) => name !== 'a.txt');
    await expect.poll(copy, { timeout: SEEN_MS_MAX }).toMatch(/conflict/);
    expect(await attribute(mounted, 'state', (await copy()) ?? '')).toBe('conflict');
  });
});

describe('the attributes that the server knows', { timeout: 60_000 }, () => {
  it('are those of its listing, of a folder with the size of all below it', async () => {
    const mounted = await start({
      files: { 'Cours/3e/a.bin': bytes(3, 'a'), 'Cours/b.bin': bytes(1, 'b') },
    });
    await mounted.sh('ls -R');
    for (const name of ['Cours', 'Cours/3e', 'Cours/b.bin']) {
      const known = await propertiesOf(mounted, name);
      expect(await attribute(mounted, 'fileid', name)).toBe(known['oc:fileid']);
      expect(await attribute(mounted, 'etag', name)).toBe(known['d:getetag']);
      expect(await attribute(mounted, 'permissions', name)).toBe(known['oc:permissions']);
      expect(await attribute(mounted, 'size', name)).toBe(known['oc:size']);
      const url = await attribute(mounted, 'url', name);
      expect(url).toBe(`${mounted.server.url}/f/${known['oc:fileid']}`);
    }
  });

  it('cannot be set, and programs that copy attributes do not try', async () => {
    const mounted = await start({ files: { 'Cours/a.txt': Buffer.from('text') } });
    expect((await mounted.run('setfattr', '-n', 'user.nuage.etag', '-v', '1', 'Cours')).code).toBe(
      1,
    );
    await mounted.sh(`
      setfattr -n user.colour -v blue Cours/a.txt
      cp -a --preserve=xattr Cours/a.txt Cours/b.txt
      rsync -aX Cours/ elsewhere/
      rsync -aX elsewhere/ "$HOME/outside/"
      rsync -aX "$HOME/outside/" back/
    `);
    for (const name of ['Cours/b.txt', 'elsewhere/a.txt', 'back/b.txt']) {
      const colour = await mounted.sh(`getfattr --only-values -n user.colour ${name}`);
      expect(colour).toBe('blue');
    }
    expect(await mounted.sh('getfattr -d -m . "$HOME/outside/a.txt"')).not.toContain('nuage.');
  });
});

describe('a pinned folder', { timeout: 120_000 }, () => {
  it('keeps what comes into it and what changes in it, and reads without a server', async () => {
    const mounted = await start({ files: { 'Cours/a.txt': Buffer.from('first') } });
    const folder = path.join(mounted.folder, 'Cours');
    const { code, stdout } = await mounted.command('pin', folder, '--json');
    expect([code, JSON.parse(stdout) as PinProgress]).toMatchObject([0, { state: 'here' }]);
    const there = path.join(mounted.server.folder, 'Cours');
    await fs.mkdir(path.join(there, 'new'));
    await fs.writeFile(path.join(there, 'new', 'b.bin'), bytes(2, 'b'));
    await fs.writeFile(path.join(there, 'a.txt'), 'second version');
    await mounted.server.control('rescan');
    await expectState(mounted, 'Cours/new/b.bin', 'pinned');
    await expect
      .poll(() => attribute(mounted, 'size', 'Cours/a.txt'), { timeout: SEEN_MS_MAX })
      .toBe('14');
    await expectState(mounted, 'Cours/a.txt', 'pinned');
    await expectState(mounted, 'Cours', 'pinned');
    await mounted.server.kill();
    expect(await mounted.sh('cat Cours/a.txt; tr -d b < Cours/new/b.bin | wc -c')).toBe(
      'second version0\n',
    );
    expect((await mounted.command('unpin', folder)).code).toBe(0);
    expect(await attribute(mounted, 'state', 'Cours/a.txt')).toBe('cached');
  });
});

const NAMES = ['oc:fileid', 'd:getetag', 'oc:permissions', 'oc:size'] as const;

/** What the server says of a path, quotes of an ETag left out. */
async function propertiesOf(
  { server }: MountedNuage,
  name: string,
): Promise<Readonly<Record<(typeof NAMES)[number], string>>> {
  const body = `<?xml version="1.0"?><d:propfind xmlns:d="DAV:" xmlns:oc="http://owncloud.org/ns">
    <d:prop>${NAMES.map((property) => `<${property}/>`).join('')}</d:prop></d:propfind>`;
  const login = Buffer.from(`${server.user}:${server.password}`).toString('base64');
  const answer = await fetch(`${server.url}/remote.php/dav/files/${server.user}/${name}`, {
    method: 'PROPFIND',
    headers: { authorization: `Basic ${login}`, depth: '0' },
    body,
  });
  const text = await answer.text();
  const values = NAMES.map((property) => {
    const [, value = ''] = new RegExp(`<${property}>(.*?)</${property}>`).exec(text) ?? [];
    return [property, value.replaceAll('&quot;', '')];
  });
  return Object.fromEntries(values) as Record<(typeof NAMES)[number], string>;
}
