import { gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { parseRows } from './multistatus.js';
import { contract, propfindBody } from './server-under-test.js';

const FILE_PROPERTIES = [
  'd:getetag',
  'd:getlastmodified',
  'd:getcontentlength',
  'd:getcontenttype',
  'd:resourcetype',
  'd:displayname',
  'd:quota-used-bytes',
  'oc:id',
  'oc:fileid',
  'oc:permissions',
  'oc:size',
  'oc:checksums',
  'oc:favorite',
  'oc:owner-id',
  'nc:mount-type',
  'nc:is-mount-root',
  'nc:contained-file-count',
  'nc:creation_time',
  'nc:upload_time',
  'nc:has-preview',
];

contract('a listing', (server) => {
  it('says of a file what the file is', async () => {
    const dir = await server.folder();
    await server.put(`${dir}/leçon.txt`, 'bonjour', { 'x-oc-mtime': '1700000000' });
    const [row] = await server.list(`${dir}/leçon.txt`, '0', FILE_PROPERTIES);
    expect(row?.found).toMatchObject({
      'd:getlastmodified': 'Tue, 14 Nov 2023 22:13:20 GMT',
      'd:getcontentlength': '7',
      'd:getcontenttype': 'text/plain',
      'd:resourcetype': '',
      'd:displayname': 'leçon.txt',
      'oc:permissions': 'RGDNVW',
      'oc:size': '7',
      'oc:favorite': '0',
      'oc:owner-id': server.user,
      'nc:mount-type': '',
      'nc:is-mount-root': 'false',
      'nc:creation_time': '0',
    });
    expect(row?.found['d:getetag']).toMatch(/^"[0-9a-f]{32}"$/);
    expect(row?.found['oc:id']).toMatch(/^\d{8,}oc[0-9a-z]+$/);
    expect(Number(row?.found['oc:id']?.slice(0, 8))).toBe(Number(row?.found['oc:fileid']));
    expect(Number(row?.found['nc:upload_time'])).toBeGreaterThan(1_700_000_000);
    expect(row?.missing).toEqual(
      expect.arrayContaining(['d:quota-used-bytes', 'oc:checksums', 'nc:contained-file-count']),
    );
  });

  it('says of a folder what it holds', async () => {
    const dir = await server.folder();
    await server.dav('MKCOL', `${dir}/sous`);
    await server.put(`${dir}/sous/a.bin`, Buffer.alloc(1000));
    await server.put(`${dir}/b.bin`, Buffer.alloc(500));
    const names = [...FILE_PROPERTIES, 'nc:contained-folder-count', 'd:quota-available-bytes'];
    const [row] = await server.list(dir, '0', names);
    expect(row?.href).toMatch(/\/$/);
    expect(row?.found).toMatchObject({
      'd:resourcetype': '<d:collection>',
      'd:displayname': dir,
      'oc:permissions': 'RGDNVCK',
      'oc:size': '1500',
      'nc:contained-file-count': '1',
      'nc:contained-folder-count': '1',
      'nc:has-preview': 'false',
    });
    expect(row?.found['d:getetag']).toMatch(/^"[0-9a-f]{13}"$/);
    expect(Number(row?.found['d:quota-available-bytes'])).not.toBeNaN();
    expect(row?.missing).toEqual(
      expect.arrayContaining(['d:getcontentlength', 'd:getcontenttype', 'oc:checksums']),
    );
  });

  it('goes as deep as it is asked to, one level where it is not told', async () => {
    const dir = await server.folder();
    await server.dav('MKCOL', `${dir}/a`);
    await server.dav('MKCOL', `${dir}/a/b`);
    await server.put(`${dir}/a/b/c.txt`, 'c');
    const seen = async (depth?: string) => {
      const headers: Record<string, string> = depth === undefined ? {} : { depth };
      const answer = await server.dav('PROPFIND', dir, { headers });
      return parseRows(answer.text).map(({ href }) => href.slice(server.at(dir).length));
    };
    expect(await seen('0')).toEqual(['/']);
    expect(await seen('1')).toEqual(['/', '/a/']);
    expect(await seen()).toEqual(['/', '/a/']);
    expect(await seen('2')).toEqual(['/', '/a/', '/a/b/']);
    expect(await seen('infinity')).toEqual(['/', '/a/', '/a/b/', '/a/b/c.txt']);
  });

  it('without a body tells a few properties and names none that is missing', async () => {
    const dir = await server.folder();
    await server.put(`${dir}/a.txt`, 'a');
    const answer = await server.dav('PROPFIND', `${dir}/a.txt`, { headers: { depth: '0' } });
    const [row] = parseRows(answer.text);
    expect(Object.keys(row?.found ?? {}).sort()).toEqual([
      'd:getcontentlength',
      'd:getcontenttype',
      'd:getetag',
      'd:getlastmodified',
      'd:resourcetype',
    ]);
    expect(row?.missing).toEqual([]);
    expect(answer.headers['content-type']).toBe('application/xml; charset=utf-8');
    expect(answer.headers['dav']).toMatch(/^1, 3, /);
    expect(answer.headers['dav']).not.toMatch(/\b2\b/);
  });

  it('leaves out what is missing when a minimal answer is preferred', async () => {
    const dir = await server.folder();
    const answer = await server.dav('PROPFIND', dir, {
      headers: { depth: '0', prefer: 'return=minimal' },
      body: propfindBody(['d:getetag', 'd:getcontentlength', 'nc:lock']),
    });
    const [row] = parseRows(answer.text);
    expect(Object.keys(row?.found ?? {})).toEqual(['d:getetag']);
    expect(row?.missing).toEqual([]);
  });

  it('is compressed where gzip is accepted', async () => {
    const dir = await server.folder();
    const answer = await server.dav('PROPFIND', dir, {
      headers: { depth: '0', 'accept-encoding': 'gzip' },
      body: propfindBody(['d:getetag']),
    });
    expect(answer.headers['content-encoding']).toBe('gzip');
    expect(parseRows(gunzipSync(answer.body).toString())).toHaveLength(1);
  });

  it('writes hrefs with lower-case escapes, in NFC, folders with a slash', async () => {
    const dir = await server.folder();
    const name = `a-b._~():@ é😀%#+&?"'<>|*;[]=$,!`.replaceAll('/', '');
    expect((await server.put(`${dir}/${name}`, 'x')).status).toBe(201);
    const rows = await server.list(dir, '1', ['d:displayname']);
    expect(rows[1]?.href.slice(server.at(dir).length + 1)).toBe(
      'a-b._~():@%20%c3%a9%f0%9f%98%80%25%23%2b%26%3f%22%27%3c%3e%7c%2a%3b%5b%5d%3d%24%2c%21',
    );
    expect(rows[1]?.found['d:displayname']).toBe(name);
  });

  it('of what is not there is a 404', async () => {
    const dir = await server.folder();
    const answer = await server.dav('PROPFIND', `${dir}/rien`, { headers: { depth: '0' } });
    expect([answer.status, answer.exception]).toEqual([404, 'NotFound']);
  });

  it('of something that is no XML is a 400', async () => {
    const answer = await server.dav('PROPFIND', '', { headers: { depth: '0' }, body: '<a><b>' });
    expect(answer.status).toBe(400);
  });

  it('knows a file by its etag, a folder never', async () => {
    const dir = await server.folder();
    await server.put(`${dir}/a.txt`, 'a');
    const probe = async (target: string) => {
      const headers = { depth: '0', 'if-none-match': await server.etag(target) };
      return (await server.dav('PROPFIND', target, { headers })).status;
    };
    expect(await probe(`${dir}/a.txt`)).toBe(412);
    expect(await probe(dir)).toBe(207);
  });

  it('comes in pages where that is asked for', async () => {
    const dir = await server.folder();
    for (const name of ['a', 'b', 'c', 'd']) await server.put(`${dir}/${name}`, name);
    const first = await server.dav('PROPFIND', dir, {
      headers: { depth: '1', 'x-nc-paginate': 'true', 'x-nc-paginate-count': '2' },
    });
    expect(first.headers['x-nc-paginate-total']).toBe('5');
    const token = String(first.headers['x-nc-paginate-token']);
    const names = parseRows(first.text).map(({ href }) => href.split('/').at(-1));
    for (const offset of ['2', '4', '6']) {
      const headers = {
        depth: '1',
        'x-nc-paginate': 'true',
        'x-nc-paginate-count': '2',
        'x-nc-paginate-token': token,
        'x-nc-paginate-offset': offset,
      };
      const next = await server.dav('PROPFIND', dir, { headers });
      names.push(...parseRows(next.text).map(({ href }) => href.split('/').at(-1)));
    }
    expect(names).toEqual(['', 'a', 'b', 'c', 'd']);
  });

  it('of a tree shows each folder before what is in it, and all of that before the next', async () => {
    const dir = await server.folder();
    for (const name of ['b', 'b/c', 'a', 'leer']) await server.dav('MKCOL', `${dir}/${name}`);
    for (const name of ['b/c/1', 'b/z', 'a/2', 'x']) await server.put(`${dir}/${name}`, name);
    const rows = await server.list(dir, 'infinity', ['d:getetag', 'oc:size']);
    const start = server.at(dir).length + 1;
    const paths = rows.map(({ href }) => decodeURIComponent(href).slice(start));
    expect([...paths].sort()).toEqual(
      ['', 'a/', 'a/2', 'b/', 'b/c/', 'b/c/1', 'b/z', 'leer/', 'x'].sort(),
    );
    const closed = new Set<string>();
    let open: string[] = [''];
    for (const path of paths.slice(1)) {
      const above = path.slice(0, path.replace(/\/$/, '').lastIndexOf('/') + 1);
      for (const folder of open.filter((name) => !above.startsWith(name))) closed.add(folder);
      open = open.filter((name) => above.startsWith(name));
      expect(closed, `${path} comes behind its folder`).not.toContain(above);
      expect(open).toContain(above);
      if (path.endsWith('/')) open.push(path);
    }
    const sizes = new Map(rows.map(({ found }, at) => [paths[at], found['oc:size']]));
    expect([sizes.get('leer/'), Number(sizes.get('b/')) > 0]).toEqual(['0', true]);
  });

  it('of the root says which state of its data the server has', async () => {
    const [row] = await server.list('', '0', ['d:getetag', 'oc:data-fingerprint']);
    expect(row?.found).toHaveProperty('oc:data-fingerprint');
  });
});
