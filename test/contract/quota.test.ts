import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { contract, type Reply, type ServerUnderTest } from './server-under-test.js';

const codeOf = async (answer: Promise<Reply>) => (await answer).status;

/** A folder of an account, and how much goes into it. */
async function room(server: ServerUnderTest): Promise<[string, number]> {
  const dir = await server.folder();
  const free = await server.freeBytes();
  expect(free).toBeGreaterThan(100_000);
  return [dir, free];
}

const emptied = (server: ServerUnderTest, dir: string) => server.dav('DELETE', dir);

contract(
  'a full account',
  (server) => {
    it('refuses what does not fit and leaves the old content', async () => {
      const [dir, free] = await room(server);
      const most = Math.floor(free * 0.6);
      expect(await codeOf(server.put(`${dir}/a`, Buffer.alloc(most)))).toBe(201);
      const refused = await server.put(`${dir}/b`, Buffer.alloc(most));
      expect([refused.status, refused.exception]).toEqual([507, 'InsufficientStorage']);
      expect(await codeOf(server.put(`${dir}/a`, Buffer.alloc(most + 1)))).toBe(507);
      const copied = { destination: server.at(`${dir}/c`) };
      expect(await codeOf(server.dav('COPY', `${dir}/a`, { headers: copied }))).toBe(507);
      const { 'd:getcontentlength': length } = await server.properties(`${dir}/a`, [
        'd:getcontentlength',
      ]);
      expect(length).toBe(String(most));
      await emptied(server, dir);
    });

    it('does not credit the file that is overwritten', async () => {
      const [dir, free] = await room(server);
      const most = Math.floor(free * 0.6);
      await server.put(`${dir}/a`, Buffer.alloc(most));
      expect(await codeOf(server.put(`${dir}/a`, Buffer.alloc(free - most + 1)))).toBe(507);
      expect(await codeOf(server.put(`${dir}/a`, Buffer.alloc(free - most)))).toBe(204);
      await emptied(server, dir);
    });

    it('takes an empty file, but no folder', async () => {
      const [dir, free] = await room(server);
      expect(await codeOf(server.put(`${dir}/a`, Buffer.alloc(free)))).toBe(201);
      expect(await server.freeBytes()).toBe(0);
      expect(await codeOf(server.put(`${dir}/leer`, ''))).toBe(201);
      expect(await codeOf(server.dav('MKCOL', `${dir}/d`))).toBe(507);
      await emptied(server, dir);
    });

    it('has room again after a deletion, although the trash keeps the file', async () => {
      const [dir, free] = await room(server);
      await server.put(`${dir}/a`, Buffer.alloc(free));
      expect(await codeOf(server.dav('DELETE', `${dir}/a`))).toBe(204);
      expect(await codeOf(server.put(`${dir}/b`, Buffer.alloc(free)))).toBe(201);
      await emptied(server, dir);
    });

    it('refuses chunks that announce too much, and the assembly of those that did not', async () => {
      const [dir, free] = await room(server);
      const upload = server.upload(`contract-${randomUUID()}`);
      const half = Buffer.alloc(Math.floor(free * 0.6));
      const destination = server.at(`${dir}/a`);
      const told = { destination, 'oc-total-length': String(half.length * 2) };
      await server.send('MKCOL', upload, { headers: { destination } });
      const first = server.send('PUT', `${upload}/1`, { body: half, headers: told });
      expect(await codeOf(first)).toBe(507);
      for (const name of ['1', '2']) {
        const chunk = { body: half, headers: { destination } };
        expect(await codeOf(server.send('PUT', `${upload}/${name}`, chunk))).toBe(201);
      }
      const assembly = server.send('MOVE', `${upload}/.file`, { headers: told });
      expect(await codeOf(assembly)).toBe(507);
      const kept = await server.send('PROPFIND', upload, { headers: { depth: '1' } });
      expect([kept.status, kept.text.split('<d:response>').length - 1]).toEqual([207, 4]);
      await server.send('DELETE', upload);
      await emptied(server, dir);
    });
  },
  'small',
);
