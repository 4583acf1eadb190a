/** What a program on this machine may send to the server, which has the user's files open. */
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { connect } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startNuage, type Nuage } from '../../src/demo/server.js';
import { Client } from './client.js';

let top: string;
let nuage: Nuage;
let client: Client;

beforeEach(async () => {
  top = mkdtempSync(path.join(os.tmpdir(), 'nuage-hostile-'));
  writeFileSync(path.join(top, 'geheim.txt'), 'geheim');
  nuage = await startNuage({ folder: path.join(top, 'files') });
  client = new Client(nuage);
  await client.status('PUT', 'a', { body: 'a' });
});

afterEach(async () => {
  await nuage.close();
  rmSync(top, { recursive: true, force: true });
});

/** The request line is sent as it stands: `fetch` would resolve the dots. */
async function raw(method: string, target: string, headers: readonly string[] = []) {
  const { hostname, port } = new URL(nuage.url);
  const socket = connect(Number(port), hostname);
  const basic = Buffer.from(`${nuage.user}:${nuage.password}`).toString('base64');
  const lines = [`${method} ${target} HTTP/1.1`, 'Host: x', `Authorization: Basic ${basic}`];
  socket.write([...lines, ...headers, 'Connection: close', '', ''].join('\r\n'));
  let answer = '';
  socket.on('data', (piece: Buffer) => (answer += piece.toString('latin1')));
  await once(socket, 'close');
  return { status: Number(answer.split(' ')[1]), answer };
}

const CLIMBS = [
  '../geheim.txt',
  '%2e%2e/geheim.txt',
  '..%2fgeheim.txt',
  '%2e%2e%2fgeheim.txt',
  'a/../../geheim.txt',
  'a/%2e%2e/%2e%2e/geheim.txt',
  '..%5cgeheim.txt',
  './%2e./geheim.txt',
];
const TREES = ['files/prof', 'uploads/prof', 'trashbin/prof/trash', 'versions/prof/versions'];

it.each(TREES)('nothing outside of %s is read, written, moved or deleted', async (tree) => {
  for (const climb of CLIMBS) {
    const target = `/remote.php/dav/${tree}/${climb}`;
    for (const method of ['GET', 'DELETE', 'MKCOL', 'PROPFIND']) {
      const { status, answer } = await raw(method, target);
      expect
        .soft([method, target, status >= 400, answer.includes('geheim\r')])
        .toEqual([method, target, true, false]);
    }
    const put = await raw('PUT', target, ['Content-Length: 0']);
    // `\` is refused as a name, everything else as a way out.
    expect.soft([target, put.status >= 400]).toEqual([target, true]);
  }
  expect(readdirSync(top).sort()).toEqual(['files', 'files.nuage', 'geheim.txt']);
});

it.each(['MOVE', 'COPY'])('%s does not lead out', async (method) => {
  for (const climb of CLIMBS) {
    const destination = `Destination: ${client.files}/${climb}`;
    const { status } = await raw(method, `${client.files}/a`, [destination]);
    expect.soft([climb, status >= 400]).toEqual([climb, true]);
  }
  const elsewhere = ['Destination: /etc/passwd', 'Destination: /remote.php/dav/files/andere/a'];
  for (const header of elsewhere) {
    expect((await raw(method, `${client.files}/a`, [header])).status).toBeGreaterThanOrEqual(400);
  }
  expect(existsSync(path.join(nuage.folder, 'a'))).toBe(true);
});

it('a bulk upload does not lead out', async () => {
  const part =
    '--g\r\nX-File-Path: /../geheim.txt\r\nContent-Length: 0\r\n' +
    'OC-Checksum: md5:d41d8cd98f00b204e9800998ecf8427e\r\n\r\n\r\n--g--\r\n';
  const headers = { 'content-type': 'multipart/related; boundary=g' };
  const answer = await client.send('POST', '/remote.php/dav/bulk', { headers, body: part });
  expect(await answer.text()).toContain('"error":true');
  expect(readdirSync(top).sort()).toEqual(['files', 'files.nuage', 'geheim.txt']);
});

it('names that no file system takes are refused, not thrown', async () => {
  const long = 'x'.repeat(300);
  const upload = '/remote.php/dav/uploads/prof';
  expect(await client.status('MKCOL', `${upload}/${long}`)).toBeGreaterThanOrEqual(400);
  expect(await client.status('GET', `%00`)).toBeGreaterThanOrEqual(400);
  expect(await client.status('PUT', 'nul%00.txt', { body: '' })).toBeGreaterThanOrEqual(400);
  expect(await client.status('GET', '%')).toBe(404);
  expect(await client.read('a')).toBe('a');
});

it('XML that is broken, deep or full of entities does no harm', async () => {
  const bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>';
  const bodies = [bomb, '<', '\u0000', '<a>'.repeat(100_000), `<a>${'x'.repeat(2_000_000)}</a>`];
  for (const body of bodies) {
    for (const [method, target] of [
      ['PROPFIND', ''],
      ['PROPPATCH', 'a'],
    ] as const) {
      expect(await client.status(method, target, { body })).toBe(400);
    }
    expect(await client.status('SEARCH', '/remote.php/dav/', { body })).toBe(400);
  }
  expect(await client.read('a')).toBe('a');
});

it('headers that make no sense do no harm', async () => {
  const { files } = client;
  const odd = [
    ['GET', 'a', { range: 'bytes=-' }, 200],
    ['GET', 'a', { range: `bytes=${'9'.repeat(40)}-` }, 416],
    ['PROPFIND', 'a', { depth: '-1' }, 207],
    ['MOVE', 'a', { destination: `${files}/b`, overwrite: 'X' }, 400],
    ['MOVE', 'a', { destination: '' }, 400],
    ['MOVE', 'a', { destination: '%zz' }, 403],
    ['PUT', 'a', { 'oc-total-length': 'viel' }, 204],
  ] as const;
  for (const [method, target, headers, status] of odd) {
    expect([method, headers, await client.status(method, target, { headers })]).toEqual([
      method,
      headers,
      status,
    ]);
  }
});

it('the folder of another account is closed', async () => {
  await nuage.close();
  nuage = await startNuage({
    folder: path.join(top, 'files'),
    otherUsers: [{ name: 'direction', password: 'autre' }],
  });
  client = new Client(nuage);
  const other = '/remote.php/dav/files/direction';
  for (const method of ['GET', 'PUT', 'DELETE', 'MKCOL']) {
    expect(await client.status(method, `${other}/x`)).toBeGreaterThanOrEqual(403);
  }
  const wrong = new Client({ ...nuage, user: 'prof', password: 'autre' });
  expect(await wrong.status('GET', 'a')).toBe(401);
});
