/**
 * What of a content is in its data file: whole blocks, of which the row may speak one day, and
 * parts of blocks, which memory alone knows. A reader gets its bytes as soon as they are there; who
 * loses the knowledge of parts fetches them again.
 */
import { BLOCK_SIZE_BYTES, FRAGMENTS_MAX } from '../limits.js';
import { BlockMap, type ByteRange } from './block-map.js';
import { ByteRanges } from './byte-ranges.js';
import type { ContentState } from './content-row.js';

/** These bytes of the server stand in the data file. */
export function addFetched(state: ContentState, start: number, end: number): void {
  const { map } = state;
  if (map === undefined || start >= end) return;
  const fragments = (state.fragments ??= new ByteRanges());
  const joined = fragments.add(start, end);
  for (const gap of map.missing(joined.start, joined.end)) {
    const from = Math.max(gap.start, joined.start);
    const to = Math.min(gap.end, joined.end);
    if (!map.addWhole(from, to)) continue;
    state.fetched ??= new BlockMap(map.fetchable);
    state.fetched.addWhole(from, to);
  }
  const isLast = joined.end >= map.fetchable;
  const wholeEnd = isLast ? joined.end : floorToBlock(joined.end);
  fragments.delete(ceilToBlock(joined.start), wholeEnd);
  if (fragments.count > FRAGMENTS_MAX) fragments.dropOneBeside(joined);
}

/** What of this range is not here yet, to the byte. */
export function absentBytes(state: ContentState, start: number, end: number): ByteRange[] {
  const { map, fragments } = state;
  if (map === undefined || map.covers(start, end)) return [];
  return map.missing(start, end).flatMap((gap) => {
    const from = Math.max(gap.start, start);
    const to = Math.min(gap.end, end);
    return fragments?.gaps(from, to) ?? [{ start: from, end: to }];
  });
}

/** The blocks that the range touches are the user's from now on. */
export function forgetFragments(state: ContentState, start: number, end: number): void {
  state.fragments?.delete(floorToBlock(start), ceilToBlock(end));
}

function floorToBlock(offset: number): number {
  return Math.floor(offset / BLOCK_SIZE_BYTES) * BLOCK_SIZE_BYTES;
}

function ceilToBlock(offset: number): number {
  return Math.ceil(offset / BLOCK_SIZE_BYTES) * BLOCK_SIZE_BYTES;
}
