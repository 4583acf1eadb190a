/** Limits of bandwidth: what all transfers take together, and what they must not hold up. */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../src/clock.js';
import type { Remote } from '../../src/remote/remote.js';
import { TokenBucket } from '../../src/remote/token-bucket.js';
import { nuageAccount } from './nuage.js';
import { kindOf, never, remoteOn, SERVER_INFO, sourceOf, uploadOf } from './support.js';

// Seconds of transfer each, on machines that do other things as well.
vi.setConfig({ testTimeout: 120_000 });

const KIB = 1024;
const RATE = 512 * KIB;
/** One second of it may go at once. */
const TRANSFER = 4 * RATE;

const NONE = { uploadBytesPerSecond: 0, downloadBytesPerSecond: 0 };

async function upload(remote: Remote, path: string, bytes: Buffer): Promise<string> {
  const options = { signal: never(), onProgress: () => undefined };
  const { etag } = await remote.write(path, sourceOf(bytes), uploadOf(bytes), options);
  return etag;
}

async function download(
  remote: Remote,
  file: { readonly path: string; readonly etag: string },
  signal = never(),
): Promise<number> {
  let count = 0;
  const range = { etag: file.etag, start: 0, end: undefined };
  const onData = (chunk: Uint8Array): void => void (count += chunk.length);
  await remote.read(file.path, range, onData, signal);
  return count;
}

async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

describe('a limit of the upload', () => {
  it('holds for all files together, longer than the server may be silent', async () => {
    const timeouts = { answerMs: 1_500 };
    const limits = { ...NONE, uploadBytesPerSecond: RATE };
    const { remote } = await nuageAccount({}, { limits, timeouts });
    const halves = ['a', 'b'].map((name) => ({ name, bytes: randomBytes(TRANSFER / 2) }));
    const seconds = await secondsOf(() =>
      Promise.all(halves.map(({ name, bytes }) => upload(remote, name, bytes))),
    );
    expect(seconds).toBeGreaterThan(2.5);
    expect(seconds).toBeLessThan(12);
    for (const { name } of halves) {
      expect(await remote.stat(name, never())).toMatchObject({ size: TRANSFER / 2 });
    }
  });

  it('leaves downloads alone', async () => {
    const limits = { ...NONE, uploadBytesPerSecond: 64 * KIB };
    const { remote, nuage } = await nuageAccount({}, { limits });
    const { url, user, password } = nuage;
    const server = { ...SERVER_INFO, userId: user };
    const other = remoteOn(url, { user, password, server });
    const etag = await upload(other, 'a', randomBytes(TRANSFER));
    expect(await secondsOf(() => download(remote, { path: 'a', etag }))).toBeLessThan(8);
  });
});

describe('a limit of the download', () => {
  it('holds for all files together, and small requests go on beside them', async () => {
    const limits = { ...NONE, downloadBytesPerSecond: RATE / 4 };
    const { remote } = await nuageAccount({}, { limits });
    const files: { path: string; etag: string }[] = [];
    for (const path of ['a', 'b', 'c', 'd']) {
      files.push({ path, etag: await upload(remote, path, randomBytes(TRANSFER / 16)) });
    }
    const lookMs: number[] = [];
    let isRunning = true;
    const looks = async (): Promise<void> => {
      while (isRunning) {
        lookMs.push(1000 * (await secondsOf(() => remote.rootState(never()))));
        await sleep(100);
      }
    };
    const looking = looks();
    let counts: number[] = [];
    const seconds = await secondsOf(async () => {
      counts = await Promise.all(files.map((file) => download(remote, file)));
    });
    isRunning = false;
    await looking;
    expect(counts).toEqual(files.map(() => TRANSFER / 16));
    expect(seconds).toBeGreaterThan(2.5);
    expect(seconds).toBeLessThan(12);
    expect(lookMs.length).toBeGreaterThan(0);
    lookMs.sort((a, b) => a - b);
    expect(lookMs[lookMs.length >> 1]).toBeLessThan(1_000);
  });

  it('can be interrupted while it holds a reader up', async () => {
    const limits = { ...NONE, downloadBytesPerSecond: 16 * KIB };
    const { remote } = await nuageAccount({}, { limits });
    const etag = await upload(remote, 'a', randomBytes(TRANSFER));
    const stop = new AbortController();
    const reading = kindOf(download(remote, { path: 'a', etag }, stop.signal));
    await sleep(500);
    const seconds = await secondsOf(async () => {
      stop.abort();
      expect(await reading).toBe('aborted');
    });
    expect(seconds).toBeLessThan(1.5);
  });
});

describe('a bucket', () => {
  it('lets large amounts pass in their order, small ones first, and forgets who gives up', async () => {
    const bucket = new TokenBucket(400 * KIB, systemClock);
    const passed: string[] = [];
    const take = async (name: string, bytes: number, signal?: AbortSignal): Promise<void> => {
      await bucket.take(bytes, signal);
      passed.push(name);
    };
    const stop = new AbortController();
    await take('first', 500 * KIB);
    const given = kindOf(take('given up', 2 ** 40, stop.signal));
    const rest = [take('second', 64 * KIB), take('third', 64 * KIB), take('small', KIB)];
    stop.abort();
    expect(await given).toBe('aborted');
    expect(await kindOf(take('late', KIB, stop.signal))).toBe('aborted');
    await Promise.all(rest);
    expect(passed).toEqual(['first', 'small', 'second', 'third']);
  });
});
