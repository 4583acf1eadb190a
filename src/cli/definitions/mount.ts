/** `mount`, and `nuage-mount DIR`. */
import type { Argv } from 'yargs';
import {
  CACHE_BYTES_DEFAULT,
  DISK_FREE_BYTES_DEFAULT,
  POLL_INTERVAL_MS_DEFAULT,
  UPLOAD_DELAY_MS_DEFAULT,
} from '../../limits.js';
import { LOG_LEVELS } from '../../log.js';
import type { BackgroundProcess } from '../background-process.js';
import { CommandError, EXIT } from '../exit-codes.js';
import { mountOptionText as text, mountUsageText } from '../messages/mount.js';

const GIB = 1024 ** 3;
/** The only one of FUSE that GLib and KDE take as remote. */
const FS_TYPE_DEFAULT = 'fuse.sshfs';

/** @param early started already, for the mount to use. */
export function addMount(y: Argv, early: BackgroundProcess | undefined): Argv {
  return y.command(['mount <dir>', '$0'], text.about(), mountOptions, async (given) =>
    (await import('../mount-command.js')).mount(given, early),
  );
}

function mountOptions(y: Argv) {
  return tuningOptions(accountOptions(y))
    .option('foreground', {
      alias: 'f',
      type: 'boolean',
      default: false,
      describe: text.foreground(),
    })
    .option('read-only', { type: 'boolean', default: false, describe: text.readOnly() })
    .option('allow-other', { type: 'boolean', default: false, describe: text.allowOther() });
}

function accountOptions(y: Argv) {
  return y
    .positional('dir', { type: 'string', demandOption: true, describe: text.folder() })
    .option('server', { type: 'string', requiresArg: true, describe: text.server() })
    .option('user', { type: 'string', requiresArg: true, describe: text.user() })
    .option('password-file', { type: 'string', requiresArg: true, describe: text.passwordFile() })
    .option('password', { type: 'string', hidden: true })
    .check(({ password }) => {
      if (password === undefined) return true;
      const told = mountUsageText.passwordInArguments();
      throw new CommandError(EXIT.USAGE, told, mountUsageText.otherwise());
    })
    .option('ca-file', { type: 'string', requiresArg: true, describe: text.caFile() })
    .option('insecure', { type: 'boolean', default: false, describe: text.insecure() });
}

function tuningOptions<Before>(y: Argv<Before>) {
  return y
    .option('fs-type', {
      type: 'string',
      requiresArg: true,
      default: FS_TYPE_DEFAULT,
      describe: text.fsType(),
    })
    .option('cache-size', {
      type: 'string',
      requiresArg: true,
      describe: text.cacheSize({ gib: CACHE_BYTES_DEFAULT / GIB }),
    })
    .option('min-free', {
      type: 'string',
      requiresArg: true,
      describe: text.minFree({ gib: DISK_FREE_BYTES_DEFAULT / GIB }),
    })
    .option('poll-interval', {
      type: 'number',
      default: POLL_INTERVAL_MS_DEFAULT / 1000,
      describe: text.pollInterval(),
    })
    .option('upload-delay', {
      type: 'number',
      default: UPLOAD_DELAY_MS_DEFAULT / 1000,
      describe: text.uploadDelay(),
    })
    .option('log-level', {
      type: 'string',
      requiresArg: true,
      describe: text.logLevel({ levels: LOG_LEVELS.join(', ') }),
    });
}
