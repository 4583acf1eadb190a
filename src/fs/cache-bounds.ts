/** How large the cache may be: what the user has asked for, else what the disk has room for. */
import type { DiskSpace } from '../cache/disk-space.js';
import {
  CACHE_BYTES_DEFAULT,
  CACHE_SHARE_OF_FREE_DISK,
  DISK_FREE_BYTES_DEFAULT,
  DISK_FREE_SHARE,
} from '../limits.js';

export interface CacheBounds {
  readonly bytesMax: number;
  readonly freeBytesMin: number;
}

/** What the user has asked for; undefined: the default. */
export interface WantedBounds {
  readonly cacheBytesMax: number | undefined;
  readonly freeBytesMin: number | undefined;
}

/** @param usedBytes what the cache takes already: of the free disk a tenth is for all of it. */
export function cacheBounds(
  wanted: WantedBounds,
  { freeBytes, totalBytes }: DiskSpace,
  usedBytes: number,
): CacheBounds {
  const share = Math.floor((freeBytes + usedBytes) * CACHE_SHARE_OF_FREE_DISK);
  const leave = Math.floor(totalBytes * DISK_FREE_SHARE);
  return {
    bytesMax: wanted.cacheBytesMax ?? Math.min(CACHE_BYTES_DEFAULT, share),
    freeBytesMin: wanted.freeBytesMin ?? Math.min(DISK_FREE_BYTES_DEFAULT, leave),
  };
}
