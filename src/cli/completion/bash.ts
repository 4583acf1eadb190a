/** Completion for bash. */
import type { CommandEntry } from '../command-table.js';

export function bashCompletion(table: readonly CommandEntry[]): string {
  const names = table.flatMap(({ names: all }) => all).join(' ');
  const cases = table.map((command) => {
    const words = command.choices.length > 0 ? ` words='${command.choices.join(' ')}'` : '';
    return `    ${command.names.join(' | ')}) options='${optionsOf(command)}'${words} ;;`;
  });
  const values = table.flatMap((command) => valuesOf(command));
  return `# bash completion for nuage-mount
_nuage_mount() {
  local word=\${COMP_WORDS[COMP_CWORD]} options words='' values='' file
  COMPREPLY=()
  case \${COMP_WORDS[1]} in
${cases.join('\n')}
    *) options='${optionsOf(mountOf(table))}' ;;
  esac
  case "\${COMP_WORDS[1]} \${COMP_WORDS[COMP_CWORD - 1]}" in
${values.join('\n')}
  esac
  if [ -n "$values" ]; then
    mapfile -t COMPREPLY < <(compgen -W "$values" -- "$word")
    return
  fi
  if [ "$COMP_CWORD" -eq 1 ]; then words='${names}'; fi
  if [[ $word == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$options" -- "$word")
    return
  fi
  compopt -o filenames 2>/dev/null
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
  while IFS= read -r file; do COMPREPLY+=("$file"); done < <(compgen -f -- "$word")
}
complete -F _nuage_mount nuage-mount
`;
}

function optionsOf(command: CommandEntry | undefined): string {
  return [...(command?.options ?? []).map(({ name }) => `--${name}`), '--help'].join(' ');
}

/** What may follow an option that takes one of a few words. */
function valuesOf({ names, options }: CommandEntry): readonly string[] {
  return options
    .filter(({ choices }) => choices.length > 0)
    .map(({ name: option, choices }) => {
      const typed = names.map((name) => `'${name} --${option}'`).join(' | ');
      return `    ${typed}) values='${choices.join(' ')}' ;;`;
    });
}

/** What is meant where a folder stands in the place of a command. */
function mountOf(table: readonly CommandEntry[]): CommandEntry | undefined {
  return table.find(({ names }) => names.includes('mount'));
}
