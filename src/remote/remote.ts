/**
 * A Nextcloud account behind one interface. Paths are relative to the account's root, `/`-joined,
 * NFC, without a leading slash; the root is `''`. ETags are without quotes. All methods reject
 * with a `NuageError` and honour `signal` (kind `aborted`).
 */

/** One row of a listing, already checked: names are safe, numbers are sane. */
export interface RemoteEntry {
  readonly path: string;
  readonly isFolder: boolean;
  /** `oc:fileid`, decimal. Kept over renames and overwrites. */
  readonly fileId: string;
  readonly etag: string;
  /** Bytes of a file; recursive bytes of a folder. */
  readonly size: number;
  /** Seconds since the epoch. */
  readonly mtime: number;
  /** Letters of `oc:permissions`, see NEXTCLOUD §8: `RGDNVWCK`, `S`, `M`. */
  readonly permissions: string;
  /** `nc:upload_time`, seconds; 0 where the server does not know. */
  readonly uploadTime: number;
  /** First of `oc:checksums`, e.g. `SHA1:ab…`; empty where no client sent one. */
  readonly checksum: string;
  /** Undefined where the server was not asked for locks, or knows of none. */
  readonly lock?: RemoteLock | 'none' | undefined;
}

/** As the app files_lock tells: a person's, an app's (an editor in the web page), a client's. */
export type LockKind = 'user' | 'app' | 'token';

/** A lock on a file that everybody sees. */
export interface RemoteLock {
  readonly kind: LockKind;
  /** The server's id of the user; empty for that of an app. */
  readonly owner: string;
  /** Of the user or the app, to be shown. */
  readonly ownerName: string;
  /** Seconds since the epoch, by the server's clock: when it was set. */
  readonly since: number;
  /** Seconds that it lasts from then on; 0: until it is given back. */
  readonly timeout: number;
}

/**
 * Which lock is taken for our own: this user's that was set just then, or, where no answer has told
 * when, about the time at which it was asked for.
 */
export interface LockClaim {
  readonly owner: string;
  /** Seconds since the epoch, by the server's clock. */
  readonly since: number | undefined;
  /** Seconds since the epoch, by ours. */
  readonly askedAt: number;
}

export interface LockRequest {
  readonly path: string;
  /** Undefined: none of the locks that may be there is ours. */
  readonly claim: LockClaim | undefined;
}

export interface LockOutcome {
  /** The file afterwards: a lock that is taken or given back has changed its ETag. */
  readonly entry: RemoteEntry;
  /** The lock that it has now is ours. */
  readonly isOurs: boolean;
}

export interface ServerInfo {
  /** `id` of OCS /cloud/user: the name in DAV paths, which may differ from the login. */
  readonly userId: string;
  readonly displayName: string;
  readonly version: string;
  readonly chunkBytesMax: number;
  readonly parallelChunksMax: number;
  readonly bulkUpload: boolean;
  /** Lower-case lists of `files.forbidden_filename*`. */
  readonly forbiddenNames: readonly string[];
  readonly forbiddenBasenames: readonly string[];
  readonly forbiddenCharacters: readonly string[];
  readonly forbiddenExtensions: readonly string[];
  /** It has a trash, which keeps what is deleted. */
  readonly keepsDeleted: boolean;
  /** It has the app files_lock. */
  readonly locksFiles: boolean;
  /** WebSocket address of `notify_push`, where offered. */
  readonly pushUrl: string | undefined;
}

/** Bytes. `available` is undefined where unlimited. */
export interface Quota {
  readonly used: number;
  readonly available: number | undefined;
}

/** What lies in the server's trash. */
export interface TrashedEntry {
  /** Its name there, such as `thesis.odt.d1763900000`. */
  readonly id: string;
  readonly fileId: string;
  /** Where it stood. */
  readonly path: string;
  readonly isFolder: boolean;
  /** Bytes, of a folder with all that is in it. */
  readonly size: number;
  /** Seconds since the epoch. */
  readonly deletedAt: number;
}

/** What a file held once. */
export interface FileVersion {
  /** The server's name for it. */
  readonly id: string;
  readonly size: number;
  /** Seconds since the epoch. */
  readonly mtime: number;
  /** The server's id of who wrote it; empty where it does not say. */
  readonly author: string;
}

/** On what state of the server a write insists. */
export type WriteCondition =
  { readonly kind: 'absent' } | { readonly kind: 'matches'; readonly etag: string };

export interface UploadMetadata {
  readonly size: number;
  /** Seconds since the epoch. */
  readonly mtime: number;
  readonly condition: WriteCondition;
  /**
   * Names the upload folder, so that an upload goes on after a restart. Random, `[a-z0-9]{16,}`.
   */
  readonly uploadId: string;
  /** It was begun before: what has arrived of it is in the upload folder. */
  readonly wasTried: boolean;
}

/** Bytes to send. A read that meets a newer version of the content throws kind `aborted`. */
export interface UploadSource {
  /** Fills `into` from `offset` on; `into` is always filled whole. */
  read(offset: number, into: Uint8Array): void;
}

/** Of bytes to send, in lower-case hex. */
export interface SourceHashes {
  /** By this the bytes are known. */
  readonly sha256: string;
  /** By this the server proves that they have arrived: a Nextcloud is twice as fast with it. */
  readonly sha1: string;
}

/**
 * Told the checksum (`SHA256:hex`) of an upload before any byte of it is sent, and waited for: who
 * has kept it knows the bytes again should the answer be lost.
 */
export type Announce = (checksum: string) => Promise<void> | undefined;

/** A file that the server does not have yet; its condition is `absent`. */
export interface NewFile {
  readonly path: string;
  readonly source: UploadSource;
  readonly metadata: UploadMetadata;
  readonly announce?: Announce | undefined;
}

export interface WriteOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (sent: number) => void;
  /** Of the bytes, where they were begun before; undefined: not to be had. */
  readonly hashes?: Promise<SourceHashes | undefined> | undefined;
  readonly announce?: Announce | undefined;
}

/** What the server holds after a write, proven by its own hash. */
export interface StoredFile {
  readonly fileId: string;
  readonly etag: string;
  readonly size: number;
  readonly mtime: number;
  /** `SHA256:hex` of the bytes sent, which the server confirmed. */
  readonly checksum: string;
}

export interface CopyTarget {
  readonly from: string;
  readonly to: string;
  /** Of the source. */
  readonly etag: string;
  readonly size: number;
  /** Of the copy, seconds since the epoch. */
  readonly mtime: number;
}

export type ListDepth = '0' | '1' | 'infinity';

/** What one request about the root tells. */
export interface RootState {
  /** Changes with every change below. */
  readonly etag: string;
  /** `oc:data-fingerprint`: another one after the server was restored from a backup. */
  readonly fingerprint: string;
}

/** The line stands, or something in the account has changed. */
export type PushNews = 'ready' | 'changed';

/** Takes the rows of a listing in bounded pieces. */
export interface EntrySink {
  readonly take: (entries: readonly RemoteEntry[]) => void;
  /** The answer is read on when this resolves; undefined: at once. */
  readonly room?: () => Promise<void> | undefined;
}

export interface ReadRange {
  readonly etag: string;
  /** First byte, and the byte behind the last; `end` undefined reads to the end. */
  readonly start: number;
  readonly end: number | undefined;
  /** Asked after each piece whether the next is wanted yet; undefined wants all. */
  readonly gate?: ReadGate | undefined;
}

export interface ReadGate {
  /** `position`: bytes before it have come. @returns undefined where it may go on at once. */
  wait(position: number): Promise<void> | undefined;
}

/** Small files of one folder. */
export interface TogetherRequest {
  readonly folder: string;
  /** As known: files of a folder that still has it are of the versions that are known. */
  readonly folderEtag: string;
  readonly files: readonly { readonly name: string; readonly size: number }[];
}

export interface FilesTogether {
  /** Of the first files asked for, as many as came whole and of the size that was expected. */
  readonly bytes: readonly Uint8Array[];
  /** What the server had after the bytes had come, where the folder's ETag was another. */
  readonly entries: readonly RemoteEntry[] | undefined;
}

export interface Remote {
  connect(signal: AbortSignal): Promise<ServerInfo>;
  /** In place of the one that it began with, which the server refuses by now. */
  usePassword(password: string): void;
  /** The listed folder itself first, every folder before what is in it. */
  list(path: string, depth: ListDepth, sink: EntrySink, signal: AbortSignal): Promise<void>;
  /** Every folder of the account but the root, in no order; only path, id, ETag and size count. */
  listFolders(sink: EntrySink, signal: AbortSignal): Promise<void>;
  /** The one entry, or kind `not-found`. */
  stat(path: string, signal: AbortSignal): Promise<RemoteEntry>;
  /** One GET with `If-Match`; kind `precondition` when the version is gone. */
  read(
    path: string,
    range: ReadRange,
    onData: (chunk: Uint8Array, offset: number) => void,
    signal: AbortSignal,
  ): Promise<void>;
  /**
   * Kind `not-supported` where the server does not give files together. The bytes are of the known
   * versions only where the folder's ETag, or the entry of the file, is still the known one.
   */
  readTogether(request: TogetherRequest, signal: AbortSignal): Promise<FilesTogether>;
  /** Chooses between one PUT and a chunked upload; atomic for everybody else. */
  write(
    path: string,
    source: UploadSource,
    metadata: UploadMetadata,
    options: WriteOptions,
  ): Promise<StoredFile>;
  /**
   * Small new files, in one request where the server takes them so and their names are known to be
   * free. @returns what is stored of each; undefined for those that are still to be written by
   * {@link write}, which finds out whether they are stored all the same. @throws where the line is
   * down: then nothing is known of any of them.
   */
  writeTogether(
    files: readonly NewFile[],
    signal: AbortSignal,
  ): Promise<readonly (StoredFile | undefined)[]>;
  createFolder(path: string, signal: AbortSignal): Promise<RemoteEntry>;
  /** Never replaces: kind `exists` where the target is taken. `etag` guards the source. */
  move(from: string, to: string, etag: string | undefined, signal: AbortSignal): Promise<void>;
  /** Never replaces: kind `exists`. @throws kind `precondition` where the source has changed. */
  copy(target: CopyTarget, signal: AbortSignal): Promise<RemoteEntry>;
  /** To the server's trash. `etag` guards it, for files. */
  remove(path: string, etag: string | undefined, signal: AbortSignal): Promise<void>;
  setModified(path: string, mtime: number, signal: AbortSignal): Promise<void>;
  /** Takes the lock of a file that has none, or makes ours last longer; never anybody else's. */
  lock(request: LockRequest, signal: AbortSignal): Promise<LockOutcome>;
  /** Gives back what the claim says is ours, and nothing else. */
  unlock(request: LockRequest, signal: AbortSignal): Promise<LockOutcome>;
  rootState(signal: AbortSignal): Promise<RootState>;
  /** Hears of changes until the line ends, which is an error. @param url of {@link ServerInfo}. */
  listen(url: string, onNews: (news: PushNews) => void, signal: AbortSignal): Promise<never>;
  quota(signal: AbortSignal): Promise<Quota>;
  /** The newest first. */
  trash(signal: AbortSignal): Promise<readonly TrashedEntry[]>;
  /** To where it stood, or beside what stands there now. */
  restoreTrashed(id: string, signal: AbortSignal): Promise<void>;
  /** The newest first, which is what the file holds now. */
  versions(fileId: string, signal: AbortSignal): Promise<readonly FileVersion[]>;
  restoreVersion(fileId: string, id: string, signal: AbortSignal): Promise<void>;
  /** All of its bytes, in order. */
  readVersion(
    fileId: string,
    version: FileVersion,
    onData: (chunk: Uint8Array) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void>;
  /** The line is another one: no connection that stands is worth waiting for. */
  renewConnections(): void;
  close(): Promise<void>;
}
