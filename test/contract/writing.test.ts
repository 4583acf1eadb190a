import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { contract, type ServerUnderTest } from './server-under-test.js';

const codeOf = async (answer: Promise<{ status: number }>) => (await answer).status;

async function read(server: ServerUnderTest, target: string): Promise<string> {
  return (await server.dav('GET', target)).text;
}

contract('writing a file', (server) => {
  it('answers 201 for a new one, 204 for an old one, with the etag of the listing', async () => {
    const dir = await server.folder();
    for (const [content, status] of [
      ['un', 201],
      ['deux', 204],
    ] as const) {
      const answer = await server.put(`${dir}/a.txt`, content, { 'x-oc-mtime': '1700000000' });
      const etag = await server.etag(`${dir}/a.txt`);
      expect(answer.status).toBe(status);
      expect(answer.headers).toMatchObject({ etag, 'oc-etag': etag, 'x-oc-mtime': 'accepted' });
    }
    expect(await read(server, `${dir}/a.txt`)).toBe('deux');
  });

  it('takes the time that the client gives, in whole seconds', async () => {
    const dir = await server.folder();
    const time = async (given: string) => {
      await server.put(`${dir}/a.txt`, 'x', { 'x-oc-mtime': given });
      return (await server.properties(`${dir}/a.txt`, ['d:getlastmodified']))['d:getlastmodified'];
    };
    expect(await time('1700000000.9')).toBe('Tue, 14 Nov 2023 22:13:20 GMT');
    expect(await time('86401')).toBe('Fri, 02 Jan 1970 00:00:01 GMT');
    expect(Date.parse((await time('')) ?? '')).toBeGreaterThan(1_700_000_000_000);
  });

  it('keeps a checksum as it was sent, until a write without one', async () => {
    const dir = await server.folder();
    const sum = async (target: string) =>
      (await server.properties(target, ['oc:checksums']))['oc:checksums'];
    await server.put(`${dir}/a`, 'x', { 'oc-checksum': `SHA1:${'0'.repeat(40)}` });
    expect(await sum(`${dir}/a`)).toBe(`<oc:checksum>SHA1:${'0'.repeat(40)}`);
    await server.move(`${dir}/a`, `${dir}/b`);
    expect(await sum(`${dir}/b`)).toBe(`<oc:checksum>SHA1:${'0'.repeat(40)}`);
    await server.dav('COPY', `${dir}/b`, { headers: { destination: server.at(`${dir}/c`) } });
    expect(await sum(`${dir}/c`)).toBeUndefined();
    await server.put(`${dir}/b`, 'y');
    expect(await sum(`${dir}/b`)).toBeUndefined();
  });

  it('returns the hash that the client asks for, of what has arrived', async () => {
    const dir = await server.folder();
    const answer = await server.put(`${dir}/a`, 'bonjour', { 'x-hash': 'sha256' });
    const hash = createHash('sha256').update('bonjour').digest('hex');
    expect(answer.headers['x-hash-sha256']).toBe(hash);
    expect(answer.headers['x-hash-md5']).toBeUndefined();
    const other = await server.put(`${dir}/a`, 'bonjour', { 'x-hash': 'sha1' });
    expect(other.headers['x-hash-sha1']).toBe(createHash('sha1').update('bonjour').digest('hex'));
    const all = await server.put(`${dir}/a`, 'bonjour', { 'x-hash': 'all' });
    expect(all.headers['x-hash-sha256']).toBe(hash);
    expect(all.headers['x-hash-md5']).toBe(createHash('md5').update('bonjour').digest('hex'));
  });

  it('needs the folder, unless it is told to make it', async () => {
    const dir = await server.folder();
    const missing = await server.put(`${dir}/x/y/a`, 'x');
    expect([missing.status, missing.exception]).toEqual([404, 'NotFound']);
    await server.put(`${dir}/f`, 'x');
    expect(await codeOf(server.put(`${dir}/f/a`, 'x'))).toBe(404);
    expect(await codeOf(server.put(`${dir}/x/y/a`, 'x', { 'x-nc-webdav-auto-mkcol': '1' }))).toBe(
      201,
    );
    expect(await read(server, `${dir}/x/y/a`)).toBe('x');
  });

  it('onto a folder is a conflict', async () => {
    const dir = await server.folder();
    await server.dav('MKCOL', `${dir}/d`);
    expect(await codeOf(server.put(`${dir}/d`, 'x'))).toBe(409);
  });

  it('creates only, when told so by If-None-Match', async () => {
    const dir = await server.folder();
    const create = () => server.put(`${dir}/a`, 'un', { 'if-none-match': '*' });
    expect([await codeOf(create()), await codeOf(create())]).toEqual([201, 412]);
  });

  it('overwrites only the version named by If-Match', async () => {
    const dir = await server.folder();
    await server.put(`${dir}/a`, 'un');
    const put = (ifMatch: string) => server.put(`${dir}/a`, 'deux', { 'if-match': ifMatch });
    const etag = await server.etag(`${dir}/a`);
    const wrong = await put('"anders"');
    expect([wrong.status, wrong.exception]).toEqual([412, 'PreconditionFailed']);
    expect(await codeOf(put(etag.replaceAll('"', '')))).toBe(412);
    expect(await codeOf(put(`W/${etag}`))).toBe(412);
    expect(await read(server, `${dir}/a`)).toBe('un');
    expect(await codeOf(put(`"zz", ${etag}`))).toBe(204);
    expect(await codeOf(put('*'))).toBe(204);
    expect(await codeOf(server.put(`${dir}/b`, 'x', { 'if-match': '*' }))).toBe(412);
    expect(await codeOf(server.put(`${dir}/b`, 'x', { 'if-match': etag }))).toBe(412);
    expect(await codeOf(server.dav('GET', `${dir}/b`))).toBe(404);
  });

  it('is refused when it has been changed since a date', async () => {
    const dir = await server.folder();
    await server.put(`${dir}/a`, 'un', { 'x-oc-mtime': '1700000000' });
    const put = (date: string) => server.put(`${dir}/a`, 'x', { 'if-unmodified-since': date });
    expect(await codeOf(put('Tue, 14 Nov 2023 22:13:19 GMT'))).toBe(412);
    expect(await codeOf(put('Tue, 14 Nov 2023 22:13:20 GMT'))).toBe(204);
  });
});

contract('making a folder', (server) => {
  it('answers 201, 405 over something and 409 in nothing', async () => {
    const dir = await server.folder();
    await server.put(`${dir}/f`, 'x');
    const make = async (name: string) => {
      const { status, exception } = await server.dav('MKCOL', `${dir}/${name}`);
      return [status, exception];
    };
    expect(await make('d')).toEqual([201, '']);
    expect(await make('d')).toEqual([405, 'MethodNotAllowed']);
    expect(await make('f')).toEqual([405, 'MethodNotAllowed']);
    expect(await make('x/y')).toEqual([409, 'Conflict']);
    expect((await make('f/y'))[0]).toBe(409);
  });
});

contract('deleting', (server) => {
  it('answers 204, 404 for what is not there, 403 for the root', async () => {
    const dir = await server.folder();
    await server.put(`${dir}/f`, 'x');
    expect(await codeOf(server.dav('DELETE', `${dir}/f`))).toBe(204);
    expect(await codeOf(server.dav('DELETE', `${dir}/f`))).toBe(404);
    expect(await codeOf(server.dav('DELETE', ''))).toBe(403);
  });

  it('takes a folder with all it holds', async () => {
    const dir = await server.folder();
    await server.put(`${dir}/d/e/f`, 'x', { 'x-nc-webdav-auto-mkcol': '1' });
    expect(await codeOf(server.dav('DELETE', `${dir}/d`))).toBe(204);
    expect(await codeOf(server.dav('GET', `${dir}/d/e/f`))).toBe(404);
  });

  it('heeds If-Match', async () => {
    const dir = await server.folder();
    await server.put(`${dir}/f`, 'x');
    const remove = (etag: string) =>
      server.dav('DELETE', `${dir}/f`, { headers: { 'if-match': etag } });
    expect(await codeOf(remove('"anders"'))).toBe(412);
    expect(await codeOf(remove(await server.etag(`${dir}/f`)))).toBe(204);
  });
});

contract('moving', (server) => {
  it('renames, and refuses what makes no sense', async () => {
    const dir = await server.folder();
    await server.put(`${dir}/d/f`, 'x', { 'x-nc-webdav-auto-mkcol': '1' });
    const move = async (from: string, to: string, headers = {}) => {
      const { status, exception } = await server.move(`${dir}/${from}`, `${dir}/${to}`, headers);
      return [status, exception];
    };
    expect(await move('d/f', 'd/g')).toEqual([201, '']);
    expect(await move('d/rien', 'd/h')).toEqual([404, 'NotFound']);
    expect(await move('d/g', 'nirgends/g')).toEqual([409, 'Conflict']);
    expect(await move('d', 'd/e')).toEqual([409, 'Conflict']);
    expect(await move('d', 'd')).toEqual([403, 'Forbidden']);
    expect(await move('d/g', 'd/g')).toEqual([403, 'Forbidden']);
    expect(await move('d/g', 'd/h', { 'if-match': '"anders"' })).toEqual([
      412,
      'PreconditionFailed',
    ]);
    expect((await server.dav('MOVE', `${dir}/d/g`)).status).toBe(400);
    expect(await read(server, `${dir}/d/g`)).toBe('x');
  });

  it('takes an absolute destination, whatever its host', async () => {
    const dir = await server.folder();
    await server.put(`${dir}/f`, 'x');
    const destination = `http://example.com${server.at(`${dir}/g`)}`;
    expect((await server.dav('MOVE', `${dir}/f`, { headers: { destination } })).status).toBe(201);
  });

  it('replaces, unless told not to', async () => {
    const dir = await server.folder();
    await server.put(`${dir}/a`, 'a');
    await server.put(`${dir}/b`, 'b');
    const move = (overwrite: string) => codeOf(server.move(`${dir}/a`, `${dir}/b`, { overwrite }));
    expect([await move('F'), await move('T')]).toEqual([412, 204]);
    expect(await read(server, `${dir}/b`)).toBe('a');
  });

  it('heeds the If header on the destination', async () => {
    const dir = await server.folder();
    await server.put(`${dir}/a`, 'a');
    await server.put(`${dir}/b`, 'b');
    const address = server.url + server.at(`${dir}/b`);
    const etag = await server.etag(`${dir}/b`);
    const move = (list: string, target = address) =>
      codeOf(server.move(`${dir}/a`, `${dir}/b`, { if: `<${target}> (${list})` }));
    expect(await move('["anders"]')).toBe(412);
    expect(await move(`[${etag}]`, `${address}x`)).toBe(404);
    expect(await move(`[${etag}]`)).toBe(204);
  });

  it('of a folder over a file makes a folder of it', async () => {
    const dir = await server.folder();
    await server.put(`${dir}/d/f`, 'x', { 'x-nc-webdav-auto-mkcol': '1' });
    await server.put(`${dir}/b`, 'b');
    expect(await codeOf(server.move(`${dir}/d`, `${dir}/b`))).toBe(204);
    expect(await read(server, `${dir}/b/f`)).toBe('x');
  });
});

contract('copying', (server) => {
  it('copies files and folders with their content', async () => {
    const dir = await server.folder();
    await server.put(`${dir}/d/e/f`, 'x', { 'x-nc-webdav-auto-mkcol': '1' });
    const copy = (from: string, to: string, headers = {}) =>
      codeOf(
        server.dav('COPY', `${dir}/${from}`, {
          headers: { destination: server.at(`${dir}/${to}`), ...headers },
        }),
      );
    expect(await copy('d', 'k')).toBe(201);
    expect(await read(server, `${dir}/k/e/f`)).toBe('x');
    expect(await copy('d/e/f', 'k/e/f', { overwrite: 'F' })).toBe(412);
    expect(await copy('d/e/f', 'k/e/f')).toBe(204);
    expect(await copy('d/e/f', 'nirgends/f')).toBe(409);
    expect(await copy('d', 'd/d')).toBe(409);
  });

  it('holds conditions against the source, and Overwrite against the destination', async () => {
    const dir = await server.folder();
    await server.put(`${dir}/a`, 'source');
    await server.put(`${dir}/old`, 'old');
    const etag = await server.etag(`${dir}/a`);
    const copy = async (to: string, headers: Record<string, string>) => {
      const destination = server.at(`${dir}/${to}`);
      const answer = await server.dav('COPY', `${dir}/a`, { headers: { destination, ...headers } });
      return [answer.status, answer.exception];
    };
    const refused = [412, 'PreconditionFailed'];
    expect(await copy('new', { 'if-match': '"other"' })).toEqual(refused);
    expect(await copy('new', { 'if-none-match': '*' })).toEqual(refused);
    expect(await copy('new', { 'if-none-match': etag })).toEqual(refused);
    expect(await copy('old', { 'if-match': etag, overwrite: 'F' })).toEqual(refused);
    expect(await copy('old', { 'if-match': '"other"', overwrite: 'T' })).toEqual(refused);
    expect((await server.dav('GET', `${dir}/new`)).status).toBe(404);
    expect(await read(server, `${dir}/old`)).toBe('old');
    expect(await copy('new', { 'if-match': etag, overwrite: 'F' })).toEqual([201, '']);
    expect(await copy('newer', { 'if-none-match': '"other"', overwrite: 'f' })).toEqual([201, '']);
    expect((await copy('newest', { overwrite: 'perhaps' }))[0]).toBe(400);
    expect((await copy('a', { overwrite: 'F' }))[0]).toBe(412);
  });

  it('gives the copy the ETag and the time of its source, and a number of its own', async () => {
    const dir = await server.folder();
    await server.put(`${dir}/a`, 'source', { 'x-oc-mtime': '1700000000' });
    const headers = { destination: server.at(`${dir}/b`), overwrite: 'F' };
    await server.dav('COPY', `${dir}/a`, { headers });
    expect(await server.etag(`${dir}/b`)).toBe(await server.etag(`${dir}/a`));
    expect(await server.fileId(`${dir}/b`)).not.toBe(await server.fileId(`${dir}/a`));
    const time = async (name: string) =>
      (await server.properties(`${dir}/${name}`, ['d:getlastmodified']))['d:getlastmodified'];
    expect(await time('b')).toBe(await time('a'));
  });

  it('over an existing file replaces it by another one', async () => {
    const dir = await server.folder();
    await server.put(`${dir}/a`, 'source');
    await server.put(`${dir}/old`, 'old');
    const before = await server.fileId(`${dir}/old`);
    const headers = { destination: server.at(`${dir}/old`), overwrite: 'T' };
    expect(await codeOf(server.dav('COPY', `${dir}/a`, { headers }))).toBe(204);
    expect(await read(server, `${dir}/old`)).toBe('source');
    expect(await server.fileId(`${dir}/old`)).not.toBe(before);
  });
});

contract('what is not spoken', (server) => {
  it.each(['LOCK', 'UNLOCK'])('%s is not implemented', async (method) => {
    const dir = await server.folder();
    await server.put(`${dir}/f`, 'x');
    expect((await server.dav(method, `${dir}/f`)).status).toBe(501);
  });

  it('a sync-collection report is not supported', async () => {
    const body =
      '<d:sync-collection xmlns:d="DAV:"><d:sync-token/><d:sync-level>1</d:sync-level>' +
      '<d:prop><d:getetag/></d:prop></d:sync-collection>';
    const answer = await server.dav('REPORT', '', { body });
    expect([answer.status, answer.exception]).toEqual([415, 'ReportNotSupported']);
  });
});
