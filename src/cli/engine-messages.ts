/** What crosses between the main thread of a mount and its engine thread, besides effects. */
import type { ErrorRecord } from '../errors.js';
import type { LogRecord } from '../log.js';
import type { EffectEvent, EffectRequest } from '../remote/messages.js';
import type { LockRequest, ServerInfo } from '../remote/remote.js';
import type { HeldRemovals } from '../sync/removal-guard.js';
import type { Notice } from '../fs/engine.js';
import type { FullReason } from '../fs/cache-keeper.js';
import type { ReadAccount } from '../fs/read-accounts.js';
import type { LockedFile } from '../fs/status.js';
import type { EngineAnswer, EngineQuestion } from './engine-questions.js';

/** Given to the engine worker as `workerData`; everything in it is plain data. */
export interface EngineOptions {
  /** 0700 folder of this account: the database and the data files. */
  readonly stateFolder: string;
  readonly mountPoint: string;
  /** Descriptor of /dev/fuse, open in this process. */
  readonly deviceFd: number;
  /** eventfd that the main thread writes after each message. */
  readonly wakeupFd: number;
  /** Of `OperationCounters`, which the engine thread writes. */
  readonly counters: SharedArrayBuffer;
  /** Owner of all files as shown. */
  readonly uid: number;
  readonly gid: number;
  readonly readOnly: boolean;
  /** What the server says of itself; undefined where it has not been asked yet. */
  readonly server: ServerInfo | undefined;
  readonly pollIntervalMs: number;
  /** Pause between the last close of a file and its upload. */
  readonly uploadDelayMs: number;
  /** Undefined: 10 GB, or a tenth of the free disk. */
  readonly cacheBytesMax: number | undefined;
  /** Of the disk, left to others. Undefined: 1 GiB, or a twentieth of a small disk. */
  readonly freeBytesMin: number | undefined;
  readonly confirmShare: number;
  readonly serverUrl: string;
  /** Patterns of names that stay on this machine, besides those that always do. */
  readonly localNames: readonly string[];
  /** See `FsOptions.locks`. */
  readonly locks: boolean;
  /** See `FsOptions.rootFiles`. */
  readonly rootFiles: Readonly<Record<string, string>>;
}

export interface PendingChange {
  readonly path: string;
  readonly action: 'create' | 'upload' | 'move' | 'delete' | 'set-time';
  readonly bytes: number;
  /** Why it did not go yet, with what to do. */
  readonly failure: ErrorRecord | undefined;
}

export interface EngineStatus {
  readonly online: boolean;
  /** Milliseconds since the epoch of the last change between online and offline. */
  readonly since: number;
  /** Why it is offline. */
  readonly reason: ErrorRecord | undefined;
  readonly knownEntries: number;
  readonly cacheBytes: number;
  /** Why what is read is not kept; null when it is. */
  readonly cacheFull: FullReason | null;
  readonly quota: { readonly used: number; readonly available: number | undefined } | undefined;
  /** Paths of those that nobody has decided on yet. */
  readonly conflictCopies: readonly string[];
  readonly pendingCount: number;
  readonly failedCount: number;
  /** Deletions that wait for an answer; null where there are none. */
  readonly heldDeletions: HeldRemovals | null;
  /** Files that somebody has locked for everybody else, at most 100 of them. */
  readonly locks: readonly LockedFile[];
  /** At most 100 of them, the oldest first. */
  readonly pending: readonly PendingChange[];
  /** Programs that have read since the mount, those first that have read most; at most 65. */
  readonly readers: readonly ReadAccount[];
}

export type ToEngine =
  | EffectEvent
  | { readonly type: 'server'; readonly server: ServerInfo }
  | { readonly type: 'status'; readonly id: number }
  | { readonly type: 'question'; readonly id: number; readonly question: EngineQuestion }
  /** Answered by `flushed` once the queue is empty. Uploads start at once, without delay. */
  | { readonly type: 'flush'; readonly id: number }
  /** Whether operations may wait for the server: not while an unmount waits for them. */
  | { readonly type: 'patience'; readonly isPatient: boolean }
  /** Offline: ask now whether the server is back, as it has a reason to be. */
  | { readonly type: 'ask-again' }
  /** The network is another one, or the machine has slept: nothing is to be waited for. */
  | { readonly type: 'line-changed' }
  /** Unmounted or asked to end: close the database and answer `ended`. */
  | { readonly type: 'shutdown' };

export type FromEngine =
  | EffectRequest
  | { readonly type: 'log'; readonly record: LogRecord }
  /** INIT was answered: the mount serves requests. */
  | { readonly type: 'mounted' }
  | { readonly type: 'status'; readonly id: number; readonly status: EngineStatus }
  | { readonly type: 'answer'; readonly id: number; readonly answer: EngineAnswer }
  | { readonly type: 'refusal'; readonly id: number; readonly error: ErrorRecord }
  | { readonly type: 'flushed'; readonly id: number }
  | { readonly type: 'notice'; readonly notice: Notice }
  /**
   * The last message: the engine has closed its files and leaves its loop. The locks are ours, and
   * to be given back.
   */
  | {
      readonly type: 'ended';
      readonly error: ErrorRecord | undefined;
      readonly locks: readonly LockRequest[];
    };
