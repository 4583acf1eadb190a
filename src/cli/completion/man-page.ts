/** The manual page, in roff. */
import type { CommandEntry, OptionEntry } from '../command-table.js';

export interface ManPage {
  readonly version: string;
  readonly table: readonly CommandEntry[];
  readonly exitCodes: readonly (readonly [string, string])[];
}

export function manPage({ version, table, exitCodes }: ManPage): string {
  return `.TH NUAGE-MOUNT 1 "" "nuage-mount ${version}" "User Commands"
.SH NAME
nuage-mount \\- mount a Nextcloud account as a local folder
.SH SYNOPSIS
.B nuage-mount
.I DIR
[\\fIoptions\\fR]
.br
.B nuage-mount
.I COMMAND
[\\fIarguments\\fR]
.SH DESCRIPTION
Mounts a Nextcloud account, such as the Nuage of apps.education.fr, as a local folder. A file
arrives when it is opened and stays in a cache; what is written is kept on this machine and
sent in the background.
.SH COMMANDS
${table.map(commandPart).join('')}.SH "EXIT STATUS"
${exitCodes.map(([code, meaning]) => `.TP\n.B ${code}\n${roff(meaning)}\n`).join('')}.SH FILES
.TP
.I ~/.local/share/nuage-mount
Cache, queue and log, one folder per account.
.TP
.I ~/.config/nuage-mount/config.toml
The configuration.
.SH "SEE ALSO"
.BR fusermount3 (1),
.BR systemctl (1)
`;
}

function commandPart({ names, positionals, describe, options }: CommandEntry): string {
  const [name = '', ...others] = names;
  const also = others.length === 0 ? '' : ` (${others.join(', ')})`;
  const typed = `${name} ${positionals}`.trim();
  const about = `${roff(describe)}${roff(also)}.`;
  return `.SS "${roff(typed)}"\n${about}\n${options.map(optionPart).join('')}`;
}

function optionPart({ name, alias, describe, takesValue, choices }: OptionEntry): string {
  const short = alias === undefined ? '' : `\\-${alias}, `;
  const value = takesValue ? ` ${choices.length > 0 ? choices.join('|') : 'VALUE'}` : '';
  return `.TP\n.B ${short}${roff(`--${name}${value}`)}\n${roff(describe)}\n`;
}

/** A dot or an apostrophe at the beginning of a line would be a request. */
function roff(text: string): string {
  const escaped = text.replaceAll('\\', '\\e').replaceAll('-', '\\-').replaceAll('"', '\\(dq');
  return escaped.replace(/^(?=[.'])/gm, '\\&');
}
