/**
 * The server's side of a WebSocket (RFC 6455): the handshake, text messages, ping and close. What
 * the `notify_push` of a Nextcloud needs, and no more: messages are short and never in pieces.
 */
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { DEMO_SOCKET_MESSAGE_BYTES_MAX } from '../limits.js';

/** RFC 6455 §1.3. */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

const FINAL = 0x80;
const MASKED = 0x80;
const OPCODE = { text: 0x1, close: 0x8, ping: 0x9, pong: 0xa } as const;
/** Of the length byte: two bytes, eight bytes of length follow. */
const LENGTH_16 = 126;
const MASK_BYTES = 4;

export interface SocketListener {
  message(text: string): void;
  closed(): void;
}

export class ServerSocket {
  readonly #stream: Duplex;
  readonly #listener: SocketListener;
  #received: Buffer = Buffer.alloc(0);
  #isClosed = false;

  /** Answers the request to upgrade; undefined where it is none. */
  static accept(
    request: IncomingMessage,
    stream: Duplex,
    listener: SocketListener,
  ): ServerSocket | undefined {
    const key = request.headers['sec-websocket-key'];
    if (request.headers.upgrade?.toLowerCase() !== 'websocket' || key === undefined) {
      stream.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
      return undefined;
    }
    const accepted = createHash('sha1')
      .update(key + GUID)
      .digest('base64');
    stream.write(
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
        `Sec-WebSocket-Accept: ${accepted}\r\n\r\n`,
    );
    return new ServerSocket(stream, listener);
  }

  private constructor(stream: Duplex, listener: SocketListener) {
    this.#stream = stream;
    this.#listener = listener;
    stream.on('data', (piece: Buffer) => this.#take(piece));
    stream.on('error', () => this.#end());
    stream.on('close', () => this.#end());
  }

  send(text: string): void {
    this.#write(OPCODE.text, Buffer.from(text));
  }

  ping(): void {
    this.#write(OPCODE.ping, Buffer.alloc(0));
  }

  close(): void {
    this.#write(OPCODE.close, Buffer.alloc(0));
    this.#stream.end();
    this.#end();
  }

  /** The line is cut, without a word. */
  cut(): void {
    this.#stream.destroy();
  }

  #end(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#listener.closed();
  }

  #write(opcode: number, payload: Buffer): void {
    if (this.#isClosed) return;
    const head = Buffer.alloc(payload.length < LENGTH_16 ? 2 : 4);
    head[0] = FINAL | opcode;
    if (payload.length < LENGTH_16) {
      head[1] = payload.length;
    } else {
      head[1] = LENGTH_16;
      head.writeUInt16BE(payload.length, 2);
    }
    this.#stream.write(Buffer.concat([head, payload]));
  }

  #take(piece: Buffer): void {
    this.#received = Buffer.concat([this.#received, piece]);
    while (this.#takeFrame());
  }

  #takeFrame(): boolean {
    const data = this.#received;
    if (data.length < 2 || this.#isClosed) return false;
    const opcode = data.readUInt8(0) & 0x0f;
    const short = data.readUInt8(1) & 0x7f;
    const at = short < LENGTH_16 ? 2 : 4;
    if (data.length < at + MASK_BYTES) return false;
    const length = short < LENGTH_16 ? short : data.readUInt16BE(2);
    const isMasked = (data.readUInt8(1) & MASKED) !== 0;
    if (!isMasked || short > LENGTH_16 || length > DEMO_SOCKET_MESSAGE_BYTES_MAX) {
      this.close();
      return false;
    }
    const start = at + MASK_BYTES;
    if (data.length < start + length) return false;
    const payload = Buffer.from(data.subarray(start, start + length));
    for (let index = 0; index < length; index += 1) {
      payload[index] = payload.readUInt8(index) ^ data.readUInt8(at + (index % MASK_BYTES));
    }
    this.#received = data.subarray(start + length);
    if (opcode === OPCODE.text) this.#listener.message(payload.toString('utf8'));
    else if (opcode === OPCODE.ping) this.#write(OPCODE.pong, payload);
    else if (opcode === OPCODE.close) this.close();
    return true;
  }
}
