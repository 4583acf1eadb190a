/** Completion for fish. */
import type { CommandEntry, OptionEntry } from '../command-table.js';

export function fishCompletion(table: readonly CommandEntry[]): string {
  const lines = table.flatMap((command) => {
    const seen = `__fish_seen_subcommand_from ${command.names.join(' ')}`;
    const names = command.names.map((name) => `${FIRST} -a ${name} -d ${quoted(command.describe)}`);
    const words = command.choices.map(
      (word) => `complete -c nuage-mount -n ${quoted(seen)} -f -a ${word}`,
    );
    return [...names, ...words, ...command.options.map((option) => optionLine(seen, option))];
  });
  return `# fish completion for nuage-mount\n${lines.join('\n')}\n`;
}

const FIRST = "complete -c nuage-mount -n '__fish_use_subcommand'";

function optionLine(seen: string, option: OptionEntry): string {
  const { name, alias, describe, takesValue, choices } = option;
  const short = alias === undefined ? '' : ` -s ${alias}`;
  const values =
    choices.length > 0 ? ` -x -a ${quoted(choices.join(' '))}` : takesValue ? ' -r' : '';
  const typed = `-l ${name}${short}${values} -d ${quoted(describe)}`;
  return `complete -c nuage-mount -n ${quoted(seen)} ${typed}`;
}

function quoted(text: string): string {
  return `'${text.replace(/['\\]/g, '\\$&').replaceAll('\n', ' ')}'`;
}
