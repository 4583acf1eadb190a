/**
 * Carries the queue to the server: asks the planner what may go next, starts it as an effect, and
 * folds the answer into the base. Nothing leaves the queue but by the server's own word. A refusal
 * stays with its node, with its reason and the time of the next try, and holds up nothing else.
 */
import type { TreeNode } from '../cache/node.js';
import type { ErrorKind, NuageError } from '../errors.js';
import {
  PLAN_ROUND_NODES_MAX,
  PLAN_WINDOW_NODES,
  RETRY_FIRST_MS,
  RETRY_MS_MAX,
  UPLOADS_AT_ONCE_MAX,
} from '../limits.js';
import type { Activity } from './activity.js';
import type { Connection } from './connection.js';
import type { SyncContext } from './context.js';
import type { InFlight } from './in-flight.js';
import type { Lister } from './lister.js';
import { nextStep, type Step } from './planner.js';
import { Scopes, type Scope } from './scopes.js';
import type { StepRunner } from './steps.js';

/** Outcomes that say nothing against the change itself: it goes again when the line is back. */
const LINE_KINDS: ReadonlySet<ErrorKind> = new Set([
  'offline',
  'timeout',
  'maintenance',
  'unauthenticated',
  'aborted',
]);

/** The server's state is not what the base says: its listing decides, by the conflict table. */
const STALE_BASE_KINDS: ReadonlySet<ErrorKind> = new Set([
  'precondition',
  'exists',
  'not-found',
  'parent-missing',
]);

export interface UploaderParts {
  readonly connection: Connection;
  readonly lister: Lister;
  readonly inFlight: InFlight;
  readonly activity: Activity;
  readonly runner: StepRunner;
}

export class Uploader {
  readonly #context: SyncContext;
  readonly #parts: UploaderParts;
  readonly #scopes = new Scopes();
  #flushWaiters: (() => void)[] = [];

  constructor(context: SyncContext, parts: UploaderParts) {
    this.#context = context;
    this.#parts = parts;
    parts.connection.onChange((online) => {
      if (online) this.planSoon(0);
    });
  }

  /** Something has changed here: plan after `delayMs`. */
  planSoon(delayMs: number): void {
    this.#context.timers.setIfSooner('plan', delayMs, () => this.#plan());
  }

  /** Sends everything without delay; `done` runs once nothing is left but refused changes. */
  flush(done: () => void): void {
    this.#flushWaiters.push(done);
    this.#parts.activity.isUrgent = true;
    this.planSoon(0);
  }

  #plan(): void {
    const wait = this.#startSteps();
    if (Number.isFinite(wait)) this.planSoon(wait);
    this.#settleFlush();
  }

  /** @returns milliseconds until a waiting node becomes ready; Infinity when none does. */
  #startSteps(): number {
    const { tree } = this.#context;
    let wait = Infinity;
    let afterChange = 0;
    let looked = 0;
    while (looked < PLAN_ROUND_NODES_MAX && this.#scopes.size < UPLOADS_AT_ONCE_MAX) {
      if (!this.#parts.connection.online) return Infinity;
      const nodes = tree.pending({ afterChange, limit: PLAN_WINDOW_NODES });
      for (const node of nodes) {
        const delay = this.#parts.activity.delayMs(node);
        if (delay > 0) wait = Math.min(wait, delay);
        else if (this.#scopes.size < UPLOADS_AT_ONCE_MAX) {
          wait = Math.min(wait, this.#tryStart(node.ino));
        }
      }
      const last = nodes.at(-1);
      if (last === undefined || nodes.length < PLAN_WINDOW_NODES) break;
      afterChange = last.change;
      looked += nodes.length;
    }
    return wait;
  }

  /** @returns milliseconds after which the node wants to be looked at again. */
  #tryStart(ino: number): number {
    const { tree } = this.#context;
    const { inFlight, runner } = this.#parts;
    const node = tree.get(ino);
    if (node === undefined) return Infinity;
    const step = nextStep(
      {
        get: (id) => tree.get(id),
        byBasePlace: (parent, name) => tree.byBasePlace(parent, name),
        baseChildren: (parent) => tree.baseChildren(parent),
        isBusy: (id) => inFlight.isBusy(id),
      },
      node,
    );
    if (step === undefined) return Infinity;
    const scope = runner.scopeOf(step);
    if (scope === undefined || !this.#scopes.isFree(scope)) return Infinity;
    const notYet = runner.prepare(step);
    if (notYet !== undefined) return notYet;
    this.#start(step, scope);
    return Infinity;
  }

  #start(step: Step, scope: Scope): void {
    const { ino } = step.node;
    this.#scopes.add(scope);
    this.#parts.inFlight.begin(ino);
    const end = (): void => {
      this.#scopes.delete(scope);
      this.#parts.inFlight.end(ino);
      this.planSoon(0);
    };
    this.#parts.runner.run(step, {
      done: () => {
        end();
        this.#parts.activity.settled(ino);
      },
      failed: (error) => {
        end();
        this.#failed(step, error);
      },
    });
  }

  #failed(step: Step, error: NuageError): void {
    const { lister, connection } = this.#parts;
    const node = this.#context.tree.get(step.node.ino);
    if (node === undefined || LINE_KINDS.has(error.kind)) return;
    if (STALE_BASE_KINDS.has(error.kind)) {
      for (const folder of new Set([node.parent, node.base?.parent])) {
        if (folder !== undefined && connection.online) lister.refresh(folder);
      }
    }
    this.#remember(node, error);
  }

  #remember(node: TreeNode, error: NuageError): void {
    const { tree, clock, logger } = this.#context;
    const attempts = (node.failure?.attempts ?? 0) + 1;
    const backOff = Math.min(RETRY_FIRST_MS * 2 ** (attempts - 1), RETRY_MS_MAX);
    const pause = STALE_BASE_KINDS.has(error.kind) && attempts === 1 ? 0 : backOff;
    const retryAt = clock.now() + Math.max(pause, error.retryAfterMs ?? 0);
    const { kind, message, hint } = error;
    tree.save({ ...node, failure: { kind, message, hint, attempts, retryAt } });
    logger.warn('the server did not take a change; it stays queued', {
      kind,
      reason: message,
      path: tree.path(node.ino) ?? tree.basePath(node.ino),
      attempts,
    });
    this.planSoon(Math.max(pause, RETRY_FIRST_MS / 5));
  }

  #settleFlush(): void {
    if (this.#flushWaiters.length === 0 || this.#scopes.size > 0) return;
    const { tree } = this.#context;
    if (tree.pendingCount() > tree.failedCount()) {
      if (this.#parts.connection.online) return;
    }
    const waiters = this.#flushWaiters;
    this.#flushWaiters = [];
    this.#parts.activity.isUrgent = false;
    for (const done of waiters) done();
  }
}
