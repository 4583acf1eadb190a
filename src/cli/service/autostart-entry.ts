/** The text of an entry of XDG autostart. */

/** In the foreground: the session ends its own programs, and that ends the mount in good order. */
export function entryText(command: readonly string[], name: string): string {
  return `[Desktop Entry]
Type=Application
Name=${name.replaceAll('\\', '\\\\')}
Comment=nuage-mount
Exec=${command.map(quotedForEntry).join(' ')}
Icon=nuage-mount
Terminal=false
NoDisplay=true
X-GNOME-Autostart-enabled=true
`;
}

/**
 * Quoted for `Exec`, and once more as every string of such a file (Desktop Entry Specification):
 * a backslash before a quoted sign becomes two.
 */
function quotedForEntry(text: string): string {
  if (/^[\w@+=:,./-]+$/.test(text)) return text;
  const quoted = text.replaceAll('%', '%%').replace(/["`$\\]/g, '\\$&');
  return `"${quoted.replaceAll('\\', '\\\\')}"`;
}
