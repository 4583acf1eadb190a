/** Whose certificate is trusted: Node's authorities, and one that the user names. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NuageError } from '../../src/errors.js';
import { failure, multistatus, never, remoteOn, SELF, sendXml } from './support.js';

let folder = '';
let server: https.Server;
let url = '';
let requests = 0;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'nuage-tls-'));
  const files = ['-keyout', join(folder, 'key.pem'), '-out', join(folder, 'cert.pem')];
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  execFileSync('openssl', ['req', ...kind, ...files, ...names, '-days', '2'], { stdio: 'ignore' });
  const key = readFileSync(join(folder, 'key.pem'));
  const cert = readFileSync(join(folder, 'cert.pem'));
  server = https.createServer({ key, cert }, (_, response) => {
    requests += 1;
    sendXml(response, multistatus(SELF));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `https://localhost:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

describe('a certificate', () => {
  it('of an unknown authority is refused before anything is sent, with a hint', async () => {
    for (const allowInsecure of [false, true]) {
      const error = await failure(remoteOn(url, { allowInsecure }).rootEtag(never()));
      expect(error.kind).toBe('offline');
      expect(error.message).toContain('not trusted');
      expect(error.hint).toContain('authority');
    }
    expect(requests).toBe(0);
  });

  it('of the authority that the user named is trusted', async () => {
    const remote = remoteOn(url, { caFile: join(folder, 'cert.pem') });
    expect(await remote.rootEtag(never())).toBe('root');
  });

  it('for another name is refused all the same', async () => {
    const other = url.replace('localhost', '127.0.0.1');
    const remote = remoteOn(other, { caFile: join(folder, 'cert.pem') });
    expect((await failure(remote.rootEtag(never()))).message).toContain('not trusted');
  });

  it('file that cannot be read, or holds none, is named at once', () => {
    const missing = join(folder, 'none.pem');
    expect(() => remoteOn(url, { caFile: missing })).toThrow(NuageError);
    const nonsense = join(folder, 'nonsense.pem');
    writeFileSync(nonsense, 'not a certificate');
    expect(() => remoteOn(url, { caFile: nonsense })).toThrow(NuageError);
  });
});
