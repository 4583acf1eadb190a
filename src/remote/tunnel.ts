/**
 * The way to the server through an HTTP proxy: `CONNECT host:port` (RFC 9110 §9.3.6), then TLS with
 * the server itself, so that the proxy sees neither password nor names of files.
 *
 * Not undici's `ProxyAgent`: it waits minutes for a proxy that says nothing, and reports a refusal
 * as if we had given up ourselves.
 */
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { buildConnector, Pool } from 'undici';
import { NuageError } from '../errors.js';

export interface TunnelOptions {
  /** `http:` or `https:`, with user name and password where the proxy wants them. */
  readonly proxy: URL;
  /** For each of the three steps: the line, the proxy's answer, TLS. */
  readonly timeoutMs: number;
  readonly tls: { readonly ca?: string[] };
}

export class Tunnel {
  readonly #proxy: URL;
  readonly #pool: Pool;
  readonly #secured: buildConnector.connector;

  constructor({ proxy, timeoutMs, tls }: TunnelOptions) {
    this.#proxy = proxy;
    const connect = { timeout: timeoutMs, ...tls };
    this.#pool = new Pool(proxy.origin, { connect, headersTimeout: timeoutMs });
    this.#secured = buildConnector(connect);
  }

  /** For a pool of connections to the server. */
  readonly connect: buildConnector.connector = (target, callback) => {
    this.#open(target).then(
      (socket) => {
        if (target.protocol === 'https:')
          this.#secured({ ...target, httpSocket: socket }, callback);
        else callback(null, socket);
      },
      (error: unknown) => callback(error as NuageError, null),
    );
  };

  async close(): Promise<void> {
    await this.#pool.destroy();
  }

  /** @throws kind `offline`. */
  async #open(target: buildConnector.Options): Promise<Socket> {
    const port = target.port === '' ? DEFAULT_PORTS[target.protocol] : target.port;
    const path = `${target.hostname}:${port}`;
    const { statusCode, socket } = await this.#ask(path);
    if (statusCode === 200 && socket instanceof Socket) return socket;
    socket.on('error', () => undefined).destroy();
    throw refused(this.#proxy.host, statusCode);
  }

  async #ask(path: string): Promise<{ statusCode: number; socket: Duplex }> {
    try {
      return await this.#pool.connect({ path, headers: { host: path, ...this.#credentials() } });
    } catch (error) {
      throw new NuageError('offline', `the proxy ${this.#proxy.host} does not answer`, {
        cause: error,
        hint:
          'Check HTTPS_PROXY, or the proxy in the settings of the desktop; ' +
          'hosts to be reached without one belong into NO_PROXY.',
      });
    }
  }

  #credentials(): Record<string, string> {
    const { username, password } = this.#proxy;
    if (username === '') return {};
    const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    return { 'proxy-authorization': `Basic ${Buffer.from(pair, 'utf8').toString('base64')}` };
  }
}

const DEFAULT_PORTS: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };

function refused(host: string, status: number): NuageError {
  const hint =
    status === 407
      ? 'It wants to know who you are: HTTPS_PROXY=http://NAME:PASSWORD@HOST:PORT'
      : 'Check the address of the server; hosts to be reached without it belong into NO_PROXY.';
  return new NuageError('offline', `the proxy ${host} does not let us through (${status})`, {
    hint,
  });
}
