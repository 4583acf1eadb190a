/** The server is reached through a proxy: what the proxy is told, and what becomes of its refusals. */
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  failure,
  multistatus,
  never,
  PASSWORD,
  remoteOn,
  SELF,
  sendXml,
  serve,
} from './support.js';

interface Proxy {
  readonly url: URL;
  /** What it was asked for: the target, and the credentials. */
  readonly asked: { readonly target: string; readonly authorization: string | undefined }[];
  readonly passed: () => string;
}

type Verdict = number | 'mute';

/** Leads every target to 127.0.0.1, as a name that only the proxy can resolve. */
async function startProxy(verdict: Verdict = 200): Promise<Proxy> {
  const asked: Proxy['asked'] = [];
  const sockets = new Set<net.Socket>();
  let passed = '';
  const server = http.createServer((_, response) => response.writeHead(400).end());
  server.on('connection', (socket: net.Socket) => sockets.add(socket));
  server.on('connect', (request: http.IncomingMessage, client: net.Socket) => {
    const { url: target = '', headers } = request;
    asked.push({ target, authorization: headers['proxy-authorization'] });
    client.on('error', () => undefined);
    if (verdict === 'mute') return;
    if (verdict !== 200) {
      client.end(`HTTP/1.1 ${verdict} No\r\n\r\n`);
      return;
    }
    const onwards = net.connect(Number(target.split(':')[1]), '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      client.on('data', (piece: Buffer) => (passed += piece.toString('latin1')));
      client.pipe(onwards).pipe(client);
    });
    onwards.on('error', () => client.destroy());
    sockets.add(onwards);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return { url: new URL(`http://127.0.0.1:${port}`), asked, passed: () => passed };
}

describe('through a proxy', () => {
  it('the server is named to the proxy, which alone has to know where it is', async () => {
    const server = await serve((_, response) => sendXml(response, multistatus(SELF)));
    const proxy = await startProxy();
    const url = `http://nuage.invalid:${server.port}`;
    const remote = remoteOn(url, { proxy: proxy.url, allowInsecure: true });
    expect(await remote.rootState(never())).toMatchObject({ etag: 'root' });
    const target = `nuage.invalid:${server.port}`;
    expect(proxy.asked).toEqual([{ target, authorization: undefined }]);
    expect(server.requests.map(({ headers }) => headers.host)).toEqual([target]);
  });

  it('https is spoken with the server itself: the proxy reads nothing', async () => {
    const proxy = await startProxy();
    const server = net.createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => socket.end('no TLS'));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const remote = remoteOn(`https://nuage.invalid:${port}`, { proxy: proxy.url });
    expect((await failure(remote.rootState(never()))).message).toContain('does not speak TLS');
    // A TLS record that holds a handshake (RFC 8446 §5.1), which names the server in clear.
    expect(proxy.passed().charCodeAt(0)).toBe(22);
    expect(proxy.passed()).toContain('nuage.invalid');
    expect(proxy.passed()).not.toContain('Basic');
  });

  it('says who we are where its address does, and to nobody else', async () => {
    const server = await serve((_, response) => sendXml(response, multistatus(SELF)));
    const proxy = await startProxy();
    proxy.url.username = 'jean';
    proxy.url.password = 's%C3%A9same';
    const options = { proxy: proxy.url, allowInsecure: true };
    await remoteOn(`http://nuage.invalid:${server.port}`, options).rootState(never());
    const pair = Buffer.from('jean:sésame').toString('base64');
    expect(proxy.asked[0]?.authorization).toBe(`Basic ${pair}`);
    expect(server.requests[0]?.headers).not.toHaveProperty('proxy-authorization');
  });

  it.each([
    [407, /127\.0\.0\.1:\d+ does not let us through \(407\)/, /NAME:PASSWORD/],
    [403, /does not let us through \(403\)/, /NO_PROXY/],
  ])('its refusal (%i) is told as its own', async (status, message, hint) => {
    const proxy = await startProxy(status);
    proxy.url.password = PASSWORD;
    const remote = remoteOn('https://nuage.invalid', { proxy: proxy.url });
    const error = await failure(remote.rootState(never()));
    expect(error.kind).toBe('offline');
    expect(error.message).toMatch(message);
    expect(error.hint).toMatch(hint);
    expect(error.message).not.toContain(PASSWORD);
  });

  it('a proxy that is not there, or says nothing, is named', async () => {
    const mute = await startProxy('mute');
    const none = new URL('http://127.0.0.1:9');
    for (const proxy of [mute.url, none]) {
      const timeouts = { connectMs: 300 };
      const remote = remoteOn('https://nuage.invalid', { proxy, timeouts });
      const started = performance.now();
      const error = await failure(remote.rootState(never()));
      expect(error.message).toBe(`the proxy ${proxy.host} does not answer`);
      expect(error.hint).toContain('HTTPS_PROXY');
      expect(performance.now() - started).toBeLessThan(10_000);
    }
  });
});
