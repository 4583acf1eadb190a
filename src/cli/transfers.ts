/**
 * What is on its way between this machine and the server, with how fast: told by the effects that
 * the engine starts and by what the network side answers. The main thread sees both go by.
 */
import type { Clock } from '../clock.js';
import { TRANSFER_SPEED_WINDOW_MS } from '../limits.js';
import type { EffectEvent, EffectId, EffectRequest } from '../remote/messages.js';

export interface Transfer {
  readonly path: string;
  readonly direction: 'up' | 'down';
  readonly bytes: number;
  readonly bytesDone: number;
  readonly bytesPerSecond: number;
  /** Null where nothing can be said yet. */
  readonly secondsLeft: number | null;
}

interface Sample {
  readonly at: number;
  readonly done: number;
}

interface Running {
  readonly path: string;
  readonly direction: Transfer['direction'];
  readonly bytes: number;
  /** Where a fetch begins in its file. */
  readonly start: number;
  /** The oldest first; of the last seconds, and one before. */
  samples: readonly Sample[];
}

export class TransferTable {
  readonly #clock: Clock;
  readonly #running = new Map<EffectId, Running>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  asked(request: EffectRequest): void {
    if (request.type !== 'start') return;
    const { effect, id } = request;
    if (effect.op === 'put') {
      this.#begin(id, {
        path: effect.path,
        direction: 'up',
        bytes: effect.metadata.size,
        start: 0,
      });
    } else if (effect.op === 'fetch' || effect.op === 'fetch-bytes') {
      const { path, start, end } = effect;
      this.#begin(id, { path, direction: 'down', bytes: end - start, start });
    }
  }

  told(event: EffectEvent): void {
    const running = this.#running.get(event.id);
    if (running === undefined) return;
    if (event.type === 'sent') this.#progress(running, event.bytes);
    else if (event.type === 'fetched') this.#progress(running, event.upTo - running.start);
    else if (event.type === 'done' || event.type === 'failed') this.#running.delete(event.id);
  }

  list(): readonly Transfer[] {
    return [...this.#running.values()].map((running) => this.#show(running));
  }

  #begin(id: EffectId, what: Omit<Running, 'samples'>): void {
    this.#running.set(id, { ...what, samples: [{ at: this.#clock.monotonic(), done: 0 }] });
  }

  #progress(running: Running, done: number): void {
    const at = this.#clock.monotonic();
    const from = at - TRANSFER_SPEED_WINDOW_MS;
    const recent = running.samples.findLastIndex((sample) => sample.at <= from);
    running.samples = [...running.samples.slice(Math.max(0, recent)), { at, done }];
  }

  #show({ path, direction, bytes, samples }: Running): Transfer {
    const [oldest] = samples;
    const bytesDone = Math.min(samples.at(-1)?.done ?? 0, bytes);
    const ms = this.#clock.monotonic() - (oldest?.at ?? 0);
    const speed = ms > 0 ? ((bytesDone - (oldest?.done ?? 0)) / ms) * 1000 : 0;
    const bytesPerSecond = Math.max(0, Math.round(speed));
    const left = bytesPerSecond > 0 ? Math.ceil((bytes - bytesDone) / bytesPerSecond) : null;
    return { path, direction, bytes, bytesDone, bytesPerSecond, secondsLeft: left };
  }
}
