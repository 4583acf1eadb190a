/**
 * All commands as data, for completion and the manual page. The definitions are run on a recorder
 * in the place of yargs, which keeps no such table.
 */
import type { Argv } from 'yargs';

export interface OptionEntry {
  /** Without the dashes. */
  readonly name: string;
  readonly alias: string | undefined;
  readonly describe: string;
  readonly takesValue: boolean;
  readonly choices: readonly string[];
}

export interface CommandEntry {
  /** The first is the usual one. */
  readonly names: readonly string[];
  /** As typed after the name: `<path>`, `[dir]`. */
  readonly positionals: string;
  readonly describe: string;
  /** What its first argument may be, besides a path. */
  readonly choices: readonly string[];
  readonly options: readonly OptionEntry[];
}

interface GivenOption {
  readonly type?: string;
  readonly alias?: string;
  readonly describe?: string;
  readonly choices?: readonly string[];
  readonly hidden?: boolean;
}

/** @param adders each adds its commands, as in the command line. */
export function commandTable(adders: readonly ((y: Argv) => Argv)[]): readonly CommandEntry[] {
  const table: CommandEntry[] = [];
  const recorder = {
    command(
      given: string | readonly string[],
      describe: string,
      build: (y: Argv) => unknown,
    ): unknown {
      const [usage = '', ...others] = typeof given === 'string' ? [given] : given;
      const [name = '', ...positionals] = usage.split(' ');
      const names = [name, ...others.filter((other) => other !== '$0')];
      table.push({ names, positionals: positionals.join(' '), describe, ...recorded(build) });
      return recorder;
    },
  };
  for (const add of adders) add(recorder as unknown as Argv);
  return table;
}

function recorded(build: (y: Argv) => unknown): Pick<CommandEntry, 'options' | 'choices'> {
  const options: OptionEntry[] = [];
  const choices: string[] = [];
  const part = {
    option(name: string, given: GivenOption): unknown {
      if (given.hidden !== true) options.push(entryOf(name, given));
      return part;
    },
    positional(_name: string, given: GivenOption): unknown {
      choices.push(...(given.choices ?? []));
      return part;
    },
    check: (): unknown => part,
  };
  build(part as unknown as Argv);
  return { options, choices };
}

function entryOf(name: string, given: GivenOption): OptionEntry {
  return {
    name,
    alias: given.alias,
    describe: given.describe ?? '',
    takesValue: given.type !== 'boolean',
    choices: given.choices ?? [],
  };
}
