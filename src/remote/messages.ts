/**
 * What crosses between the engine thread, which decides, and the main thread, which carries out
 * single effects on the server. `src/sync` knows the remote by these types alone.
 */
import type { FileBlocks, SummedBlocks } from '../block-sum.js';
import type { ErrorRecord } from '../errors.js';
import type {
  FilesTogether,
  FileVersion,
  ListDepth,
  LockOutcome,
  LockRequest,
  PushNews,
  Quota,
  RemoteEntry,
  RootState,
  ServerInfo,
  StoredFile,
  TogetherRequest,
  TrashedEntry,
  UploadMetadata,
} from './remote.js';

export type EffectId = number;

export type Effect =
  | { readonly op: 'connect' }
  | { readonly op: 'list'; readonly path: string; readonly depth: ListDepth }
  | { readonly op: 'stat'; readonly path: string }
  /**
   * Bytes `start` to `end` of this version into the data file, at the same offsets. What comes from
   * `limit` on waits until it is allowed.
   */
  | {
      readonly op: 'fetch';
      readonly path: string;
      readonly etag: string;
      readonly start: number;
      readonly end: number;
      readonly limit: number;
      readonly dataFile: string;
    }
  /** The same into memory, from the start of `into` on: nothing of it is kept. */
  | {
      readonly op: 'fetch-bytes';
      readonly path: string;
      readonly etag: string;
      readonly start: number;
      readonly end: number;
      readonly into: SharedArrayBuffer;
    }
  | { readonly op: 'fetch-together'; readonly request: TogetherRequest }
  | {
      readonly op: 'put';
      readonly path: string;
      readonly dataFile: string;
      readonly metadata: UploadMetadata;
      readonly guard: VersionGuard;
    }
  /** Ahead of the put that will send just these bytes, under the same guard. */
  | {
      readonly op: 'hash-file';
      readonly dataFile: string;
      readonly size: number;
      readonly guard: VersionGuard;
    }
  | { readonly op: 'create-folder'; readonly path: string }
  | {
      readonly op: 'move';
      readonly from: string;
      readonly to: string;
      readonly etag: string | undefined;
    }
  /** By the server itself; `mtime` is that of the copy, `etag` and `size` are the source's. */
  | {
      readonly op: 'copy';
      readonly from: string;
      readonly to: string;
      readonly etag: string;
      readonly size: number;
      readonly mtime: number;
    }
  | { readonly op: 'remove'; readonly path: string; readonly etag: string | undefined }
  | { readonly op: 'set-modified'; readonly path: string; readonly mtime: number }
  | { readonly op: 'lock' | 'unlock'; readonly path: string; readonly claim: LockRequest['claim'] }
  /** Makes data files durable, which may take seconds, and sums blocks of some of them. */
  | {
      readonly op: 'sync-files';
      readonly dataFiles: readonly string[];
      readonly toSum: readonly FileBlocks[];
    }
  | { readonly op: 'check-blocks'; readonly files: readonly SummedBlocks[] }
  | { readonly op: 'list-folders' }
  | { readonly op: 'root-state' }
  /** Goes on until it fails or is given up. */
  | { readonly op: 'listen'; readonly url: string }
  | { readonly op: 'quota' }
  | { readonly op: 'trash' }
  | { readonly op: 'restore-trashed'; readonly trashId: string }
  | { readonly op: 'versions'; readonly fileId: string }
  | { readonly op: 'restore-version'; readonly fileId: string; readonly version: string }
  /** Into a new file, whose absolute path this is. */
  | {
      readonly op: 'save-version';
      readonly fileId: string;
      readonly version: FileVersion;
      readonly file: string;
    };

/**
 * The writer's version counter of a content, in memory that both threads see. The uploader
 * compares after each piece it reads and before it sends it: a differing counter means that the
 * file is being written, and the upload is dropped (kind `aborted`).
 */
export interface VersionGuard {
  readonly counters: SharedArrayBuffer;
  readonly index: number;
  readonly expected: number;
}

export interface SyncedFiles {
  /** Those of which it could not be proven that they are durable. */
  readonly failed: readonly string[];
  /** In the order of what was to be summed: the sum of each block. */
  readonly sums: readonly (readonly number[])[];
}

/** The result type of each effect, by its `op`. */
export interface EffectResults {
  connect: ServerInfo;
  list: undefined;
  stat: RemoteEntry;
  fetch: undefined;
  'fetch-bytes': undefined;
  'fetch-together': FilesTogether;
  put: StoredFile;
  'hash-file': undefined;
  'create-folder': RemoteEntry;
  move: undefined;
  copy: RemoteEntry;
  remove: undefined;
  'set-modified': undefined;
  lock: LockOutcome;
  unlock: LockOutcome;
  'sync-files': SyncedFiles;
  /** Of each file the blocks that add up to something else. */
  'check-blocks': readonly (readonly number[])[];
  'list-folders': undefined;
  'root-state': RootState;
  listen: undefined;
  quota: Quota;
  trash: readonly TrashedEntry[];
  'restore-trashed': undefined;
  versions: readonly FileVersion[];
  'restore-version': undefined;
  'save-version': undefined;
}

export type EffectResult = EffectResults[Effect['op']];

/** Engine → main. */
export type EffectRequest =
  | { readonly type: 'start'; readonly id: EffectId; readonly effect: Effect }
  | { readonly type: 'cancel'; readonly id: EffectId }
  /**
   * A fetch may go on up to this byte, a listing of a tree up to so many entries, a put whose hash
   * has been kept to its end (1).
   */
  | { readonly type: 'allow'; readonly id: EffectId; readonly upTo: number };

/** Main → engine. Exactly one `done` or `failed` per started effect, after all its pieces. */
export type EffectEvent =
  | { readonly type: 'entries'; readonly id: EffectId; readonly entries: readonly RemoteEntry[] }
  /** Every byte from `start` of the fetch up to `upTo` (exclusive) stands where it belongs. */
  | { readonly type: 'fetched'; readonly id: EffectId; readonly upTo: number }
  /** What a put is about to send: nothing of it leaves before it is allowed. */
  | { readonly type: 'hashed'; readonly id: EffectId; readonly checksum: string }
  | { readonly type: 'pushed'; readonly id: EffectId; readonly news: PushNews }
  | { readonly type: 'sent'; readonly id: EffectId; readonly bytes: number }
  | { readonly type: 'done'; readonly id: EffectId; readonly result: EffectResult }
  | { readonly type: 'failed'; readonly id: EffectId; readonly error: ErrorRecord };
