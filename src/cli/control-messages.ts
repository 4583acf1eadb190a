/** One line of JSON each way over the control socket of a mount. */
import type { ErrorRecord } from '../errors.js';
import type { BandwidthLimits } from '../remote/bandwidth.js';
import type { EngineStatus } from './engine-messages.js';
import type { MountMetrics } from './metrics/exposition.js';
import type { Transfer } from './transfers.js';
import type { EngineAnswers, EngineQuestion } from './engine-questions.js';

export type ControlRequest =
  | { readonly op: 'status' }
  /** For Prometheus. */
  | { readonly op: 'metrics' }
  /** Answered once everything has been sent or was refused. */
  | { readonly op: 'sync' }
  /** Answered before it ends. `lazy`: also when programs stand in the folder. */
  | { readonly op: 'unmount'; readonly lazy: boolean }
  /** There is a new password where the old one was kept. */
  | { readonly op: 'login' }
  | EngineQuestion;

/** The answer to each request, by its `op`. */
export interface ControlResults extends EngineAnswers {
  status: MountStatus;
  metrics: MountMetrics;
  sync: MountStatus;
  unmount: MountStatus;
  login: MountStatus;
}

export type ControlResult = ControlResults[ControlRequest['op']];

/** Of the form that docs/STATUS.md describes. */
export const STATUS_VERSION = 1;

export interface MountStatus extends EngineStatus {
  readonly version: typeof STATUS_VERSION;
  readonly transfers: readonly Transfer[];
  readonly limits: BandwidthLimits;
  readonly mountPoint: string;
  readonly url: string;
  readonly user: string;
  readonly pid: number;
  readonly stateFolder: string;
}

export type ControlAnswer =
  | { readonly ok: true; readonly result: ControlResult }
  | { readonly ok: false; readonly error: ErrorRecord };
