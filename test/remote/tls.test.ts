/** Whose certificate is trusted: Node's authorities, and one that the user names. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fromErrorRecord, NuageError, toErrorRecord } from '../../src/errors.js';
import { failure, multistatus, never, remoteOn, SELF, sendXml, serve } from './support.js';

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
  server = https.createServer({ key, cert }, (request, response) => {
    if (request.url === '/page/status.php') {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html>');
      return;
    }
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

describe('an https address', () => {
  it('that answers plain http is said not to speak TLS', async () => {
    const plain = await serve((_, response) => response.end());
    const remote = remoteOn(plain.url.replace('http:', 'https:'));
    const error = await failure(remote.rootState(never()));
    expect(error).toMatchObject({
      kind: 'offline',
      message: 'this port does not speak TLS (ERR_SSL_WRONG_VERSION_NUMBER)',
    });
    expect(error.hint).toContain('http://');
    expect(fromErrorRecord(toErrorRecord(error)).tlsFault).toBe('no-tls');
  });

  it('that is no Nextcloud is named as such: nobody else can answer in its name', async () => {
    const remote = remoteOn(`${url}/page`, { caFile: join(folder, 'cert.pem') });
    const error = await failure(remote.connect(never()));
    expect(error.message).toBe('there is no Nextcloud at this address');
    expect(error.hint).not.toContain('network');
  });
});

describe('a certificate', () => {
  it('of an unknown authority is refused before anything is sent, with a hint', async () => {
    for (const allowInsecure of [false, true]) {
      const error = await failure(remoteOn(url, { allowInsecure }).rootState(never()));
      expect(error.kind).toBe('offline');
      expect(error.message).toContain('not trusted');
      expect(error.hint).toContain('--ca-file FILE');
    }
    expect(requests).toBe(0);
  });

  it('of the authority that the user named is trusted', async () => {
    const remote = remoteOn(url, { caFile: join(folder, 'cert.pem') });
    expect(await remote.rootState(never())).toMatchObject({ etag: 'root' });
  });

  it('for another name is refused all the same', async () => {
    const other = url.replace('localhost', '127.0.0.1');
    const remote = remoteOn(other, { caFile: join(folder, 'cert.pem') });
    const error = await failure(remote.rootState(never()));
    expect(error.message).toContain('not trusted for this name');
    expect(error.hint).toContain('Check the address');
  });

  it('file that cannot be read, or holds none, is named at once', () => {
    const missing = join(folder, 'none.pem');
    expect(() => remoteOn(url, { caFile: missing })).toThrow(NuageError);
    const nonsense = join(folder, 'nonsense.pem');
    writeFileSync(nonsense, 'not a certificate');
    expect(() => remoteOn(url, { caFile: nonsense })).toThrow(NuageError);
  });
});
