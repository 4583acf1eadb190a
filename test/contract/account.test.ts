import { expect, it } from 'vitest';
import { parseRows } from './multistatus.js';
import { contract, propfindBody, type ServerUnderTest } from './server-under-test.js';

const OCS = { 'ocs-apirequest': 'true' };

type Json = Readonly<Record<string, never>>;

async function ocs(server: ServerUnderTest, path: string, sent = {}): Promise<[number, Json]> {
  const answer = await server.send('GET', `/ocs/v2.php${path}?format=json`, {
    headers: OCS,
    ...sent,
  });
  const { ocs: document } = JSON.parse(answer.text) as { ocs: { data: Json } };
  return [answer.status, document.data];
}

contract('the account', (server) => {
  it('is asked whether it is there without a password', async () => {
    const answer = await server.send('GET', '/status.php', { as: false });
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text)).toMatchObject({
      installed: true,
      maintenance: false,
      productname: 'Nextcloud',
      versionstring: expect.stringMatching(/^\d+\.\d+\.\d+/) as string,
    });
  });

  it('tells what the server can do', async () => {
    const [status, data] = await ocs(server, '/cloud/capabilities');
    expect(status).toBe(200);
    expect(data).toMatchObject({
      version: { major: expect.any(Number) as number },
      capabilities: {
        core: { 'webdav-root': 'remote.php/webdav', pollinterval: 60 },
        dav: { chunking: '1.0', bulkupload: '1.0' },
        files: {
          bigfilechunking: true,
          chunked_upload: {
            max_size: expect.any(Number) as number,
            max_parallel_count: expect.any(Number) as number,
          },
          forbidden_filenames: ['.htaccess'],
          undelete: true,
          versioning: true,
        },
      },
    });
  });

  it('tells a stranger less', async () => {
    const [status, data] = await ocs(server, '/cloud/capabilities', { as: false });
    const { capabilities } = data as unknown as { capabilities: Record<string, unknown> };
    expect([status, 'files' in capabilities, 'core' in capabilities]).toEqual([200, false, false]);
    expect(capabilities).toHaveProperty('theming.name');
  });

  it('tells who the user is and how much room there is', async () => {
    const [status, data] = await ocs(server, '/cloud/user');
    expect(status).toBe(200);
    expect(data).toMatchObject({
      id: server.user,
      displayname: expect.any(String) as string,
      quota: { free: expect.any(Number) as number, used: expect.any(Number) as number },
    });
  });

  it('refuses OCS requests that do not say that they are', async () => {
    const answer = await server.send('GET', '/ocs/v2.php/cloud/user?format=json');
    expect(answer.status).toBe(412);
  });

  it('refuses a request without credentials, and a stranger', async () => {
    for (const as of [false, { user: `nobody-${Date.now()}`, password: 'x' }] as const) {
      const answer = await server.dav('PROPFIND', '', { as, headers: { depth: '0' } });
      expect([answer.status, answer.exception]).toEqual([401, 'NotAuthenticated']);
      expect(answer.headers['www-authenticate']).toMatch(/^Basic realm="/);
    }
  });

  it('is recognised by its cookies alone', async () => {
    const first = await server.dav('PROPFIND', '', { headers: { depth: '0' }, as: server });
    const cookies = [first.headers['set-cookie'] ?? []].flat();
    expect(cookies.length).toBeGreaterThanOrEqual(4);
    const cookie = cookies.map((each) => each.split(';')[0]).join('; ');
    const again = await server.dav('PROPFIND', '', { headers: { depth: '0', cookie }, as: false });
    expect(again.status).toBe(207);
  });

  it('has a name that is the same in capitals', async () => {
    const address = `/remote.php/dav/files/${server.user.toUpperCase()}/`;
    expect((await server.send('PROPFIND', address, { headers: { depth: '0' } })).status).toBe(207);
  });

  it('does not see an account that is not there', async () => {
    const address = '/remote.php/dav/files/personne-de-ce-nom/';
    const answer = await server.send('PROPFIND', address, { headers: { depth: '0' } });
    expect([answer.status, answer.exception]).toEqual([404, 'NotFound']);
  });

  it('sees of the files of others that they are there, and no more', async ({ skip }) => {
    if (server.otherUser === undefined) return skip('no second user of this server is known');
    const address = `/remote.php/dav/files/${server.otherUser}/`;
    const body = propfindBody(['d:resourcetype', 'd:getetag', 'oc:fileid']);
    const answer = await server.send('PROPFIND', address, { headers: { depth: '1' }, body });
    const rows = parseRows(answer.text);
    expect([answer.status, rows.length]).toEqual([207, 1]);
    expect(rows[0]?.found).toEqual({ 'd:resourcetype': '<d:collection>' });
    expect((await server.send('PUT', `${address}a`, { body: 'x' })).status).toBe(403);
    expect((await server.send('GET', `${address}a`)).status).toBe(404);
  });

  it('also stands at the older address', async () => {
    const dir = await server.folder();
    await server.put(`${dir}/a`, 'x');
    expect((await server.send('GET', `/remote.php/webdav/${dir}/a`)).text).toBe('x');
  });

  it('starts a login flow whose poll is empty until the user has agreed', async () => {
    const as = false;
    const started = await server.send('POST', '/index.php/login/v2', { as });
    expect(started.status).toBe(200);
    const { poll, login } = JSON.parse(started.text) as {
      poll: { token: string; endpoint: string };
      login: string;
    };
    expect(poll.token.length).toBeGreaterThanOrEqual(128);
    expect([new URL(poll.endpoint).pathname, new URL(login).pathname]).toEqual([
      expect.stringMatching(/\/login\/v2\/poll$/),
      expect.stringMatching(/\/login\/v2\/flow\//),
    ]);
    const asked = await server.send('POST', new URL(poll.endpoint).pathname, {
      as,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: `token=${poll.token}`,
    });
    expect([asked.status, asked.text]).toEqual([404, '[]']);
  });
});
