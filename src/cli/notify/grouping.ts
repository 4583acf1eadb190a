/**
 * One notification for many things of a kind, and never a flood: the first waits a moment for
 * others, and after one of a kind the next of that kind waits long. Knows no timer: whoever has one
 * asks again after a while.
 */
import type { Clock } from '../../clock.js';
import { NOTICE_GATHER_MS, NOTICE_PAUSE_MS } from '../../limits.js';
import type { Concern, ConcernKind } from './concerns.js';

export interface Notice {
  readonly kind: ConcernKind;
  readonly count: number;
  /** Of the first of them. */
  readonly path: string | undefined;
}

interface Group {
  readonly since: number;
  readonly path: string | undefined;
  count: number;
}

export class Grouping {
  readonly #clock: Clock;
  readonly #groups = new Map<ConcernKind, Group>();
  readonly #toldAt = new Map<ConcernKind, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(concern: Concern): void {
    const group = this.#groups.get(concern.kind);
    if (group !== undefined) {
      group.count += 1;
      return;
    }
    const path = 'path' in concern ? concern.path : undefined;
    this.#groups.set(concern.kind, { since: this.#clock.monotonic(), path, count: 1 });
  }

  /** Those whose time has come; each is returned once. */
  due(): readonly Notice[] {
    const now = this.#clock.monotonic();
    const notices: Notice[] = [];
    for (const [kind, { since, path, count }] of this.#groups) {
      const last = this.#toldAt.get(kind);
      if (now - since < NOTICE_GATHER_MS) continue;
      if (last !== undefined && now - last < NOTICE_PAUSE_MS) continue;
      this.#groups.delete(kind);
      this.#toldAt.set(kind, now);
      notices.push({ kind, path, count });
    }
    return notices;
  }
}
