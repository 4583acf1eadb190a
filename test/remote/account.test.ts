/** The first words with a server: who it is, who we are, what it can. */
import type http from 'node:http';
import { describe, expect, it } from 'vitest';
import { startNuage } from '../../src/demo/server.js';
import type { Remote } from '../../src/remote/remote.js';
import { failure, kindOf, never, PASSWORD, remoteOn, serve, type TestServer } from './support.js';
import { nuageAccount } from './nuage.js';

interface Pages {
  readonly status?: unknown;
  readonly user?: unknown;
  readonly capabilities?: unknown;
}

const STATUS = { installed: true, maintenance: false, versionstring: '32.0.1' };
const USER = { id: 'prof', displayname: 'Prof', quota: { free: 5, used: 7, quota: 12 } };

function json(response: http.ServerResponse, value: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' });
  response.end(typeof value === 'string' ? value : JSON.stringify(value));
}

async function serverOf(pages: Pages): Promise<TestServer> {
  return serve((request, response) => {
    const { url = '' } = request;
    if (url.startsWith('/status.php')) json(response, pages.status ?? STATUS);
    else if (url.includes('/cloud/user')) json(response, { ocs: { data: pages.user ?? USER } });
    else json(response, { ocs: { data: { capabilities: pages.capabilities ?? {} } } });
  });
}

async function remoteOf(pages: Pages): Promise<Remote> {
  return remoteOn((await serverOf(pages)).url, { server: undefined });
}

describe('connecting', () => {
  it('tells user, version and limits', async () => {
    const { remote, nuage } = await nuageAccount({ displayName: 'Camille' });
    const info = await remote.connect(never());
    expect(info).toMatchObject({
      userId: nuage.user,
      displayName: 'Camille',
      version: '32.0.1',
      forbiddenNames: ['.htaccess'],
    });
    expect(info.chunkBytesMax).toBeGreaterThan(0);
  });

  it('asks nothing with the password before it knows that a Nextcloud stands there', async () => {
    const server = await serve((_, response) => response.writeHead(404).end());
    const error = await failure(remoteOn(server.url).connect(never()));
    expect(error).toMatchObject({
      kind: 'protocol',
      message: 'there is no Nextcloud at this address',
    });
    expect(server.requests).toHaveLength(1);
    expect(server.requests[0]?.headers).not.toHaveProperty('authorization');
  });

  it('knows other servers by their answers', async () => {
    expect((await failure((await remoteOf({ status: '{"a":' })).connect(never()))).kind).toBe(
      'protocol',
    );
    const others: unknown[] = [{}, [], 'null', '17', { versionstring: '32.0.1' }];
    for (const status of others) {
      const error = await failure((await remoteOf({ status })).connect(never()));
      expect(error.message).toBe('there is no Nextcloud at this address');
    }
  });

  it.each([200, 401, 403, 404])('takes a web page (%i) for no Nextcloud', async (status) => {
    const server = await serve((_, response) => {
      response.writeHead(status, { 'content-type': 'text/html' }).end('<html>');
    });
    const error = await failure(remoteOn(server.url).connect(never()));
    expect(error.kind).toBe('protocol');
    expect(error.message).toBe('there is no Nextcloud at this address');
    expect(error.hint).toContain('as the browser shows it');
  });

  it('names the gate of a guest network where it may be what answers', async () => {
    const server = await serve((_, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html>');
    });
    const error = await failure(remoteOn(server.url).connect(never()));
    expect(error.hint).toContain('log in to this network');
  });

  it('names an old version and a maintenance', async () => {
    const old = await remoteOf({ status: { ...STATUS, versionstring: '19.0.2' } });
    expect(await failure(old.connect(never()))).toMatchObject({ kind: 'not-supported' });
    const away = await remoteOf({ status: { ...STATUS, maintenance: true } });
    expect(await kindOf(away.connect(never()))).toBe('maintenance');
  });

  it('tries a wrong password once', async () => {
    const { nuage } = await nuageAccount();
    const remote = remoteOn(nuage.url, { server: undefined, user: nuage.user, password: 'faux' });
    const error = await failure(remote.connect(never()));
    expect(error.kind).toBe('unauthenticated');
    expect(nuage.requests.all.filter((request) => request.status === 401)).toHaveLength(1);
    expect(JSON.stringify(error)).not.toContain(PASSWORD);
  });

  it('refuses an id that could leave its folder', async () => {
    for (const id of ['..', 'a/b', '', 7, 'a\u0000']) {
      const remote = await remoteOf({ user: { ...USER, id } });
      expect(await kindOf(remote.connect(never()))).toBe('protocol');
    }
  });

  it('gives odd capabilities the values of a plain Nextcloud', async () => {
    const capabilities = {
      files: {
        chunked_upload: { max_size: -5, max_parallel_count: 'many' },
        forbidden_filenames: ['.HTAccess', 7, null],
        forbidden_filename_characters: 'abc',
      },
      notify_push: { endpoints: { websocket: 'ws://evil.example/push/ws' } },
    };
    const server = await serverOf({ capabilities });
    const info = await remoteOn(server.url, { server: undefined }).connect(never());
    expect(info).toMatchObject({
      chunkBytesMax: 104_857_600,
      parallelChunksMax: 1,
      forbiddenNames: ['.htaccess'],
      forbiddenCharacters: [],
      pushUrl: `ws://127.0.0.1:${server.port}/push/ws`,
    });
  });

  it('refuses an endless answer', async () => {
    const remote = await remoteOf({ status: `"${'a'.repeat(5_000_000)}"` });
    expect(await kindOf(remote.connect(never()))).toBe('protocol');
  });
});

describe('the quota', () => {
  it.each([
    [
      { free: 5, used: 7, quota: 12 },
      { used: 7, available: 5 },
    ],
    [
      { free: -3, used: 7, quota: -3 },
      { used: 7, available: undefined },
    ],
    [
      { free: -20, used: 120, quota: 100 },
      { used: 120, available: 0 },
    ],
    [{}, { used: 0, available: undefined }],
    [
      { free: '5', used: null, quota: 'none' },
      { used: 0, available: undefined },
    ],
  ])('%j is %j', async (quota, expected) => {
    const remote = await remoteOf({ user: { ...USER, quota } });
    expect(await remote.quota(never())).toEqual(expected);
  });
});

it('a mount that starts without a connect asks who it is before its first look', async () => {
  const nuage = await startNuage({});
  try {
    const remote = remoteOn(nuage.url, {
      server: undefined,
      user: nuage.user,
      password: nuage.password,
    });
    expect((await remote.rootState(never())).etag).toMatch(/^[0-9a-f]+$/);
  } finally {
    await nuage.close();
  }
});
