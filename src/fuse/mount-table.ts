/** /proc/self/mountinfo: what is mounted where, without touching what is mounted (proc(5)). */
import { readFileSync, realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

export interface MountEntry {
  readonly mountPoint: string;
  /** `ext4`, `fuse.nuage-mount`… */
  readonly type: string;
  readonly source: string;
}

/** The topmost mount on exactly this path. */
export function mountOn(mountPoint: string): MountEntry | undefined {
  const entries = parseMountInfo(readFileSync('/proc/self/mountinfo', 'utf8'));
  return entries.findLast((entry) => entry.mountPoint === mountPoint);
}

export function parseMountInfo(text: string): readonly MountEntry[] {
  const entries: MountEntry[] = [];
  for (const line of text.split('\n')) {
    // id parent major:minor root MOUNT-POINT options [tags…] - TYPE SOURCE super-options
    const [before = '', after = ''] = line.split(' - ', 2);
    const mountPoint = before.split(' ')[4];
    const [type, source = ''] = after.split(' ');
    if (mountPoint === undefined || type === undefined || type === '') continue;
    entries.push({ mountPoint: unescape(mountPoint), type, source: unescape(source) });
  }
  return entries;
}

/** The kernel writes blank, tab, newline and backslash as three octal digits. */
function unescape(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}

/**
 * The path as the mount table writes it. Only the parent is resolved through the file system: a
 * look at the last component would ask a server that may be dead or stuck. So a mount point that
 * is itself a symbolic link is taken as it stands.
 */
export function canonicalMountPoint(mountPoint: string): string {
  const absolute = resolve(mountPoint);
  if (absolute === '/') return absolute;
  try {
    return join(realpathSync(dirname(absolute)), basename(absolute));
  } catch {
    // The parent does not exist or is dead itself: then nothing is mounted on the child.
    return absolute;
  }
}
