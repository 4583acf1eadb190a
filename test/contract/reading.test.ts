import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { readZip } from '../../src/remote/zip-reader.js';
import { contract } from './server-under-test.js';

const BYTES = Buffer.from(Array.from({ length: 10_240 }, (_, index) => (index * 7 + 13) % 256));

/** Range, status, Content-Range, and the bytes that come: from the first, before the second. */
const RANGES: readonly [string, number, string | undefined, [number, number]][] = [
  ['bytes=0-99', 206, 'bytes 0-99/10240', [0, 100]],
  ['bytes=100-', 206, 'bytes 100-10239/10240', [100, 10_240]],
  ['bytes=-16', 206, 'bytes 10224-10239/10240', [10_224, 10_240]],
  ['bytes=10000-20000', 206, 'bytes 10000-10239/10240', [10_000, 10_240]],
  ['bytes=10239-10239', 206, 'bytes 10239-10239/10240', [10_239, 10_240]],
  ['bytes=0-0,5-9', 200, undefined, [0, 10_240]],
  ['lines=1-2', 200, undefined, [0, 10_240]],
];

contract('reading', (server) => {
  it('brings the bytes and what is known of them', async () => {
    const dir = await server.folder();
    const checksum = `SHA1:${'f'.repeat(40)}`;
    const headers = { 'x-oc-mtime': '1700000000', 'oc-checksum': checksum };
    await server.put(`${dir}/a.bin`, BYTES, headers);
    const answer = await server.dav('GET', `${dir}/a.bin`);
    const etag = await server.etag(`${dir}/a.bin`);
    expect(answer.body.equals(BYTES)).toBe(true);
    expect(answer.headers).toMatchObject({
      'content-length': '10240',
      'content-type': 'application/x-bin',
      'last-modified': 'Tue, 14 Nov 2023 22:13:20 GMT',
      'oc-checksum': checksum,
      etag,
      'oc-etag': etag,
    });
    expect(answer.headers['content-disposition']).toMatch(/^attachment; filename\*=UTF-8''a\.bin/);
  });

  it.each(RANGES)('of %s answers %i', async (range, status, contentRange, [start, end]) => {
    const dir = await server.folder();
    await server.put(`${dir}/a.bin`, BYTES);
    const answer = await server.dav('GET', `${dir}/a.bin`, { headers: { range } });
    expect([answer.status, answer.headers['content-range']]).toEqual([status, contentRange]);
    expect(answer.headers['content-length']).toBe(String(end - start));
    expect(answer.body.equals(BYTES.subarray(start, end))).toBe(true);
  });

  it.each(['bytes=10240-', 'bytes=20000-20010', 'bytes=5-2'])('refuses %s', async (range) => {
    const dir = await server.folder();
    await server.put(`${dir}/a.bin`, BYTES);
    const answer = await server.dav('GET', `${dir}/a.bin`, { headers: { range } });
    expect([answer.status, answer.exception]).toEqual([416, 'RequestedRangeNotSatisfiable']);
  });

  it('of an empty file has no length', async () => {
    const dir = await server.folder();
    await server.put(`${dir}/leer`, '');
    for (const headers of [{}, { range: 'bytes=0-9' }, { range: 'bytes=5-' }]) {
      const answer = await server.dav('GET', `${dir}/leer`, { headers });
      expect([answer.status, answer.body.length]).toEqual([200, 0]);
      expect(answer.headers['content-length']).toBeUndefined();
    }
  });

  it('honours If-Range by etag and by date', async () => {
    const dir = await server.folder();
    await server.put(`${dir}/a.bin`, BYTES, { 'x-oc-mtime': '1700000000' });
    const etag = await server.etag(`${dir}/a.bin`);
    const status = async (ifRange: string) => {
      const headers = { range: 'bytes=0-9', 'if-range': ifRange };
      return (await server.dav('GET', `${dir}/a.bin`, { headers })).status;
    };
    expect(await status(etag)).toBe(206);
    expect(await status('"anders"')).toBe(200);
    expect(await status('Tue, 14 Nov 2023 22:13:20 GMT')).toBe(206);
    expect(await status('Tue, 14 Nov 2023 22:13:19 GMT')).toBe(200);
  });

  it('of one version is possible by If-Match', async () => {
    const dir = await server.folder();
    await server.put(`${dir}/a.bin`, BYTES);
    const etag = await server.etag(`${dir}/a.bin`);
    const status = async (headers: Record<string, string>) =>
      (await server.dav('GET', `${dir}/a.bin`, { headers })).status;
    expect(await status({ 'if-match': etag })).toBe(200);
    expect(await status({ 'if-match': etag, range: 'bytes=0-9' })).toBe(206);
    expect(await status({ 'if-match': '"anders"' })).toBe(412);
    expect(await status({ 'if-match': '"anders"', range: 'bytes=0-9' })).toBe(412);
  });

  it('is spared where the client has it', async () => {
    const dir = await server.folder();
    await server.put(`${dir}/a.bin`, BYTES, { 'x-oc-mtime': '1700000000' });
    const etag = await server.etag(`${dir}/a.bin`);
    const status = async (headers: Record<string, string>) =>
      (await server.dav('GET', `${dir}/a.bin`, { headers })).status;
    expect(await status({ 'if-none-match': etag })).toBe(304);
    expect(await status({ 'if-none-match': '"anders"' })).toBe(200);
    expect(await status({ 'if-modified-since': 'Tue, 14 Nov 2023 22:13:20 GMT' })).toBe(304);
    expect(await status({ 'if-modified-since': 'Tue, 14 Nov 2023 22:13:19 GMT' })).toBe(200);
  });

  it('HEAD tells the same as GET, without the bytes', async () => {
    const dir = await server.folder();
    await server.put(`${dir}/a.bin`, BYTES);
    const [get, head] = [
      await server.dav('GET', `${dir}/a.bin`),
      await server.dav('HEAD', `${dir}/a.bin`),
    ];
    expect(head.body).toHaveLength(0);
    for (const name of ['etag', 'last-modified', 'content-length', 'content-type']) {
      expect([name, head.headers[name]]).toEqual([name, get.headers[name]]);
    }
  });

  it('of what is not there is a 404, of a folder an empty page', async () => {
    const dir = await server.folder();
    const missing = await server.dav('GET', `${dir}/rien`);
    expect([missing.status, missing.exception]).toEqual([404, 'NotFound']);
    const folder = await server.dav('GET', dir);
    expect([folder.status, folder.body.length]).toEqual([200, 0]);
  });

  it('brings many files of a folder as one ZIP', async () => {
    const dir = await server.folder();
    await server.put(`${dir}/é.txt`, 'contenu-un');
    await server.put(`${dir}/b.txt`, 'contenu-deux');
    const answer = await server.dav('GET', dir, { headers: { accept: 'application/zip' } });
    expect([answer.status, answer.headers['content-type']]).toEqual([200, 'application/zip']);
    expect(answer.body.subarray(0, 4).toString('latin1')).toBe('PK\u0003\u0004');
    for (const part of ['é.txt', 'contenu-un', 'b.txt', 'contenu-deux']) {
      expect(answer.body.includes(part)).toBe(true);
    }
    const names = encodeURIComponent(JSON.stringify(['b.txt']));
    const some = await server.send('GET', `${server.at(dir)}?accept=zip&files=${names}`);
    expect([some.body.includes('contenu-deux'), some.body.includes('contenu-un')]).toEqual([
      true,
      false,
    ]);
    const wrong = encodeURIComponent(JSON.stringify(['b.txt', 'rien']));
    const missing = await server.send('GET', `${server.at(dir)}?accept=zip&files=${wrong}`);
    expect(missing.status).toBe(404);
    const part = { accept: 'application/zip', range: 'bytes=0-9' };
    expect((await server.dav('GET', dir, { headers: part })).body.length).toBeGreaterThan(100);
  });

  it('brings named files of a folder in that order, each under its bare name', async () => {
    const dir = await server.folder();
    const texts = { 'z.txt': 'dernier', 'é & x.txt': 'milieu', vide: '', 'a.txt': 'premier' };
    for (const [name, text] of Object.entries(texts)) await server.put(`${dir}/${name}`, text);
    const names = encodeURIComponent(JSON.stringify(Object.keys(texts)));
    const answer = await server.send('GET', `${server.at(dir)}?accept=zip&files=${names}`);
    expect(answer.headers['content-type']).toBe('application/zip');
    const expected = Object.entries(texts).map(([name, { length: size }]) => ({ name, size }));
    const files = await readZip(Readable.from([answer.body]), expected);
    expect(files.map((bytes) => Buffer.from(bytes).toString())).toEqual(Object.values(texts));
  });

  it('brings no file of a folder when one that was named is missing', async () => {
    const dir = await server.folder();
    await server.put(`${dir}/a.txt`, 'x');
    const names = encodeURIComponent(JSON.stringify(['a.txt', 'rien']));
    const answer = await server.send('GET', `${server.at(dir)}?accept=zip&files=${names}`);
    expect([answer.status, answer.exception]).toEqual([404, 'NotFound']);
  });
});
