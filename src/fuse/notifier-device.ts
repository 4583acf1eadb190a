/**
 * The notifier's own way to the kernel. A notification may wait in the kernel for a page that only
 * a reply of ours unlocks. Were the process killed then, the waiting thread would keep the device
 * open, and an open device keeps the kernel waiting for that reply: neither would ever end.
 *
 * So the notifier has a device of its own (FUSE_DEV_IOC_CLONE of `linux/fuse.h`) in a table of
 * descriptors of its own (`unshare(2)`). When the other threads die, theirs is closed with their
 * table, the kernel fails what they had not answered (fuse_dev_release), and this thread ends too.
 */
import fs from 'node:fs';
import { systemCalls } from './system.js';

const DEVICE_PATH = '/dev/fuse';
/** _IOR(229, 0, uint32_t) */
const FUSE_DEV_IOC_CLONE = 0x8004e500;
const CLONE_FILES = 0x400;

/** What the thread's own event loop consists of, as /proc/thread-self/fd names it. */
const OF_THE_LOOP = /^(?:anon_inode:|pipe:)/;
const STANDARD_DESCRIPTORS = 3;

/**
 * Call from the notifier's thread, before anything else is opened there.
 * @returns the descriptor to write to: `deviceFd` itself where the kernel gives no second one.
 */
export function openNotifierDevice(deviceFd: number): number {
  const clone = cloneDevice(deviceFd);
  if (clone === undefined) return deviceFd;
  if (systemCalls().unshare(CLONE_FILES) !== 0) {
    fs.closeSync(clone);
    return deviceFd;
  }
  closeAllBut(clone);
  return clone;
}

function cloneDevice(deviceFd: number): number | undefined {
  let clone: number;
  try {
    clone = fs.openSync(DEVICE_PATH, fs.constants.O_RDWR);
  } catch {
    return undefined;
  }
  const original = new Uint32Array([deviceFd]);
  if (systemCalls().ioctl(clone, FUSE_DEV_IOC_CLONE, original) === 0) return clone;
  fs.closeSync(clone);
  return undefined;
}

/** The copies that this thread got of the others' descriptors would outlive them. */
function closeAllBut(kept: number): void {
  const folder = '/proc/thread-self/fd';
  for (const name of fs.readdirSync(folder)) {
    const fd = Number(name);
    if (fd < STANDARD_DESCRIPTORS || fd === kept) continue;
    const target = linkTarget(`${folder}/${name}`);
    if (target !== undefined && !OF_THE_LOOP.test(target)) systemCalls().close(fd);
  }
}

/** Undefined for the descriptor that listed the folder, which is gone. */
function linkTarget(link: string): string | undefined {
  try {
    return fs.readlinkSync(link, 'utf8');
  } catch {
    return undefined;
  }
}
