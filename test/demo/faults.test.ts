import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startNuage, type Nuage } from '../../src/demo/server.js';
import { Client } from './client.js';

const TEN_KIB = Buffer.alloc(10_240, 'x');

let nuage: Nuage;
let client: Client;

beforeEach(async () => {
  nuage = await startNuage();
  client = new Client(nuage);
  await client.status('PUT', 'a.bin', { body: TEN_KIB });
});

afterEach(async () => {
  await nuage.close();
});

describe('a made-up answer', () => {
  it('comes instead of the real one, for the requests that match, so often as told', async () => {
    const id = nuage.faults.add({
      method: 'GET|PUT',
      path: 'a\\.bin$',
      skip: 1,
      times: 2,
      action: { kind: 'respond', status: 503, headers: { 'retry-after': '7' }, body: 'später' },
    });
    expect(await client.status('PUT', 'b.bin', { body: 'x' })).toBe(201);
    expect(await client.status('GET', 'a.bin')).toBe(200);
    const answer = await client.send('PUT', 'a.bin', { body: 'y' });
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '7']);
    expect(await answer.text()).toBe('später');
    expect(await client.status('GET', 'a.bin')).toBe(503);
    expect(nuage.faults.hits(id)).toBe(2);
    expect(await client.read('a.bin')).toBe(TEN_KIB.toString());
  });

  it('ends with clear', async () => {
    nuage.faults.add({ action: { kind: 'respond', status: 500 } });
    expect(await client.status('GET', 'a.bin')).toBe(500);
    nuage.faults.clear();
    expect(await client.status('GET', 'a.bin')).toBe(200);
  });

  it('can be a real answer rewritten', async () => {
    nuage.faults.add({
      method: 'PROPFIND',
      action: { kind: 'rewrite', replace: [{ pattern: 'a\\.bin', with: '../../etc/passwd' }] },
    });
    const answer = await client.send('PROPFIND', '', { headers: { depth: '1' } });
    expect(await answer.text()).toContain('/remote.php/dav/files/prof/../../etc/passwd<');
  });
});

describe('a lost connection', () => {
  it('before anything is read leaves nothing done', async () => {
    nuage.faults.add({ method: 'PUT', action: { kind: 'drop', at: 'before' } });
    await expect(client.send('PUT', 'b', { body: 'x' })).rejects.toThrow();
    expect(await client.status('GET', 'b')).toBe(404);
  });

  it('in the body of an overwrite leaves what had arrived', async () => {
    nuage.faults.add({
      method: 'PUT',
      times: 1,
      action: { kind: 'drop', at: 'request-body', bytes: 600_000 },
    });
    const body = Buffer.alloc(2_000_000, 'y');
    await expect(client.send('PUT', 'a.bin', { body })).rejects.toThrow();
    expect(await client.property('a.bin', 'd:getcontentlength')).toBe('10240');
    const left = await client.read('a.bin');
    expect(left.length).toBeLessThanOrEqual(600_000);
    expect(left).toBe('y'.repeat(left.length));
    expect(await client.property('a.bin', 'd:getcontentlength')).toBe(String(left.length));
  });

  it('before the answer has done what was asked', async () => {
    nuage.faults.add({ method: 'PUT', times: 1, action: { kind: 'drop', at: 'answer' } });
    await expect(client.send('PUT', 'b', { body: 'ganz' })).rejects.toThrow();
    expect(await client.read('b')).toBe('ganz');
    expect(nuage.requests.of('PUT', /b$/).map(({ status }) => status)).toEqual([0]);
  });

  it('in the body of an answer cuts it', async () => {
    nuage.faults.add({ method: 'GET', action: { kind: 'drop', at: 'response-body', bytes: 100 } });
    const read = async () => (await client.send('GET', 'a.bin')).arrayBuffer();
    await expect(read()).rejects.toThrow();
  });

  it('that ends in an orderly way but early is noticed by the length', async () => {
    nuage.faults.add({ method: 'GET', action: { kind: 'truncate', bytes: 100 } });
    const read = async () => (await client.send('GET', 'a.bin')).arrayBuffer();
    await expect(read()).rejects.toThrow();
  });
});

describe('a silent server', () => {
  it.each(['before', 'answer', 'response-body'] as const)('hangs at %s', async (at) => {
    nuage.faults.add({ method: 'GET', action: { kind: 'hang', at, bytes: 10 } });
    const read = async () => {
      const answer = await client.send('GET', 'a.bin', { signal: AbortSignal.timeout(200) });
      return answer.arrayBuffer();
    };
    await expect(read()).rejects.toThrow(/timeout|aborted/i);
  });
});

describe('a slow network', () => {
  const elapsed = async (work: () => Promise<unknown>) => {
    const start = performance.now();
    await work();
    return performance.now() - start;
  };

  it('delays every request', async () => {
    nuage.faults.network.latencyMs = 80;
    expect(await elapsed(() => client.status('GET', 'a.bin'))).toBeGreaterThanOrEqual(79);
  });

  it('delays those that match', async () => {
    nuage.faults.add({ method: 'PROPFIND', action: { kind: 'delay', ms: 80 } });
    expect(await elapsed(() => client.etag(''))).toBeGreaterThanOrEqual(79);
  });

  it('brings bytes at its pace, both ways', async () => {
    nuage.faults.network.downloadBytesPerSecond = 50_000;
    nuage.faults.network.uploadBytesPerSecond = 50_000;
    expect(await elapsed(() => client.read('a.bin'))).toBeGreaterThan(150);
    expect(await elapsed(() => client.status('PUT', 'b', { body: TEN_KIB }))).toBeGreaterThan(150);
  });

  it('drips', async () => {
    nuage.faults.add({ method: 'GET', action: { kind: 'drip', bytes: 1024, everyMs: 10 } });
    expect(await elapsed(() => client.read('a.bin'))).toBeGreaterThan(80);
  });
});

describe('maintenance', () => {
  it('answers 503 before it looks at a password, and says so on status.php', async () => {
    nuage.settings.maintenance = true;
    const stranger = new Client({ url: nuage.url, user: 'prof', password: 'falsch' });
    const answer = await stranger.send('GET', 'a.bin');
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, null]);
    expect(await answer.text()).toContain('ServerMaintenanceMode');
    const ocs = await client.send('GET', '/ocs/v2.php/cloud/user');
    expect([ocs.status, ocs.headers.get('x-nextcloud-maintenance-mode')]).toEqual([503, '1']);
    const status = (await (await client.send('GET', '/status.php')).json()) as object;
    expect(status).toMatchObject({ maintenance: true });
    nuage.settings.maintenance = false;
    expect(await client.status('GET', 'a.bin')).toBe(200);
  });
});

describe('a limit', () => {
  it('on the body answers 413 with a page, before the body', async () => {
    nuage.settings.bodyBytesMax = 1000;
    const answer = await client
      .send('PUT', 'b', { body: Buffer.alloc(1001) })
      .catch(() => undefined);
    // The connection may close under the client's hands while it still sends.
    expect([413, undefined]).toContain(answer?.status);
    expect(await client.status('GET', 'b')).toBe(404);
    expect(await client.status('PUT', 'b', { body: Buffer.alloc(1000) })).toBe(201);
  });

  it('on wrong passwords locks the right one out', async () => {
    nuage.settings.bruteForceProtection = true;
    const stranger = new Client({ url: nuage.url, user: 'prof', password: 'falsch' });
    for (let tries = 0; tries < 11; tries += 1) {
      expect(await stranger.status('GET', 'a.bin')).toBe(401);
    }
    expect(await client.status('GET', 'a.bin')).toBe(429);
  });
});

describe('the log of requests', () => {
  it('has what was asked and how it went, and no credentials', async () => {
    nuage.requests.clear();
    await client.status('GET', 'a.bin', { headers: { range: 'bytes=0-9' } });
    const [record] = nuage.requests.all;
    expect(record).toMatchObject({
      method: 'GET',
      path: '/remote.php/dav/files/prof/a.bin',
      status: 206,
      headers: { range: 'bytes=0-9' },
    });
    expect(JSON.stringify(nuage.requests.all)).not.toContain('Basic ');
  });
});
