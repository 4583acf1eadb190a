import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startNuage, type Nuage } from '../../src/demo/server.js';
import { Client } from './client.js';

let top: string;
let folder: string;
let running: Nuage | undefined;

beforeEach(() => {
  top = mkdtempSync(path.join(os.tmpdir(), 'nuage-restart-'));
  folder = path.join(top, 'files');
});

afterEach(async () => {
  await running?.close();
  running = undefined;
  rmSync(top, { recursive: true, force: true });
});

async function start(): Promise<Client> {
  await running?.close();
  running = await startNuage({ folder, password: 'geheim' });
  return new Client(running);
}

const MARK_FAVORITE =
  '<d:propertyupdate xmlns:d="DAV:" xmlns:oc="http://owncloud.org/ns"><d:set><d:prop>' +
  '<oc:favorite>1</oc:favorite></d:prop></d:set></d:propertyupdate>';

const KNOWN = ['oc:id', 'd:getetag', 'oc:checksums', 'nc:upload_time', 'oc:favorite', 'oc:size'];

async function all(client: Client): Promise<unknown> {
  const known: (string | undefined)[] = [];
  for (const place of ['', 'd', 'd/a', 'd/b']) {
    for (const name of KNOWN) known.push(await client.property(place, name));
  }
  return known;
}

it('ids, etags, checksums and sizes outlive the server', async () => {
  let client = await start();
  await client.status('MKCOL', 'd');
  await client.status('PUT', 'd/a', { body: 'a', headers: { 'oc-checksum': 'SHA1:abc' } });
  await client.status('PUT', 'd/x', { body: 'b' });
  await client.status('MOVE', 'd/x', { headers: { destination: `${client.files}/d/b` } });
  const before = await all(client);
  client = await start();
  expect(await all(client)).toEqual(before);
});

it('the trash and the versions outlive the server', async () => {
  let client = await start();
  await client.status('PUT', 'a', { body: 'eins', headers: { 'x-oc-mtime': '1600000000' } });
  await client.status('PUT', 'a', { body: 'zwei', headers: { 'x-oc-mtime': '1700000000' } });
  const id = (await client.property('a', 'oc:fileid')) ?? '';
  await client.status('PUT', 'b', { body: 'weg' });
  await client.status('DELETE', 'b');
  client = await start();
  const version = `/remote.php/dav/versions/prof/versions/${id}/1600000000`;
  expect(await client.read(version)).toBe('eins');
  const trash = await client.send('PROPFIND', '/remote.php/dav/trashbin/prof/trash', {
    headers: { depth: '1' },
  });
  const [item = ''] = /\/remote[^<]*\/trash\/b\.d\d+/.exec(await trash.text()) ?? [];
  expect(await client.read(item)).toBe('weg');
});

it('what changed while the server was away is seen, and only that', async () => {
  let client = await start();
  await client.status('PUT', 'a', { body: 'a' });
  await client.status('PUT', 'b', { body: 'b' });
  const before = [await client.etag('a'), await client.etag('b'), await client.etag('')];
  await running?.close();
  running = undefined;
  writeFileSync(path.join(folder, 'b'), 'anders');
  client = await start();
  const after = [await client.etag('a'), await client.etag('b'), await client.etag('')];
  expect(after.map((etag, index) => etag === before[index])).toEqual([true, false, false]);
});

it('a torn last line of the journal costs that line alone', async () => {
  let client = await start();
  await client.status('PUT', 'a', { body: 'a' });
  const id = await client.property('a', 'oc:id');
  await running?.close();
  running = undefined;
  const journal = path.join(`${folder}.nuage`, 'journal.jsonl');
  appendFileSync(journal, '{"id":99,"na');
  client = await start();
  expect(await client.property('a', 'oc:id')).toBe(id);
  // The next line, the only one of this change, must not be glued to the torn one.
  await client.status('PROPPATCH', 'a', { body: MARK_FAVORITE });
  client = await start();
  expect(await client.property('a', 'oc:favorite')).toBe('1');
});

it('the id of a removed file does not come back', async () => {
  let client = await start();
  await client.status('PUT', 'a', { body: 'a' });
  const id = Number(await client.property('a', 'oc:fileid'));
  rmSync(path.join(folder, 'a'));
  client = await start();
  await client.status('PUT', 'b', { body: 'b' });
  expect(Number(await client.property('b', 'oc:fileid'))).toBeGreaterThan(id);
});

it('the journal does not grow with every change for ever', async () => {
  const client = await start();
  await client.status('PUT', 'a', { body: 'a' });
  expect(await client.status('PROPPATCH', 'a', { body: MARK_FAVORITE })).toBe(207);
  const tree = running?.account.tree;
  for (let round = 0; round < 12_000; round += 1) tree?.changed(tree.files, 0);
  const lines = readFileSync(path.join(`${folder}.nuage`, 'journal.jsonl'), 'utf8').split('\n');
  expect(lines.length).toBeLessThan(10_100);
  expect(await (await start()).property('a', 'oc:favorite')).toBe('1');
});
