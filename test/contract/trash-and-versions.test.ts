import { expect, it } from 'vitest';
import { parseRows, type Listed } from './multistatus.js';
import { contract, propfindBody, type ServerUnderTest } from './server-under-test.js';

const NAMES = [
  'd:getetag',
  'd:getcontentlength',
  'oc:fileid',
  'oc:size',
  'oc:permissions',
  'nc:trashbin-filename',
  'nc:trashbin-original-location',
  'nc:trashbin-deletion-time',
];

async function listAt(server: ServerUnderTest, address: string): Promise<Listed[]> {
  const answer = await server.send('PROPFIND', address, {
    headers: { depth: '1' },
    body: propfindBody(NAMES),
  });
  expect(answer.status).toBe(207);
  return parseRows(answer.text);
}

const trashOf = ({ user }: ServerUnderTest) => `/remote.php/dav/trashbin/${user}`;

async function inTrash(server: ServerUnderTest, location: string): Promise<Listed[]> {
  const rows = await listAt(server, `${trashOf(server)}/trash`);
  return rows.filter(({ found }) => found['nc:trashbin-original-location'] === location);
}

contract('the trash', (server) => {
  it('keeps what was deleted, with its id, where it stood and when', async () => {
    const dir = await server.folder();
    await server.put(`${dir}/é.txt`, 'wichtig');
    const id = await server.fileId(`${dir}/é.txt`);
    await server.dav('DELETE', `${dir}/é.txt`);
    const [row, ...others] = await inTrash(server, `${dir}/é.txt`);
    expect(others).toEqual([]);
    expect(row?.href).toMatch(/\/trash\/%c3%a9\.txt\.d\d+$/);
    expect(row?.found).toMatchObject({
      'oc:fileid': id,
      'oc:size': '7',
      'oc:permissions': 'GD',
      'nc:trashbin-filename': 'é.txt',
      'd:getetag': row?.found['nc:trashbin-deletion-time'],
    });
    const age = Date.now() / 1000 - Number(row?.found['nc:trashbin-deletion-time']);
    expect(Math.abs(age)).toBeLessThan(60);
    expect((await server.send('GET', row?.href ?? '')).text).toBe('wichtig');
  });

  it('gives back where it was, beside what has taken the name', async () => {
    const dir = await server.folder();
    await server.put(`${dir}/f x.txt`, 'alt');
    const id = await server.fileId(`${dir}/f x.txt`);
    await server.dav('DELETE', `${dir}/f x.txt`);
    await server.put(`${dir}/f x.txt`, 'neu');
    const [row] = await inTrash(server, `${dir}/f x.txt`);
    const etag = await server.etag(dir);
    const move = (destination: string) =>
      server.send('MOVE', row?.href ?? '', { headers: { destination } });
    expect((await move(`${trashOf(server)}/restore/egal`)).status).toBe(201);
    expect(await server.fileId(`${dir}/f x (restored).txt`)).toBe(id);
    expect((await server.dav('GET', `${dir}/f x.txt`)).text).toBe('neu');
    expect(await server.etag(dir)).not.toBe(etag);
    expect(await inTrash(server, `${dir}/f x.txt`)).toEqual([]);
  });

  it('shows what a folder held, and forgets for good', async () => {
    const dir = await server.folder();
    await server.put(`${dir}/d/f`, 'x', { 'x-nc-webdav-auto-mkcol': '1' });
    await server.dav('DELETE', `${dir}/d`);
    const [row] = await inTrash(server, `${dir}/d`);
    const inside = await listAt(server, row?.href ?? '');
    expect(inside.map(({ href }) => href.split('/').at(-1))).toEqual(['', 'f']);
    expect((await server.send('DELETE', row?.href ?? '')).status).toBe(204);
    expect((await server.send('DELETE', row?.href ?? '')).status).toBe(404);
  });
});

contract('versions', (server) => {
  it('are kept on every overwrite, and can be read and brought back', async () => {
    const dir = await server.folder();
    await server.put(`${dir}/a.txt`, 'eins', { 'x-oc-mtime': '1600000000' });
    await server.put(`${dir}/a.txt`, 'zwei!', { 'x-oc-mtime': '1650000000' });
    await server.put(`${dir}/a.txt`, 'drei!!', { 'x-oc-mtime': '1700000000' });
    const id = await server.fileId(`${dir}/a.txt`);
    const base = `/remote.php/dav/versions/${server.user}`;
    const rows = await listAt(server, `${base}/versions/${id}`);
    const sizes = rows
      .slice(1)
      .map(({ href, found }) => [href.split('/').at(-1), found['d:getcontentlength']]);
    expect(Object.fromEntries(sizes)).toEqual({
      '1600000000': '4',
      '1650000000': '5',
      '1700000000': '6',
    });
    const first = `${base}/versions/${id}/1600000000`;
    expect((await server.send('GET', first)).text).toBe('eins');
    const headers = { destination: `${base}/restore/target` };
    expect((await server.send('MOVE', first, { headers })).status).toBe(201);
    expect((await server.dav('GET', `${dir}/a.txt`)).text).toBe('eins');
    expect(await server.fileId(`${dir}/a.txt`)).toBe(id);
    expect(await server.properties(`${dir}/a.txt`, ['d:getlastmodified'])).toEqual({
      'd:getlastmodified': 'Sun, 13 Sep 2020 12:26:40 GMT',
    });
  });
});
