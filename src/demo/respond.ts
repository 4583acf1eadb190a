/** Writes an answer to the socket, as it is or as the faults want it. */
import { once } from 'node:events';
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { Readable, type Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { Answer } from './answer.js';
import type { FaultAction, NetworkPace } from './faults.js';

/** Bandwidth is shaped in steps of this length. */
const PACE_STEP_MS = 10;

export type FaultOf<Kind extends FaultAction['kind']> = Extract<FaultAction, { kind: Kind }>;

export function faultOf<Kind extends FaultAction['kind']>(
  actions: readonly FaultAction[],
  kind: Kind,
): FaultOf<Kind> | undefined {
  return actions.find((action): action is FaultOf<Kind> => action.kind === kind);
}

/** Thrown to end an exchange without a further byte; the socket is dealt with. */
export class ConnectionGone extends Error {
  override readonly name = 'ConnectionGone';
}

/** Applies a `drop` or `hang` that is meant for this moment. */
export function breakAt(
  actions: readonly FaultAction[],
  moment: 'before' | 'answer',
  response: ServerResponse,
): void {
  for (const action of actions) {
    if (action.kind !== 'drop' && action.kind !== 'hang') continue;
    if (action.at !== moment) continue;
    if (action.kind === 'drop') response.socket?.resetAndDestroy();
    throw new ConnectionGone(action.kind);
  }
}

export async function respond(
  response: ServerResponse,
  answer: Answer,
  actions: readonly FaultAction[],
  pace: NetworkPace,
): Promise<void> {
  const { status, headers, body } = await rewritten(answer, actions);
  response.writeHead(status, { ...(headers as OutgoingHttpHeaders | undefined) });
  const silent = status === 204 || status === 304 || response.req.method === 'HEAD';
  if (silent || body === undefined) {
    if (body instanceof Readable) body.destroy();
    response.end();
    return;
  }
  const shaped = isShaped(actions, pace);
  if (!shaped && !(body instanceof Readable)) {
    // Flushed before the end, so that the body goes out chunked where no length was given.
    response.flushHeaders();
    response.end(body);
    return;
  }
  const source = body instanceof Readable ? body : Readable.from([Buffer.from(body)]);
  if (!shaped) {
    await pipeline(source, response);
    return;
  }
  response.flushHeaders();
  await writeShaped(source, response, { actions, pace });
}

function isShaped(actions: readonly FaultAction[], pace: NetworkPace): boolean {
  if (pace.downloadBytesPerSecond !== undefined) return true;
  return actions.some(
    (action) =>
      action.kind === 'drip' ||
      action.kind === 'truncate' ||
      ((action.kind === 'drop' || action.kind === 'hang') && action.at === 'response-body'),
  );
}

/** Gathers a streamed body first: the server does not gzip what is to be rewritten. */
async function rewritten(answer: Answer, actions: readonly FaultAction[]): Promise<Answer> {
  const change = faultOf(actions, 'rewrite');
  if (change === undefined) return answer;
  const headers = { ...answer.headers, ...change.headers };
  let body = answer.body;
  if (change.replace !== undefined && body !== undefined) {
    let plain = body instanceof Readable ? await text(body) : Buffer.from(body).toString();
    for (const { pattern, with: by } of change.replace) {
      plain = plain.replaceAll(new RegExp(pattern, 'g'), by);
    }
    body = plain;
  }
  return { ...answer, status: change.status ?? answer.status, headers, body };
}

interface Shaping {
  readonly actions: readonly FaultAction[];
  readonly pace: NetworkPace;
}

/** Slow, cut or silent bodies: written by hand, piece by piece. */
async function writeShaped(
  source: Readable,
  response: ServerResponse,
  { actions, pace }: Shaping,
): Promise<void> {
  const drip = faultOf(actions, 'drip');
  const end = bodyEnd(actions);
  let left = end?.bytes ?? Infinity;
  const gone = () => response.destroyed || response.socket?.destroyed === true;
  for await (const chunk of source as AsyncIterable<Buffer>) {
    for (let at = 0; at < chunk.length && left > 0 && !gone();) {
      const step = stepOf(drip, pace, chunk.length - at);
      const piece = chunk.subarray(at, at + Math.min(step.bytes, left));
      at += piece.length;
      left -= piece.length;
      await writePiece(response, piece);
      if (step.ms > 0) await pause(step.ms);
    }
    if (left <= 0 || gone()) break;
  }
  source.destroy();
  if (end === undefined || gone()) {
    response.end();
    return;
  }
  if (end.kind === 'hang') throw new ConnectionGone('hang');
  if (end.kind === 'truncate') response.socket?.end();
  else response.socket?.resetAndDestroy();
  throw new ConnectionGone(end.kind);
}

function bodyEnd(
  actions: readonly FaultAction[],
): { readonly kind: 'drop' | 'hang' | 'truncate'; readonly bytes: number } | undefined {
  for (const action of actions) {
    if (action.kind === 'truncate') return action;
    const breaks = action.kind === 'drop' || action.kind === 'hang';
    if (breaks && action.at === 'response-body') {
      return { kind: action.kind, bytes: action.bytes ?? 0 };
    }
  }
  return undefined;
}

function stepOf(
  drip: FaultOf<'drip'> | undefined,
  pace: NetworkPace,
  available: number,
): { readonly bytes: number; readonly ms: number } {
  if (drip !== undefined) return { bytes: drip.bytes, ms: drip.everyMs };
  if (pace.downloadBytesPerSecond === undefined) return { bytes: available, ms: 0 };
  const perStep = (pace.downloadBytesPerSecond * PACE_STEP_MS) / 1000;
  return { bytes: Math.max(Math.floor(perStep), 1), ms: PACE_STEP_MS };
}

async function writePiece(response: Writable, piece: Buffer): Promise<void> {
  if (response.write(piece)) return;
  // A client that goes away while we wait for room ends the wait as well.
  const waiting = new AbortController();
  const { signal } = waiting;
  const waits = [once(response, 'drain', { signal }), once(response, 'close', { signal })];
  await Promise.race(waits).finally(() => waiting.abort());
}
