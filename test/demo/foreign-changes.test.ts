import { mkdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startNuage, type Nuage } from '../../src/demo/server.js';
import { Client } from './client.js';

let nuage: Nuage;
let client: Client;
const at = (relative: string) => path.join(nuage.folder, relative);

beforeEach(async () => {
  nuage = await startNuage();
  client = new Client(nuage);
  mkdirSync(at('a/b'), { recursive: true });
  writeFileSync(at('a/b/f.txt'), 'alt');
  mkdirSync(at('z'));
  nuage.rescan();
});

afterEach(async () => {
  await nuage.close();
});

async function etagsAfter(change: () => void) {
  const look = async () => {
    const etags: (string | undefined)[] = [];
    for (const place of ['', 'a', 'a/b', 'z']) etags.push(await client.etag(place));
    return etags;
  };
  const before = await look();
  change();
  // Without a rescan: the watches must see it by themselves.
  for (let tries = 0; ; tries += 1) {
    const after = await look();
    if (after[0] !== before[0]) return after.map((etag, index) => etag !== before[index]);
    if (tries > 200) throw new Error('the change was not seen');
    await pause(10);
  }
}

const ABOVE_B = [true, true, true, false];

describe('a change that another program makes in the folder', () => {
  it('of content is seen, and keeps the id of the file', async () => {
    const id = await client.property('a/b/f.txt', 'oc:fileid');
    expect(await etagsAfter(() => writeFileSync(at('a/b/f.txt'), 'anders!'))).toEqual(ABOVE_B);
    expect(await client.read('a/b/f.txt')).toBe('anders!');
    expect(await client.property('a/b/f.txt', 'oc:fileid')).toBe(id);
  });

  it('of a time alone is seen', async () => {
    expect(await etagsAfter(() => utimesSync(at('a/b/f.txt'), 1e9, 1e9))).toEqual(ABOVE_B);
  });

  it('by a new file, a new tree, a removal is seen', async () => {
    expect(await etagsAfter(() => writeFileSync(at('a/b/neu'), 'n'))).toEqual(ABOVE_B);
    const tree = () => {
      mkdirSync(at('a/b/c/d'), { recursive: true });
      writeFileSync(at('a/b/c/d/e'), 'tief');
    };
    expect(await etagsAfter(tree)).toEqual(ABOVE_B);
    nuage.rescan();
    expect(await client.read('a/b/c/d/e')).toBe('tief');
    expect(await etagsAfter(() => rmSync(at('a/b/c'), { recursive: true }))).toEqual(ABOVE_B);
    expect(await client.status('GET', 'a/b/c/d/e')).toBe(404);
  });

  it('by a rename is seen at both ends', async () => {
    const changed = await etagsAfter(() => renameSync(at('a/b/f.txt'), at('z/g.txt')));
    expect(changed[0]).toBe(true);
    nuage.rescan();
    expect(await client.read('z/g.txt')).toBe('alt');
    expect(await client.status('GET', 'a/b/f.txt')).toBe(404);
  });

  it('is counted in the sizes of all folders above', async () => {
    await etagsAfter(() => writeFileSync(at('a/b/gross'), Buffer.alloc(5000)));
    nuage.rescan();
    expect(await client.property('a', 'oc:size')).toBe('5003');
    expect(await client.property('', 'oc:size')).toBe('5003');
  });

  it('under a name in NFD is shown in NFC and can be read', async () => {
    const nfd = 'été.txt'.normalize('NFD');
    writeFileSync(at(nfd), 'x');
    nuage.rescan();
    expect(await client.read(encodeURIComponent('été.txt'.normalize('NFC')))).toBe('x');
  });

  it('by a symbolic link is not served', async () => {
    symlinkSync('/etc', at('etc'));
    symlinkSync('/etc/hostname', at('name'));
    nuage.rescan();
    expect(await client.status('GET', 'etc/hostname')).toBe(404);
    expect(await client.status('GET', 'name')).toBe(404);
  });
});

describe('our own writing', () => {
  it('is not taken for a change of others', async () => {
    await client.status('PUT', 'a/b/neu', { body: 'x' });
    await client.status('MKCOL', 'a/c');
    await client.status('MOVE', 'a/b', { headers: { destination: `${client.files}/a/c/b` } });
    const etag = await client.etag('');
    await pause(100);
    nuage.rescan();
    expect(await client.etag('')).toBe(etag);
  });
});
