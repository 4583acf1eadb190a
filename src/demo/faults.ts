/**
 * What goes wrong on purpose: rules that pick requests by method and path, and the network's pace.
 * A rule is plain data, so that it can also come through the control port from another process.
 */
import type { Clock } from '../clock.js';
import { DEMO_FAULT_RULES_MAX } from '../limits.js';

export type FaultAction =
  /** Answers without doing anything, after the request body has been taken in. */
  | {
      readonly kind: 'respond';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
      /** Instead of `body`, for bytes that are no text. */
      readonly bodyBase64?: string;
    }
  | { readonly kind: 'delay'; readonly ms: number }
  /**
   * The connection is reset: before anything is read; after `bytes` of the request body; once the
   * request has been carried out (a lost answer); after `bytes` of the response body.
   */
  | { readonly kind: 'drop'; readonly at: FaultMoment; readonly bytes?: number }
  /** The same moments, but the connection stays open and silent. */
  | { readonly kind: 'hang'; readonly at: FaultMoment; readonly bytes?: number }
  /** The response body ends early and in an orderly way, against its Content-Length. */
  | { readonly kind: 'truncate'; readonly bytes: number }
  /** The response body comes in pieces of `bytes`, one per `everyMs`. */
  | { readonly kind: 'drip'; readonly bytes: number; readonly everyMs: number }
  /** Replaces text of the response body and headers of an otherwise ordinary answer. */
  | {
      readonly kind: 'rewrite';
      readonly status?: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly replace?: readonly { readonly pattern: string; readonly with: string }[];
    };

export type FaultMoment = 'before' | 'request-body' | 'answer' | 'response-body';

export interface FaultRule {
  /** Regular expressions; a missing one matches all. The path is decoded, without the query. */
  readonly method?: string;
  readonly path?: string;
  /** Lets so many matching requests pass first. */
  readonly skip?: number;
  /** Applies to so many requests, then the rule is spent. */
  readonly times?: number;
  readonly forMs?: number;
  readonly action: FaultAction;
}

/** Added to every request while set. Bandwidths are bytes per second per request. */
export interface NetworkPace {
  latencyMs: number;
  downloadBytesPerSecond: number | undefined;
  uploadBytesPerSecond: number | undefined;
}

interface ActiveRule {
  readonly id: number;
  readonly method: RegExp;
  readonly path: RegExp;
  readonly until: number;
  readonly action: FaultAction;
  skip: number;
  left: number;
  hits: number;
}

export class Faults {
  readonly network: NetworkPace = {
    latencyMs: 0,
    downloadBytesPerSecond: undefined,
    uploadBytesPerSecond: undefined,
  };
  readonly #clock: Clock;
  #rules: ActiveRule[] = [];
  #nextId = 1;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Returns the number of the rule. */
  add(rule: FaultRule): number {
    if (this.#rules.length >= DEMO_FAULT_RULES_MAX) throw new RangeError('too many fault rules');
    const id = this.#nextId;
    this.#nextId += 1;
    this.#rules.push({
      id,
      method: new RegExp(rule.method === undefined ? '' : `^(?:${rule.method})$`, 'i'),
      path: new RegExp(rule.path ?? ''),
      until: rule.forMs === undefined ? Infinity : this.#clock.monotonic() + rule.forMs,
      action: rule.action,
      skip: rule.skip ?? 0,
      left: rule.times ?? Infinity,
      hits: 0,
    });
    return id;
  }

  /** How many requests the rule was applied to; 0 for one that is gone. */
  hits(id: number): number {
    return this.#rules.find((rule) => rule.id === id)?.hits ?? 0;
  }

  remove(id: number): void {
    this.#rules = this.#rules.filter((rule) => rule.id !== id);
  }

  /** Drops all rules and takes the pace away. */
  clear(): void {
    this.#rules = [];
    this.network.latencyMs = 0;
    this.network.downloadBytesPerSecond = undefined;
    this.network.uploadBytesPerSecond = undefined;
  }

  /** The actions for one request, oldest rule first; counts it. */
  match(method: string, path: string): FaultAction[] {
    if (this.#rules.length === 0) return [];
    const now = this.#clock.monotonic();
    const actions: FaultAction[] = [];
    for (const rule of this.#rules) {
      if (rule.left <= 0 || rule.until < now) continue;
      if (!rule.method.test(method) || !rule.path.test(path)) continue;
      if (rule.skip > 0) {
        rule.skip -= 1;
        continue;
      }
      rule.left -= 1;
      rule.hits += 1;
      actions.push(rule.action);
    }
    return actions;
  }
}
