/** What a mount needs to know. Plain data: it crosses to the background process. */
import type { LogLevel } from '../log.js';
import type { BandwidthLimits } from '../remote/bandwidth.js';
import type { ConfigValues } from './config/config-keys.js';

export interface MountSettings {
  /** Absolute. */
  readonly mountPoint: string;
  readonly url: string;
  readonly user: string;
  readonly allowOther: boolean;
  readonly readOnly: boolean;
  /** The type of the file system is `fuse.` and this. */
  readonly subtype: string;
  readonly caFile: string | undefined;
  readonly allowInsecure: boolean;
  /** Undefined: 10 GB, or a tenth of the free disk. */
  readonly cacheBytesMax: number | undefined;
  /** Of the disk, left to others. Undefined: 1 GiB, or a twentieth of a small disk. */
  readonly freeBytesMin: number | undefined;
  readonly pollIntervalMs: number;
  readonly uploadDelayMs: number;
  readonly limits: BandwidthLimits;
  /** Patterns of names that stay on this machine, besides those that always do. */
  readonly localNames: readonly string[];
  /** Locks that others see are set and shown, where the server has them. */
  readonly locks: boolean;
  /** Deleting more of the account than this share asks first. */
  readonly confirmShare: number;
  /** On the desktop. */
  readonly notifications: boolean;
  /** Of the file. */
  readonly logLevel: LogLevel;
  /** Whether the log may name files and folders. */
  readonly logNames: boolean;
  /** Of standard error, where anything goes there. */
  readonly terminalLevel: LogLevel | undefined;
  /** What the command line said of it, for those who ask later. */
  readonly typed: ConfigValues;
}
