/** What the root says to the desktop: a name and an icon. */

/** Of the icon naming specification, so every theme has it. */
const ICON = 'folder-remote';

export function rootFiles(account: {
  readonly url: string;
  readonly user: string;
}): Readonly<Record<string, string>> {
  const name = `Nuage (${account.user}@${new URL(account.url).hostname})`;
  return {
    // GVfs: of a mount in somebody's home it shows this name and icon in the side bar.
    '.xdg-volume-info': `[Volume Info]\nName=${keyFileText(name)}\nIcon=${ICON}\n`,
  };
}

/** One line, as GLib's key files want it. */
function keyFileText(text: string): string {
  return text.replace(/\p{Cc}/gu, ' ').replaceAll('\\', '\\\\');
}
