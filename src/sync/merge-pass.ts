/** What is remembered while an answer of the server is folded into the tree (merge.ts). */
import type { RemoteEntry } from '../remote/remote.js';

/** One answer of the server, of one folder or of a tree, while it is folded in. */
export interface Round {
  /** Of `InFlight.stamp`, taken when it was asked for. */
  readonly stamp: number;
  /** Folders whose own listing is out of date now. */
  readonly stale: Set<number>;
}

/** One folder that is being folded in. */
export interface Pass {
  readonly round: Round;
  readonly folder: number;
  /** The folder's own row. */
  readonly self: RemoteEntry;
  readonly isFirst: boolean;
  readonly seen: Set<number>;
  /** False when something in flight was left out: the folder must be listed again. */
  complete: boolean;
  isNews: boolean;
}
