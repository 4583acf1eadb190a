/** What a client has to know in order not to lose data. Each is true of a real Nextcloud. */
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { contract, type ServerUnderTest } from './server-under-test.js';
import { SlowRequest } from './slow-request.js';

/** A PUT of 5 MB of which `body` arrives before the line goes dead. */
async function cutOff(server: ServerUnderTest, address: string, body: Buffer | string, mtime = '') {
  const headers = ['Content-Length: 5000000', `X-OC-MTime: ${mtime}`];
  const slow = await SlowRequest.begin(server, `PUT ${address}`, headers);
  await slow.send(body);
  slow.hangUp();
}

/** Until the server has let go of the file. */
async function readUnlocked(server: ServerUnderTest, target: string) {
  for (let tries = 0; ; tries += 1) {
    const answer = await server.dav('GET', target);
    if (answer.status !== 423 || tries > 100) return answer;
    await pause(100);
  }
}

contract('a trap', (server) => {
  it('an overwrite that is cut off truncates the file; listings show the old one', async () => {
    const dir = await server.folder();
    const old = Buffer.alloc(200_000, 'x');
    await server.put(`${dir}/a.bin`, old, { 'x-oc-mtime': '1700000000' });
    const before = await server.properties(`${dir}/a.bin`, ['d:getetag', 'd:getcontentlength']);
    await cutOff(server, server.at(`${dir}/a.bin`), Buffer.alloc(1000, 'y'), '1700000001');
    const shown = await server.properties(`${dir}/a.bin`, ['d:getetag', 'd:getcontentlength']);
    expect(shown).toEqual(before);
    const answer = await readUnlocked(server, `${dir}/a.bin`);
    expect([answer.status, answer.body.length <= 1000]).toEqual([200, true]);
    const repaired = await server.properties(`${dir}/a.bin`, ['d:getetag', 'd:getcontentlength']);
    expect(repaired['d:getcontentlength']).toBe(String(answer.body.length));
    expect(repaired['d:getetag']).not.toBe(before['d:getetag']);
  });

  it('a new file that is cut off leaves nothing', async () => {
    const dir = await server.folder();
    await cutOff(server, server.at(`${dir}/a.bin`), Buffer.alloc(1000, 'y'));
    expect((await server.dav('GET', `${dir}/a.bin`)).status).toBe(404);
    expect(await server.list(dir, '1', ['d:getetag'])).toHaveLength(1);
  });

  it('a chunk that is cut off leaves the one that was there', async () => {
    const dir = await server.folder();
    const id = `contract-${randomUUID()}`;
    const destination = server.at(`${dir}/a`);
    await server.send('MKCOL', server.upload(id), { headers: { destination } });
    await server.send('PUT', server.upload(`${id}/1`), { body: 'ganz', headers: { destination } });
    await cutOff(server, server.upload(`${id}/1`), 'halb');
    const headers = { destination, 'oc-total-length': '4' };
    expect((await server.send('MOVE', server.upload(`${id}/.file`), { headers })).status).toBe(201);
    expect((await server.dav('GET', `${dir}/a`)).text).toBe('ganz');
  });

  it('two contents of one size and one time have one etag', async () => {
    const dir = await server.folder();
    const headers = { 'x-oc-mtime': '1700000000' };
    await server.put(`${dir}/a`, 'eins', headers);
    const etag = await server.etag(`${dir}/a`);
    const answer = await server.put(`${dir}/a`, 'zwei', { ...headers, 'if-match': etag });
    expect([answer.status, answer.headers['etag']]).toEqual([204, etag]);
    const later = await server.put(`${dir}/a`, 'drei', { 'x-oc-mtime': '1700000001' });
    expect(later.headers['etag']).not.toBe(etag);
  });

  it('two contents in one second of the server have one etag, whatever their size', async () => {
    const dir = await server.folder();
    // Of several pairs in a row some fall into one second, each of two requests.
    let same = 0;
    for (let round = 0; round < 6; round += 1) {
      await server.put(`${dir}/a`, 'kurz');
      const names = ['d:getlastmodified', 'd:getetag'];
      const before = await server.properties(`${dir}/a`, names);
      await server.put(`${dir}/a`, 'sehr viel länger');
      const after = await server.properties(`${dir}/a`, names);
      if (before['d:getlastmodified'] !== after['d:getlastmodified']) continue;
      same += 1;
      expect(after['d:getetag']).toBe(before['d:getetag']);
    }
    expect(same).toBeGreaterThan(0);
  });

  it('a body without a length makes an empty file', async () => {
    const dir = await server.folder();
    const line = `PUT ${server.at(`${dir}/a`)}` as const;
    const slow = await SlowRequest.begin(server, line, ['Transfer-Encoding: chunked']);
    const answer = await slow.finish('7\r\nbonjour\r\n0\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 201/);
    expect(
      (await server.properties(`${dir}/a`, ['d:getcontentlength']))['d:getcontentlength'],
    ).toBe('0');
  });

  it('an upload without chunks and without a total empties its target', async () => {
    const dir = await server.folder();
    await server.put(`${dir}/a`, 'wichtig');
    const id = `contract-${randomUUID()}`;
    const headers = { destination: server.at(`${dir}/a`) };
    await server.send('MKCOL', server.upload(id), { headers });
    expect((await server.send('MOVE', server.upload(`${id}/.file`), { headers })).status).toBe(204);
    expect((await server.dav('GET', `${dir}/a`)).body).toHaveLength(0);
  });

  it('gaps between chunks are not noticed', async () => {
    const dir = await server.folder();
    const id = `contract-${randomUUID()}`;
    const headers = { destination: server.at(`${dir}/a`) };
    await server.send('MKCOL', server.upload(id), { headers });
    for (const name of ['1', '3', '7']) {
      await server.send('PUT', server.upload(`${id}/${name}`), { headers, body: name });
    }
    expect((await server.send('MOVE', server.upload(`${id}/.file`), { headers })).status).toBe(201);
    expect((await server.dav('GET', `${dir}/a`)).text).toBe('137');
  });

  it.each(['86400', '0', '-1', 'gestern'])(
    'a time of %s is an internal error that has replaced the file',
    async (mtime) => {
      const dir = await server.folder();
      await server.put(`${dir}/a`, 'alt');
      const answer = await server.put(`${dir}/a`, 'neu', { 'x-oc-mtime': mtime });
      expect([answer.status, (await server.dav('GET', `${dir}/a`)).text]).toEqual([500, 'neu']);
    },
  );

  it('a wrong checksum is accepted', async () => {
    const dir = await server.folder();
    const headers = { 'oc-checksum': `SHA1:${'0'.repeat(40)}` };
    expect((await server.put(`${dir}/a`, 'x', headers)).status).toBe(201);
  });

  it('a move onto a file gives it the id of the other', async () => {
    const dir = await server.folder();
    await server.put(`${dir}/neu~`, 'neu');
    await server.put(`${dir}/a`, 'alt');
    const [source, target] = [await server.fileId(`${dir}/neu~`), await server.fileId(`${dir}/a`)];
    expect((await server.move(`${dir}/neu~`, `${dir}/a`)).status).toBe(204);
    const id = await server.fileId(`${dir}/a`);
    expect([id === source, id === target]).toEqual([true, false]);
  });

  it('a move onto a folder deletes all that is in it', async () => {
    const dir = await server.folder();
    await server.put(`${dir}/voll/wichtig`, 'x', { 'x-nc-webdav-auto-mkcol': '1' });
    await server.dav('MKCOL', `${dir}/leer`);
    expect((await server.move(`${dir}/leer`, `${dir}/voll`)).status).toBe(204);
    expect((await server.dav('GET', `${dir}/voll/wichtig`)).status).toBe(404);
  });

  it('a folder whose name ends in .part "exists already"', async () => {
    const dir = await server.folder();
    const answer = await server.dav('MKCOL', `${dir}/x.part`);
    expect([answer.status, answer.exception]).toEqual([405, 'MethodNotAllowed']);
  });
});
