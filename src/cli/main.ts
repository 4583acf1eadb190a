#!/usr/bin/env node
/** The program: runs a command and answers with its exit code. */
import { setFlagsFromString } from 'node:v8';
import { NURSERY_MIB } from '../limits.js';
import { NuageError } from '../errors.js';
import { runCommandLine } from './command-line.js';
import { CommandError, EXIT } from './exit-codes.js';

// Before any thread is made: four nurseries would take more than all that we keep in memory.
setFlagsFromString(`--max-semi-space-size=${NURSERY_MIB}`);

// A terminal that has been closed is no reason to end before everything is in order.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

process.exit(await main());

async function main(): Promise<number> {
  try {
    await runCommandLine(process.argv.slice(2));
    return EXIT.OK;
  } catch (error) {
    tell(error);
    return error instanceof CommandError ? error.exitCode : EXIT.UNEXPECTED;
  }
}

/** One sentence what, one sentence what to do; a stack only for what nobody foresaw. */
function tell(error: unknown): void {
  if (error instanceof CommandError || error instanceof NuageError) {
    const hint = error.hint === undefined ? '' : `\n${error.hint}`;
    process.stderr.write(`nuage-mount: ${error.message}${hint}\n`);
    return;
  }
  process.stderr.write(`nuage-mount: ${error instanceof Error ? error.stack : String(error)}\n`);
}
