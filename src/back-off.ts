/** How long to wait before something is tried again: twice as long each time, up to a limit. */
export interface BackOff {
  readonly firstMs: number;
  readonly maxMs: number;
}

export function backOffMs(triesBefore: number, { firstMs, maxMs }: BackOff): number {
  return Math.min(firstMs * 2 ** triesBefore, maxMs);
}
