/**
 * 64-bit integers as JavaScript numbers: exact up to 2^53, rounded above it. The wire is in the
 * byte order of the machine.
 */
import { endianness } from 'node:os';

/** Not exported: V8 folds a constant only within its module, and these run for every field. */
const little = endianness() === 'LE';
export const LITTLE = little;

const WORD = 2 ** 32;
const LOW = little ? 0 : 4;
const HIGH = little ? 4 : 0;

export function getU32(view: DataView, at: number): number {
  return view.getUint32(at, little);
}

export function setU32(view: DataView, at: number, value: number): void {
  view.setUint32(at, value, little);
}

export function getU64(view: DataView, at: number): number {
  return view.getUint32(at + HIGH, little) * WORD + view.getUint32(at + LOW, little);
}

export function getI64(view: DataView, at: number): number {
  return view.getInt32(at + HIGH, little) * WORD + view.getUint32(at + LOW, little);
}

/** Signed and unsigned alike: `setUint32` takes its argument modulo 2^32. */
export function setU64(view: DataView, at: number, value: number): void {
  view.setUint32(at + HIGH, Math.floor(value / WORD), little);
  view.setUint32(at + LOW, value, little);
}

/** Exact, and without the allocation that a bigint costs. */
export function copyU64(from: DataView, fromAt: number, to: DataView, toAt: number): void {
  to.setUint32(toAt, from.getUint32(fromAt, little), little);
  to.setUint32(toAt + 4, from.getUint32(fromAt + 4, little), little);
}
