/**
 * The app files_lock, where the server under test has it: what a client that locks files for
 * others relies on. The embedded server has it when it is asked to.
 */
import { expect, it } from 'vitest';
import { contract, type ServerUnderTest } from './server-under-test.js';

const USER_LOCK = { headers: { 'x-user-lock': '1' } };

const LOCK_PROPERTIES = [
  'd:getetag',
  'nc:lock',
  'nc:lock-owner',
  'nc:lock-owner-displayname',
  'nc:lock-owner-type',
  'nc:lock-time',
  'nc:lock-timeout',
];

const lock = (server: ServerUnderTest, file: string) => server.dav('LOCK', file, USER_LOCK);
const unlock = (server: ServerUnderTest, file: string) => server.dav('UNLOCK', file, USER_LOCK);

contract(
  'a lock for others',
  (server) => {
    it('is told by the listing, with its owner and another ETag of the file and its folder', async (context) => {
      context.skip(!(await server.locksFiles()), 'without the app files_lock');
      const dir = await server.folder();
      await server.put(`${dir}/a.odt`, 'one');
      const [before, folderBefore] = [await server.etag(`${dir}/a.odt`), await server.etag(dir)];
      const locked = await lock(server, `${dir}/a.odt`);
      expect(locked.status).toBe(200);
      const found = await server.properties(`${dir}/a.odt`, LOCK_PROPERTIES);
      expect(found['nc:lock']).toBe('1');
      expect(found['nc:lock-owner']).toBe(server.user);
      expect(found['nc:lock-owner-type']).toBe('0');
      expect(found['nc:lock-owner-displayname']).not.toBe('');
      expect(Number(found['nc:lock-time'])).toBeGreaterThan(1_700_000_000);
      expect(Number(found['nc:lock-timeout'])).toBeGreaterThanOrEqual(0);
      expect(found['d:getetag']).not.toBe(before);
      expect(await server.etag(dir)).not.toBe(folderBefore);
      expect((await unlock(server, `${dir}/a.odt`)).status).toBe(200);
    });

    it('of the user hinders none of the own changes, and is only made to last longer', async (context) => {
      context.skip(!(await server.locksFiles()), 'without the app files_lock');
      const dir = await server.folder();
      await server.put(`${dir}/a.odt`, 'one');
      await lock(server, `${dir}/a.odt`);
      const etag = await server.etag(`${dir}/a.odt`);
      expect((await lock(server, `${dir}/a.odt`)).status).toBe(200);
      expect(await server.etag(`${dir}/a.odt`)).toBe(etag);
      const written = await server.put(`${dir}/a.odt`, 'two', { 'if-match': etag });
      expect(written.status).toBe(204);
      expect((await server.properties(`${dir}/a.odt`, ['nc:lock']))['nc:lock']).toBe('1');
      expect((await unlock(server, `${dir}/a.odt`)).status).toBe(200);
    });

    it('with a token asks for it from its own user as well: 423', async (context) => {
      context.skip(!(await server.locksFiles()), 'without the app files_lock');
      const dir = await server.folder();
      await server.put(`${dir}/a.odt`, 'one');
      const headers = { ...USER_LOCK.headers, 'x-user-lock-type': '2' };
      expect((await server.dav('LOCK', `${dir}/a.odt`, { headers })).status).toBe(200);
      expect((await server.put(`${dir}/a.odt`, 'two')).status).toBe(423);
      expect((await server.dav('UNLOCK', `${dir}/a.odt`, { headers })).status).toBe(200);
      expect((await server.put(`${dir}/a.odt`, 'two')).status).toBe(204);
    });

    it('that is not there cannot be given back: 412', async (context) => {
      context.skip(!(await server.locksFiles()), 'without the app files_lock');
      const dir = await server.folder();
      await server.put(`${dir}/a.odt`, 'one');
      expect((await unlock(server, `${dir}/a.odt`)).status).toBe(412);
    });

    it('of somebody else refuses to be taken, written over and deleted: 423', async (context) => {
      const dir = await server.folder();
      const file = `${dir}/a.odt`;
      await server.put(file, 'one');
      context.skip(!server.lockAsSomebody(file), 'nobody else here locks files');
      expect((await lock(server, file)).status).toBe(423);
      for (const refused of [
        await server.put(file, 'two'),
        await server.dav('DELETE', file),
        await server.dav('COPY', `${dir}/a.odt`, { headers: { destination: server.at(file) } }),
      ]) {
        expect([403, 423]).toContain(refused.status);
      }
      expect((await server.put(file, 'two')).exception).toBe('FileLocked');
      expect((await server.dav('GET', file)).text).toBe('one');
      const found = await server.properties(file, LOCK_PROPERTIES);
      expect(found['nc:lock-owner']).toBe('collegue');
      expect(found['nc:lock-owner-displayname']).toBe('Dominique Bernard');
    });
  },
  'locking',
);

contract('a server without the app files_lock', (server) => {
  it('offers no locks, and tells of none', async (context) => {
    context.skip(await server.locksFiles(), 'it has the app');
    const dir = await server.folder();
    await server.put(`${dir}/a.odt`, 'one');
    expect(await server.properties(`${dir}/a.odt`, ['nc:lock'])).toEqual({});
  });
});
