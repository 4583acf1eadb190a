/** The command line: which commands and options there are, and what `--help` says of them. */
import fs from 'node:fs';
import yargs, { type Argv } from 'yargs';
import {
  CACHE_BYTES_DEFAULT,
  DISK_FREE_BYTES_DEFAULT,
  POLL_INTERVAL_MS_DEFAULT,
  UPLOAD_DELAY_MS_DEFAULT,
} from '../limits.js';
import { LOG_LEVELS } from '../log.js';
import type { BackgroundProcess } from './background-process.js';
import { CommandError, EXIT, EXIT_MEANINGS, SEE_HELP } from './exit-codes.js';

const GIB = 1024 ** 3;
const CACHE_DEFAULT = `${CACHE_BYTES_DEFAULT / GIB}G, or a tenth of the free disk`;
/** The only one of FUSE that GLib and KDE take as remote. */
const FS_TYPE_DEFAULT = 'fuse.sshfs';
const HELP_COLUMNS_MAX = 100;

const ABOUT = `Mounts a Nextcloud account (le Nuage) as a local folder.

  $0 DIR --server URL --user NAME`;

const EXAMPLES = `Examples:
  nuage-mount ~/Nuage --server https://nuage03.apps.education.fr --user jean.dupont
                                        asks for the app password, mounts, and returns
  nuage-mount ~/Nuage                   mounts there again what was mounted there last
  nuage-mount ~/Nuage --password-file ~/.nuage-password --foreground
                                        for a service; Ctrl-C or SIGTERM ends it
  nuage-mount status                    shows what waits to be sent, what failed and why
  nuage-mount sync && poweroff          waits until everything has been sent
  nuage-mount pin ~/Nuage/Cours         keeps it here, also for when there is no network
  nuage-mount unmount ~/Nuage           ends it, as umount and fusermount3 -u do
  nuage-mount demo                      an account to try it on, on this machine`;

/**
 * @param early started already, for a mount to use.
 * @throws CommandError, or whatever a command throws.
 */
export async function runCommandLine(
  args: readonly string[],
  early: BackgroundProcess | undefined,
): Promise<void> {
  if (args.length === 0) {
    throw new CommandError(EXIT.USAGE, 'Which folder, or which command?', SEE_HELP);
  }
  await build(args, early).parseAsync();
}

function build(args: readonly string[], early: BackgroundProcess | undefined): Argv {
  return withCommands(yargs(args), early)
    .scriptName('nuage-mount')
    .usage(ABOUT)
    .epilogue(`${EXAMPLES}\n\n${exitCodes()}`)
    .parserConfiguration({ 'duplicate-arguments-array': false })
    .strict()
    .locale('en')
    .updateStrings(MISSING_FOLDER)
    .fail((message: string | null, error: Error | undefined) => {
      const isTheirs = error === undefined || error.name === 'YError';
      const text = message ?? error?.message ?? 'Wrong usage';
      throw isTheirs ? new CommandError(EXIT.USAGE, ended(text), SEE_HELP) : error;
    })
    .exitProcess(false)
    .wrap(Math.min(HELP_COLUMNS_MAX, process.stdout.columns || HELP_COLUMNS_MAX))
    .help()
    .alias('help', 'h')
    .version(ownVersion());
}

/** The two numbers that come with it are of no use to anybody: `%c` swallows one each. */
const WHICH_FOLDER = 'Which folder?%c%c';

/** The only argument that a command insists on. y18n takes plurals, which its types do not know. */
const MISSING_FOLDER = {
  'Not enough non-option arguments: got %s, need at least %s': {
    one: WHICH_FOLDER,
    other: WHICH_FOLDER,
  },
} as unknown as Record<string, string>;

function ended(sentence: string): string {
  return /[.?!]$/.test(sentence) ? sentence : `${sentence}.`;
}

function withCommands(y: Argv, early: BackgroundProcess | undefined): Argv {
  return y
    .command(
      ['mount <dir>', '$0'],
      'Mount an account on a folder; `mount` may be left out',
      mountOptions,
      async (given) => (await import('./mount-command.js')).mount(given, early),
    )
    .command(
      ['unmount <dir>', 'umount'],
      'Send what can be sent in 10 s, then end a mount; the rest is kept for the next one',
      unmountOptions,
      async ({ dir, lazy }) => (await import('./commands.js')).unmount(dir, { lazy }),
    )
    .command(
      'status [dir]',
      'What is mounted, what waits, what failed and why',
      (part) =>
        folder(part).option('json', { type: 'boolean', default: false, describe: 'For scripts' }),
      async ({ dir, json }) => (await import('./commands.js')).status(dir, { json }),
    )
    .command('sync [dir]', 'Wait until everything has been sent', folder, async ({ dir }) =>
      (await import('./commands.js')).sync(dir),
    )
    .command(
      'pin <path>',
      'Keep a file or folder on this machine, with what comes into it; wait until it is here',
      (part) =>
        pinned(part).option('wait', {
          type: 'boolean',
          default: true,
          describe: '--no-wait returns at once',
        }),
      async ({ path, json, wait }) => (await import('./pin-commands.js')).pin(path, { json, wait }),
    )
    .command('unpin <path>', 'Keep it no longer than other files', pinned, async ({ path, json }) =>
      (await import('./pin-commands.js')).unpin(path, { json }),
    )
    .command(
      'cache [path]',
      'What is kept here of what was read, its bounds, and what is pinned',
      cacheOptions,
      async ({ path, ...options }) => (await import('./cache-command.js')).cache(path, options),
    )
    .command(
      'demo [dir]',
      'Mount an embedded Nuage with the account of a teacher; no account needed',
      demoFolder,
      async ({ dir }) => (await import('./demo.js')).demo(dir),
    );
}

function exitCodes(): string {
  const rows = Object.entries(EXIT_MEANINGS).map(([code, meaning]) => `  ${code}  ${meaning}`);
  return `Exit codes:\n${rows.join('\n')}`;
}

/** The same place from `src/cli` and from `dist/cli`. */
function ownVersion(): string {
  const file = new URL('../../package.json', import.meta.url);
  const { version } = JSON.parse(fs.readFileSync(file, 'utf8')) as { version: string };
  return version;
}

function folder(y: Argv): Argv<{ dir: string | undefined }> {
  return y.positional('dir', {
    type: 'string',
    describe: 'The mounted folder, or one within; may be left out where one account is mounted',
  });
}

function pinned(y: Argv) {
  return y
    .positional('path', {
      type: 'string',
      demandOption: true,
      describe: 'A file or folder in a mounted folder',
    })
    .option('json', { type: 'boolean', default: false, describe: 'For scripts' });
}

function cacheOptions(y: Argv) {
  return y
    .positional('path', {
      type: 'string',
      describe: 'The mounted folder, or one within; may be left out where one account is mounted',
    })
    .option('json', { type: 'boolean', default: false, describe: 'For scripts' })
    .option('clear', {
      type: 'boolean',
      default: false,
      describe: 'Give up what the server has, of this file or folder; not what is open or pinned',
    })
    .option('check', {
      type: 'boolean',
      default: false,
      describe: 'Look for damage; what the server has is fetched again',
    })
    .check(({ clear, check }) => {
      if (!clear || !check) return true;
      throw new CommandError(EXIT.USAGE, '--clear and --check are two commands.', SEE_HELP);
    });
}

function demoFolder(y: Argv): Argv<{ dir: string | undefined }> {
  return y.positional('dir', {
    type: 'string',
    describe: 'An empty or new folder [default: ~/Nuage-demo]',
  });
}

function unmountOptions(y: Argv) {
  return y
    .positional('dir', { type: 'string', demandOption: true, describe: 'The mounted folder' })
    .option('lazy', {
      type: 'boolean',
      default: false,
      describe: 'Also while programs still use it; they go on until they close their files',
    });
}

function mountOptions(y: Argv) {
  return accountOptions(y)
    .option('foreground', {
      alias: 'f',
      type: 'boolean',
      default: false,
      describe: 'Stay in this terminal; Ctrl-C unmounts',
    })
    .option('read-only', { type: 'boolean', default: false, describe: 'Change nothing' })
    .option('allow-other', {
      type: 'boolean',
      default: false,
      describe: 'Let other users of this machine in',
    })
    .option('fs-type', {
      type: 'string',
      requiresArg: true,
      default: FS_TYPE_DEFAULT,
      describe: 'Type that file managers see; with another one they read every file for previews',
    })
    .option('cache-size', {
      type: 'string',
      requiresArg: true,
      describe: `How much may be kept of what was read [default: ${CACHE_DEFAULT}]`,
    })
    .option('min-free', {
      type: 'string',
      requiresArg: true,
      describe: `How much of the disk to leave free [default: ${DISK_FREE_BYTES_DEFAULT / GIB}G]`,
    })
    .option('poll-interval', {
      type: 'number',
      default: POLL_INTERVAL_MS_DEFAULT / 1000,
      describe: 'Seconds between two looks for changes on the server',
    })
    .option('upload-delay', {
      type: 'number',
      default: UPLOAD_DELAY_MS_DEFAULT / 1000,
      describe: 'Seconds between the last close of a file and its upload',
    })
    .option('log-level', {
      type: 'string',
      requiresArg: true,
      describe: `${LOG_LEVELS.join(', ')} [default: info; in a terminal warn]`,
    });
}

function accountOptions(y: Argv) {
  return y
    .positional('dir', { type: 'string', demandOption: true, describe: 'An empty or new folder' })
    .option('server', {
      type: 'string',
      requiresArg: true,
      describe: 'Address, as the browser shows it',
    })
    .option('user', { type: 'string', requiresArg: true, describe: 'Login name' })
    .option('password-file', {
      type: 'string',
      requiresArg: true,
      describe: 'File whose first line is the app password (else NUAGE_PASSWORD, else a question)',
    })
    .option('password', { type: 'string', hidden: true })
    .check(({ password }) => {
      if (password === undefined) return true;
      throw new CommandError(
        EXIT.USAGE,
        'A password on the command line is seen by everybody on this machine.',
        'Use --password-file or NUAGE_PASSWORD, or let nuage-mount ask for it.',
      );
    })
    .option('ca-file', {
      type: 'string',
      requiresArg: true,
      describe: 'Certificate authority to trust besides the usual ones (PEM)',
    })
    .option('insecure', {
      type: 'boolean',
      default: false,
      describe: 'Allow http:// to other machines: the password travels readable',
    });
}
