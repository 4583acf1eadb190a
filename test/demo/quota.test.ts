import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startNuage, type Nuage } from '../../src/demo/server.js';
import { Client } from './client.js';

let nuage: Nuage;
let client: Client;

beforeEach(async () => {
  nuage = await startNuage({ quotaBytes: 10_000 });
  client = new Client(nuage);
});

afterEach(async () => {
  await nuage.close();
});

const put = (name: string, bytes: number, headers: Record<string, string> = {}) =>
  client.status('PUT', name, { body: Buffer.alloc(bytes), headers });

describe('a full account', () => {
  it('refuses what does not fit with 507 and leaves the old content', async () => {
    expect(await put('a', 6000)).toBe(201);
    expect(await put('b', 5000)).toBe(507);
    expect(await put('a', 6001)).toBe(507);
    expect(await client.property('a', 'd:getcontentlength')).toBe('6000');
  });

  it('does not credit the file that is overwritten', async () => {
    await put('a', 6000);
    expect(await put('a', 4001)).toBe(507);
    expect(await put('a', 4000)).toBe(204);
  });

  it('takes an empty file, but no folder', async () => {
    await put('a', 10_000);
    expect(await put('leer', 0)).toBe(201);
    expect(await client.status('MKCOL', 'd')).toBe(507);
  });

  it('has room again after a deletion, although the trash keeps the file', async () => {
    await put('a', 10_000);
    expect(await client.status('DELETE', 'a')).toBe(204);
    expect(await put('b', 10_000)).toBe(201);
  });

  it('refuses a copy', async () => {
    await put('a', 6000);
    const headers = { destination: `${client.files}/b` };
    expect(await client.status('COPY', 'a', { headers })).toBe(507);
  });

  it('refuses chunks that announce too much, and the assembly of those that did not', async () => {
    const upload = '/remote.php/dav/uploads/prof/u';
    const destination = `${client.files}/a`;
    await client.status('MKCOL', upload, { headers: { destination } });
    const body = Buffer.alloc(6000);
    const told = { destination, 'oc-total-length': '12000' };
    expect(await client.status('PUT', `${upload}/1`, { body, headers: told })).toBe(507);
    for (const name of ['1', '2']) {
      const headers = { destination };
      expect(await client.status('PUT', `${upload}/${name}`, { body, headers })).toBe(201);
    }
    expect(await client.status('MOVE', `${upload}/.file`, { headers: told })).toBe(507);
    nuage.account.quotaBytes = 20_000;
    expect(await client.status('MOVE', `${upload}/.file`, { headers: told })).toBe(201);
  });

  it('says how much is left', async () => {
    await put('a', 6000);
    expect(await client.property('', 'd:quota-available-bytes')).toBe('4000');
    const answer = await client.send('GET', '/ocs/v2.php/cloud/user', {
      headers: { 'ocs-apirequest': 'true' },
    });
    expect(await answer.json()).toMatchObject({
      ocs: { data: { quota: { free: 4000, used: 6000, quota: 10_000, relative: 60 } } },
    });
    nuage.account.quotaBytes = undefined;
    expect(await client.property('', 'd:quota-available-bytes')).toBe('-3');
  });
});
