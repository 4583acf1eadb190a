#!/usr/bin/env node
/**
 * The program: runs a command and answers with its exit code. Each command loads what it needs when
 * it is chosen: who mounts waits for every file that is read before.
 */
import fs from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { NURSERY_MIB } from '../limits.js';
import { NuageError } from '../errors.js';
import { BACKGROUND_COMMAND } from './background-message.js';
import { BackgroundProcess } from './background-process.js';
import { OTHER_COMMANDS } from './command-names.js';
import { configPath } from './config/config-path.js';
import { CommandError, EXIT } from './exit-codes.js';
import { fittedText } from './hanging.js';
import { chooseLanguage } from './messages/language.js';

// Before any thread is made: four nurseries would take more than all that we keep in memory.
setFlagsFromString(`--max-semi-space-size=${NURSERY_MIB}`);

// A terminal that has been closed is no reason to end before everything is in order.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

process.exit(await main(process.argv.slice(2)));

async function main(args: readonly string[]): Promise<number> {
  try {
    await run(args);
    return EXIT.OK;
  } catch (error) {
    tell(error);
    return error instanceof CommandError ? error.exitCode : EXIT.UNEXPECTED;
  }
}

async function run(args: readonly string[]): Promise<void> {
  await chooseConfiguredLanguage();
  if (args[0] === BACKGROUND_COMMAND) {
    const { serveInBackground } = await import('./background.js');
    await serveInBackground();
    return;
  }
  const early = isLikelyMount(args) ? new BackgroundProcess(shownOf(args)) : undefined;
  try {
    const { runCommandLine } = await import('./command-line.js');
    await runCommandLine(args, early);
  } finally {
    early?.abandon();
  }
}

/** A broken configuration is told by who needs it. */
async function chooseConfiguredLanguage(): Promise<void> {
  if (!fs.existsSync(configPath())) return;
  const { configuredLanguage } = await import('./config/config-file.js');
  chooseLanguage(configuredLanguage());
}

/**
 * Reading the command line takes as long as starting a process, so the one that will stay behind
 * starts meanwhile. A wrong guess costs a process that ends without having done anything.
 */
function isLikelyMount(args: readonly string[]): boolean {
  const [first = ''] = args;
  const isOther = first === '' || OTHER_COMMANDS.some((name) => name === first);
  return !isOther && !args.some((arg) => /^(-[a-z]*[fh]|--(foreground|help|version))/.test(arg));
}

/** The folder, most likely. Not all that was typed: it stands in the list of processes. */
function shownOf(args: readonly string[]): string {
  return args.find((arg) => arg !== 'mount' && !arg.startsWith('-')) ?? '';
}

/** One sentence what, one sentence what to do; a stack only for what nobody foresaw. */
function tell(error: unknown): void {
  if (error instanceof CommandError || error instanceof NuageError) {
    const told = [
      `nuage-mount: ${error.message}`,
      ...(error.hint === undefined ? [] : [error.hint]),
    ];
    process.stderr.write(`${fittedText(told.join('\n'), process.stderr)}\n`);
    return;
  }
  process.stderr.write(`nuage-mount: ${error instanceof Error ? error.stack : String(error)}\n`);
}
