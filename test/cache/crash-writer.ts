/**
 * Writes into a state folder until it is killed, and says on standard output what is acknowledged.
 * Each line: `<name> <content> <blocks written, joined by commas>`.
 */
import fs from 'node:fs';
import { BLOCK_SIZE_BYTES as B } from '../../src/limits.js';
import { bytes, openCache, synced } from './support.js';

const BLOCKS = 6;
const cache = openCache(process.argv[2] ?? '');
const { tree, contents } = cache;
contents.recover();
const round = `${process.pid}`;

for (let number = 0; ; number += 1) {
  const name = `${round}-${number}`;
  const { node, content } = tree.atomically(() => {
    const created = contents.create({ size: BLOCKS * B, complete: false });
    const size = BLOCKS * B;
    return { content: created, node: tree.insert(synced(1, name, { content: created, size })) };
  });
  contents.acquire(content);
  const written: number[] = [];
  for (const block of [number % BLOCKS, (number * 5 + 2) % BLOCKS]) {
    contents.write(content, block * B, bytes(B, block + 1));
    tree.atomically(() => {
      contents.markWritten(content, block * B, block * B + B);
      const latest = tree.get(node.ino) ?? node;
      tree.save({ ...latest, contentDirty: true, contentVersion: latest.contentVersion + 1 });
    });
    written.push(block);
    fs.writeSync(1, `${name} ${content} ${written.join(',')}\n`);
  }
  contents.release(content);
  // Who reads the lines shall not be overrun: every one of them is checked.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
  if (number % 3 === 0) contents.flush();
  if (number % 5 === 0) {
    contents.flush();
    cache.db.barrier();
  }
}
