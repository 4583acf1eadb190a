import { expect, it } from 'vitest';
import { parseRows } from './multistatus.js';
import { contract, type ServerUnderTest } from './server-under-test.js';

interface Query {
  readonly where: string;
  readonly tail?: string;
  readonly names?: string;
}

function search(server: ServerUnderTest, dir: string, { where, tail = '', names }: Query) {
  const body =
    '<d:searchrequest xmlns:d="DAV:" xmlns:oc="http://owncloud.org/ns" ' +
    'xmlns:nc="http://nextcloud.org/ns" xmlns:s="https://github.com/icewind1991/SearchDAV/ns">' +
    '<d:basicsearch>' +
    `<d:select><d:prop>${names ?? '<d:getetag/>'}</d:prop></d:select>` +
    `<d:from><d:scope><d:href>/files/${server.user}/${dir}</d:href>` +
    '<d:depth>infinity</d:depth></d:scope></d:from>' +
    `<d:where>${where}</d:where>${tail}</d:basicsearch></d:searchrequest>`;
  const headers = { 'content-type': 'text/xml' };
  return server.send('SEARCH', '/remote.php/dav/', { headers, body });
}

const compare = (operator: string, property: string, literal: string) =>
  `<d:${operator}><d:prop><${property}/></d:prop><d:literal>${literal}</d:literal></d:${operator}>`;

async function makeTree(server: ServerUnderTest): Promise<string> {
  const dir = await server.folder();
  await server.dav('MKCOL', `${dir}/a`);
  await server.dav('MKCOL', `${dir}/a/é`);
  await server.put(`${dir}/a/é/klein.txt`, 'x', { 'x-oc-mtime': '1600000000' });
  await server.put(`${dir}/a/groß.bin`, Buffer.alloc(5000), { 'x-oc-mtime': '1700000000' });
  return dir;
}

async function found(server: ServerUnderTest, dir: string, query: Query): Promise<string[]> {
  const answer = await search(server, dir, query);
  expect(answer.status).toBe(207);
  const start = server.at(dir).length + 1;
  return parseRows(answer.text).map(({ href }) => decodeURIComponent(href.slice(start)));
}

contract('a search', (server) => {
  it('brings all folders below at once, with the etags that a listing shows', async () => {
    const dir = await makeTree(server);
    const answer = await search(server, dir, { where: '<d:is-collection/>' });
    const rows = parseRows(answer.text);
    const etags = rows.map(({ href, found: props }) => [href, props['d:getetag']]);
    const listed = await server.list(dir, 'infinity', ['d:getetag', 'd:resourcetype']);
    const folders = listed.slice(1).filter(({ found: props }) => props['d:resourcetype'] !== '');
    expect(Object.fromEntries(etags)).toEqual(
      Object.fromEntries(folders.map(({ href, found: props }) => [href, props['d:getetag']])),
    );
    expect(rows).toHaveLength(2);
  });

  it.each([
    ['size', compare('gt', 'oc:size', '1000'), ['a/', 'a/groß.bin']],
    ['time', compare('lt', 'd:getlastmodified', '1650000000'), ['a/é/klein.txt']],
    ['name', compare('like', 'd:displayname', '%.TXT'), ['a/é/klein.txt']],
    [
      'type and not a folder',
      `<d:and>${compare('gte', 'oc:size', '0')}<d:not><d:is-collection/></d:not></d:and>`,
      ['a/groß.bin', 'a/é/klein.txt'],
    ],
    [
      'one or the other',
      `<d:or>${compare('eq', 'd:displayname', 'groß.bin')}${compare('eq', 'oc:size', '1')}</d:or>`,
      ['a/groß.bin', 'a/é/', 'a/é/klein.txt'],
    ],
  ])('finds by %s', async (_what, where, expected) => {
    const dir = await makeTree(server);
    expect((await found(server, dir, { where })).sort()).toEqual([...expected].sort());
  });

  it('finds a file by its id, with any property', async () => {
    const dir = await makeTree(server);
    const id = await server.fileId(`${dir}/a/groß.bin`);
    const names = '<oc:fileid/><oc:permissions/><oc:size/>';
    const answer = await search(server, dir, { where: compare('eq', 'oc:fileid', id), names });
    const [row] = parseRows(answer.text);
    expect(row?.found).toMatchObject({
      'oc:fileid': id,
      'oc:permissions': 'RGDNVW',
      'oc:size': '5000',
    });
  });

  it('comes in order and in pages', async () => {
    const dir = await makeTree(server);
    const order =
      '<d:orderby><d:order><d:prop><oc:size/></d:prop><d:descending/></d:order></d:orderby>';
    const where = '<d:not><d:is-collection/></d:not>';
    expect(await found(server, dir, { where, tail: order })).toEqual([
      'a/groß.bin',
      'a/é/klein.txt',
    ]);
    const limit = (first: number) =>
      `<d:limit><d:nresults>1</d:nresults><s:firstresult>${first}</s:firstresult></d:limit>`;
    const second = await found(server, dir, { where, tail: order + limit(1) });
    expect(second).toEqual(['a/é/klein.txt']);
  });

  it('brings folders in the order of their names, in pages without gap or overlap', async () => {
    const dir = await server.folder();
    for (const name of ['z', 'z/é', 'a', 'a/b', 'm']) await server.dav('MKCOL', `${dir}/${name}`);
    const order =
      '<d:orderby><d:order><d:prop><d:displayname/></d:prop><d:ascending/></d:order></d:orderby>';
    const page = async (first: number) => {
      const limit =
        `<d:limit><d:nresults>2</d:nresults>` + `<s:firstresult>${first}</s:firstresult></d:limit>`;
      return found(server, dir, { where: '<d:is-collection/>', tail: order + limit });
    };
    const pages = [await page(0), await page(2), await page(4), await page(6)];
    // The scope itself may be counted and then dropped: a page is one row short at most.
    expect(pages.flat()).toEqual(['a/', 'a/b/', 'm/', 'z/', 'z/é/']);
    for (const rows of pages.slice(0, 2)) expect(rows.length).toBeGreaterThanOrEqual(1);
  });

  it('cannot be sorted by ids', async () => {
    const tail =
      '<d:orderby><d:order><d:prop><oc:fileid/></d:prop><d:ascending/></d:order></d:orderby>';
    const query = { where: '<d:is-collection/>', tail };
    expect((await search(server, await server.folder(), query)).status).toBe(400);
  });

  it('does not know the upload time that a listing shows', async () => {
    const dir = await makeTree(server);
    const where = compare('eq', 'd:displayname', 'klein.txt');
    const answer = await search(server, dir, { where, names: '<nc:upload_time/>' });
    expect(parseRows(answer.text)[0]?.found).toEqual({ 'nc:upload_time': '0' });
    const { 'nc:upload_time': time } = await server.properties(`${dir}/a/é/klein.txt`, [
      'nc:upload_time',
    ]);
    expect(Number(time)).toBeGreaterThan(1_700_000_000);
  });

  it('without a condition is an internal error', async () => {
    const answer = await search(server, await server.folder(), { where: '' });
    expect([answer.status, answer.exception]).toEqual([500, 'TypeError']);
  });

  it('refuses what cannot be searched for', async () => {
    const where = compare('gt', 'nc:upload_time', '0');
    expect((await search(server, await server.folder(), { where })).status).toBe(400);
  });

  it('of a folder that is not there is a 404', async () => {
    const answer = await search(server, 'nirgends', { where: '<d:is-collection/>' });
    expect(answer.status).toBe(404);
  });
});
