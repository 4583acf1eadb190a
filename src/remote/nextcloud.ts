/**
 * A Nextcloud account as a {@link Remote}.
 *
 * Why not the `webdav` package: it parses a listing only when its whole text is in memory (17 MB
 * for 29,000 entries), holds bodies in memory on the way, offers neither deadlines for the first
 * byte nor a minimum rate, and hides the headers on which our writes insist (`If`, `OC-*`, ETag and
 * hash of the answer). What is left of it, a dozen requests, is these files.
 */
import type { Clock } from '../clock.js';
import { CHUNK_BYTES_SERVER_DEFAULT, UPLOAD_CHUNKS_AT_ONCE_MAX } from '../limits.js';
import type { Logger } from '../log.js';
import { checkServer, fetchCapabilities, fetchIdentity, fetchQuota } from './account.js';
import type { BandwidthLimits } from './bandwidth.js';
import type { DavContext } from './dav-context.js';
import { DirectUploads } from './direct-uploads.js';
import { read } from './download.js';
import { readVersion, restoreTrashed, restoreVersion, trash, versions } from './history.js';
import { lock, unlock } from './file-lock.js';
import { HttpClient, type HttpTimeouts } from './http.js';
import { listFolders } from './folder-search.js';
import { list, rootState, stat } from './listing.js';
import { NewFiles } from './new-files.js';
import { copy, createFolder, move, remove, setModified } from './namespace.js';
import { DavRoot } from './paths.js';
import { listen } from './push.js';
import type {
  EntrySink,
  CopyTarget,
  FileVersion,
  LockOutcome,
  LockRequest,
  PushNews,
  Quota,
  Remote,
  RemoteEntry,
  RootState,
  ServerInfo,
  TrashedEntry,
} from './remote.js';
import type { RequestCounters } from './request-counters.js';
import { parseServerAddress } from './server-address.js';
import { readTogether } from './together.js';
import { write, type UploadLimits } from './upload.js';
import { UploadLine } from './upload-line.js';

export interface NextcloudOptions {
  readonly url: string;
  /** Login name; the id in DAV paths is asked for. */
  readonly user: string;
  readonly password: string;
  /** PEM file of certificate authorities, in addition to those that Node trusts. */
  readonly caFile?: string | undefined;
  /** The server is reached through this HTTP proxy. */
  readonly proxy?: URL | undefined;
  /** None where it is left out. */
  readonly limits?: BandwidthLimits | undefined;
  /** False: locks that others see are neither asked for nor taken. */
  readonly locks?: boolean | undefined;
  /** Plain `http:` to other machines than this one. Certificates are verified in any case. */
  readonly allowInsecure?: boolean | undefined;
  readonly counters?: RequestCounters | undefined;
  readonly logger: Logger;
  readonly clock: Clock;
  /** 0 to 1, for jitter. */
  readonly random?: (() => number) | undefined;
  /** What an earlier connect said: operations need not ask again who we are. */
  readonly server?: ServerInfo | undefined;
  /** Shorter ones, for tests. */
  readonly timeouts?: Partial<HttpTimeouts> | undefined;
}

/** @throws kind `invalid-argument` for an address or a file of certificates that cannot be used. */
export function createNextcloud(options: NextcloudOptions): Remote {
  return new Nextcloud(options);
}

class Nextcloud implements Remote {
  readonly #http: HttpClient;
  readonly #logger: Logger;
  readonly #random: () => number;
  readonly #user: string;
  readonly #wantsLocks: boolean;
  readonly #uploadLimits: UploadLimits;
  readonly #newFiles: NewFiles;
  #context: DavContext | undefined;

  constructor(options: NextcloudOptions) {
    this.#logger = options.logger;
    this.#random = options.random ?? Math.random;
    this.#user = options.user;
    this.#wantsLocks = options.locks !== false;
    this.#newFiles = new NewFiles(options.clock);
    const line = new UploadLine();
    this.#uploadLimits = {
      chunks: { bytesMax: CHUNK_BYTES_SERVER_DEFAULT, parallelMax: UPLOAD_CHUNKS_AT_ONCE_MAX },
      direct: new DirectUploads(line),
      line,
      clock: options.clock,
    };
    this.#http = new HttpClient({
      server: parseServerAddress(options.url, { allowInsecure: options.allowInsecure === true }),
      user: options.user,
      password: options.password,
      caFile: options.caFile,
      proxy: options.proxy,
      limits: options.limits,
      counters: options.counters,
      clock: options.clock,
      random: this.#random,
      logger: options.logger,
      timeouts: options.timeouts,
    });
    if (options.server !== undefined) this.#learn(options.server);
  }

  async connect(signal: AbortSignal): Promise<ServerInfo> {
    const version = await checkServer(this.#http, signal);
    // One after the other: a wrong password must be tried once only.
    const identity = await fetchIdentity(this.#http, signal);
    const capabilities = await fetchCapabilities(this.#http, signal);
    const info = { ...identity, version, ...capabilities };
    this.#learn(info);
    return info;
  }

  readonly list: Remote['list'] = async (path, depth, sink, signal) => {
    await list(await this.#dav(signal), { path, depth }, sink, signal);
  };

  async listFolders(sink: EntrySink, signal: AbortSignal): Promise<void> {
    await listFolders(await this.#dav(signal), sink, signal);
  }

  async stat(path: string, signal: AbortSignal): Promise<RemoteEntry> {
    return stat(await this.#dav(signal), path, signal);
  }

  readonly read: Remote['read'] = async (path, range, onData, signal) => {
    await read(await this.#dav(signal), path, { ...range, onData }, signal);
  };

  readonly readTogether: Remote['readTogether'] = async (request, signal) =>
    readTogether(await this.#dav(signal), request, signal);

  readonly write: Remote['write'] = async (path, source, metadata, options) => {
    const context = await this.#dav(options.signal);
    return write(context, { path, source, metadata, ...options }, this.#uploadLimits);
  };

  readonly writeTogether: Remote['writeTogether'] = async (files, signal) =>
    this.#newFiles.write(await this.#dav(signal), files, signal);

  async createFolder(path: string, signal: AbortSignal): Promise<RemoteEntry> {
    const made = await createFolder(await this.#dav(signal), path, signal);
    this.#newFiles.folderMade(path);
    return made;
  }

  readonly move: Remote['move'] = async (from, to, etag, signal) => {
    this.#newFiles.placesChanged(from, to);
    await move(await this.#dav(signal), { from, to, etag }, signal);
  };

  async copy(target: CopyTarget, signal: AbortSignal): Promise<RemoteEntry> {
    return copy(await this.#dav(signal), target, signal);
  }

  async remove(path: string, etag: string | undefined, signal: AbortSignal): Promise<void> {
    this.#newFiles.placesChanged(path);
    await remove(await this.#dav(signal), { path, etag }, signal);
  }

  async setModified(path: string, mtime: number, signal: AbortSignal): Promise<void> {
    await setModified(await this.#dav(signal), path, mtime, signal);
  }

  async lock(request: LockRequest, signal: AbortSignal): Promise<LockOutcome> {
    return lock(await this.#dav(signal), request, signal);
  }

  async unlock(request: LockRequest, signal: AbortSignal): Promise<LockOutcome> {
    return unlock(await this.#dav(signal), request, signal);
  }

  async rootState(signal: AbortSignal): Promise<RootState> {
    return rootState(await this.#dav(signal), signal);
  }

  listen(url: string, onNews: (news: PushNews) => void, signal: AbortSignal): Promise<never> {
    return listen(this.#http, url, onNews, signal);
  }

  quota(signal: AbortSignal): Promise<Quota> {
    return fetchQuota(this.#http, signal);
  }

  async trash(signal: AbortSignal): Promise<readonly TrashedEntry[]> {
    return trash(await this.#dav(signal), signal);
  }

  async restoreTrashed(id: string, signal: AbortSignal): Promise<void> {
    await restoreTrashed(await this.#dav(signal), id, signal);
  }

  async versions(fileId: string, signal: AbortSignal): Promise<readonly FileVersion[]> {
    return versions(await this.#dav(signal), fileId, signal);
  }

  async restoreVersion(fileId: string, id: string, signal: AbortSignal): Promise<void> {
    await restoreVersion(await this.#dav(signal), { fileId, id }, signal);
  }

  usePassword(password: string): void {
    this.#http.usePassword(this.#user, password);
  }

  readonly readVersion: Remote['readVersion'] = async (fileId, version, onData, signal) => {
    await readVersion(await this.#dav(signal), { fileId, version, onData }, signal);
  };

  renewConnections(): void {
    this.#http.renewConnections();
    this.#uploadLimits.line.forget();
  }

  async close(): Promise<void> {
    await this.#http.close();
  }

  /** Before the first connect, as when a mount starts offline, who we are and what it can do. */
  async #dav(signal: AbortSignal): Promise<DavContext> {
    if (this.#context !== undefined) return this.#context;
    const identity = await fetchIdentity(this.#http, signal);
    const capabilities = await fetchCapabilities(this.#http, signal);
    return this.#learn({ ...identity, ...capabilities });
  }

  #learn(info: Omit<ServerInfo, 'version'>): DavContext {
    this.#uploadLimits.chunks.bytesMax = info.chunkBytesMax;
    this.#uploadLimits.chunks.parallelMax = info.parallelChunksMax;
    this.#newFiles.offered(info.bulkUpload);
    return this.#contextFor(info);
  }

  #contextFor({ userId, locksFiles }: Pick<ServerInfo, 'userId' | 'locksFiles'>): DavContext {
    const { origin, segments } = this.#http.server;
    const dav = [...segments, 'remote.php', 'dav'];
    this.#context = {
      http: this.#http,
      dav: new DavRoot(origin, dav),
      files: new DavRoot(origin, [...dav, 'files', userId]),
      uploads: new DavRoot(origin, [...dav, 'uploads', userId]),
      trash: new DavRoot(origin, [...dav, 'trashbin', userId]),
      versions: new DavRoot(origin, [...dav, 'versions', userId]),
      tellsLocks: locksFiles && this.#wantsLocks,
      logger: this.#logger,
      random: this.#random,
    };
    return this.#context;
  }
}
