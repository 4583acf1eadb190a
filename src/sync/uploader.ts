/**
 * Carries the queue to the server: asks the planner what may go next, starts it as an effect, and
 * folds the answer into the base. Nothing leaves the queue but by the server's own word. A refusal
 * stays with its node, with its reason and the time of the next try, and holds up nothing else.
 */
import { type BackOff, backOffMs } from '../back-off.js';
import { differences, type TreeNode } from '../cache/node.js';
import { type ErrorKind, isDefect, NO_VERDICT, NuageError } from '../errors.js';
import {
  BULK_FILE_BYTES_MAX,
  PLAN_ROUND_NODES_MAX,
  PLAN_SCAN_PAUSE_MS,
  PLAN_WINDOW_NODES,
  RETRY_FIRST_MS,
  RETRY_MS_MAX,
  SMALL_UPLOADS_AT_ONCE_MAX,
  STALE_RETRY_MS,
  UPLOADS_AT_ONCE_MAX,
} from '../limits.js';
import type { Activity } from './activity.js';
import type { Connection } from './connection.js';
import { stepKey, type SyncContext } from './context.js';
import { handOver } from './hand-over.js';
import type { InFlight } from './in-flight.js';
import type { Lister } from './lister.js';
import { nextStep, type PlannerView, type Step } from './planner.js';
import type { RemovalGuard } from './removal-guard.js';
import { Scopes, type Scope } from './scopes.js';
import type { StepObserver, StepRunner } from './steps.js';

/** The server's state is not what the base says: its listing decides, by the conflict table. */
const STALE_BASE_KINDS: ReadonlySet<ErrorKind> = new Set([
  'precondition',
  'exists',
  'not-found',
  'parent-missing',
]);

const REFUSED_PAUSES: BackOff = { firstMs: RETRY_FIRST_MS, maxMs: RETRY_MS_MAX };

/** A listing tells more: also who has locked the file. */
const LISTED_KINDS: ReadonlySet<ErrorKind> = new Set([...STALE_BASE_KINDS, 'locked']);

export interface UploaderParts {
  readonly connection: Connection;
  readonly lister: Lister;
  readonly inFlight: InFlight;
  readonly activity: Activity;
  readonly runner: StepRunner;
  readonly removals: RemovalGuard;
  /** See `MergeHooks.detached`. */
  readonly detached: (ino: number) => void;
}

export class Uploader {
  readonly #context: SyncContext;
  readonly #parts: UploaderParts;
  readonly #view: PlannerView;
  readonly #scopes = new Scopes();
  /** Of the running steps those that are uploads of small new files. */
  readonly #smallUploads = new Set<Scope>();
  /** What the last scan found, in order; looked at again before it starts. */
  readonly #ready: number[] = [];
  #scannedAt = -Infinity;
  /** The change up to which the last scan came; 0: it came to the end. */
  #cursor = 0;
  #isScanned = false;
  #flushWaiters: (() => void)[] = [];
  /** For those who wait: what uploads without an answer have left on the server was asked for. */
  #hasLooked = false;

  constructor(context: SyncContext, parts: UploaderParts) {
    this.#context = context;
    this.#parts = parts;
    const { tree } = context;
    this.#view = {
      get: (ino) => tree.get(ino),
      byBasePlace: (parent, name) => tree.byBasePlace(parent, name),
      baseChildren: (parent) => tree.baseChildren(parent),
      isBusy: (ino) => parts.inFlight.isBusy(ino),
    };
    parts.connection.onChange((online) => {
      if (online) this.planSoon(0);
    });
  }

  /** Something has changed here: plan after `delayMs`. */
  planSoon(delayMs: number): void {
    this.#context.timers.setIfSooner('plan', delayMs, () => {
      this.#isScanned = false;
      try {
        this.#plan();
      } catch (error) {
        // The disk failed: what is queued must not wait for the next change to be made.
        this.planSoon(RETRY_FIRST_MS);
        throw error;
      }
    });
  }

  /** What was refused is tried again now: its cause may have gone. */
  retry(isMeant: (node: TreeNode) => boolean): number {
    const { tree, clock } = this.#context;
    let count = 0;
    tree.atomically(() => {
      for (const node of tree.failed()) {
        if (node.failure === undefined || !isMeant(node)) continue;
        tree.save({ ...node, failure: { ...node.failure, retryAt: clock.now() } });
        this.#parts.activity.mayRetry(node);
        count += 1;
      }
    });
    if (count > 0) this.planSoon(0);
    return count;
  }

  /** The server allows something else of this file, or in this folder, than it did. */
  retryForbidden(ino: number): void {
    this.retry(({ failure, base, ...node }) => {
      const isAt = node.ino === ino || node.parent === ino || base?.parent === ino;
      return isAt && failure?.kind === 'forbidden';
    });
  }

  /** Sends everything without delay; `done` runs once nothing is left but refused changes. */
  flush(done: () => void): void {
    this.#flushWaiters.push(done);
    this.#parts.activity.isUrgent = true;
    this.planSoon(0);
  }

  /** Nobody else has a lock on this file any more. */
  retryLocked(fileId: string): void {
    this.retry(({ failure, base }) => failure?.kind === 'locked' && base?.fileId === fileId);
  }

  #plan(): void {
    const wait = this.#startSteps();
    if (Number.isFinite(wait)) this.planSoon(wait);
    this.#settleFlush();
  }

  /** @returns milliseconds until a waiting node becomes ready; Infinity when none does. */
  #startSteps(): number {
    let wait = Infinity;
    while (this.#parts.connection.online && this.#hasRoom()) {
      const ino = this.#ready.shift();
      if (ino !== undefined) wait = Math.min(wait, this.#startOrKeep(ino));
      else if (this.#isScanned) break;
      else wait = Math.min(wait, this.#scan());
    }
    return wait;
  }

  /** Small new files may go together, so more of them are handed over at once. */
  #hasRoom(): boolean {
    const small = this.#smallUploads.size;
    const others = this.#scopes.size - small;
    return others < UPLOADS_AT_ONCE_MAX && small < SMALL_UPLOADS_AT_ONCE_MAX;
  }

  /**
   * Gathers what may go now, the oldest change first. With thousands of changes this is not free,
   * so it happens once per pause, and never once per step.
   * @returns milliseconds until the next node becomes ready, or until the next scan may come.
   */
  #scan(): number {
    const { tree, clock } = this.#context;
    const pause = this.#scannedAt + PLAN_SCAN_PAUSE_MS - clock.monotonic();
    if (pause > 0) {
      this.#isScanned = true;
      return pause;
    }
    this.#scannedAt = clock.monotonic();
    this.#isScanned = true;
    let wait = Infinity;
    while (this.#ready.length < PLAN_ROUND_NODES_MAX) {
      const nodes = tree.pending({ afterChange: this.#cursor, limit: PLAN_WINDOW_NODES });
      const readyBefore = this.#ready.length;
      for (const node of nodes) {
        const delay = this.#parts.activity.delayMs(node);
        if (delay > 0) wait = Math.min(wait, delay);
        else this.#ready.push(node.ino);
      }
      const last = nodes.at(-1);
      // The older a change the sooner it is ready: behind a window of young ones are younger ones.
      const isYoung =
        this.#ready.length === readyBefore && nodes.every((node) => node.failure === undefined);
      if (last === undefined || nodes.length < PLAN_WINDOW_NODES || isYoung) {
        this.#cursor = 0;
        return wait;
      }
      this.#cursor = last.change;
    }
    // Should all of these turn out to wait for one that comes later, it is found next time.
    return PLAN_SCAN_PAUSE_MS;
  }

  /** A change that fails by a defect of ours holds up nothing but itself, and can be seen. */
  #startOrKeep(ino: number): number {
    try {
      return this.#tryStart(ino);
    } catch (error) {
      if (!isDefect(error)) throw error;
      this.#context.logger.error('a change cannot be sent', { error });
      const node = this.#context.tree.get(ino);
      if (node !== undefined) this.#remember(node, new NuageError('assertion', String(error)));
      return Infinity;
    }
  }

  /** @returns milliseconds after which the node wants to be looked at again. */
  #tryStart(ino: number): number {
    const { runner } = this.#parts;
    const node = this.#context.tree.get(ino);
    if (node === undefined) return Infinity;
    const delay = this.#parts.activity.delayMs(node);
    if (delay > 0) return delay;
    const step = nextStep(this.#view, node);
    if (step === undefined) return Infinity;
    if (step.kind === 'remove') {
      if (this.#isHandedOver(node)) return 0;
      if (!this.#parts.removals.admits(node)) return Infinity;
    }
    const scope = runner.scopeOf(step);
    if (scope === undefined || !this.#scopes.isFree(scope)) return Infinity;
    const notYet = runner.prepare(step);
    if (notYet !== undefined) return notYet;
    this.#start(step, scope);
    return Infinity;
  }

  #isHandedOver(node: TreeNode): boolean {
    const { inFlight, detached } = this.#parts;
    if (!handOver(this.#context, node, (ino) => inFlight.isBusy(ino))) return false;
    detached(node.ino);
    return true;
  }

  #start(step: Step, scope: Scope): void {
    const { ino } = step.node;
    this.#scopes.add(scope);
    if (isSmallUpload(step)) this.#smallUploads.add(scope);
    this.#parts.inFlight.begin(ino);
    const end = (): void => {
      this.#scopes.delete(scope);
      this.#smallUploads.delete(scope);
      this.#parts.inFlight.end(ino);
      this.#parts.detached(ino);
      this.planSoon(0);
    };
    const observer: StepObserver = {
      done: () => {
        end();
        this.#parts.activity.settled(ino);
        if (step.kind === 'create-folder') this.#childrenFirst(ino);
        this.#context.wake(stepKey(ino));
      },
      failed: (error) => {
        end();
        this.#failed(step, error);
        this.#context.wake(stepKey(ino));
      },
    };
    try {
      this.#parts.runner.run(step, observer);
    } catch (error) {
      if (!(error instanceof NuageError) || isDefect(error)) {
        end();
        throw error;
      }
      // The disk of the cache refused something, so nothing has been asked of the server.
      observer.failed(error);
    }
  }

  /** What waited for its folder need not wait for the next scan. */
  #childrenFirst(folder: number): void {
    const { tree } = this.#context;
    const waiting = tree.children(folder).slice(0, PLAN_WINDOW_NODES);
    this.#ready.unshift(...waiting.map((child) => child.ino));
  }

  #failed(step: Step, error: NuageError): void {
    const { lister, connection } = this.#parts;
    const { tree } = this.#context;
    const node = tree.get(step.node.ino);
    if (node === undefined || differences(node).length === 0) return;
    if (NO_VERDICT.has(error.kind)) {
      // It may have been done: what was found before it says nothing any more.
      if (node.failure !== undefined) tree.save({ ...node, failure: undefined });
      return;
    }
    if (LISTED_KINDS.has(error.kind)) {
      for (const folder of new Set([node.parent, node.base?.parent])) {
        if (folder !== undefined && connection.online) lister.refresh(folder);
      }
    }
    this.#remember(node, error);
  }

  #remember(node: TreeNode, error: NuageError): void {
    const { tree, clock, logger } = this.#context;
    const attempts = (node.failure?.attempts ?? 0) + 1;
    const backOff = backOffMs(attempts - 1, REFUSED_PAUSES);
    // Not before the listing has come: a merge leaves alone what is under way.
    const ownPause = STALE_BASE_KINDS.has(error.kind) && attempts === 1 ? STALE_RETRY_MS : backOff;
    const pause = Math.max(ownPause, error.retryAfterMs ?? 0);
    const retryAt = clock.now() + pause;
    const { kind, message, hint } = error;
    tree.save({ ...node, failure: { kind, message, hint, attempts, retryAt } });
    logger.warn('the server did not take a change; it stays queued', {
      kind,
      reason: message,
      path: tree.path(node.ino) ?? tree.basePath(node.ino),
      attempts,
    });
    this.#parts.activity.refused(node.ino, pause);
    this.planSoon(pause);
  }

  /** Something is left that waits neither for the server's leave, nor for somebody's answer. */
  #canGoOn(): boolean {
    const { tree } = this.#context;
    for (let afterChange = 0; ;) {
      const nodes = tree.pending({ afterChange, limit: PLAN_WINDOW_NODES });
      if (nodes.some((node) => this.#isFree(node))) return true;
      const last = nodes.at(-1);
      if (last === undefined || nodes.length < PLAN_WINDOW_NODES) return false;
      afterChange = last.change;
    }
  }

  #isFree(node: TreeNode): boolean {
    if (node.failure !== undefined) return false;
    const step = nextStep(this.#view, node);
    return step !== undefined && !(step.kind === 'remove' && this.#parts.removals.isHeld(node));
  }

  /** Some refusal was the first of a change, of a kind that a listing explains. */
  #isToBeExplained(): boolean {
    return this.#context.tree
      .failed()
      .some(({ failure }) => failure?.attempts === 1 && STALE_BASE_KINDS.has(failure.kind));
  }

  /** What has arrived under a name that nobody wants any more is still to be moved or removed. */
  #looksForLost(): boolean {
    const { lister } = this.#parts;
    const { tree } = this.#context;
    const folders = this.#hasLooked ? [] : tree.sent.folders();
    this.#hasLooked = true;
    for (const ino of folders) lister.refresh(ino);
    return folders.length > 0 || (tree.sent.folders().length > 0 && !lister.isIdle);
  }

  #settleFlush(): void {
    if (this.#flushWaiters.length === 0 || this.#scopes.size > 0) return;
    const { tree } = this.#context;
    if (this.#parts.connection.online) {
      const failed = tree.failedCount();
      if (tree.pendingCount() > failed && this.#canGoOn()) return;
      if (this.#looksForLost()) {
        this.planSoon(PLAN_SCAN_PAUSE_MS);
        return;
      }
      // The listing that a refusal asked for says whether it is one, or a conflict to resolve.
      if (failed > 0 && (!this.#parts.lister.isIdle || this.#isToBeExplained())) {
        this.planSoon(PLAN_SCAN_PAUSE_MS);
        return;
      }
    }
    const waiters = this.#flushWaiters;
    this.#flushWaiters = [];
    this.#hasLooked = false;
    this.#parts.activity.isUrgent = false;
    for (const done of waiters) done();
  }
}

function isSmallUpload({ kind, node }: Step): boolean {
  return kind === 'upload' && node.base === undefined && node.size <= BULK_FILE_BYTES_MAX;
}
