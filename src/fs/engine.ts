/**
 * The engine of one mount: the database, the data files, the synchronisation and the file system,
 * put together. It is synchronous and knows neither threads nor descriptors: effects leave through
 * `post`, their events come back by `deliver`, and whoever drives it runs its timers. So it runs
 * under a simulated clock and server as well as in the engine thread (src/cli/engine-thread.ts).
 */
import { ContentStore } from '../cache/content-store.js';
import { type CacheDatabase, openDatabase, replaceDatabase } from '../cache/database.js';
import { DiskReserve, type DiskSpace } from '../cache/disk-space.js';
import { TreeStore } from '../cache/tree-store.js';
import type { Clock } from '../clock.js';
import { NuageError } from '../errors.js';
import type { KernelNotifier } from '../fuse/filesystem.js';
import type { Logger } from '../log.js';
import type { EffectEvent, EffectRequest } from '../remote/messages.js';
import type { LockRequest, ServerInfo } from '../remote/remote.js';
import { EffectClient } from '../sync/effects.js';
import { patternOf } from '../sync/local-names.js';
import type { HeldRemovals } from '../sync/removal-guard.js';
import { recover } from '../sync/recovery.js';
import { bringBackUnsent } from '../sync/salvage.js';
import { Synchroniser } from '../sync/synchroniser.js';
import { Timers } from '../sync/timers.js';
import { CacheJobs } from './cache-jobs.js';
import type { WantedBounds } from './cache-bounds.js';
import { CacheKeeper } from './cache-keeper.js';
import type { FsContext, FsOptions } from './context.js';
import { Durability } from './durability.js';
import { contentOf } from './file-content.js';
import { NuageFileSystem } from './filesystem.js';
import { Handles } from './handles.js';
import { History } from './history.js';
import { Housekeeping } from './housekeeping.js';
import { Inodes } from './inodes.js';
import { KernelUpdates } from './kernel-updates.js';
import { OpenFiles } from './open-files.js';
import { type ProcessNames, ReadAccounts } from './read-accounts.js';
import { ReadCheck } from './read-check.js';
import { makeRootFiles } from './root-files.js';
import { Refusals } from './refusals.js';
import { ServerCopies } from './server-copy.js';
import { Space } from './space.js';

export interface EngineSettings extends FsOptions, WantedBounds {
  readonly stateFolder: string;
  /** What the server said at the last connect; undefined when it was not reached now. */
  readonly server: ServerInfo | undefined;
  readonly pollIntervalMs: number;
  /** Deleting more of the account than this share asks first. */
  readonly confirmShare: number;
}

export interface EngineSurroundings {
  readonly post: (request: EffectRequest) => void;
  readonly notifier: KernelNotifier;
  /** Runs the operations that wait for this key again. */
  readonly wake: (key: string) => void;
  /** The kernel has begun to talk to us. */
  readonly mounted: () => void;
  /** Something has happened that somebody should be told of who does not look at the status. */
  readonly notice: (notice: Notice) => void;
  /** Of the disk that holds the state folder. */
  readonly disk: () => DiskSpace;
  /** Names of the programs that read. */
  readonly processOf: ProcessNames;
  readonly clock: Clock;
  readonly logger: Logger;
  /** 0 to 1. */
  readonly random: () => number;
  /** Unguessable, `[a-z0-9]{16,}`. */
  readonly randomId: () => string;
}

export interface Notice {
  readonly type: 'removals-held';
  readonly held: HeldRemovals;
}

/** Where the server's own rules are kept for a start without it. */
const SERVER_KEY = 'server';

export class Engine {
  readonly fileSystem: NuageFileSystem;
  readonly context: FsContext;
  readonly cacheJobs: CacheJobs;
  readonly history: History;
  readonly refusals: Refusals;
  readonly timers: Timers;
  readonly #db: CacheDatabase;
  readonly #effects: EffectClient;
  readonly #kernel: KernelUpdates;
  readonly #housekeeping: Housekeeping;
  readonly #readCheck: ReadCheck;
  #server: ServerInfo | undefined;

  constructor(settings: EngineSettings, surroundings: EngineSurroundings) {
    const { clock, logger } = surroundings;
    this.timers = new Timers(clock, (name, error) =>
      logger.error('a task failed and will run again', { task: name, error: String(error) }),
    );
    this.#effects = new EffectClient(surroundings.post, clock);
    this.#kernel = new KernelUpdates(surroundings.notifier, (ino) =>
      this.context.inodes.isKnown(ino),
    );
    const storage = openStorage(settings, surroundings);
    this.#db = storage.db;
    this.#server = storage.server;
    this.context = orAbandon(storage.db, () => this.#assemble(settings, surroundings, storage));
    this.refusals = new Refusals(this.context);
    this.history = new History(this.context, this.#effects);
    this.cacheJobs = new CacheJobs(this.context, this.timers);
    const parts = { timers: this.timers, effects: this.#effects };
    this.#housekeeping = new Housekeeping(this.context, parts);
    this.#readCheck = new ReadCheck(this.context, parts);
    this.fileSystem = new NuageFileSystem(this.context, {
      mounted: surroundings.mounted,
      used: () => this.context.sync.poller.used(),
      changed: () => this.context.durability.changed(),
    });
  }

  /** The queue goes on, changes come in. */
  start(): void {
    const { sync } = this.context;
    makeRootFiles(this.context);
    sync.start();
    sync.push.learn(this.#server?.pushUrl);
    this.#housekeeping.start();
    this.#readCheck.start();
    if (this.context.contents.hasUnsynced()) this.context.durability.changed();
    this.context.keeper.start();
    sync.connection.onChange((online) => {
      if (online && this.#server === undefined) this.#learnServer();
    });
  }

  /** An answer of the server, by way of the main thread. */
  deliver(event: EffectEvent): void {
    this.#effects.deliver(event);
    this.#kernel.flush();
  }

  runTimers(): void {
    this.timers.runDue();
    this.#kernel.flush();
  }

  /** Another network, or a machine that has slept: the server is asked, and the queue goes on. */
  lineChanged(): void {
    const { connection, poller, push, uploader } = this.context.sync;
    // A refused login is never tried again by itself: the server locks out whoever guesses.
    if (connection.reason?.kind === 'unauthenticated') return;
    push.renew();
    connection.askAgain();
    poller.pollNow();
    uploader.planSoon(0);
  }

  /** `done` runs once everything has been sent, or waits because the server refused it. */
  flush(done: () => void): void {
    this.context.openFiles.commitAll();
    this.context.sync.uploader.flush(done);
  }

  /** Of the server, for who ends the mount: they are ours, and nobody here needs them any more. */
  locksLeft(): readonly LockRequest[] {
    return this.context.sync.locks.own.left();
  }

  /** Nothing is lost that was written until now. The engine is of no use afterwards. */
  close(): void {
    const { openFiles, contents, handles } = this.context;
    try {
      openFiles.commitAll();
      for (const file of handles.files()) contents.release(file.content);
      contents.close();
    } catch (error) {
      this.#db.abandon();
      throw error;
    }
    this.#db.close();
  }

  /** Its own rules, as it has just told them. */
  learn(server: ServerInfo): void {
    this.#server = rememberServer(this.context.tree, server);
    this.context.sync.push.learn(server.pushUrl);
    this.context.sync.locks.serverLearnt();
  }

  #learnServer(): void {
    this.#effects.start(
      { op: 'connect' },
      { done: (server) => this.learn(server), failed: () => undefined },
    );
  }

  #assemble(
    settings: EngineSettings,
    { clock, logger, wake, disk, random, randomId, processOf, notice }: EngineSurroundings,
    { db, tree, contents }: Storage,
  ): FsContext {
    const openFiles = new OpenFiles(tree);
    const handles = new Handles();
    const sync: Synchroniser = new Synchroniser(
      {
        tree,
        contents,
        effects: this.#effects,
        timers: this.timers,
        clock,
        logger: logger.scoped('sync'),
        kernel: this.#kernel,
        roomBytes: () => keeper.roomBytes(),
        wake,
      },
      { ...settings, random, randomId },
      {
        detached: (ino) => inodes.reap(ino),
        commitOpenFile: (ino) => openFiles.commit(ino),
        lockingUser: () => (settings.locks ? lockingUser(this.#server) : undefined),
        held: (held) => notice({ type: 'removals-held', held }),
        pinning: {
          contentOf: (node) => contentOf({ tree, contents }, node),
          isOpen: (ino) => handles.openCount(ino) > 0,
          hasRoom: (bytes) => keeper.claim(bytes),
        },
      },
    );
    const reserve = new DiskReserve(settings.stateFolder, disk());
    const keeper: CacheKeeper = new CacheKeeper(
      { tree, contents, sync, handles, clock, logger: logger.scoped('cache') },
      { timers: this.timers, wanted: settings, disk, reserve },
    );
    const inodes = new Inodes({
      tree,
      contents,
      handles,
      isBusy: (ino) => sync.inFlight.isBusy(ino),
      forgetContent: (content) => sync.reader.forget(content),
    });
    const durability = new Durability(
      { db, contents, openFiles, clock },
      { timers: this.timers, effects: this.#effects, wake },
    );
    return {
      db,
      tree,
      contents,
      sync,
      durability,
      keeper,
      kernel: this.#kernel,
      readers: new ReadAccounts(processOf, clock),
      serverCopies: new ServerCopies(),
      inodes,
      handles,
      openFiles,
      space: new Space(),
      clock,
      logger: logger.scoped('fs'),
      options: settings,
      localNames: settings.localNames.map((glob) => patternOf(glob)),
      server: () => this.#server,
    };
  }
}

interface Storage {
  readonly db: CacheDatabase;
  readonly tree: TreeStore;
  readonly contents: ContentStore;
  readonly server: ServerInfo | undefined;
}

function openStorage(settings: EngineSettings, surroundings: EngineSurroundings): Storage {
  const { stateFolder } = settings;
  const { clock, logger } = surroundings;
  const cacheLogger = logger.scoped('cache');
  const begin = (db: CacheDatabase): Storage => {
    const tree = new TreeStore(db);
    const contents = new ContentStore({ db, stateFolder, logger: cacheLogger, clock });
    const recovery = { tree, contents, clock, logger: cacheLogger };
    recover(recovery);
    if (db.damagedFolder !== undefined) bringBackUnsent(recovery, db.damagedFolder);
    return { db, tree, contents, server: rememberServer(tree, settings.server) };
  };
  const db = openDatabase(stateFolder, { logger: cacheLogger });
  try {
    return orAbandon(db, () => begin(db));
  } catch (error) {
    const isOfState = error instanceof NuageError && /^(?:assertion|corrupt)$/.test(error.kind);
    // Every start would meet the same.
    if (!isOfState) throw error;
    const fresh = replaceDatabase(stateFolder, String(error), { logger: cacheLogger });
    return orAbandon(fresh, () => begin(fresh));
  }
}

/** What fails while it is put together leaves the database to the next one who tries. */
function orAbandon<T>(db: CacheDatabase, build: () => T): T {
  try {
    return build();
  } catch (error) {
    db.abandon();
    throw error;
  }
}

/** Undefined where the server has no locks; older versions have not remembered whether. */
function lockingUser(server: ServerInfo | undefined): string | undefined {
  return server?.locksFiles === true ? server.userId : undefined;
}

function rememberServer(tree: TreeStore, server: ServerInfo | undefined): ServerInfo | undefined {
  if (server !== undefined) {
    tree.setMeta(SERVER_KEY, JSON.stringify(server));
    return server;
  }
  const remembered = tree.getMeta(SERVER_KEY);
  // Written by the line above, into a database that is ours alone.
  return remembered === undefined ? undefined : (JSON.parse(remembered) as ServerInfo);
}
