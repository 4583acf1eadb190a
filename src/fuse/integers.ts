/**
 * 64-bit integers as JavaScript numbers: exact up to 2^53, rounded above it. The wire is in the
 * byte order of the machine.
 */
import { endianness } from 'node:os';

export const LITTLE = endianness() === 'LE';

const WORD = 2 ** 32;
const LOW = LITTLE ? 0 : 4;
const HIGH = LITTLE ? 4 : 0;

export function getU64(view: DataView, at: number): number {
  return view.getUint32(at + HIGH, LITTLE) * WORD + view.getUint32(at + LOW, LITTLE);
}

export function getI64(view: DataView, at: number): number {
  return view.getInt32(at + HIGH, LITTLE) * WORD + view.getUint32(at + LOW, LITTLE);
}

/** Signed and unsigned alike: `setUint32` takes its argument modulo 2^32. */
export function setU64(view: DataView, at: number, value: number): void {
  view.setUint32(at + HIGH, Math.floor(value / WORD), LITTLE);
  view.setUint32(at + LOW, value, LITTLE);
}
