/** A request body as the handlers read it: slowed down, or broken off at a given byte. */
import type { IncomingMessage } from 'node:http';
import { Transform, type Readable, type TransformCallback } from 'node:stream';
import type { FaultAction, NetworkPace } from './faults.js';

export function requestBody(
  request: IncomingMessage,
  actions: readonly FaultAction[],
  pace: NetworkPace,
): Readable {
  const cut = actions.find(
    (action) => (action.kind === 'drop' || action.kind === 'hang') && action.at === 'request-body',
  );
  if (cut === undefined && pace.uploadBytesPerSecond === undefined) return request;
  const cutAt = cut !== undefined && 'bytes' in cut ? (cut.bytes ?? 0) : 0;
  const body = new BodyGate(request, {
    bytesPerSecond: pace.uploadBytesPerSecond,
    cutAt: cut === undefined ? Infinity : cutAt,
    drop: cut?.kind === 'drop',
  });
  request.on('error', (error) => body.destroy(error));
  return request.pipe(body);
}

interface GateOptions {
  readonly bytesPerSecond: number | undefined;
  readonly cutAt: number;
  readonly drop: boolean;
}

class BodyGate extends Transform {
  readonly #request: IncomingMessage;
  readonly #options: GateOptions;
  #passed = 0;

  constructor(request: IncomingMessage, options: GateOptions) {
    super();
    this.#request = request;
    this.#options = options;
  }

  override _transform(chunk: Buffer, _encoding: string, done: TransformCallback): void {
    const { bytesPerSecond, cutAt, drop } = this.#options;
    const piece = chunk.subarray(0, Math.max(cutAt - this.#passed, 0));
    this.#passed += piece.length;
    if (piece.length > 0) this.push(piece);
    if (piece.length < chunk.length || this.#passed >= cutAt) {
      // A hang never calls `done`: the client's writes fill the socket and stand still.
      if (!drop) return;
      this.#request.socket.resetAndDestroy();
      done(new Error('the connection was dropped on purpose'));
      return;
    }
    if (bytesPerSecond === undefined) done();
    else setTimeout(done, (piece.length / bytesPerSecond) * 1000);
  }
}
