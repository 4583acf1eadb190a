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

describe('an account with a quota', () => {
  it('says how much is left', async () => {
    await client.status('PUT', 'a', { body: Buffer.alloc(6000) });
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
