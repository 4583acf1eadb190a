import { createHash, randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { parseRows } from './multistatus.js';
import { contract, type Reply, type ServerUnderTest } from './server-under-test.js';

/** An upload to `target`, opened. */
async function open(server: ServerUnderTest, target: string) {
  const id = `contract-${randomUUID()}`;
  const destination = server.at(target);
  const made = await server.send('MKCOL', server.upload(id), { headers: { destination } });
  expect(made.status).toBe(201);
  return {
    id,
    chunk: (name: string, body: string | Buffer, headers: Record<string, string> = {}) =>
      server.send('PUT', server.upload(`${id}/${name}`), {
        body,
        headers: { destination, ...headers },
      }),
    assemble: (headers: Record<string, string> = {}): Promise<Reply> =>
      server.send('MOVE', server.upload(`${id}/.file`), { headers: { destination, ...headers } }),
    abort: () => server.send('DELETE', server.upload(id)),
  };
}

const verdict = async (answer: Promise<Reply>) => {
  const { status, exception } = await answer;
  return [status, exception];
};

contract('a chunked upload', (server) => {
  it('assembles a new file from chunks in any order and tells what a client needs', async () => {
    const dir = await server.folder();
    const upload = await open(server, `${dir}/é #1.txt`);
    expect((await upload.chunk('2', 'deux')).status).toBe(201);
    expect((await upload.chunk('10', 'dix')).status).toBe(201);
    expect((await upload.chunk('1', 'nein')).status).toBe(201);
    expect((await upload.chunk('1', 'un')).status).toBe(204);
    const answer = await upload.assemble({
      'oc-total-length': '9',
      'x-oc-mtime': '1700000000',
      'oc-checksum': 'SHA1:abc',
      'x-hash': 'sha1',
    });
    const { 'd:getetag': etag, ...known } = await server.properties(`${dir}/é #1.txt`, [
      'd:getetag',
      'd:getlastmodified',
      'oc:checksums',
      'oc:id',
    ]);
    expect(answer.status).toBe(201);
    expect(answer.headers).toMatchObject({
      etag,
      'oc-etag': etag,
      'oc-fileid': known['oc:id'],
      'x-oc-mtime': 'accepted',
      'x-hash-sha1': createHash('sha1').update('undeuxdix').digest('hex'),
    });
    expect(known['d:getlastmodified']).toBe('Tue, 14 Nov 2023 22:13:20 GMT');
    expect(known['oc:checksums']).toBe('<oc:checksum>SHA1:abc');
    expect((await server.dav('GET', `${dir}/é #1.txt`)).text).toBe('undeuxdix');
    expect(await verdict(upload.assemble())).toEqual([404, 'NotFound']);
  });

  it('over an existing file keeps its id', async () => {
    const dir = await server.folder();
    await server.put(`${dir}/a`, 'alt', { 'x-oc-mtime': '1700000000' });
    const [id, etag] = [await server.fileId(`${dir}/a`), await server.etag(`${dir}/a`)];
    const upload = await open(server, `${dir}/a`);
    await upload.chunk('1', 'neuer Inhalt');
    expect((await upload.assemble({ 'oc-total-length': '12' })).status).toBe(204);
    expect(await server.fileId(`${dir}/a`)).toBe(id);
    expect(await server.etag(`${dir}/a`)).not.toBe(etag);
    expect((await server.dav('GET', `${dir}/a`)).text).toBe('neuer Inhalt');
  });

  it('lists what has arrived, so that a client can resume', async () => {
    const dir = await server.folder();
    const upload = await open(server, `${dir}/a`);
    await upload.chunk('00001', 'abc');
    await upload.chunk('00002', 'defgh');
    const headers = { depth: '1' };
    const answer = await server.send('PROPFIND', server.upload(upload.id), { headers });
    const sizes = parseRows(answer.text).map(({ href, found }) => [
      href.split('/').at(-1),
      found['d:getcontentlength'],
    ]);
    expect(answer.status).toBe(207);
    expect(Object.fromEntries(sizes)).toEqual({
      '': undefined,
      '.file': '8',
      '00001': '3',
      '00002': '5',
    });
    await upload.abort();
  });

  it('is listed with the others that are open, without its chunks', async () => {
    const upload = await open(server, `${await server.folder()}/a`);
    await upload.chunk('1', 'abc');
    const answer = await server.send('PROPFIND', server.upload(''), { headers: { depth: '1' } });
    expect(answer.status).toBe(207);
    const ours = parseRows(answer.text).filter(({ href }) => href.includes(upload.id));
    expect(ours.map(({ href }) => href.split('/').slice(-2))).toEqual([[upload.id, '']]);
    await upload.abort();
  });

  it('of a wrong total is refused, and the chunks stay', async () => {
    const dir = await server.folder();
    const upload = await open(server, `${dir}/a`);
    await upload.chunk('1', 'abc');
    const wrong = await upload.assemble({ 'oc-total-length': '4' });
    expect([wrong.status, wrong.exception]).toEqual([400, 'BadRequest']);
    expect(wrong.text).toContain('Chunks on server do not sum up to 4 but to 3 bytes');
    expect((await upload.assemble({ 'oc-total-length': '3' })).status).toBe(201);
  });

  it('meets its conditions on the target by If and Overwrite, never by If-Match', async () => {
    const dir = await server.folder();
    await server.put(`${dir}/a`, 'alt');
    const etag = await server.etag(`${dir}/a`);
    const address = server.url + server.at(`${dir}/a`);
    const upload = await open(server, `${dir}/a`);
    await upload.chunk('1', 'neu');
    const total = { 'oc-total-length': '3' };
    const tries = [
      await verdict(upload.assemble({ ...total, 'if-match': etag })),
      await verdict(upload.assemble({ ...total, overwrite: 'F' })),
      await verdict(upload.assemble({ ...total, if: `<${address}> (["anders"])` })),
      await verdict(upload.assemble({ ...total, if: `<${address}x> ([${etag}])` })),
    ];
    expect(tries).toEqual([
      [412, 'PreconditionFailed'],
      [412, 'PreconditionFailed'],
      [412, 'PreconditionFailed'],
      [404, 'NotFound'],
    ]);
    expect((await server.dav('GET', `${dir}/a`)).text).toBe('alt');
    expect((await upload.assemble({ ...total, if: `<${address}> ([${etag}])` })).status).toBe(204);
    expect((await server.dav('GET', `${dir}/a`)).text).toBe('neu');
  });

  it('creates only, with Overwrite F on a target that is not there', async () => {
    const dir = await server.folder();
    const upload = await open(server, `${dir}/a`);
    await upload.chunk('1', 'neu');
    expect((await upload.assemble({ overwrite: 'F', 'oc-total-length': '3' })).status).toBe(201);
  });

  it('is refused where the target cannot be, and can be assembled elsewhere', async () => {
    const dir = await server.folder();
    await server.dav('MKCOL', `${dir}/d`);
    const upload = await open(server, `${dir}/x/a`);
    await upload.chunk('1', 'neu');
    expect(await verdict(upload.assemble())).toEqual([409, 'Conflict']);
    const bad = server.at(`${dir}/a.part`);
    expect((await upload.assemble({ destination: bad })).status).toBe(400);
    expect((await upload.assemble({ destination: '' })).status).toBe(400);
    expect((await upload.assemble({ destination: server.at(`${dir}/a`) })).status).toBe(201);
  });

  it('needs the upload to be opened, once', async () => {
    const dir = await server.folder();
    const upload = await open(server, `${dir}/a`);
    const again = server.send('MKCOL', server.upload(upload.id));
    expect(await verdict(again)).toEqual([405, 'MethodNotAllowed']);
    expect((await upload.abort()).status).toBe(204);
    expect((await upload.abort()).status).toBe(404);
    expect(await verdict(upload.chunk('1', 'x'))).toEqual([404, 'NotFound']);
    expect(await verdict(upload.assemble())).toEqual([404, 'NotFound']);
  });

  it('with a time that is refused has replaced the file all the same', async () => {
    const dir = await server.folder();
    await server.put(`${dir}/a`, 'alt');
    const upload = await open(server, `${dir}/a`);
    await upload.chunk('1', 'neu');
    expect((await upload.assemble({ 'x-oc-mtime': '-5' })).status).toBe(500);
    expect((await server.dav('GET', `${dir}/a`)).text).toBe('neu');
    await upload.abort();
  });
});
