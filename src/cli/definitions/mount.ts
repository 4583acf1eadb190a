/** `mount`, and `nuage-mount DIR`. */
import type { Argv } from 'yargs';
import { CACHE_BYTES_DEFAULT, DISK_FREE_BYTES_DEFAULT } from '../../limits.js';
import { LOG_LEVELS } from '../../log.js';
import type { BackgroundProcess } from '../background-process.js';
import { CONFIG_KEYS, type ConfigKey } from '../config/config-keys.js';
import { CommandError, EXIT } from '../exit-codes.js';
import { mountOptionText as text, mountUsageText } from '../messages/mount.js';
import { flag } from './arguments.js';

const GIB = 1024 ** 3;

/** @param early started already, for the mount to use. */
export function addMount(y: Argv, early: BackgroundProcess | undefined): Argv {
  return y.command(['mount <dir>', '$0'], text.about(), mountOptions, async (given) =>
    (await import('../mount-command.js')).mount(given, early),
  );
}

function mountOptions(y: Argv) {
  return tuningOptions(accountOptions(y)).option('foreground', {
    alias: 'f',
    ...flag(text.foreground()),
  });
}

function accountOptions(y: Argv) {
  return y
    .positional('dir', { type: 'string', demandOption: true, describe: text.folder() })
    .option('account', { type: 'string', requiresArg: true, describe: text.account() })
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
    .option('insecure', flag(text.insecure()));
}

/** What the configuration knows as well: what is not typed is not given. */
function tuningOptions<Before>(y: Argv<Before>) {
  return y
    .option('read-only', { type: 'boolean', describe: text.readOnly() })
    .option('allow-other', { type: 'boolean', describe: text.allowOther() })
    .option('fs-type', {
      ...words('fs-type'),
      describe: text.fsType(),
    })
    .option('cache-size', {
      ...words('cache-size'),
      describe: text.cacheSize({ gib: CACHE_BYTES_DEFAULT / GIB }),
    })
    .option('min-free', {
      ...words('min-free'),
      describe: text.minFree({ gib: DISK_FREE_BYTES_DEFAULT / GIB }),
    })
    .option('confirm-deletions', {
      ...figure('confirm-deletions'),
      describe: text.confirmDeletions(),
    })
    .option('poll-interval', { ...figure('poll-interval'), describe: text.pollInterval() })
    .option('upload-delay', { ...figure('upload-delay'), describe: text.uploadDelay() })
    .option('upload-limit', { ...words('upload-limit'), describe: text.uploadLimit() })
    .option('download-limit', { ...words('download-limit'), describe: text.downloadLimit() })
    .option('log-level', {
      ...words('log-level'),
      describe: text.logLevel({ levels: LOG_LEVELS.join(', ') }),
    })
    .option('log-names', { type: 'boolean', describe: text.logNames() });
}

function words(key: ConfigKey) {
  const defaultDescription = String(CONFIG_KEYS[key].initial);
  return { type: 'string', requiresArg: true, defaultDescription } as const;
}

function figure(key: ConfigKey) {
  return { type: 'number', defaultDescription: String(CONFIG_KEYS[key].initial) } as const;
}
