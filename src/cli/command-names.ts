/** What may stand in the place of a folder: `nuage-mount NAME`. */

/** Every command that does not mount, with its other names; the command line has the same. */
export const OTHER_COMMANDS = [
  'unmount',
  'umount',
  'open',
  'status',
  'sync',
  'pin',
  'unpin',
  'cache',
  'trash',
  'versions',
  'deletions',
  'conflicts',
  'retry',
  'discard',
  'config',
  'login',
  'logout',
  'accounts',
  'enable',
  'doctor',
  'log',
  'completion',
  'disable',
  'demo',
] as const;

export type OtherCommand = (typeof OTHER_COMMANDS)[number];
