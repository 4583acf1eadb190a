/**
 * The process behind a mount, from the lock to the last unmount. Whatever takes the mount away (a
 * signal, the unmount command, `umount`) leads to the same end: the engine closes, nothing is lost.
 */
import fs from 'node:fs';
import path from 'node:path';
import { databasePath } from '../cache/state-folder.js';
import { NuageError } from '../errors.js';
import type { Notice } from '../fs/engine.js';
import { SOURCE_PREFIX, mountFuse, unmountFuse } from '../fuse/mount.js';
import { canonicalMountPoint, mountOn } from '../fuse/mount-table.js';
import {
  FLUSH_AT_END_MS_MAX,
  LET_GO_MS_MAX,
  LOCKS_AT_END_MS_MAX,
  MOUNT_ANSWER_MS_MAX,
  REFUSAL_WAIT_MS_MAX,
} from '../limits.js';
import { Logger, type LogSink } from '../log.js';
import type { ServerInfo } from '../remote/remote.js';
import type { RequestCounters } from '../remote/request-counters.js';
import {
  accountFolder,
  announce,
  openAccountFolder,
  secretPlaceOf,
  socketPath,
  withdraw,
} from './account-folder.js';
import {
  type ControlRequest,
  type ControlResult,
  type MountStatus,
  STATUS_VERSION,
} from './control-messages.js';
import { startControl } from './control-server.js';
import { EngineLink } from './engine-link.js';
import { CommandError, EXIT, type ExitCode, mountError } from './exit-codes.js';
import { type LineChange, watchLine } from './line-watch.js';
import { lockAccount } from './instance-lock.js';
import { createLog, LOG_FOLDER } from './log-file.js';
import { generalText } from './messages/general.js';
import { mountText } from './messages/mount.js';
import type { MountMetrics } from './metrics/exposition.js';
import { familiesOf } from './metrics/families.js';
import { startNotifier } from './notify/notifier.js';
import { prepareMountPoint, removeFolders, requireFuse } from './mount-point.js';
import { rootFiles } from './root-files.js';
import { ServerConnection } from './server-connection.js';
import { keptPassword } from './secrets/kept-passwords.js';
import type { MountSettings } from './settings.js';
import { within } from './within.js';

/** What is to be undone at the end, the latest first. */
type Undo = () => void | Promise<void>;

/** Not there, or something else in its place: no reason to keep what is here from its owner. */
const AWAY: ReadonlySet<ExitCode> = new Set([EXIT.UNREACHABLE, EXIT.NOT_NEXTCLOUD]);

export class MountedAccount {
  readonly #settings: MountSettings;
  readonly #folder: string;
  readonly #undo: Undo[] = [];
  readonly #sink: LogSink;
  readonly #logger: Logger;
  #engine: EngineLink | undefined;
  #server: ServerConnection | undefined;
  #isEnding = false;
  #hasStarted = false;

  private constructor(settings: MountSettings) {
    this.#settings = settings;
    this.#folder = accountFolder(settings.url, settings.user);
    openAccountFolder(this.#folder);
    this.#sink = createLog({
      folder: path.join(this.#folder, LOG_FOLDER),
      level: settings.logLevel,
      names: settings.logNames,
      terminalLevel: settings.terminalLevel,
    });
    this.#logger = new Logger('mount', this.#sink);
  }

  /**
   * Resolves once the mount answers.
   * @throws CommandError, having left nothing behind; also when `signal` gives it up.
   */
  static async start(
    settings: MountSettings,
    password: string,
    signal: AbortSignal,
  ): Promise<MountedAccount> {
    const account = new MountedAccount(settings);
    try {
      await account.#start(password, signal);
      return account;
    } catch (error) {
      await account.#undoAll();
      throw signal.aborted ? new CommandError(EXIT.UNEXPECTED, generalText.givenUp()) : error;
    }
  }

  /** Resolves when the mount is gone and everything is closed. */
  async ended(): Promise<void> {
    const error = await this.#engine?.ended;
    await this.#giveBackLocks();
    await this.#undoAll();
    if (error !== undefined) throw error;
    this.#logger.info('ended', { mountPoint: this.#settings.mountPoint });
  }

  /**
   * Sends what can be sent in a few seconds, then unmounts. Programs that still use the folder get
   * a moment, then an error: what they have written is queued. Asked twice, it waits for nothing.
   */
  async end(): Promise<void> {
    const engine = this.#engine;
    if (engine === undefined) return;
    const isFirst = !this.#isEnding;
    this.#isEnding = true;
    if (isFirst) await within<unknown>(FLUSH_AT_END_MS_MAX, engine.flush(), engine.ended);
    this.#unmount({ lazy: true });
    if (isFirst) await within(LET_GO_MS_MAX, engine.ended);
    engine.shutdown();
  }

  /** However it ended: others may edit now. What fails is given back at the next mount. */
  async #giveBackLocks(): Promise<void> {
    const locks = this.#engine?.locksLeft ?? [];
    if (locks.length === 0) return;
    const remote = await this.#server?.remote();
    if (remote === undefined) return;
    const signal = AbortSignal.timeout(LOCKS_AT_END_MS_MAX);
    await Promise.allSettled(locks.map((request) => remote.unlock(request, signal)));
  }

  async #start(password: string, signal: AbortSignal): Promise<void> {
    const { mountPoint } = this.#settings;
    this.#undo.push(lockAccount(this.#folder), () => this.#forgetUnused(), this.#logDefects());
    requireFuse();
    const made = prepareMountPoint(mountPoint);
    this.#undo.push(() => {
      if (!this.#hasStarted) removeFolders(made);
    });
    const logger = new Logger('remote', this.#sink);
    const server = new ServerConnection({ settings: this.#settings, password, logger });
    this.#server = server;
    this.#undo.push(() => server.close());
    if (fs.existsSync(databasePath(this.#folder))) await this.#startKnown(server, signal);
    else await this.#startNew(server, signal);
    await this.#openControl();
    signal.throwIfAborted();
    this.#startNotifier();
    this.#undo.push(watchLine((change) => void this.#renewLine(change)));
    this.#hasStarted = true;
    this.#logger.info('mounted', { mountPoint, server: this.#settings.url });
  }

  /** Connections first: the engine asks at once. */
  async #renewLine(change: LineChange): Promise<void> {
    this.#logger.info('the line is renewed', { change });
    const remote = await this.#server?.remote().catch(() => undefined);
    remote?.renewConnections();
    this.#engine?.lineChanged();
  }

  #startNotifier(): void {
    const { notifications, mountPoint } = this.#settings;
    const engine = this.#engine;
    if (!notifications || engine === undefined) return;
    const logger = this.#logger;
    this.#undo.push(startNotifier({ status: () => engine.status(), mountPoint, logger }));
  }

  /** Of an account that was never logged in nor mounted, a mistyped one perhaps, nothing stays. */
  #forgetUnused(): void {
    const isKnown = secretPlaceOf(this.#folder) !== undefined;
    if (isKnown || fs.existsSync(databasePath(this.#folder))) return;
    fs.rmSync(this.#folder, { recursive: true, force: true });
  }

  /** What ends the process without a word to anybody else is at least in the log. */
  #logDefects(): Undo {
    const log = (error: unknown): void => this.#logger.error('the process fails', { error });
    process.on('uncaughtExceptionMonitor', log);
    return () => void process.off('uncaughtExceptionMonitor', log);
  }

  /** What is mistyped is said before anything is made. */
  async #startNew(server: ServerConnection, signal: AbortSignal): Promise<void> {
    const info = await server.connect(signal);
    signal.throwIfAborted();
    const engine = this.#mount(info);
    engine.serve(await server.remote());
    await this.#answers(engine);
  }

  /**
   * An account that was mounted here before answers without its server (D10), which is asked at
   * the same time. What it refuses at once still ends the start.
   */
  async #startKnown(server: ServerConnection, signal: AbortSignal): Promise<void> {
    const engine = this.#mount(undefined);
    const greeted = this.#greet(server, engine, signal);
    // Should the mount fail first, nobody listens.
    greeted.catch(() => undefined);
    await this.#answers(engine);
    await within(REFUSAL_WAIT_MS_MAX, greeted);
    engine.serve(await server.remote());
  }

  async #greet(server: ServerConnection, engine: EngineLink, signal: AbortSignal): Promise<void> {
    try {
      engine.learn(await server.connect(signal));
    } catch (error) {
      const isAway = error instanceof CommandError && AWAY.has(error.exitCode);
      if (!isAway && !this.#hasStarted) throw error;
      if (signal.aborted) return;
      this.#logger.warn('mounted without the server; it is asked again', { error });
    }
  }

  async #answers(engine: EngineLink): Promise<void> {
    const { mountPoint } = this.#settings;
    await within(MOUNT_ANSWER_MS_MAX, engine.mounted, this.#failedStart(engine));
    const answers = fs.promises.statfs(mountPoint).then(() => true);
    if ((await within(MOUNT_ANSWER_MS_MAX, answers)) !== undefined) return;
    throw new CommandError(EXIT.UNEXPECTED, mountText.noAnswer({ folder: mountPoint }));
  }

  #mount(server: ServerInfo | undefined): EngineLink {
    const { mountPoint, readOnly, allowOther, subtype } = this.#settings;
    const uid = process.getuid?.() ?? 0;
    const gid = process.getgid?.() ?? 0;
    const fsName = this.#fsName;
    let deviceFd: number;
    try {
      const options = { fsName, subtype, readOnly, allowOther, uid, gid };
      deviceFd = mountFuse(mountPoint, options);
    } catch (error) {
      throw mountError(error);
    }
    this.#undo.push(() => fs.closeSync(deviceFd));
    this.#undo.push(() => this.#unmount({ lazy: true }));
    const { pollIntervalMs, uploadDelayMs, cacheBytesMax, freeBytesMin } = this.#settings;
    const { confirmShare } = this.#settings;
    const stateFolder = this.#folder;
    const engine = new EngineLink({
      options: {
        stateFolder,
        mountPoint,
        deviceFd,
        uid,
        gid,
        readOnly,
        server,
        pollIntervalMs,
        uploadDelayMs,
        cacheBytesMax,
        freeBytesMin,
        confirmShare,
        serverUrl: this.#settings.url,
        localNames: this.#settings.localNames,
        locks: this.#settings.locks,
        rootFiles: rootFiles(this.#settings),
      },
      logger: this.#logger,
      sink: this.#sink,
      onNotice: (notice) => this.#notice(notice),
    });
    this.#engine = engine;
    this.#undo.push(async () => {
      engine.shutdown();
      await within(FLUSH_AT_END_MS_MAX, engine.ended);
      await engine.close();
    });
    return engine;
  }

  /** In the log, for who looks at nothing else. */
  #notice({ held }: Notice): void {
    this.#logger.warn('deletions wait for your answer: `nuage-mount deletions`', { ...held });
  }

  async #failedStart(engine: EngineLink): Promise<never> {
    const error = await engine.ended;
    throw error ?? new CommandError(EXIT.UNEXPECTED, mountText.endedAtOnce());
  }

  async #openControl(): Promise<void> {
    const { mountPoint, url, user, typed } = this.#settings;
    const socket = socketPath(this.#folder);
    const close = await startControl(socket, (request) => this.#control(request), this.#logger);
    const { caFile, allowInsecure } = this.#settings;
    const account = { mountPoint, url, user, caFile, allowInsecure };
    announce(this.#folder, account, { pid: process.pid, socket, typed });
    this.#undo.push(async () => {
      withdraw(this.#folder);
      await close();
      fs.rmSync(socket, { force: true });
    });
  }

  async #control(request: ControlRequest): Promise<ControlResult> {
    const engine = this.#engine;
    const requests = this.#server?.counters;
    if (engine === undefined || requests === undefined)
      throw new NuageError('busy', 'the mount is still beginning');
    if (request.op === 'status') return this.#status(engine);
    if (request.op === 'metrics') return this.#metrics(engine, requests);
    if (request.op === 'sync') {
      await engine.flush();
      return this.#status(engine);
    }
    if (request.op === 'login') {
      await this.#useNewPassword(engine);
      return this.#status(engine);
    }
    if (request.op !== 'unmount') return engine.ask(request);
    await within(FLUSH_AT_END_MS_MAX, engine.flush());
    const status = await this.#status(engine);
    this.#unmount({ lazy: request.lazy });
    return status;
  }

  /** What is queued goes on with it. @throws NuageError where no password is kept. */
  async #useNewPassword(engine: EngineLink): Promise<void> {
    const { url, user } = this.#settings;
    const password = await keptPassword({ url, user }, secretPlaceOf(this.#folder));
    if (password === undefined) throw new NuageError('not-found', 'no password is kept');
    (await this.#server?.remote())?.usePassword(password);
    engine.askAgain();
    this.#logger.info('a new password is used');
  }

  async #status(engine: EngineLink): Promise<MountStatus> {
    const { mountPoint, url, user, limits } = this.#settings;
    const status = await engine.status();
    const transfers = engine.transfers.list();
    const own = { mountPoint, url, user, pid: process.pid, stateFolder: this.#folder, limits };
    return { version: STATUS_VERSION, ...own, ...status, transfers };
  }

  async #metrics(engine: EngineLink, requests: RequestCounters): Promise<MountMetrics> {
    const status = await this.#status(engine);
    const operations = engine.operations.read();
    const residentBytes = process.memoryUsage.rss();
    const families = familiesOf({ status, operations, requests, residentBytes });
    return { mountPoint: this.#settings.mountPoint, families };
  }

  /** What the mount table names as the source. */
  get #fsName(): string {
    const { url, user } = this.#settings;
    return `${SOURCE_PREFIX}${user}@${new URL(url).host}`;
  }

  /** That it is gone already is no error: somebody was faster, and another one may stand there. */
  #unmount(options: { readonly lazy: boolean }): void {
    const { mountPoint } = this.#settings;
    if (mountOn(canonicalMountPoint(mountPoint))?.source !== this.#fsName) return;
    const unmount = (): void => unmountFuse(mountPoint, options);
    try {
      if (this.#engine === undefined) unmount();
      else this.#engine.withoutWaits(unmount);
    } catch (error) {
      if (!(error instanceof NuageError) || error.kind !== 'not-found') throw error;
    }
  }

  async #undoAll(): Promise<void> {
    for (const undo of this.#undo.splice(0).reverse()) {
      try {
        await undo();
      } catch (error) {
        this.#logger.warn('something could not be cleaned up', { error });
      }
    }
  }
}
