import { afterAll, expect, it } from 'vitest';
import { contract } from './server-under-test.js';

/** Bits of the share → letters of its root and of a file in it. */
const LETTERS = [
  [1, 'SGD', 'SG'],
  [3, 'SGDNV', 'SGNVW'],
  [5, 'SGDCK', 'SG'],
  [7, 'SGDNVCK', 'SGNVW'],
  [9, 'SGD', 'SGD'],
  [15, 'SGDNVCK', 'SGDNVW'],
  [17, 'SRGD', 'SRG'],
  [31, 'SRGDNVCK', 'SRGDNVW'],
] as const;

contract('a received share', (server) => {
  afterAll(() => server.removeShares());

  it.for(LETTERS)('of permissions %i shows %s and %s', async ([bits, root, file], { skip }) => {
    const share = await server.receiveShare(bits);
    if (share === undefined) return skip('there is no second user on this server');
    const names = ['oc:permissions', 'nc:mount-type', 'nc:is-mount-root', 'oc:owner-id'];
    const [folder, inside] = await server.list(share.name, '1', names);
    expect(folder?.found).toMatchObject({
      'oc:permissions': root,
      'nc:mount-type': 'shared',
      'nc:is-mount-root': 'true',
      'oc:owner-id': process.env['NUAGE_TEST_COLLEGUE'] ?? 'collegue',
    });
    expect(inside?.found['oc:permissions']).toBe(file);
  });

  it('that is read only refuses every change but the time, and is left by deleting it', async ({
    skip,
  }) => {
    const share = await server.receiveShare(1);
    if (share === undefined) return skip('there is no second user on this server');
    const dir = await server.folder();
    await server.put(`${dir}/a`, 'a');
    const copyIn = { destination: server.at(`${share.name}/a`) };
    const codes = [
      await server.put(share.file, 'x'),
      await server.put(`${share.name}/neu`, 'x'),
      await server.dav('MKCOL', `${share.name}/neu`),
      await server.dav('DELETE', share.file),
      await server.move(share.file, `${dir}/cours`),
      await server.move(share.file, `${share.name}/anders`),
      await server.move(`${dir}/a`, `${share.name}/a`),
      await server.dav('COPY', `${dir}/a`, { headers: copyIn }),
    ].map(({ status }) => status);
    expect(codes).toEqual(codes.map(() => 403));
    expect((await server.dav('GET', share.file)).text).toBe('bonjour');
    const body =
      '<d:propertyupdate xmlns:d="DAV:"><d:set><d:prop>' +
      '<d:lastmodified>1650000000</d:lastmodified></d:prop></d:set></d:propertyupdate>';
    expect((await server.dav('PROPPATCH', share.file, { body })).status).toBe(207);
    expect(await server.properties(share.file, ['d:getlastmodified'])).toEqual({
      'd:getlastmodified': 'Fri, 15 Apr 2022 05:20:00 GMT',
    });
    expect((await server.dav('DELETE', share.name)).status).toBe(204);
    expect((await server.dav('GET', share.file)).status).toBe(404);
  });

  it('that may be changed is changed', async ({ skip }) => {
    const share = await server.receiveShare(15);
    if (share === undefined) return skip('there is no second user on this server');
    expect((await server.put(share.file, 'neu')).status).toBe(204);
    expect((await server.put(`${share.name}/b`, 'b')).status).toBe(201);
    expect((await server.move(`${share.name}/b`, `${share.name}/c`)).status).toBe(201);
    expect((await server.dav('DELETE', `${share.name}/c`)).status).toBe(204);
    expect((await server.dav('DELETE', share.name)).status).toBe(204);
  });

  it('takes a folder of one’s own, with its ids, and shows it as the owner’s', async ({ skip }) => {
    const share = await server.receiveShare(15);
    if (share === undefined) return skip('there is no second user on this server');
    const dir = await server.folder();
    await server.put(`${dir}/d/a`, 'a', { 'x-nc-webdav-auto-mkcol': '1' });
    const ids = [await server.fileId(`${dir}/d`), await server.fileId(`${dir}/d/a`)];
    expect((await server.move(`${dir}/d`, `${share.name}/d`)).status).toBe(201);
    const names = ['oc:fileid', 'oc:owner-id', 'oc:permissions'];
    const rows = await server.list(`${share.name}/d`, '1', names);
    expect(rows.map(({ found }) => found['oc:fileid'])).toEqual(ids);
    expect(rows.map(({ found }) => found['oc:permissions'])).toEqual(['SGDNVCK', 'SGDNVW']);
    const { 'oc:owner-id': owner } = await server.properties(share.name, ['oc:owner-id']);
    expect(rows.map(({ found }) => found['oc:owner-id'])).toEqual([owner, owner]);
    await server.dav('DELETE', share.name);
  });

  it('shows a change by its owner in its etag and in that of the root', async ({ skip }) => {
    const share = await server.receiveShare(1);
    if (share === undefined) return skip('there is no second user on this server');
    const etags = async () => [await server.etag(share.name), await server.etag('')];
    const before = await etags();
    await server.ownerAdds(share, 'neu.txt');
    expect((await server.dav('GET', `${share.name}/neu.txt`)).text).toBe('neu');
    const after = await etags();
    expect(after.map((etag, at) => etag === before[at])).toEqual([false, false]);
    await server.dav('DELETE', share.name);
  });

  it('can be renamed and moved into a folder whatever its permissions', async ({ skip }) => {
    const share = await server.receiveShare(1);
    if (share === undefined) return skip('there is no second user on this server');
    const dir = await server.folder();
    expect((await server.move(share.name, `${dir}/hier`)).status).toBe(201);
    expect((await server.dav('GET', `${dir}/hier/cours.txt`)).text).toBe('bonjour');
    expect((await server.dav('DELETE', `${dir}/hier`)).status).toBe(204);
  });

  it('gives copies that cannot be changed', async ({ skip }) => {
    const share = await server.receiveShare(1);
    if (share === undefined) return skip('there is no second user on this server');
    const dir = await server.folder();
    const destination = server.at(`${dir}/kopie`);
    expect((await server.dav('COPY', share.file, { headers: { destination } })).status).toBe(201);
    const { 'oc:permissions': letters } = await server.properties(`${dir}/kopie`, [
      'oc:permissions',
    ]);
    expect(letters).toBe('G');
    expect((await server.put(`${dir}/kopie`, 'x')).status).toBe(403);
    const body =
      '<d:propertyupdate xmlns:d="DAV:"><d:set><d:prop>' +
      '<d:lastmodified>1650000000</d:lastmodified></d:prop></d:set></d:propertyupdate>';
    await server.dav('PROPPATCH', `${dir}/kopie`, { body });
    expect((await server.put(`${dir}/kopie`, 'x')).status).toBe(204);
    await server.dav('DELETE', share.name);
  });
});
