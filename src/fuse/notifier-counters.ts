/** What the notifier's thread tells the one that posts, by shared memory: it alone writes them. */
export const DONE_COUNT = 0;
export const DONE_BYTES = 1;
export const FAILED_COUNT = 2;
export const COUNTERS = 3;

export interface NotifierWorkerData {
  readonly deviceFd: number;
  /** COUNTERS signed 64-bit integers. */
  readonly counters: SharedArrayBuffer;
}
