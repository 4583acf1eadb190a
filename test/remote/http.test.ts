/** Deadlines, retries, redirects, credentials and cookies of every request. */
import type http from 'node:http';
import { describe, expect, it } from 'vitest';
import type { LogRecord } from '../../src/log.js';
import {
  failure,
  kindOf,
  loggerInto,
  multistatus,
  never,
  PASSWORD,
  remoteOn,
  ROOT,
  SELF,
  sendXml,
  serve,
} from './support.js';

const BASIC = `Basic ${Buffer.from(`prof:${PASSWORD}`).toString('base64')}`;

function goodAnswer(response: http.ServerResponse): void {
  sendXml(response, multistatus(SELF));
}

describe('a request that is safe to repeat', () => {
  it('goes again when the connection is dropped before the answer', async () => {
    const server = await serve((request, response) => {
      if (server.requests.length < 3) request.socket.destroy();
      else goodAnswer(response);
    });
    expect(await remoteOn(server.url).rootState(never())).toMatchObject({ etag: 'root' });
    expect(server.requests).toHaveLength(3);
  });

  it('goes three times at most', async () => {
    const server = await serve((request) => request.socket.destroy());
    expect(await kindOf(remoteOn(server.url).rootState(never()))).toBe('offline');
    expect(server.requests).toHaveLength(3);
  });

  it('waits as long as a short Retry-After says', async () => {
    const server = await serve((_, response) => {
      if (server.requests.length > 1) goodAnswer(response);
      else response.writeHead(503, { 'retry-after': '1' }).end();
    });
    const start = performance.now();
    await remoteOn(server.url).rootState(never());
    expect(performance.now() - start).toBeGreaterThan(950);
  });

  it('hands a long Retry-After to the caller, bounded, without waiting', async () => {
    for (const [text, ms] of [
      ['120', 120_000],
      ['999999999', 3_600_000],
    ] as const) {
      const server = await serve((_, response) => {
        response.writeHead(429, { 'retry-after': text }).end();
      });
      const error = await failure(remoteOn(server.url).rootState(never()));
      expect(error).toMatchObject({ kind: 'rate-limited', retryAfterMs: ms });
      expect(server.requests).toHaveLength(1);
    }
  });

  it('goes again after 423 and 500, and not after 404, 403 and 429', async () => {
    const cases = { 423: 3, 500: 3, 404: 1, 403: 1, 429: 1 };
    for (const [status, tries] of Object.entries(cases)) {
      const server = await serve((_, response) => response.writeHead(Number(status)).end());
      await failure(remoteOn(server.url).rootState(never()));
      expect([status, server.requests.length]).toEqual([status, tries]);
    }
  });
});

describe('deadlines', () => {
  const quick = { timeouts: { answerMs: 300, connectMs: 300 } };

  it('a server that accepts and stays silent ends in a time-out, once', async () => {
    const server = await serve(() => undefined);
    expect(await kindOf(remoteOn(server.url, quick).rootState(never()))).toBe('timeout');
    expect(server.requests).toHaveLength(1);
  });

  it('a drip of bytes that resets every idle time-out ends in a time-out', async () => {
    const server = await serve((_, response) => {
      response.writeHead(207, { 'content-type': 'application/xml' });
      const timer = setInterval(() => response.write(' '), 20);
      response.on('close', () => clearInterval(timer));
    });
    const rate = { windowMs: 200, bytesMin: 1000 };
    const remote = remoteOn(server.url, { timeouts: { rate } });
    const start = performance.now();
    expect(await kindOf(remote.rootState(never()))).toBe('timeout');
    expect(performance.now() - start).toBeLessThan(5_000);
  });

  it('nobody at the address means offline', async () => {
    const server = await serve(() => undefined);
    const unused = server.port === 65_535 ? 1 : server.port + 1;
    const remote = remoteOn(`http://127.0.0.1:${unused}`);
    expect(await kindOf(remote.rootState(never()))).toBe('offline');
  });

  it('what is no HTTP at all is a broken protocol', async () => {
    const server = await serve((request) => request.socket.end('SSH-2.0-OpenSSH\r\n'));
    expect(await kindOf(remoteOn(server.url).rootState(never()))).toBe('protocol');
  });
});

describe('an abort', () => {
  it('ends a request that waits for its answer at once', async () => {
    const server = await serve(() => undefined);
    const controller = new AbortController();
    const asked = remoteOn(server.url).rootState(controller.signal);
    setTimeout(() => controller.abort(), 50);
    const start = performance.now();
    expect(await kindOf(asked)).toBe('aborted');
    expect(performance.now() - start).toBeLessThan(1_000);
  });

  it('ends the pause before another try', async () => {
    const server = await serve((_, response) => {
      response.writeHead(503, { 'retry-after': '5' }).end();
    });
    const controller = new AbortController();
    const asked = remoteOn(server.url).rootState(controller.signal);
    setTimeout(() => controller.abort(), 100);
    expect(await kindOf(asked)).toBe('aborted');
    expect(server.requests).toHaveLength(1);
  });

  it('before the start sends nothing', async () => {
    const server = await serve((_, response) => goodAnswer(response));
    const remote = remoteOn(server.url);
    expect(await kindOf(remote.rootState(AbortSignal.abort()))).toBe('aborted');
    expect(server.requests).toHaveLength(0);
  });
});

describe('redirects', () => {
  it('to another host are not followed, and nobody there sees the password', async () => {
    const thief = await serve((_, response) => goodAnswer(response));
    const server = await serve((_, response) => {
      const location = `http://localhost:${thief.port}${ROOT}/`;
      response.writeHead(302, { location }).end();
    });
    const error = await failure(remoteOn(server.url).rootState(never()));
    expect(error.kind).toBe('offline');
    expect(error.hint).toContain(`http://localhost:${thief.port}`);
    expect(thief.requests).toHaveLength(0);
  });

  it('to another port of the same host stay on our own', async () => {
    const thief = await serve((_, response) => goodAnswer(response));
    const server = await serve((request, response) => {
      if (request.url === '/ici') goodAnswer(response);
      else response.writeHead(301, { location: `http://127.0.0.1:${thief.port}/ici` }).end();
    });
    expect(await remoteOn(server.url).rootState(never())).toMatchObject({ etag: 'root' });
    expect(thief.requests).toHaveLength(0);
    expect(server.requests.map((request) => request.method)).toEqual(['PROPFIND', 'PROPFIND']);
  });

  it('in a circle end', async () => {
    const server = await serve((_, response) => response.writeHead(307, { location: '/' }).end());
    expect(await kindOf(remoteOn(server.url).rootState(never()))).toBe('protocol');
    expect(server.requests.length).toBeLessThan(6);
  });

  it('of a write are not followed: it would be done where nobody looked', async () => {
    const server = await serve((request, response) => {
      if (request.method === 'DELETE') response.writeHead(307, { location: '/autre' }).end();
      else goodAnswer(response);
    });
    expect(await kindOf(remoteOn(server.url).remove('a', undefined, never()))).toBe('protocol');
    expect(server.requests.filter(({ method }) => method === 'DELETE')).toHaveLength(1);
  });

  it('from http to https name the address to use', async () => {
    const server = await serve((_, response) => {
      response.writeHead(301, { location: 'https://127.0.0.1/' }).end();
    });
    const error = await failure(remoteOn(server.url).rootState(never()));
    expect(error).toMatchObject({
      kind: 'protocol',
      hint: 'Use https://127.0.0.1 as the address.',
    });
  });
});

describe('the login', () => {
  it('is sent from the first request on, and a session cookie from the second', async () => {
    const server = await serve((_, response) => {
      response.setHeader('set-cookie', ['nc_session=abc; path=/; HttpOnly', 'lax=true; path=/']);
      goodAnswer(response);
    });
    const remote = remoteOn(server.url);
    await remote.rootState(never());
    await remote.rootState(never());
    expect(server.requests[0]?.headers).toMatchObject({ authorization: BASIC });
    expect(server.requests[0]?.headers.cookie).toBeUndefined();
    expect(server.requests[1]?.headers.cookie).toBe('nc_session=abc; lax=true');
    expect(server.requests[1]?.headers['ocs-apirequest']).toBe('true');
  });

  it('is tried once when the password is refused', async () => {
    const server = await serve((_, response) => response.writeHead(401).end());
    expect(await kindOf(remoteOn(server.url).rootState(never()))).toBe('unauthenticated');
    expect(server.requests).toHaveLength(1);
  });

  it('is tried once more without the cookie of a session that has ended', async () => {
    const server = await serve((request, response) => {
      if (request.headers.cookie === undefined) {
        response.setHeader('set-cookie', 'nc_session=abc; path=/');
        goodAnswer(response);
      } else response.writeHead(401).end();
    });
    const remote = remoteOn(server.url);
    await remote.rootState(never());
    expect(await remote.rootState(never())).toMatchObject({ etag: 'root' });
    expect(server.requests).toHaveLength(3);
  });

  it('shows in no error and no log record', async () => {
    const records: LogRecord[] = [];
    const server = await serve((_, response) => response.writeHead(500).end(BASIC));
    const remote = remoteOn(server.url, { logger: loggerInto(records) });
    const error = await failure(remote.rootState(never()));
    const told = JSON.stringify([records, error, error.message, error.hint, String(error.cause)]);
    expect(told).not.toContain(PASSWORD);
    expect(told).not.toContain(BASIC.slice(6));
  });
});

describe('refusals', () => {
  const dav = (name: string, message = ''): string =>
    '<?xml version="1.0"?><d:error xmlns:d="DAV:" xmlns:s="http://sabredav.org/ns">' +
    `<s:exception>${name}</s:exception><s:message>${message}</s:message></d:error>`;

  async function refusedWith(
    status: number,
    body: string,
    headers: http.OutgoingHttpHeaders = {},
  ): Promise<Awaited<ReturnType<typeof failure>>> {
    const server = await serve((_, response) => response.writeHead(status, headers).end(body));
    return failure(remoteOn(server.url).rootState(never()));
  }

  it('maintenance is known by its class and, on other pages, by its header', async () => {
    const named = await refusedWith(503, dav('OCA\\DAV\\Exception\\ServerMaintenanceMode'));
    expect(named.kind).toBe('maintenance');
    const marked = await refusedWith(503, '', { 'x-nextcloud-maintenance-mode': '1' });
    expect(marked.kind).toBe('maintenance');
  });

  it('one storage that is away is not the whole server', async () => {
    const error = await refusedWith(503, dav('OCP\\Files\\StorageNotAvailableException'));
    expect(error.kind).toBe('server');
  });

  it('a lock that a Nextcloud calls 500 is a lock', async () => {
    expect((await refusedWith(500, dav('OCP\\Lock\\LockedException'))).kind).toBe('locked');
  });

  it('the message of the server is one clean line of bounded length', async () => {
    const message = `ligne 1\nligne 2\u202e ${'x'.repeat(5_000)}`;
    const error = await refusedWith(403, dav('Sabre\\DAV\\Exception\\Forbidden', message));
    expect(error.message).toMatch(/^the server answers 403 to PROPFIND: ligne 1 ligne 2 x+$/);
    expect(error.message.length).toBeLessThan(300);
  });

  it('an error body of any size or shape changes nothing about the status', async () => {
    expect((await refusedWith(403, 'x'.repeat(1_000_000))).kind).toBe('forbidden');
    expect((await refusedWith(403, `<!DOCTYPE a [<!ENTITY b "c">]>${dav('X')}`)).kind).toBe(
      'forbidden',
    );
  });
});

it('connections are kept: many requests in a row do not each open one', async () => {
  const sockets = new Set<unknown>();
  const server = await serve((request, response) => {
    sockets.add(request.socket);
    goodAnswer(response);
  });
  const remote = remoteOn(server.url);
  for (let index = 0; index < 10; index += 1) await remote.rootState(never());
  expect(sockets.size).toBeLessThanOrEqual(2);
});
