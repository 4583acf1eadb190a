import { expect, it } from 'vitest';
import { contract, type Reply, type ServerUnderTest } from './server-under-test.js';

const PLACES = ['', 'a', 'a/b', 'a/b/c', 'z'] as const;

async function makeTree(server: ServerUnderTest): Promise<string> {
  const dir = await server.folder();
  for (const place of PLACES.slice(1)) await server.dav('MKCOL', `${dir}/${place}`);
  await server.put(`${dir}/a/b/c/f.txt`, 'un', { 'x-oc-mtime': '1700000000' });
  await server.put(`${dir}/a/b/c/g.txt`, 'g');
  await server.put(`${dir}/z/h.txt`, 'h');
  return dir;
}

/**
 * The folders whose etag an action changes. Of the root of the account only a change is told: other
 * files of this suite work in the same account.
 */
async function changedBy(
  server: ServerUnderTest,
  dir: string,
  action: () => Promise<Reply>,
): Promise<{ readonly status: number; readonly changed: string[] }> {
  const look = async () => {
    const etags = new Map([['/', await server.etag('')]]);
    for (const place of PLACES) etags.set(place, await server.etag(`${dir}/${place}`));
    return etags;
  };
  const before = await look();
  const { status } = await action();
  const after = await look();
  const differs = (key: string) => before.get(key) !== after.get(key);
  const changed = PLACES.filter(differs);
  if (changed.length === 0) return { status, changed };
  return { status, changed: differs('/') ? ['/', ...changed] : changed };
}

const proppatch = (name: string, value: string) => ({
  body:
    '<d:propertyupdate xmlns:d="DAV:" xmlns:oc="http://owncloud.org/ns" ' +
    'xmlns:nc="http://nextcloud.org/ns"><d:set><d:prop>' +
    `<${name}>${value}</${name}></d:prop></d:set></d:propertyupdate>`,
});

const UP_TO_ROOT = ['/', '', 'a', 'a/b', 'a/b/c'];

contract('an etag', (server) => {
  it('of every folder up to the root changes with a new file, before the answer', async () => {
    const dir = await makeTree(server);
    const put = () => server.put(`${dir}/a/b/c/neu.txt`, 'x');
    expect(await changedBy(server, dir, put)).toEqual({ status: 201, changed: UP_TO_ROOT });
  });

  it('of every folder up to the root changes with an overwrite of an old date', async () => {
    const dir = await makeTree(server);
    const put = () => server.put(`${dir}/a/b/c/f.txt`, 'deux', { 'x-oc-mtime': '1600000000' });
    expect(await changedBy(server, dir, put)).toEqual({ status: 204, changed: UP_TO_ROOT });
  });

  it('of every folder up to the root changes with a new folder', async () => {
    const dir = await makeTree(server);
    const make = () => server.dav('MKCOL', `${dir}/a/b/c/neu`);
    expect(await changedBy(server, dir, make)).toEqual({ status: 201, changed: UP_TO_ROOT });
  });

  it('of every folder up to the root changes with a deletion', async () => {
    const dir = await makeTree(server);
    const remove = () => server.dav('DELETE', `${dir}/a/b/c/f.txt`);
    expect(await changedBy(server, dir, remove)).toEqual({ status: 204, changed: UP_TO_ROOT });
  });

  it('changes above both ends of a move, not of what is moved', async () => {
    const dir = await makeTree(server);
    const [folder, file] = [
      await server.etag(`${dir}/a/b/c`),
      await server.etag(`${dir}/a/b/c/f.txt`),
    ];
    const move = () => server.move(`${dir}/a/b/c`, `${dir}/z/d`);
    const { status, changed } = await changedBy(server, dir, async () => {
      const answer = await move();
      expect(await server.etag(`${dir}/z/d`)).toBe(folder);
      expect(await server.etag(`${dir}/z/d/f.txt`)).toBe(file);
      await server.move(`${dir}/z/d`, `${dir}/a/b/c`);
      return answer;
    });
    expect({ status, changed }).toEqual({ status: 201, changed: ['/', '', 'a', 'a/b', 'z'] });
  });

  it('changes above the source of a copy as well', async () => {
    const dir = await makeTree(server);
    const copy = () =>
      server.dav('COPY', `${dir}/a/b/c/f.txt`, {
        headers: { destination: server.at(`${dir}/z/f`) },
      });
    expect(await changedBy(server, dir, copy)).toEqual({
      status: 201,
      changed: [...UP_TO_ROOT, 'z'],
    });
    expect(await server.etag(`${dir}/z/f`)).toBe(await server.etag(`${dir}/a/b/c/f.txt`));
  });

  it('changes with the time of a file, while the times of the folders stay', async () => {
    const dir = await makeTree(server);
    const time = async () => await server.properties(`${dir}/a/b/c`, ['d:getlastmodified']);
    const [before, etag] = [await time(), await server.etag(`${dir}/a/b/c/f.txt`)];
    const touch = () =>
      server.dav('PROPPATCH', `${dir}/a/b/c/f.txt`, proppatch('d:lastmodified', '1650000000'));
    expect(await changedBy(server, dir, touch)).toEqual({ status: 207, changed: UP_TO_ROOT });
    expect(await time()).toEqual(before);
    expect(await server.etag(`${dir}/a/b/c/f.txt`)).not.toBe(etag);
    expect(await server.properties(`${dir}/a/b/c/f.txt`, ['d:getlastmodified'])).toEqual({
      'd:getlastmodified': 'Fri, 15 Apr 2022 05:20:00 GMT',
    });
  });

  it.each([
    ['oc:favorite', '1'],
    ['nc:creation_time', '1650000000'],
  ])('does not change with %s', async (name, value) => {
    const dir = await makeTree(server);
    const mark = () => server.dav('PROPPATCH', `${dir}/a/b/c/f.txt`, proppatch(name, value));
    expect(await changedBy(server, dir, mark)).toEqual({ status: 207, changed: [] });
    expect((await server.properties(`${dir}/a/b/c/f.txt`, [name]))[name]).toBe(value);
  });

  it('does not change by looking or reading', async () => {
    const dir = await makeTree(server);
    const read = () => server.dav('GET', `${dir}/a/b/c/f.txt`);
    expect(await changedBy(server, dir, read)).toEqual({ status: 200, changed: [] });
  });

  it('cannot be set by a client, nor can the shown modification time', async () => {
    const dir = await makeTree(server);
    const answer = await server.dav(
      'PROPPATCH',
      `${dir}/a/b/c/f.txt`,
      proppatch('d:getlastmodified', 'Fri, 15 Apr 2022 05:20:00 GMT'),
    );
    expect([answer.status, /HTTP\/1\.1 403/.test(answer.text)]).toEqual([207, true]);
  });
});

contract('a file id', (server) => {
  it('outlives overwrites, renames and moves of the file and of its folder', async () => {
    const dir = await makeTree(server);
    const id = await server.fileId(`${dir}/a/b/c/f.txt`);
    await server.put(`${dir}/a/b/c/f.txt`, 'anders');
    expect(await server.fileId(`${dir}/a/b/c/f.txt`)).toBe(id);
    await server.move(`${dir}/a/b/c/f.txt`, `${dir}/a/b/c/ф.txt`);
    await server.move(`${dir}/a/b`, `${dir}/z/b`);
    expect(await server.fileId(`${dir}/z/b/c/ф.txt`)).toBe(id);
  });

  it('of a copy is new', async () => {
    const dir = await makeTree(server);
    const destination = server.at(`${dir}/copie`);
    await server.dav('COPY', `${dir}/a/b/c/f.txt`, { headers: { destination } });
    const [copy, source] = [
      await server.fileId(`${dir}/copie`),
      await server.fileId(`${dir}/a/b/c/f.txt`),
    ];
    expect(copy).not.toBe(source);
  });

  it('is told by every request that creates or writes', async () => {
    const dir = await server.folder();
    const answers = [
      await server.put(`${dir}/a`, 'a'),
      await server.put(`${dir}/a`, 'b'),
      await server.move(`${dir}/a`, `${dir}/b`),
    ];
    const { 'oc:id': id } = await server.properties(`${dir}/b`, ['oc:id']);
    expect(answers.map(({ headers }) => headers['oc-fileid'])).toEqual([id, id, id]);
    const folder = await server.dav('MKCOL', `${dir}/d`);
    const { 'oc:id': folderId } = await server.properties(`${dir}/d`, ['oc:id']);
    expect([folder.headers['oc-fileid'], folder.headers['etag']]).toEqual([folderId, undefined]);
  });
});
