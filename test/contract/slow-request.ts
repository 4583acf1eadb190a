/** A request written by hand, so that it can stop in the middle, be cut off, or lack a length. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { ServerUnderTest } from './server-under-test.js';

/** Until the server works on what it has got. */
const TAKEN_IN_MS = 700;

export class SlowRequest {
  readonly #socket: Socket;

  private constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** @param address as in the request line. */
  static async begin(
    server: ServerUnderTest,
    line: `${'GET' | 'MOVE' | 'PUT'} ${string}`,
    headers: readonly string[],
  ): Promise<SlowRequest> {
    const { hostname, port } = new URL(server.url);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    const basic = Buffer.from(`${server.user}:${server.password}`).toString('base64');
    const head = [
      `${line} HTTP/1.1`,
      `Host: ${hostname}:${port}`,
      `Authorization: Basic ${basic}`,
      ...headers,
    ];
    socket.write(`${head.join('\r\n')}\r\n\r\n`);
    // The body does not go together with the head: one that comes at once some servers count.
    await pause(100);
    return new SlowRequest(socket);
  }

  /** Part of the body; returns when the server must have begun to write it. */
  async send(body: Buffer | string): Promise<void> {
    this.#socket.write(body);
    await pause(TAKEN_IN_MS);
  }

  /** The rest of the body, and the status line that answers it. */
  async finish(body: Buffer | string = ''): Promise<string> {
    if (body.length > 0) this.#socket.write(body);
    const [answer] = (await once(this.#socket, 'data')) as [Buffer];
    this.hangUp();
    return answer.toString('latin1').split('\r\n')[0] ?? '';
  }

  hangUp(): void {
    this.#socket.destroy();
  }
}
