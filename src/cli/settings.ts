/** What a mount needs to know. Plain data: it crosses to the background process. */
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
  /** Of the file. */
  readonly logLevel: LogLevel;
  /** Of standard error, where anything goes there. */
  readonly terminalLevel: LogLevel | undefined;
}
