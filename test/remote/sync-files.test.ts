import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { syncFiles } from '../../src/remote/sync-files.js';

let folder: string;

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'nuage-sync-'));
});

afterEach(() => {
  fs.rmSync(folder, { recursive: true });
});

function file(name: string): string {
  const at = path.join(folder, name);
  fs.mkdirSync(path.dirname(at), { recursive: true });
  fs.writeFileSync(at, 'bytes');
  return at;
}

describe('syncing files', () => {
  it('names none when all of them are on the disk', async () => {
    const files = Array.from({ length: 20 }, (_, index) => file(`${index % 3}/${index}`));
    expect(await syncFiles(files)).toEqual([]);
  });

  it('has nothing to prove of a file that is gone', async () => {
    expect(await syncFiles([path.join(folder, 'gone', 'file')])).toEqual([]);
  });

  it('names those that could not be synced, and syncs the others', async () => {
    const link = path.join(folder, 'link');
    fs.symlinkSync(file('target'), link);
    expect(await syncFiles([link, file('other')])).toEqual([link]);
  });
});
