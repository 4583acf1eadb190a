/** What `mount` and the process that it leaves behind tell each other. */
import type { ExitCode } from './exit-codes.js';
import type { MountSettings } from './settings.js';

/** Only for the process that is started with it. */
export const BACKGROUND_COMMAND = 'mount-in-background';

/** Over a private channel, never by argv or environment: others can read those. */
export interface BackgroundStart {
  readonly settings: MountSettings;
  readonly password: string;
}

export type BackgroundReport =
  | { readonly type: 'ready' }
  | { readonly type: 'mounted' }
  | {
      readonly type: 'failed';
      readonly exitCode: ExitCode;
      readonly message: string;
      readonly hint: string | undefined;
    };
