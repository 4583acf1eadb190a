import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SHARED_FOLDER, writeTeacherContent } from '../../src/demo/content.js';
import { Client } from './client.js';
import { NuageProcess } from './nuage-process.js';

let top: string;

beforeEach(() => {
  top = mkdtempSync(path.join(os.tmpdir(), 'nuage-content-'));
});

afterEach(() => {
  rmSync(top, { recursive: true, force: true });
});

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .sort();
}

function digest(folder: string): string {
  const hash = createHash('sha1');
  for (const file of filesIn(folder)) {
    hash.update(file).update(readFileSync(path.join(folder, file)));
    hash.update(String(statSync(path.join(folder, file)).mtimeMs));
  }
  return hash.digest('hex');
}

describe('the content of the account', () => {
  it('is the same every time', () => {
    const [one, two] = [path.join(top, '1'), path.join(top, '2')];
    for (const folder of [one, two]) {
      writeTeacherContent(folder, { files: 200, bigFileBytes: 3_000_000 });
    }
    expect(digest(one)).toBe(digest(two));
  });

  it('has the names that clients stumble over, and files of the size asked for', () => {
    writeTeacherContent(top, { files: 500, bigFileBytes: 5_000_000 });
    const names = filesIn(top);
    expect(names.length).toBeGreaterThan(500);
    for (const character of [' ', 'é', '%', '#', '+', '&', '?', "'", '"', '😀', '[']) {
      expect([character, names.some((name) => name.includes(character))]).toEqual([
        character,
        true,
      ]);
    }
    const sizes = names.map((name) => statSync(path.join(top, name)).size);
    expect(Math.max(...sizes)).toBe(5_000_000);
    expect(Math.min(...sizes)).toBe(0);
  });

  it('has a large file that takes little room and time', () => {
    const start = performance.now();
    writeTeacherContent(top, { files: 0, bigFileBytes: 300 * 1024 * 1024 });
    expect(performance.now() - start).toBeLessThan(3_000);
    const big = filesIn(top).find((name) => name.endsWith('.mp4')) ?? '';
    const { size, blocks } = statSync(path.join(top, big));
    expect([size, blocks * 512 < 10_000_000]).toEqual([300 * 1024 * 1024, true]);
  });
});

describe('the server as a process of its own', () => {
  it('serves the content, takes faults from outside, and ends when told', async () => {
    const folder = path.join(top, 'files');
    const nuage = await NuageProcess.start({
      folder,
      content: { files: 100, bigFileBytes: 2_000_000 },
    });
    try {
      const client = new Client(nuage);
      const shared = encodeURIComponent(SHARED_FOLDER);
      expect(await client.property(shared, 'oc:permissions')).toBe('SGD');
      const id = await nuage.fault({ method: 'GET', action: { kind: 'respond', status: 502 } });
      expect(await client.status('GET', 'x')).toBe(502);
      expect(await nuage.hits(id)).toBe(1);
      await nuage.control('clear');
      expect(await client.status('GET', 'x')).toBe(404);
      expect((await nuage.requests()).map(({ method }) => method)).toContain('PROPFIND');
      await nuage.settings({ maintenance: true });
      expect(await client.status('GET', 'x')).toBe(503);
    } finally {
      await nuage.close();
    }
    await expect(fetch(`${nuage.url}/status.php`)).rejects.toThrow();
  });
});
