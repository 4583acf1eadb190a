/** What a mount needs to know, as plain data: it crosses from the command to the background process. */
import type { LogLevel } from '../log.js';

export interface MountSettings {
  /** Absolute. */
  readonly mountPoint: string;
  readonly url: string;
  readonly user: string;
  readonly allowOther: boolean;
  readonly readOnly: boolean;
  readonly caFile: string | undefined;
  readonly allowInsecure: boolean;
  readonly cacheBytesMax: number;
  readonly pollIntervalMs: number;
  readonly uploadDelayMs: number;
  readonly logLevel: LogLevel;
  /** Also on standard error. */
  readonly logsToTerminal: boolean;
}
