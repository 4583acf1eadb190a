/**
 * Small new files that wait for the upload lane. When the turn of one comes, others go with it, in
 * one request where the server takes them so.
 */
import { BULK_BYTES_MAX, BULK_FILE_BYTES_MAX, BULK_FILES_MAX, BULK_FILES_MIN } from '../limits.js';
import { NuageError } from '../errors.js';
import { FileSource } from './file-source.js';
import type { Effect, EffectId } from './messages.js';
import type { Announce, NewFile, Remote, StoredFile } from './remote.js';

export interface SmallPut {
  readonly id: EffectId;
  readonly effect: Extract<Effect, { op: 'put' }>;
  readonly signal: AbortSignal;
  readonly announce: Announce;
}

export function isSmallPut(effect: Effect): effect is SmallPut['effect'] {
  if (effect.op !== 'put') return false;
  const { condition, size } = effect.metadata;
  return condition.kind === 'absent' && size <= BULK_FILE_BYTES_MAX;
}

export class SmallPuts {
  readonly #waiting = new Map<EffectId, SmallPut>();

  add(put: SmallPut): void {
    this.#waiting.set(put.id, put);
  }

  delete(id: EffectId): void {
    this.#waiting.delete(id);
  }

  /**
   * The one whose turn has come, and with it those that may go along; alone where they are few.
   * @param withdraw takes one out of the lane; whether it was waiting there.
   */
  take(id: EffectId, withdraw: (id: EffectId) => boolean): readonly SmallPut[] {
    const own = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (own === undefined) return [];
    const chosen = [own];
    let bytes = own.effect.metadata.size;
    for (const put of this.#waiting.values()) {
      bytes += put.effect.metadata.size;
      if (chosen.length >= BULK_FILES_MAX || bytes > BULK_BYTES_MAX) break;
      chosen.push(put);
    }
    if (chosen.length < BULK_FILES_MIN) return [own];
    return chosen.filter((put) => {
      this.#waiting.delete(put.id);
      return put === own || withdraw(put.id);
    });
  }
}

/** @returns as {@link Remote.writeTogether}, by the put. */
export async function putTogether(
  remote: Remote,
  puts: readonly SmallPut[],
): Promise<ReadonlyMap<SmallPut, StoredFile>> {
  const sources: FileSource[] = [];
  const files = new Map<SmallPut, NewFile>();
  try {
    for (const put of puts) {
      const source = openSource(put);
      if (source === undefined) continue;
      sources.push(source);
      const { effect, announce } = put;
      files.set(put, { path: effect.path, source, metadata: effect.metadata, announce });
    }
    const signal = whenAllAborted(puts.map((put) => put.signal));
    const stored = await remote.writeTogether([...files.values()], signal);
    return new Map(
      [...files.keys()].flatMap((put, index) => {
        const file = stored[index];
        return file === undefined ? [] : [[put, file] as const];
      }),
    );
  } finally {
    for (const source of sources) source.close();
  }
}

function openSource({ effect, signal }: SmallPut): FileSource | undefined {
  if (signal.aborted) return undefined;
  try {
    return new FileSource(effect.dataFile, effect.guard);
  } catch (error) {
    // Alone, it meets the same and tells it.
    if (error instanceof NuageError) return undefined;
    throw error;
  }
}

/** What some of them still want is not cut short. */
function whenAllAborted(signals: readonly AbortSignal[]): AbortSignal {
  const controller = new AbortController();
  let wanted = signals.length;
  for (const signal of signals) {
    const given = (): void => {
      wanted -= 1;
      if (wanted === 0) controller.abort();
    };
    if (signal.aborted) given();
    else signal.addEventListener('abort', given, { once: true });
  }
  return controller.signal;
}
