import { expect, it } from 'vitest';
import { contract, type ServerUnderTest } from './server-under-test.js';

const SENT = 'Fri, 15 Apr 2022 05:20:00 GMT';

function setTime(server: ServerUnderTest, target: string, value: string, headers = {}) {
  const body =
    '<d:propertyupdate xmlns:d="DAV:"><d:set><d:prop>' +
    `<d:lastmodified>${value}</d:lastmodified></d:prop></d:set></d:propertyupdate>`;
  return server.dav('PROPPATCH', target, { body, headers });
}

async function timeOf(server: ServerUnderTest, target: string): Promise<string | undefined> {
  return (await server.properties(target, ['d:getlastmodified']))['d:getlastmodified'];
}

contract('a modification time', (server) => {
  it('is set by PROPPATCH in whole seconds, of the version that is meant', async () => {
    const dir = await server.folder();
    await server.put(`${dir}/a`, 'x', { 'x-oc-mtime': '1600000000' });
    const etag = await server.etag(`${dir}/a`);
    const wrong = await setTime(server, `${dir}/a`, '1650000000', { 'if-match': '"anders"' });
    expect([wrong.status, wrong.headers['etag']]).toEqual([412, etag]);
    const right = await setTime(server, `${dir}/a`, '1650000000.9', { 'if-match': etag });
    expect([right.status, /HTTP\/1\.1 200/.test(right.text)]).toEqual([207, true]);
    expect(await timeOf(server, `${dir}/a`)).toBe(SENT);
  });

  it.each(['86400', '1', '-1', 'gestern'])('of %s is an internal error', async (value) => {
    const dir = await server.folder();
    await server.put(`${dir}/a`, 'x', { 'x-oc-mtime': '1600000000' });
    expect((await setTime(server, `${dir}/a`, value)).status).toBe(500);
    expect(await timeOf(server, `${dir}/a`)).toBe('Sun, 13 Sep 2020 12:26:40 GMT');
  });

  it('of 0 is refused within the answer', async () => {
    const dir = await server.folder();
    await server.put(`${dir}/a`, 'x', { 'x-oc-mtime': '1600000000' });
    const answer = await setTime(server, `${dir}/a`, '0');
    expect([answer.status, /HTTP\/1\.1 403/.test(answer.text)]).toEqual([207, true]);
    expect(await timeOf(server, `${dir}/a`)).toBe('Sun, 13 Sep 2020 12:26:40 GMT');
  });

  it('of a folder is set afterwards alone, and lasts until something changes in it', async () => {
    const dir = await server.folder();
    await server.dav('MKCOL', `${dir}/d`, { headers: { 'x-oc-mtime': '1650000000' } });
    expect(await timeOf(server, `${dir}/d`)).not.toBe(SENT);
    expect((await setTime(server, `${dir}/d`, '1650000000')).status).toBe(207);
    expect(await timeOf(server, `${dir}/d`)).toBe(SENT);
    await server.put(`${dir}/d/a`, 'x');
    expect(await timeOf(server, `${dir}/d`)).not.toBe(SENT);
  });
});
