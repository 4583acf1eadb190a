import { expect, it } from 'vitest';
import { contract } from './server-under-test.js';

const KEPT = [
  'é à ç œ',
  'deux  espaces ',
  ' devant',
  'point.',
  '...',
  '..x',
  '50%',
  '%20',
  '#1',
  'a+b',
  'a&b',
  'quoi ?',
  '"droits"',
  "l'école",
  '<chevrons>',
  'a|b',
  'a*b',
  'a:b',
  'a;b',
  '[1]',
  '😀',
  'insécable\u00a0ici',
  'droite\u200fgauche',
  'zéro\u200bchasse',
  'suppr\u007f',
  'CON',
  'desktop.ini',
  'Thumbs.db',
  'x.crdownload',
  'D.htaccess',
  'x.part.txt',
];

const REFUSED = [
  'a\\b',
  'a\u0001b',
  '.htaccess',
  '.HTACCESS',
  'x.part',
  'X.PART',
  'x.filepart',
  ' ',
];

contract('a name', (server) => {
  it('is kept as it was given', async () => {
    const dir = await server.folder();
    for (const name of KEPT) {
      const { status } = await server.put(`${dir}/${name}`, name);
      expect.soft([name, status]).toEqual([name, 201]);
    }
    const rows = await server.list(dir, '1', ['d:displayname']);
    const names = rows.slice(1).map(({ found }) => found['d:displayname']);
    expect(names.sort()).toEqual([...KEPT].sort());
  });

  it.each(REFUSED)('%j is refused for a file, a folder, a move and a copy', async (name) => {
    const dir = await server.folder();
    await server.put(`${dir}/a`, 'a');
    const destination = server.at(`${dir}/${name}`);
    const codes = [
      await server.put(`${dir}/${name}`, 'x'),
      await server.dav('MKCOL', `${dir}/${name}`),
      await server.dav('MOVE', `${dir}/a`, { headers: { destination } }),
      await server.dav('COPY', `${dir}/a`, { headers: { destination } }),
    ].map(({ status }) => status);
    const endsInPart = name.endsWith('.part');
    expect(codes).toEqual([400, endsInPart ? 405 : 400, 400, 400]);
    expect(await server.list(dir, '1', ['d:getetag'])).toHaveLength(2);
  });

  it('may have 250 bytes and no more', async () => {
    const dir = await server.folder();
    expect((await server.put(`${dir}/${'a'.repeat(250)}`, '')).status).toBe(201);
    expect((await server.put(`${dir}/${'é'.repeat(125)}`, '')).status).toBe(201);
    const long = await server.put(`${dir}/${'a'.repeat(251)}`, '');
    expect([long.status, long.exception]).toEqual([400, 'InvalidPath']);
    expect((await server.put(`${dir}/${'é'.repeat(126)}`, '')).status).toBe(400);
    expect((await server.dav('MKCOL', `${dir}/${'b'.repeat(251)}`)).status).toBe(400);
  });

  it('of 250 bytes can be deleted', async () => {
    const dir = await server.folder();
    const name = `${dir}/${'a'.repeat(250)}`;
    await server.put(name, 'x');
    expect((await server.dav('DELETE', name)).status).toBe(204);
  });

  it('stands in a path of 4,000 bytes at most', async () => {
    const dir = await server.folder();
    const deep = [dir, ...Array.from({ length: 15 }, (_, at) => `${at}`.padEnd(240, 'x'))].join(
      '/',
    );
    const auto = { 'x-nc-webdav-auto-mkcol': '1' };
    const name = 'a'.repeat(3900 - deep.length);
    expect((await server.put(`${deep}/${name}`, 'x', auto)).status).toBe(201);
    const long = await server.put(`${deep}/${name}${'a'.repeat(100)}`, 'x');
    expect([long.status, long.exception]).toEqual([400, 'InvalidPath']);
    expect(long.text).toContain('exceeds max path length(4000)');
  });

  it('counts upper and lower case as different', async () => {
    const dir = await server.folder();
    await server.put(`${dir}/Notes`, 'A');
    expect((await server.put(`${dir}/notes`, 'b')).status).toBe(201);
    expect((await server.dav('GET', `${dir}/Notes`)).text).toBe('A');
    expect((await server.move(`${dir}/Notes`, `${dir}/NOTES`)).status).toBe(201);
  });

  it('is brought to NFC without a word, also over a file that has it already', async () => {
    const dir = await server.folder();
    const nfc = 'été'.normalize('NFC');
    const nfd = nfc.normalize('NFD');
    expect((await server.put(`${dir}/${nfd}`, 'un')).status).toBe(201);
    expect((await server.put(`${dir}/${nfc}`, 'deux')).status).toBe(204);
    expect((await server.put(`${dir}/${nfd}`, 'trois')).status).toBe(204);
    const rows = await server.list(dir, '1', ['d:displayname']);
    expect(rows.slice(1).map(({ found }) => found['d:displayname'])).toEqual([nfc]);
    expect((await server.dav('GET', `${dir}/${nfc}`)).text).toBe('trois');
  });

  it('in bytes that are no UTF-8 is read as Latin-1', async () => {
    const dir = await server.folder();
    const address = `${server.at(dir)}/caf%E9`;
    expect((await server.send('PUT', address, { body: 'x' })).status).toBe(201);
    expect((await server.dav('GET', `${dir}/café`)).text).toBe('x');
  });

  it('cannot lead out of the folder', async () => {
    const dir = await server.folder();
    for (const climb of ['%2e%2e', '%2e', '..%2f..%2f..%2fetc%2fpasswd', '%2e%2e/%2e%2e/x']) {
      const { status } = await server.send('PUT', `${server.at(dir)}/${climb}`, { body: 'x' });
      expect.soft([climb, status >= 400 && status < 500]).toEqual([climb, true]);
    }
    expect(await server.list(dir, '1', ['d:getetag'])).toHaveLength(1);
  });
});
