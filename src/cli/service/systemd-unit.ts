/** The text of the systemd user unit, a template whose instance is the folder. */

export const UNIT = 'nuage-mount@.service';

/**
 * @param command absolute path and arguments, to which the rest is added.
 * @param environment what the unit is to see besides what systemd gives it.
 */
export function unitText(
  command: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): string {
  const set = Object.entries(environment).map(
    ([name, value]) => `Environment=${quotedForUnit(`${name}=${value}`)}\n`,
  );
  // `:` keeps systemd from replacing `$` in the name of a folder.
  return `[Unit]
Description=Nuage on %f
Documentation=man:nuage-mount(1)
# For the password. The network is not waited for: an account is mounted without it as well.
After=dbus.socket gnome-keyring-daemon.service
# Tried again for as long as it takes.
StartLimitIntervalSec=0

[Service]
Type=notify
${set.join('')}ExecStart=:${command.map(quotedForUnit).join(' ')} mount --foreground %f
# A killed process leaves a dead mount behind.
ExecStopPost=-:fusermount3 -u -z -q %f
Restart=on-failure
RestartSec=15
# Usage, folder, mounted already, login, no Nextcloud, no FUSE: nothing that time would mend.
RestartPreventExitStatus=2 3 4 6 7 8
TimeoutStartSec=90
# What is unsent is sent for 10 s; what is left stays in the queue.
TimeoutStopSec=30
KillMode=mixed

[Install]
WantedBy=default.target
`;
}

/** As systemd reads it (systemd.syntax(7)); `%` begins what it replaces. */
function quotedForUnit(text: string): string {
  const escaped = text.replaceAll('%', '%%');
  if (/^[\w@%+=:,./-]+$/.test(escaped)) return escaped;
  return `"${escaped.replace(/["\\]/g, '\\$&')}"`;
}

/** As `systemd-escape --path` does: what stands between `@` and `.service`. */
export function instanceOf(folder: string): string {
  const inner = folder.split('/').filter((part) => part !== '');
  if (inner.length === 0) return '-';
  const bytes = Buffer.from(inner.join('/'), 'utf8');
  return Array.from(bytes, (byte, index) => {
    const letter = String.fromCharCode(byte);
    if (letter === '/') return '-';
    const isPlain = /[A-Za-z0-9:_]/.test(letter) || (letter === '.' && index > 0);
    return isPlain ? letter : `\\x${byte.toString(16).padStart(2, '0')}`;
  }).join('');
}
