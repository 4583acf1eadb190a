/** While a body is on its way, its file is locked: what others meet then. */
import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { contract, type Reply, type ServerUnderTest } from './server-under-test.js';
import { SlowRequest } from './slow-request.js';

const verdict = async (answer: Promise<Reply>) => {
  const { status, exception } = await answer;
  return [status, exception];
};

/** A PUT that has sent half of its four bytes. */
async function halfWritten(server: ServerUnderTest, target: string): Promise<SlowRequest> {
  const line = `PUT ${server.at(target)}` as const;
  const slow = await SlowRequest.begin(server, line, ['Content-Length: 4']);
  await slow.send('ne');
  return slow;
}

const copyTo = (server: ServerUnderTest, from: string, to: string) =>
  server.dav('COPY', from, { headers: { destination: server.at(to) } });

contract('a file that is being written', (server) => {
  it('is locked for all but listings, which show the old one', async () => {
    const dir = await server.folder();
    await server.put(`${dir}/d/a`, 'alt', { 'x-nc-webdav-auto-mkcol': '1' });
    const [id, etag] = [await server.fileId(`${dir}/d/a`), await server.etag(`${dir}/d/a`)];
    const slow = await halfWritten(server, `${dir}/d/a`);
    expect(await verdict(server.dav('GET', `${dir}/d/a`))).toEqual([423, 'FileLocked']);
    expect(await verdict(server.put(`${dir}/d/a`, 'x'))).toEqual([423, 'FileLocked']);
    expect(await verdict(server.dav('DELETE', `${dir}/d/a`))).toEqual([423, 'FileLocked']);
    expect(await verdict(copyTo(server, `${dir}/d/a`, `${dir}/b`))).toEqual([423, 'FileLocked']);
    expect(await verdict(server.move(`${dir}/d/a`, `${dir}/b`))).toEqual([423, 'FileLocked']);
    expect(await verdict(server.dav('DELETE', `${dir}/d`))).toEqual([423, 'FileLocked']);
    expect(await server.etag(`${dir}/d/a`)).toBe(etag);
    expect(await slow.finish('u!')).toMatch(/^HTTP\/1\.1 204/);
    expect((await server.dav('GET', `${dir}/d/a`)).text).toBe('neu!');
    expect(await server.fileId(`${dir}/d/a`)).toBe(id);
  });

  it('cannot be renamed in its folder, nor can the folder: an internal error', async () => {
    const dir = await server.folder();
    await server.put(`${dir}/d/a`, 'alt', { 'x-nc-webdav-auto-mkcol': '1' });
    const slow = await halfWritten(server, `${dir}/d/a`);
    const renamed = server.move(`${dir}/d/a`, `${dir}/d/b`);
    expect(await verdict(renamed)).toEqual([500, 'LockedException']);
    expect(await verdict(server.move(`${dir}/d`, `${dir}/e`))).toEqual([500, 'LockedException']);
    expect(await slow.finish('u!')).toMatch(/^HTTP\/1\.1 204/);
  });

  it('is not replaced, but a move of it has removed its target before it fails', async () => {
    const dir = await server.folder();
    for (const name of ['a', 'b', 'c']) await server.put(`${dir}/${name}`, name);
    const slow = await halfWritten(server, `${dir}/a`);
    expect(await verdict(server.move(`${dir}/b`, `${dir}/a`))).toEqual([423, 'FileLocked']);
    expect(await verdict(copyTo(server, `${dir}/b`, `${dir}/a`))).toEqual([423, 'FileLocked']);
    expect((await server.dav('GET', `${dir}/b`)).text).toBe('b');
    const replaces = server.move(`${dir}/a`, `${dir}/b`);
    expect(await verdict(replaces)).toEqual([500, 'LockedException']);
    expect(await verdict(copyTo(server, `${dir}/a`, `${dir}/c`))).toEqual([423, 'FileLocked']);
    const left = await Promise.all(['b', 'c'].map((name) => server.dav('GET', `${dir}/${name}`)));
    expect(left.map(({ status }) => status)).toEqual([404, 404]);
    expect(await slow.finish('u!')).toMatch(/^HTTP\/1\.1 204/);
  });

  it('is not there before it is complete when it is new, and nobody else can write it', async () => {
    const dir = await server.folder();
    const slow = await halfWritten(server, `${dir}/a`);
    expect(await verdict(server.dav('GET', `${dir}/a`))).toEqual([404, 'NotFound']);
    expect(await server.list(dir, '1', ['d:getetag'])).toHaveLength(1);
    expect(await verdict(server.put(`${dir}/a`, 'x'))).toEqual([423, 'FileLocked']);
    expect(await slow.finish('u!')).toMatch(/^HTTP\/1\.1 201/);
    expect((await server.dav('GET', `${dir}/a`)).text).toBe('neu!');
  });
});

contract('a file that is being read', (server) => {
  it('cannot be moved before the reader has all of it or is gone', async () => {
    const dir = await server.folder();
    // More than all buffers on the way can hold.
    await server.put(`${dir}/a`, Buffer.alloc(64 * 1024 * 1024));
    const slow = await SlowRequest.begin(server, `GET ${server.at(`${dir}/a`)}`, []);
    await pause(700);
    const move = () => server.move(`${dir}/a`, `${dir}/b`);
    expect(await verdict(move())).toEqual([500, 'LockedException']);
    expect(await verdict(server.dav('DELETE', `${dir}/a`))).toEqual([423, 'FileLocked']);
    slow.hangUp();
    let answer = await move();
    for (let tries = 0; answer.status === 500 && tries < 100; tries += 1) {
      await pause(100);
      answer = await move();
    }
    expect(answer.status).toBe(201);
  });
});

contract('a client that hangs up', (server) => {
  it('during the assembly of its upload does not stop it', async () => {
    const dir = await server.folder();
    await server.put(`${dir}/a`, 'alt');
    const [id, etag] = [await server.fileId(`${dir}/a`), await server.etag(`${dir}/a`)];
    const destination = server.at(`${dir}/a`);
    const upload = server.upload(`contract-${dir}`);
    await server.send('MKCOL', upload, { headers: { destination } });
    const chunk = Buffer.alloc(8 * 1024 * 1024, 'x');
    for (const name of ['1', '2', '3', '4']) {
      await server.send('PUT', `${upload}/${name}`, { headers: { destination }, body: chunk });
    }
    const headers = [`Destination: ${destination}`, `OC-Total-Length: ${chunk.length * 4}`];
    const slow = await SlowRequest.begin(server, `MOVE ${upload}/.file`, headers);
    slow.hangUp();
    let shown = await server.etag(`${dir}/a`);
    for (let tries = 0; shown === etag && tries < 200; tries += 1) {
      await pause(100);
      shown = await server.etag(`${dir}/a`);
    }
    const { 'd:getcontentlength': length } = await server.properties(`${dir}/a`, [
      'd:getcontentlength',
    ]);
    expect([length, await server.fileId(`${dir}/a`)]).toEqual([String(chunk.length * 4), id]);
  });
});
