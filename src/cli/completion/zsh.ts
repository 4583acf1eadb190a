/**
 * Completion for zsh: to be sourced, or installed as `_nuage-mount`. zsh then runs the file as the
 * function of this name, which must complete the first time as well.
 */
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
_nuage-mount() {
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
if [ "$funcstack[1]" = _nuage-mount ]; then
  _nuage-mount "$@"
else
  compdef _nuage-mount nuage-mount
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
