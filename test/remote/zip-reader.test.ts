/** Files that come together are what they were expected to be, or they are not taken. */
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readZip, type ExpectedFile } from '../../src/remote/zip-reader.js';

interface Entry {
  readonly name: string;
  readonly bytes: Buffer;
}

interface Lies {
  readonly crc?: number;
  readonly size?: number;
  readonly flags?: number;
  readonly method?: number;
  readonly nameBytes?: number;
}

/** As a Nextcloud writes it; `isZip64` as other versions of it do not. */
function entryOf({ name, bytes }: Entry, lies: Lies = {}, isZip64 = true): Buffer {
  const nameBytes = Buffer.from(name);
  const extra = Buffer.alloc(isZip64 ? 32 : 0);
  if (isZip64) {
    extra.writeUInt16LE(1, 0);
    extra.writeUInt16LE(28, 2);
  }
  const head = Buffer.alloc(30);
  head.writeUInt32LE(0x04034b50, 0);
  head.writeUInt16LE(lies.flags ?? 0x0808, 6);
  head.writeUInt16LE(lies.method ?? 0, 8);
  head.writeUInt16LE(lies.nameBytes ?? nameBytes.length, 26);
  head.writeUInt16LE(extra.length, 28);
  const behind = Buffer.alloc(isZip64 ? 24 : 16);
  behind.writeUInt32LE(0x08074b50, 0);
  behind.writeUInt32LE(lies.crc ?? crc32(bytes), 4);
  const size = lies.size ?? bytes.length;
  if (isZip64) {
    behind.writeBigUInt64LE(BigInt(size), 8);
    behind.writeBigUInt64LE(BigInt(size), 16);
  } else {
    behind.writeUInt32LE(size, 8);
    behind.writeUInt32LE(size, 12);
  }
  return Buffer.concat([head, nameBytes, extra, bytes, behind]);
}

async function* pieces(stream: Buffer, step: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < stream.length; at += step) {
    yield stream.subarray(at, at + step);
    await Promise.resolve();
  }
}

function expectedOf(entries: readonly Entry[]): ExpectedFile[] {
  return entries.map(({ name, bytes }) => ({ name, size: bytes.length }));
}

async function take(
  stream: Buffer,
  expected: readonly ExpectedFile[],
  step = 7,
): Promise<string[]> {
  const files = await readZip(pieces(stream, step), expected);
  return files.map((bytes) => Buffer.from(bytes).toString('latin1'));
}

const A: Entry = { name: 'a.txt', bytes: Buffer.from('first') };
const B: Entry = { name: 'é ü.txt', bytes: Buffer.from('second one') };
const C: Entry = { name: 'c', bytes: Buffer.from('3') };

describe('a ZIP stream', () => {
  it('brings the files, in whatever pieces it comes', async () => {
    const entry = fc.record({
      name: fc.string({ minLength: 1 }),
      bytes: fc.uint8Array().map((bytes) => Buffer.from(bytes)),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(entry),
        fc.integer({ min: 1, max: 100 }),
        fc.boolean(),
        async (entries, step, isZip64) => {
          const stream = Buffer.concat(entries.map((one) => entryOf(one, {}, isZip64)));
          const files = await readZip(pieces(stream, step), expectedOf(entries));
          expect(files.map((bytes) => Buffer.from(bytes))).toEqual(
            entries.map(({ bytes }) => bytes),
          );
        },
      ),
    );
  });

  it('may hold what looks like its own marks', async () => {
    const tricky: Entry = { name: 'x', bytes: Buffer.concat([entryOf(A), entryOf(B)]) };
    const stream = Buffer.concat([entryOf(tricky), entryOf(C)]);
    expect(await take(stream, expectedOf([tricky, C]))).toEqual([
      tricky.bytes.toString('latin1'),
      '3',
    ]);
  });

  const LIES: readonly [string, Lies][] = [
    ['another checksum', { crc: 1 }],
    ['another size', { size: 6 }],
    ['compression', { method: 8 }],
    ['encryption', { flags: 0x0809 }],
    ['no sizes behind the data', { flags: 0x0800 }],
    ['a name without end', { nameBytes: 0xffff }],
  ];

  it.each(LIES)('with %s is read up to there', async (_, lies) => {
    const stream = Buffer.concat([entryOf(A), entryOf(B, lies), entryOf(C)]);
    expect(await take(stream, expectedOf([A, B, C]))).toEqual(['first']);
  });

  it('of another file, a longer or a shorter one is read up to there', async () => {
    for (const other of ['other', 'longer than it was', 'x']) {
      const changed: Entry = { name: B.name, bytes: Buffer.from(other) };
      const renamed: Entry = { name: 'b', bytes: B.bytes };
      for (const entry of [changed, renamed]) {
        const stream = Buffer.concat([entryOf(A), entryOf(entry), entryOf(C)]);
        expect(await take(stream, expectedOf([A, B, C]))).toEqual(['first']);
      }
    }
  });

  it('that is cut brings what was whole', async () => {
    const whole = Buffer.concat([entryOf(A), entryOf(B)]);
    for (let bytes = 0; bytes < whole.length; bytes += 1) {
      const files = await take(whole.subarray(0, bytes), expectedOf([A, B]));
      expect(files).toEqual(bytes < entryOf(A).length ? [] : ['first']);
    }
  });

  it('without end is left after the last file', async () => {
    let given = 0;
    async function* endless(): AsyncGenerator<Uint8Array> {
      yield entryOf(A);
      for (;;) {
        given += 1;
        yield Buffer.alloc(1_000);
        await Promise.resolve();
      }
    }
    expect(await readZip(endless(), expectedOf([A]))).toHaveLength(1);
    expect(given).toBeLessThan(3);
  });
});
