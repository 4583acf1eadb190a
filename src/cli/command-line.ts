/**
 * The command line: which commands there are, what `--help` says, what is wrong usage. Each command
 * with its arguments is a file in `definitions/`; what it does is loaded when it is chosen.
 */
import yargs, { type Argv } from 'yargs';
import type { BackgroundProcess } from './background-process.js';
import { OTHER_COMMANDS } from './command-names.js';
import { addCache } from './definitions/cache.js';
import { addCompletion } from './definitions/completion.js';
import { addConfig } from './definitions/config.js';
import { addConflicts } from './definitions/conflicts.js';
import { addDeletions } from './definitions/deletions.js';
import { addDemo } from './definitions/demo.js';
import { addDoctor } from './definitions/doctor.js';
import { addEnable } from './definitions/enable.js';
import { addLogin } from './definitions/login.js';
import { addLog } from './definitions/log.js';
import { addMount } from './definitions/mount.js';
import { addOpen } from './definitions/open.js';
import { addPin } from './definitions/pin.js';
import { addRetry } from './definitions/retry.js';
import { addStatus } from './definitions/status.js';
import { addSync } from './definitions/sync.js';
import { addTrash } from './definitions/trash.js';
import { addUnmount } from './definitions/unmount.js';
import { addVersions } from './definitions/versions.js';
import { chosenExamples, withExamples } from './examples.js';
import { CommandError, EXIT } from './exit-codes.js';
import { hanging } from './hanging.js';
import { exitMeanings } from './messages/exit-codes.js';
import { generalText } from './messages/general.js';
import { helpText, yargsText } from './messages/help.js';
import { locale } from './messages/language.js';
import { startText } from './messages/login.js';
import { typeset } from './messages/typeset.js';
import { ownVersion } from './own-version.js';

const HELP_COLUMNS_MAX = 100;

/** In the order in which `--help` shows them. `mount` is added first: it needs more. */
const ADDED = [
  addLogin,
  addUnmount,
  addOpen,
  addStatus,
  addSync,
  addPin,
  addCache,
  addTrash,
  addVersions,
  addDeletions,
  addConflicts,
  addRetry,
  addConfig,
  addEnable,
  addDoctor,
  addLog,
  addDemo,
];

/**
 * @param early started already, for a mount to use.
 * @throws CommandError, or whatever a command throws.
 */
export async function runCommandLine(
  args: readonly string[],
  early: BackgroundProcess | undefined,
): Promise<void> {
  if (args.length === 0) {
    await (await import('./start-command.js')).start();
    return;
  }
  await build(args, early).parseAsync();
}

function build(args: readonly string[], early: BackgroundProcess | undefined): Argv {
  const adders = [(y: Argv): Argv => addMount(y, early), ...ADDED];
  const commands = adders.reduce(
    (y, add) => add(y),
    withExamples(yargs(args), args[0], helpColumns()),
  );
  return addCompletion(commands, adders)
    .scriptName('nuage-mount')
    .usage(`${helpText.about()}\n\n  $0\n      ${startText.about()}`)
    .epilogue(`${chosenExamples(helpColumns())}\n\n${exitCodes()}`)
    .parserConfiguration({ 'duplicate-arguments-array': false })
    .strict()
    .locale(locale().language)
    .updateStrings(strings())
    .fail((message: string | null, error: Error | undefined) => {
      const isTheirs = error === undefined || error.name === 'YError';
      if (!isTheirs) throw error;
      const told = message ?? error?.message ?? helpText.wrongUsage();
      throw new CommandError(EXIT.USAGE, ended(told), seeHelpOf(args));
    })
    .exitProcess(false)
    .wrap(helpColumns())
    .help()
    .alias('help', 'h')
    .version(ownVersion());
}

/**
 * The two numbers that come with a missing argument are of no use to anybody: `%c` swallows one
 * each. y18n takes plurals, which its types do not know.
 */
function strings(): Record<string, string> {
  const which = `${helpText.argumentMissing()}%c%c`;
  const ours = Object.entries(yargsText).map(([theirs, say]) => [theirs, say()]);
  return {
    ...(Object.fromEntries(ours) as Record<string, string>),
    ...({
      'Not enough non-option arguments: got %s, need at least %s': { one: which, other: which },
    } as unknown as Record<string, string>),
  };
}

/** That of the command that was meant, if any. */
function seeHelpOf([name]: readonly string[]): string {
  const isCommand = OTHER_COMMANDS.some((command) => command === name);
  return isCommand ? generalText.seeHelpOf({ command: name ?? '' }) : generalText.seeHelp();
}

/** What yargs says, as a sentence of ours. */
function ended(told: string): string {
  const sentence = locale().language === 'fr' ? typeset(told) : told;
  return /[.?!]$/.test(sentence) ? sentence : `${sentence}.`;
}

function exitCodes(): string {
  const rows = Object.entries(exitMeanings).map(([code, say]) => {
    const head = `  ${code}  `;
    return head + hanging(say(), head.length, helpColumns());
  });
  return `${helpText.exitCodes()}\n${rows.join('\n')}`;
}

function helpColumns(): number {
  return Math.min(HELP_COLUMNS_MAX, process.stdout.columns || HELP_COLUMNS_MAX);
}
