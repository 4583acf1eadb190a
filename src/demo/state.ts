/** What the handlers of one running server share. */
import type { Clock } from '../clock.js';
import type { Account } from './account.js';
import type { LoginFlows } from './login-flow.js';
import type { Sessions } from './sessions.js';

/** May be changed while the server runs. */
export interface NuageSettings {
  maintenance: boolean;
  /** nginx's `client_max_body_size`: beyond it 413, before the body. */
  bodyBytesMax: number;
  /** Eleven wrong passwords lock everybody out with 429 until this is turned off. */
  bruteForceProtection: boolean;
  /** Debian's nginx makes the server write URLs without the port. */
  urlsWithoutPort: boolean;
  /**
   * As with object storage for all files, behind a web server that passes bodies on while they
   * come: what has come of a new file that is cut short stands there for good.
   */
  keepsCutUploads: boolean;
  chunkBytesMax: number;
  bulkUpload: boolean;
  /** The app that tells clients of changes. */
  notifyPush: boolean;
  /** The app by which users lock files for others, and how long that lasts (0: for ever). */
  fileLocks: boolean;
  lockSeconds: number;
  /** Merged over the capabilities, for what other versions and apps announce. */
  extraCapabilities: Readonly<Record<string, unknown>>;
}

export interface NuageState {
  readonly clock: Clock;
  readonly instanceId: string;
  /** By lower-case name. */
  readonly accounts: ReadonlyMap<string, Account>;
  readonly sessions: Sessions;
  readonly loginFlows: LoginFlows;
  readonly settings: NuageSettings;
  failedLogins: number;
}
