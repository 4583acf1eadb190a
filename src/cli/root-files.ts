/** What the root says to the desktop: a name and an icon, and that nobody is to index it. */

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
    // Tracker and LocalSearch leave out a folder that holds a file of this name.
    '.trackerignore': '',
  };
}

/** One line, as GLib's key files want it. */
function keyFileText(text: string): string {
  return text.replace(/\p{Cc}/gu, ' ').replaceAll('\\', '\\\\');
}
