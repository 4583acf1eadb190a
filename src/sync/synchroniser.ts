/**
 * Builds the parts of the synchronisation and joins them. Who uses it needs no order of assembly.
 */
import { Activity } from './activity.js';
import { Company } from './company.js';
import { Connection } from './connection.js';
import type { SyncContext } from './context.js';
import { FileClaims } from './file-claims.js';
import { HashAhead } from './hash-ahead.js';
import { InFlight } from './in-flight.js';
import { Lister } from './lister.js';
import { Locking } from './locking.js';
import { Merger } from './merge.js';
import { forgetLost } from './own-uploads.js';
import { PassThrough } from './pass-through.js';
import { Pinning, type PinningHooks } from './pinning.js';
import { Poller, type PollerParts } from './poller.js';
import { Primer } from './primer.js';
import { Push } from './push.js';
import { Reader } from './reader.js';
import { Slices } from './slices.js';
import { type HeldRemovals, RemovalGuard } from './removal-guard.js';
import { StepRunner } from './steps.js';
import { Survey } from './survey.js';
import { Uploader } from './uploader.js';
import { VersionGuards } from './version-guards.js';

export interface SynchroniserOptions {
  readonly pollIntervalMs: number;
  readonly uploadDelayMs: number;
  /** Deleting more of the account than this share asks first. */
  readonly confirmShare: number;
  /** 0 to 1. */
  readonly random: () => number;
  /** Unguessable, `[a-z0-9]`. */
  readonly randomId: () => string;
  /** Of the account's web page. */
  readonly serverUrl: string;
}

export interface SynchroniserHooks {
  /** See `MergeHooks.detached`. */
  readonly detached: (ino: number) => void;
  /** See `StepParts.commitOpenFile`. */
  readonly commitOpenFile: (ino: number) => void;
  readonly pinning: PinningHooks;
  /** See `SeenLocksParts.userId`. */
  readonly lockingUser: () => string | undefined;
  /** Deletions wait for an answer from now on. */
  readonly held: (held: HeldRemovals) => void;
}

export class Synchroniser {
  readonly context: SyncContext;
  readonly connection: Connection;
  readonly activity: Activity;
  readonly guards = new VersionGuards();
  readonly inFlight = new InFlight();
  readonly lister: Lister;
  readonly primer: Primer;
  readonly push: Push;
  readonly reader: Reader;
  readonly passThrough: PassThrough;
  readonly pinning: Pinning;
  readonly company: Company;
  readonly removals: RemovalGuard;
  readonly claims: FileClaims;
  readonly uploader: Uploader;
  readonly hashAhead: HashAhead;
  readonly locks: Locking;
  readonly poller: Poller;

  constructor(context: SyncContext, options: SynchroniserOptions, hooks: SynchroniserHooks) {
    this.context = context;
    const { guards, inFlight } = this;
    const connection = new Connection(context);
    const activity = new Activity(context.clock, options.uploadDelayMs);
    const slices = new Slices(context.timers);
    const detached = (ino: number): void => {
      hooks.detached(ino);
      this.locks.seen.fileGone();
    };
    const merger = new Merger(context, {
      inFlight,
      slices,
      hooks: {
        isBeingWritten: (ino) => activity.isBeingWritten(ino),
        detached,
        unblocked: () => this.uploader.planSoon(0),
        permitted: (ino) => this.uploader.retryForbidden(ino),
        lockSeen: (node, entry, stamp) => this.locks.seen.see(node, entry, stamp),
      },
    });
    const listing = { connection, merger, inFlight, slices };
    const lister = new Lister(context, listing);
    const { randomId, serverUrl } = options;
    const unlocked = (fileId: string): void => this.uploader.retryLocked(fileId);
    const meeting = { connection, inFlight, lister };
    const locks = new Locking(context, { ...meeting, ...hooks, serverUrl, unlocked });
    const woken = (key: string): void => this.pinning.woken(key);
    const reader = new Reader(waking(context, woken), connection, locks.versions);
    const removals = new RemovalGuard(context, {
      share: options.confirmShare,
      isBusy: (ino) => inFlight.isBusy(ino),
      held: hooks.held,
    });
    const isOpen = (ino: number): boolean => hooks.pinning.isOpen(ino);
    const claims = new FileClaims(context, { lister, inFlight, isOpen, detached });
    const steps = { reader, removals, claims, lister, inFlight, guards, randomId, ...hooks };
    const runner = new StepRunner(context, steps);
    this.connection = connection;
    this.activity = activity;
    this.removals = removals;
    this.claims = claims;
    this.lister = lister;
    this.primer = new Primer(context, { connection, lister });
    this.push = new Push(context, connection, {
      random: options.random,
      changed: () => this.poller.told(),
    });
    this.reader = reader;
    this.passThrough = new PassThrough(context, connection, locks.versions);
    this.pinning = new Pinning(context, { connection, lister, reader, hooks: hooks.pinning });
    this.company = new Company(context, { connection, lister, reader, hooks: hooks.pinning });
    this.locks = locks;
    this.uploader = new Uploader(context, {
      ...meeting,
      activity,
      runner,
      removals,
      detached: hooks.detached,
    });
    this.hashAhead = new HashAhead(context, { connection, activity, guards, inFlight });
    const survey = new Survey(context, { ...listing, lister, primer: this.primer });
    this.poller = this.#pollerOf({ connection, lister, missing: merger.missing, survey }, options);
  }

  #pollerOf(
    parts: Pick<PollerParts, 'connection' | 'lister' | 'missing' | 'survey'>,
    { pollIntervalMs, random }: SynchroniserOptions,
  ): Poller {
    const { context, inFlight } = this;
    return new Poller(
      context,
      {
        ...parts,
        isTold: () => this.push.isReady,
        agreed: () => forgetLost(context, (ino) => inFlight.isBusy(ino)),
      },
      { intervalMs: pollIntervalMs, random },
    );
  }

  /** After recovery: what is queued goes out, what changed comes in. */
  start(): void {
    this.lister.start();
    this.poller.start();
    this.primer.pump();
    this.uploader.planSoon(0);
    this.pinning.start();
    this.locks.start();
  }
}

/** Who else waits for what operations wait for. */
function waking(context: SyncContext, woken: (key: string) => void): SyncContext {
  return {
    ...context,
    wake: (key) => {
      context.wake(key);
      woken(key);
    },
  };
}
