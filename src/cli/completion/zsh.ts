/** Completion for zsh. */
import type { CommandEntry, OptionEntry } from '../command-table.js';

export function zshCompletion(table: readonly CommandEntry[]): string {
  const names = table.flatMap(({ names: all, describe }) =>
    all.map((name) => `    ${quoted(`${name}:${describe}`)}`),
  );
  const cases = table.map((command) => {
    const parts = command.options.map((option) => `        ${optionSpec(option)} \\\n`);
    const words = command.choices.length > 0 ? `(${command.choices.join(' ')})` : '_files';
    const argument = command.positionals === '' ? '' : `'*:argument:${words}'`;
    return `      ${command.names.join('|')})
        _arguments \\
${parts.join('')}        '--help' ${argument} ;;`;
  });
  return `#compdef nuage-mount
_nuage_mount() {
  local -a commands
  commands=(
${names.join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    _files -/
    return
  fi
  local command=$words[2]
  (( CURRENT-- ))
  shift words
  case $command in
${cases.join('\n')}
    *) _files ;;
  esac
}
if [ "$funcstack[1]" = _nuage_mount ]; then
  _nuage_mount "$@"
else
  compdef _nuage_mount nuage-mount
fi
`;
}

function optionSpec({ name, describe, takesValue, choices }: OptionEntry): string {
  const about = describe.replace(/[[\]:\\]/g, '\\$&').replaceAll('\n', ' ');
  const values =
    choices.length > 0 ? `:value:(${choices.join(' ')})` : takesValue ? ':value:_files' : '';
  return quoted(`--${name}[${about}]${values}`);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''").replaceAll('\n', ' ')}'`;
}
