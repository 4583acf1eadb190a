/**
 * The kernel keeps pages of files. Whoever writes without reading goes past them, so these say that
 * nobody ever reads what was there before.
 */
import fs from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MountedNuage } from '../support/mounted-nuage.js';

let nuage: MountedNuage;
let count = 0;

beforeAll(async () => {
  nuage = await MountedNuage.start({ content: { files: 0 } });
}, 60_000);

afterAll(() => nuage.close(), 60_000);

async function fileHolding(text: string): Promise<string> {
  count += 1;
  const file = path.join(nuage.folder, `pages-${count}.txt`);
  await fs.writeFile(file, text);
  return file;
}

async function textAt(file: fs.FileHandle, bytes: number): Promise<string> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(bytes), 0, bytes, 0);
  return buffer.toString('latin1', 0, bytesRead);
}

describe('what is written', { timeout: 30_000 }, () => {
  it('is read by who opened before, by who opens meanwhile and by who opens after', async () => {
    const file = await fileHolding('0000');
    const before = await fs.open(file, 'r');
    expect(await textAt(before, 8)).toBe('0000');
    const writer = await fs.open(file, 'r+');
    await writer.write('1', 1);
    const meanwhile = await fs.open(file, 'r');
    expect(await textAt(before, 8)).toBe('0100');
    await writer.write('2345', 2);
    expect(await textAt(before, 8)).toBe('012345');
    expect(await textAt(meanwhile, 8)).toBe('012345');
    for (const handle of [before, writer, meanwhile]) await handle.close();
    expect(await fs.readFile(file, 'latin1')).toBe('012345');
  });

  it('by a program that does not read is seen by one that opens meanwhile, again and again', async () => {
    const file = await fileHolding('');
    const writer = await fs.open(file, 'a');
    const reader = await fs.open(file, 'r');
    let all = '';
    for (let line = 0; line < 50; line += 1) {
      await writer.write(`line ${line}\n`);
      all += `line ${line}\n`;
      expect(await textAt(reader, 4096)).toBe(all);
    }
    await reader.close();
    await writer.close();
  });

  it('without reading replaces what the kernel kept of an earlier reading', async () => {
    const file = await fileHolding('old'.repeat(10_000));
    expect(await fs.readFile(file, 'latin1')).toBe('old'.repeat(10_000));
    const writer = await fs.open(file, fs.constants.O_WRONLY);
    await writer.write('new'.repeat(5_000), 0);
    await writer.close();
    expect(await fs.readFile(file, 'latin1')).toBe('new'.repeat(5_000) + 'old'.repeat(5_000));
  });

  it('by several that only append stands one behind the other', async () => {
    const file = await fileHolding('');
    const append = (who: string): string =>
      `for i in $(seq 100); do echo ${who} >> "${path.basename(file)}"; done`;
    await Promise.all([nuage.sh(append('a')), nuage.sh(append('b')), nuage.sh(append('c'))]);
    const lines = (await fs.readFile(file, 'latin1')).trimEnd().split('\n');
    expect(lines.sort().join('')).toBe('a'.repeat(100) + 'b'.repeat(100) + 'c'.repeat(100));
  });

  it('can be mapped while somebody only writes', async () => {
    const file = await fileHolding('mapped');
    const writer = await fs.open(file, 'a');
    await writer.write(' and written');
    const mapped = await nuage.sh(
      `python3 -c 'import mmap,sys; f=open(sys.argv[1],"rb"); print(mmap.mmap(f.fileno(),0,access=mmap.ACCESS_READ)[:].decode())' "${file}"`,
    );
    expect(mapped.trim()).toBe('mapped and written');
    await writer.close();
  });
});
