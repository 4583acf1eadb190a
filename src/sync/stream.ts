/** One running GET into a data file, as the reader sees it. */
import {
  STREAM_REACH_BYTES,
  TEAM_FILE_BYTES_MIN,
  TEAM_READ_BYTES_MIN,
  TEAM_SHARE_BYTES_MIN,
  TEAM_THREE_BYTES_MIN,
} from '../limits.js';
import type { EffectId } from '../remote/messages.js';

export interface StreamRange {
  readonly start: number;
  readonly end: number;
  /** It may go on up to here. */
  limit: number;
  /** Behind the last byte that somebody asked of it. */
  wantedEnd: number;
}

export interface Stream extends StreamRange {
  id: EffectId;
  /** Another one brings what follows from here on; `end` where none does. */
  stopAt: number;
  /** Bytes up to here stand in the data file. */
  position: number;
  /** When somebody last read from what it brings. */
  followedAt: number;
  arrivedAt: number;
  /** When the first bytes came, and how many. */
  begunAt: number;
  begunBytes: number;
  /** Ends soon; until then it may write. */
  isAborted: boolean;
}

export function newStream(range: StreamRange, now: number): Stream {
  return {
    ...range,
    id: 0,
    stopAt: range.end,
    position: range.start,
    followedAt: now,
    arrivedAt: now,
    begunAt: now,
    begunBytes: 0,
    isAborted: false,
  };
}

/** It will bring this byte, sooner or later. */
export function willBring({ position, stopAt, isAborted }: Stream, offset: number): boolean {
  return offset >= position && offset < stopAt && !isAborted;
}

/** How many streams may share what this one would bring to the end of its file. */
export function teamSize({ end }: Stream): number {
  if (end <= TEAM_FILE_BYTES_MIN) return 1;
  return end <= TEAM_THREE_BYTES_MIN ? 2 : 3;
}

/** Its reader is as fast as the line, has read much, and much is left. */
export function isStarved(stream: Stream): boolean {
  const { position, start, end, limit, wantedEnd } = stream;
  const isWaitedFor = position < limit && position - wantedEnd < STREAM_REACH_BYTES;
  const hasReadMuch = position - start >= TEAM_READ_BYTES_MIN;
  const size = teamSize(stream);
  return isWaitedFor && hasReadMuch && size > 1 && (end - position) / size >= TEAM_SHARE_BYTES_MIN;
}
