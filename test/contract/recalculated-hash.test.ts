import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { contract, type ServerUnderTest } from './server-under-test.js';

const KEPT = ['d:getetag', 'd:getlastmodified', 'oc:fileid', 'nc:upload_time'];

function hashOf(algorithm: string, content: string): string {
  return createHash(algorithm).update(content).digest('hex');
}

async function patch(server: ServerUnderTest, target: string, headers: Record<string, string>) {
  const answer = await server.dav('PATCH', target, { headers });
  return { ...answer, seen: [answer.status, answer.exception] };
}

contract('a hash that the server computes over what it holds', (server) => {
  it('is answered and kept as the checksum, whatever the client claimed before', async () => {
    const dir = await server.folder();
    const file = `${dir}/été.txt`;
    await server.put(file, 'bonjour', { 'oc-checksum': `SHA256:${'0'.repeat(64)}` });
    for (const algorithm of ['md5', 'SHA1', 'sha256']) {
      const checksum = `${algorithm.toUpperCase()}:${hashOf(algorithm, 'bonjour')}`;
      const { status, headers } = await patch(server, file, { 'x-recalculate-hash': algorithm });
      expect([status, headers['oc-checksum'], headers['content-length']]).toEqual([
        204,
        checksum,
        '0',
      ]);
      const { 'oc:checksums': kept } = await server.properties(file, ['oc:checksums']);
      expect(kept).toBe(`<oc:checksum>${checksum}`);
    }
    const read = await server.dav('GET', file);
    expect(read.headers['oc-checksum']).toBe(`SHA256:${hashOf('sha256', 'bonjour')}`);
  });

  it('changes neither etag nor times, here nor above', async () => {
    const dir = await server.folder();
    await server.put(`${dir}/a`, 'x', { 'x-oc-mtime': '1700000000' });
    const before = [await server.properties(`${dir}/a`, KEPT), await server.etag(dir)];
    await patch(server, `${dir}/a`, { 'x-recalculate-hash': 'sha256' });
    expect([await server.properties(`${dir}/a`, KEPT), await server.etag(dir)]).toEqual(before);
  });

  it('is that of the version named by If-Match, or none', async () => {
    const dir = await server.folder();
    await server.put(`${dir}/a`, 'x');
    const ask = (ifMatch: string) =>
      patch(server, `${dir}/a`, { 'x-recalculate-hash': 'sha256', 'if-match': ifMatch });
    expect((await ask('"anders"')).seen).toEqual([412, 'PreconditionFailed']);
    expect((await ask(await server.etag(`${dir}/a`))).status).toBe(204);
  });

  it('needs a file, and an algorithm', async () => {
    const dir = await server.folder();
    await server.put(`${dir}/a`, 'x');
    const sha256 = { 'x-recalculate-hash': 'sha256' };
    expect((await patch(server, dir, sha256)).seen).toEqual([501, 'NotImplemented']);
    expect((await patch(server, `${dir}/none`, sha256)).seen).toEqual([404, 'NotFound']);
    const nonsense = { 'x-recalculate-hash': 'nonsense' };
    expect((await patch(server, `${dir}/a`, nonsense)).seen).toEqual([500, 'ValueError']);
    expect((await patch(server, `${dir}/a`, {})).seen).toEqual([500, 'ValueError']);
  });
});
