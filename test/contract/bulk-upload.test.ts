import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { contract, type ServerUnderTest } from './server-under-test.js';

interface Part {
  readonly path: string;
  readonly content: string;
  readonly checksum?: string;
  readonly mtime?: string;
}

function post(server: ServerUnderTest, parts: readonly Part[]) {
  const pieces = parts.map(({ path, content, checksum, mtime }) => {
    const sum = checksum ?? `sha1:${createHash('sha1').update(content).digest('hex')}`;
    const headers = [
      `X-File-Path: ${path}`,
      `Content-Length: ${Buffer.byteLength(content)}`,
      `OC-Checksum: ${sum}`,
      ...(mtime === undefined ? [] : [`X-OC-MTime: ${mtime}`]),
    ];
    return `--grenze\r\n${headers.join('\r\n')}\r\n\r\n${content}\r\n`;
  });
  return server.send('POST', '/remote.php/dav/bulk', {
    headers: { 'content-type': 'multipart/related; boundary=grenze' },
    body: `${pieces.join('')}--grenze--\r\n`,
  });
}

contract('a bulk upload', (server) => {
  it('writes several files and tells etag, id and permissions of each', async () => {
    const dir = await server.folder();
    await server.put(`${dir}/alt.txt`, 'alt');
    const answer = await post(server, [
      { path: `/${dir}/été.txt`, content: 'un', mtime: '1700000000' },
      { path: `/${dir}/alt.txt`, content: 'neu' },
    ]);
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toMatch(/^text\/html/);
    const told = JSON.parse(answer.text) as Record<string, Record<string, unknown>>;
    const props = ['d:getetag', 'oc:id', 'oc:permissions', 'd:getlastmodified'];
    const known = await server.properties(`${dir}/été.txt`, props);
    expect(told[`/${dir}/été.txt`]).toMatchObject({
      error: false,
      etag: known['d:getetag']?.replaceAll('"', ''),
      fileid: known['oc:id'],
      permissions: known['oc:permissions'],
    });
    expect(known['d:getlastmodified']).toBe('Tue, 14 Nov 2023 22:13:20 GMT');
    expect((await server.dav('GET', `${dir}/alt.txt`)).text).toBe('neu');
  });

  it('verifies the checksum and writes nothing from the wrong one on', async () => {
    const dir = await server.folder();
    const answer = await post(server, [
      { path: `/${dir}/a`, content: 'a' },
      { path: `/${dir}/b`, content: 'b', checksum: `sha1:${'0'.repeat(40)}` },
      { path: `/${dir}/c`, content: 'c' },
    ]);
    expect(answer.status).toBe(400);
    const rows = await server.list(dir, '1', ['d:getetag']);
    expect(rows.slice(1).map(({ href }) => href.split('/').at(-1))).toEqual(['a']);
  });

  it('tells of each part that cannot be written, and writes the others', async () => {
    const dir = await server.folder();
    await server.dav('MKCOL', `${dir}/ordner`);
    const bad = ['nirgends/b', 'ordner', '.htaccess', 'x'.repeat(251), '../../b'];
    const answer = await post(server, [
      ...bad.map((name) => ({ path: `/${dir}/${name}`, content: 'b' })),
      { path: `/${dir}/zeit`, content: 'b', mtime: '5' },
      { path: `/${dir}/a`, content: 'a' },
    ]);
    expect(answer.status).toBe(200);
    const told = JSON.parse(answer.text) as Record<string, { error: boolean }>;
    expect(Object.values(told).map(({ error }) => error)).toEqual([
      ...bad.map(() => true),
      true,
      false,
    ]);
    expect((await server.dav('GET', `${dir}/a`)).text).toBe('a');
    expect(await server.list(dir, '1', ['d:getetag'])).toHaveLength(3);
  });

  it('takes names as they are, whatever they mean elsewhere', async () => {
    const dir = await server.folder();
    const names = ['a: b', '50 %25', 'x+y#z?&=', 'l\'été "1"', '=?utf-8?Q?a?=', 'a;b=c'];
    const answer = await post(
      server,
      names.map((name) => ({ path: `/${dir}/${name}`, content: name })),
    );
    const told = JSON.parse(answer.text) as Record<string, { error: boolean }>;
    expect(Object.keys(told)).toEqual(names.map((name) => `/${dir}/${name}`));
    for (const name of names) {
      expect((await server.dav('GET', `${dir}/${name}`)).text).toBe(name);
    }
  });

  it('takes SHA-256 for a checksum', async () => {
    const dir = await server.folder();
    const checksum = `sha256:${createHash('sha256').update('a').digest('hex')}`;
    const wrong = `sha256:${'0'.repeat(64)}`;
    expect((await post(server, [{ path: `/${dir}/a`, content: 'a', checksum }])).status).toBe(200);
    expect(
      (await post(server, [{ path: `/${dir}/b`, content: 'a', checksum: wrong }])).status,
    ).toBe(400);
  });

  it('keeps no checksum, although it demands one', async () => {
    const dir = await server.folder();
    await post(server, [{ path: `/${dir}/a`, content: 'a' }]);
    expect(await server.properties(`${dir}/a`, ['oc:checksums'])).toEqual({});
    expect((await post(server, [{ path: `/${dir}/b`, content: 'b', checksum: '' }])).status).toBe(
      400,
    );
  });

  it('of a name ending in .part is an internal error', async () => {
    const dir = await server.folder();
    expect((await post(server, [{ path: `/${dir}/a.part`, content: 'a' }])).status).toBe(500);
  });
});
