/** The requests to the server, counted: by method and outcome, with how long it took to answer. */
import { Histogram, type HistogramReading } from '../histogram.js';
import { REQUEST_SECONDS_BOUNDS } from '../limits.js';

export interface RequestReading {
  readonly method: string;
  /** By the class of the status (`2xx`), and `failed` for those that nobody has answered. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** From the first byte of the request to the head of the answer. */
  readonly seconds: HistogramReading;
}

interface Counted {
  readonly outcomes: Map<string, number>;
  readonly seconds: Histogram;
}

export interface Answered {
  readonly method: string;
  readonly status: number;
  readonly ms: number;
  readonly bytesUp: number;
}

export class RequestCounters {
  /** Of bodies, as far as somebody reads them. */
  bytesDown = 0;
  /** Of bodies whose request was answered. */
  #bytesUp = 0;
  /** We use a dozen methods. */
  readonly #methods = new Map<string, Counted>();

  get bytesUp(): number {
    return this.#bytesUp;
  }

  answered({ method, status, ms, bytesUp }: Answered): void {
    this.#count(method, `${Math.floor(status / 100)}xx`).seconds.observe(ms / 1000);
    this.#bytesUp += bytesUp;
  }

  /** Without an answer, be it that we have given it up. */
  failed(method: string): void {
    this.#count(method, 'failed');
  }

  read(): readonly RequestReading[] {
    return [...this.#methods].map(([method, { outcomes, seconds }]) => ({
      method,
      outcomes: Object.fromEntries(outcomes),
      seconds: seconds.read(),
    }));
  }

  #count(method: string, outcome: string): Counted {
    let counted = this.#methods.get(method);
    if (counted === undefined) {
      counted = { outcomes: new Map(), seconds: new Histogram(REQUEST_SECONDS_BOUNDS) };
      this.#methods.set(method, counted);
    }
    counted.outcomes.set(outcome, (counted.outcomes.get(outcome) ?? 0) + 1);
    return counted;
  }
}
