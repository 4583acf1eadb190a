/** Every request that was answered, or that ended otherwise. For tests. */
import { DEMO_REQUEST_LOG_MAX } from '../limits.js';

export interface RequestRecord {
  readonly method: string;
  /** Decoded, without the query. */
  readonly path: string;
  /** Those that decide what the server does; never credentials. */
  readonly headers: Readonly<Record<string, string>>;
  /** 0 when no answer was sent. */
  readonly status: number;
  readonly receivedBytes: number;
  readonly sentBytes: number;
  readonly ms: number;
}

/** The headers worth remembering. */
export const LOGGED_HEADERS: readonly string[] = [
  'accept',
  'accept-encoding',
  'content-length',
  'depth',
  'destination',
  'if',
  'if-match',
  'if-none-match',
  'oc-checksum',
  'oc-total-length',
  'overwrite',
  'range',
  'user-agent',
  'x-hash',
  'x-oc-mtime',
];

export class RequestLog {
  #records: RequestRecord[] = [];

  add(record: RequestRecord): void {
    this.#records.push(record);
    if (this.#records.length > DEMO_REQUEST_LOG_MAX) this.#records.shift();
  }

  get all(): readonly RequestRecord[] {
    return this.#records;
  }

  /** Records of a method, optionally of paths that match. */
  of(method: string, path = /(?:)/): RequestRecord[] {
    return this.#records.filter((record) => record.method === method && path.test(record.path));
  }

  clear(): void {
    this.#records = [];
  }
}
