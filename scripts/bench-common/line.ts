/**
 * A reverse proxy on the loopback interface that counts the requests that pass and, where told, is
 * a line of a given round trip and bandwidth. Bytes pass as they are; only `Host` is rewritten.
 *
 * The line behaves as TCP does, because that decides what a client gets out of it: a connection
 * costs a round trip, a request one more, and each connection has a window that starts small, grows
 * with what is acknowledged and ends at what Linux sends unacknowledged by default. All connections
 * share the bandwidth.
 */
import { once } from 'node:events';
import net, { type AddressInfo, type Socket } from 'node:net';
import tls from 'node:tls';
import { DelayQueue } from './delay-queue.js';
import { RequestHeads } from './request-heads.js';

export interface Pace {
  readonly roundTripMs: number;
  readonly bytesPerSecond: number;
}

export interface Traffic {
  readonly requests: number;
  /** Those of them that change something on the server. */
  readonly changes: number;
  /** What the server sent, heads included. */
  readonly bytes: number;
}

const READS: ReadonlySet<string> = new Set([
  'GET',
  'HEAD',
  'OPTIONS',
  'PROPFIND',
  'SEARCH',
  'PATCH',
]);

/** `PATCH` only asks a Nextcloud for a hash. */
export function isChange(method: string): boolean {
  return !READS.has(method);
}

/** Ten segments (RFC 6928). */
const FIRST_WINDOW_BYTES = 14_600;
/** `net.ipv4.tcp_wmem` of Linux. */
const WINDOW_BYTES_MAX = 4 * 1024 * 1024;

export class Line {
  readonly url: string;
  readonly #server: net.Server;
  readonly #sockets: ReadonlySet<Socket>;
  #requests = 0;
  #changes = 0;
  #bytes = 0;
  /** When the shared line has sent what was given to it. */
  #freeAtMs = 0;

  private constructor(server: net.Server, sockets: ReadonlySet<Socket>) {
    this.#server = server;
    this.#sockets = sockets;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  static async to(serverUrl: string, pace?: Pace): Promise<Line> {
    const target = new URL(serverUrl);
    const sockets = new Set<Socket>();
    const server = net.createServer({ noDelay: true });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const line = new Line(server, sockets);
    server.on('connection', (client) => {
      const remote = connect(target);
      for (const socket of [client, remote]) {
        sockets.add(socket);
        socket.on('close', () => sockets.delete(socket));
        socket.on('error', () => undefined);
      }
      client.on('close', () => remote.destroy());
      const heads = new RequestHeads(target.host, (method) => {
        line.#requests += 1;
        if (isChange(method)) line.#changes += 1;
      });
      line.#carryUp(client, remote, heads, pace);
      if (pace === undefined) line.#carryDown(remote, client);
      else line.#carryDownSlowly(remote, client, pace);
    });
    return line;
  }

  traffic(): Traffic {
    return { requests: this.#requests, changes: this.#changes, bytes: this.#bytes };
  }

  async close(): Promise<void> {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await once(this.#server, 'close');
  }

  /** The first bytes come a round trip later than the rest: the connection has to be made. */
  #carryUp(client: Socket, remote: Socket, heads: RequestHeads, pace: Pace | undefined): void {
    const openAtMs = performance.now() + (pace?.roundTripMs ?? 0);
    const underWay = new DelayQueue();
    client.on('data', (piece: Buffer) => {
      const passed = heads.pass(piece);
      if (pace === undefined) {
        if (!remote.write(passed)) pauseUntilDrained(client, remote);
        return;
      }
      const sentAtMs = Math.max(openAtMs, performance.now());
      underWay.at(sentAtMs + pace.roundTripMs / 2, () => remote.write(passed));
    });
  }

  #carryDown(remote: Socket, client: Socket): void {
    remote.on('data', (piece: Buffer) => {
      this.#bytes += piece.length;
      if (!client.write(piece)) pauseUntilDrained(remote, client);
    });
    remote.on('close', () => client.end());
  }

  #carryDownSlowly(remote: Socket, client: Socket, pace: Pace): void {
    const oneWayMs = pace.roundTripMs / 2;
    const underWay = new DelayQueue();
    const acknowledgements = new DelayQueue();
    let window = FIRST_WINDOW_BYTES;
    let unacknowledged = 0;
    // What a client does not read fills its socket, and is not acknowledged until it has.
    let unread = 0;
    const arrived = (bytes: number) =>
      acknowledgements.at(performance.now() + oneWayMs, () => {
        unacknowledged -= bytes;
        window = Math.min(WINDOW_BYTES_MAX, window + bytes);
        if (unacknowledged < window) remote.resume();
      });
    client.on('drain', () => {
      arrived(unread);
      unread = 0;
    });
    remote.on('data', (piece: Buffer) => {
      this.#bytes += piece.length;
      unacknowledged += piece.length;
      if (unacknowledged >= window) remote.pause();
      underWay.at(this.#sentAtMs(piece.length, pace) + oneWayMs, () => {
        if (client.write(piece)) arrived(piece.length);
        else unread += piece.length;
      });
    });
    remote.on('close', () => underWay.at(performance.now(), () => client.end()));
  }

  #sentAtMs(bytes: number, pace: Pace): number {
    const begin = Math.max(this.#freeAtMs, performance.now());
    this.#freeAtMs = begin + (bytes / pace.bytesPerSecond) * 1000;
    return this.#freeAtMs;
  }
}

function pauseUntilDrained(source: Socket, sink: Socket): void {
  source.pause();
  sink.once('drain', () => source.resume());
}

function connect(target: URL): Socket {
  const { hostname } = target;
  const secure = target.protocol === 'https:';
  const port = Number(target.port || (secure ? 443 : 80));
  const socket = secure
    ? tls.connect({ host: hostname, port, servername: hostname })
    : net.connect({ host: hostname, port });
  return socket.setNoDelay(true);
}
