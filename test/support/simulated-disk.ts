/** What the main thread does with data files, at once: the real sums, read synchronously. */
import fs from 'node:fs';
import { differing, type FileBlocks, sumBlocks } from '../../src/block-sum.js';
import { BLOCK_SIZE_BYTES } from '../../src/limits.js';
import type { Effect, EffectResults } from '../../src/remote/messages.js';

const OPS = ['sync-files', 'check-blocks', 'hash-file'] as const;

type Op = (typeof OPS)[number];

export function isOfTheDisk<Asked extends Pick<Effect, 'op'>>(
  asked: Asked,
): asked is Extract<Asked, { op: Op }> {
  return OPS.some((op) => op === asked.op);
}

export function ofTheDisk(effect: Extract<Effect, { op: Op }>): EffectResults[Op] {
  if (effect.op === 'hash-file') return undefined;
  if (effect.op === 'sync-files') return { failed: [], sums: effect.toSum.map(sumsOf) };
  return effect.files.map((file) => differing(file, sumsOf(file)));
}

export function sumsOf(wanted: FileBlocks): readonly number[] {
  if (!fs.existsSync(wanted.dataFile)) return [];
  const fd = fs.openSync(wanted.dataFile, 'r');
  try {
    const buffer = Buffer.alloc(BLOCK_SIZE_BYTES);
    const summing = sumBlocks(wanted, buffer);
    let next = summing.next();
    while (next.done !== true) {
      const { start, length } = next.value;
      next = summing.next(fs.readSync(fd, buffer, 0, length, start));
    }
    return next.value;
  } finally {
    fs.closeSync(fd);
  }
}
