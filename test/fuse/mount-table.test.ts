/** What /proc/self/mountinfo says, as proc(5) describes it. */
import { describe, expect, it } from 'vitest';
import { canonicalMountPoint, parseMountInfo } from '../../src/fuse/mount-table.js';

describe('the mount table', () => {
  it('is read with and without optional fields', () => {
    const text = [
      '36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue',
      '40 35 0:50 / /home/a rw,nosuid,nodev - fuse.nuage-mount user@nuage rw,user_id=1',
      '41 35 0:51 / /shared rw shared:3 master:1 propagate_from:2 - tmpfs tmpfs rw',
      '',
    ].join('\n');
    expect(parseMountInfo(text)).toEqual([
      { mountPoint: '/mnt2', type: 'ext3', source: '/dev/root' },
      { mountPoint: '/home/a', type: 'fuse.nuage-mount', source: 'user@nuage' },
      { mountPoint: '/shared', type: 'tmpfs', source: 'tmpfs' },
    ]);
  });

  it('gives blanks, tabs, newlines, backslashes and UTF-8 in paths as they are', () => {
    const line =
      '40 35 0:50 / /a\\040b\\011c\\012d\\134e/été rw - fuse.x source\\040here rw,user_id=1';
    expect(parseMountInfo(line)).toEqual([
      { mountPoint: '/a b\tc\nd\\e/été', type: 'fuse.x', source: 'source here' },
    ]);
  });

  it('keeps a separator that is part of a path apart from the real one', () => {
    // The kernel writes the blanks of ` - ` in a path as \040.
    const line = '40 35 0:50 / /a\\040-\\040b rw - fuse.x y rw';
    expect(parseMountInfo(line)[0]?.mountPoint).toBe('/a - b');
  });

  it('passes over lines that make no sense', () => {
    expect(parseMountInfo('nonsense\n1 2 3\n - \n')).toEqual([]);
  });
});

describe('a mount point', () => {
  it('is made absolute, also where its parent does not exist', () => {
    expect(canonicalMountPoint('/')).toBe('/');
    expect(canonicalMountPoint('/missing/../missing/folder/')).toBe('/missing/folder');
    expect(canonicalMountPoint('folder')).toBe(`${process.cwd()}/folder`);
  });
});
