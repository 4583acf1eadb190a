/**
 * Small new files that go together, as the main thread sends them: what the line does to one of
 * them it does to all.
 */
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { type ErrorKind, NuageError, toErrorRecord } from '../../src/errors.js';
import type { Effect, EffectEvent } from '../../src/remote/messages.js';
import type { WriteCondition } from '../../src/remote/remote.js';
import { isSmallPut } from '../../src/remote/small-puts.js';

export interface Running {
  readonly id: number;
  readonly effect: Effect;
  /** Of a fetch: how far it has come, and how far it may go. */
  position: number;
  limit: number;
}

/** After another trouble each of them goes alone, which its own answer tells of. */
const OF_THE_LINE: ReadonlySet<ErrorKind> = new Set(['offline', 'timeout', 'maintenance']);

/** @returns those that go with this one, taken out of the queue. */
export function takeCompanions(
  queue: Running[],
  { effect }: Running,
  isHeld: (effect: Effect) => boolean,
): readonly Running[] {
  if (!isSmallPut(effect)) return [];
  const companions = queue.filter((other) => isSmallPut(other.effect) && !isHeld(other.effect));
  for (const companion of companions) queue.splice(queue.indexOf(companion), 1);
  return companions;
}

/** What was announced before the line broke is known, and no more. */
export function unheard(deliver: (event: EffectEvent) => void): (event: EffectEvent) => void {
  return (event) => {
    if (event.type === 'hashed') deliver(event);
  };
}

/** A snapshot of the data file. */
function bytesToSend(effect: Extract<Effect, { op: 'put' }>): Buffer {
  const { dataFile, metadata, guard } = effect;
  const bytes = fs.readFileSync(dataFile).subarray(0, metadata.size);
  if (Atomics.load(new Int32Array(guard.counters), guard.index) !== guard.expected) {
    throw new NuageError('aborted', 'written meanwhile');
  }
  if (bytes.length !== metadata.size) throw new NuageError('io', 'the data file is too short');
  return bytes;
}

export type Announcing = (event: { readonly type: 'hashed'; readonly checksum: string }) => void;

/** As the main thread does before the first byte leaves. */
export function announced(
  effect: Extract<Effect, { op: 'put' }>,
  announce: Announcing,
): { readonly bytes: Buffer; readonly checksum: string } {
  const bytes = bytesToSend(effect);
  const checksum = checksumOf(bytes);
  announce({ type: 'hashed', checksum });
  return { bytes, checksum };
}

export function checksumOf(bytes: Uint8Array): string {
  return `SHA256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** @param etag of what is there; undefined: nothing. */
export function isMet(condition: WriteCondition, etag: string | undefined): boolean {
  return condition.kind === 'absent' ? etag === undefined : etag === condition.etag;
}

export function isOfTheLine(event: EffectEvent): boolean {
  return event.type === 'failed' && OF_THE_LINE.has(event.error.kind);
}

export function failed(id: number, error: unknown): EffectEvent {
  return { type: 'failed', id, error: toErrorRecord(error) };
}

export function told(deliver: (event: EffectEvent) => void, event: EffectEvent): EffectEvent {
  deliver(event);
  return event;
}
