import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { BLOCK_SIZE_BYTES as B } from '../../src/limits.js';
import { scratchFolder } from '../support/scratch.js';
import { bytes, type Cache, openCache } from './support.js';

const WRITER = path.join(import.meta.dirname, 'crash-writer.ts');
const KILLS = 4;

interface Acknowledged {
  readonly content: string;
  readonly blocks: readonly number[];
}

/** Runs the writer until it has acknowledged `lines` lines, then kills it wherever it is. */
function writeAndKill(folder: string, lines: number): Promise<Map<string, Acknowledged>> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', 'tsx', WRITER, folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.setEncoding('utf8');
    child.stdout.on('data', (text: string) => {
      output += text;
      if (output.split('\n').length > lines) child.kill('SIGKILL');
    });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (signal !== 'SIGKILL') reject(new Error(`the writer ended by itself: ${String(code)}`));
      resolve(parse(output));
    });
  });
}

function parse(output: string): Map<string, Acknowledged> {
  const whole = output.slice(0, output.lastIndexOf('\n'));
  const acknowledged = new Map<string, Acknowledged>();
  for (const line of whole.split('\n')) {
    const [name, content, blocks] = line.split(' ');
    acknowledged.set(name!, { content: content!, blocks: blocks!.split(',').map(Number) });
  }
  return acknowledged;
}

function expectKept(cache: Cache, name: string, { content, blocks }: Acknowledged): void {
  const node = cache.tree.child(1, name);
  expect(node).toMatchObject({ content, contentDirty: true });
  expect(node!.contentVersion).toBeGreaterThanOrEqual(new Set(blocks).size);
  expect(cache.contents.isDirty(content)).toBe(true);
  const into = new Uint8Array(B);
  for (const block of blocks) {
    expect(cache.contents.missing(content, block * B, block * B + B)).toEqual([]);
    cache.contents.read(content, block * B, into);
    expect(Buffer.compare(into, bytes(B, block + 1))).toBe(0);
  }
}

describe('a process that is killed while it writes', () => {
  it('has kept every acknowledged write: its row, its dirty mark, its blocks and its bytes', async () => {
    const folder = scratchFolder();
    const acknowledged = new Map<string, Acknowledged>();
    for (let kill = 0; kill < KILLS; kill += 1) {
      for (const [name, state] of await writeAndKill(folder, 20 + 17 * kill)) {
        acknowledged.set(name, state);
      }
      const cache = openCache(folder);
      expect(cache.db.wasClosedCleanly).toBe(false);
      const report = cache.contents.recover();
      expect(report).toMatchObject({ damagedClean: [], damagedDirty: [], maybeTorn: [] });
      for (const [name, state] of acknowledged) expectKept(cache, name, state);
      cache.contents.close();
      cache.db.close();
    }
    expect(acknowledged.size).toBeGreaterThan(KILLS * 8);
    fs.rmSync(folder, { recursive: true });
  }, 120_000);
});
