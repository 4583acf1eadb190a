/** The main thread's side of the effects, with the embedded Nuage behind it. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { silentLogger } from '../../src/log.js';
import { EffectExecutor } from '../../src/remote/executor.js';
import type { Effect, EffectEvent, VersionGuard } from '../../src/remote/messages.js';
import type { Remote } from '../../src/remote/remote.js';
import { nuageAccount, put, type NuageAccount } from './nuage.js';
import { SERVER_INFO, sha256, uploadOf } from './support.js';

const MIB = 1024 * 1024;

class Bench {
  readonly events: EffectEvent[] = [];
  readonly executor: EffectExecutor;
  /** Keeps the hashes that it is told of, as the engine does at once. */
  notes = true;
  #lastId = 0;
  readonly #waiting = new Map<number, (event: EffectEvent) => void>();

  constructor(remote: Remote) {
    const post = (event: EffectEvent): void => {
      // As a message port does.
      this.events.push(structuredClone(event));
      if (event.type === 'hashed' && this.notes) this.allow(event.id);
      if (event.type === 'done' || event.type === 'failed') this.#waiting.get(event.id)?.(event);
    };
    this.executor = new EffectExecutor({ remote, post, clock: systemClock, logger: silentLogger });
    onTestFinished(() => this.executor.close());
  }

  start(effect: Effect): { id: number; ended: Promise<EffectEvent> } {
    const id = ++this.#lastId;
    const ended = new Promise<EffectEvent>((resolve) => this.#waiting.set(id, resolve));
    this.executor.handle({ type: 'start', id, effect });
    return { id, ended };
  }

  allow(id: number): void {
    this.executor.handle({ type: 'allow', id, upTo: 1 });
  }

  cancel(id: number): void {
    this.executor.handle({ type: 'cancel', id });
  }

  of(id: number): EffectEvent[] {
    return this.events.filter((event) => event.id === id);
  }
}

async function workbench({ bulkUpload = false } = {}): Promise<
  NuageAccount & { bench: Bench; folder: string }
> {
  const account = await nuageAccount({}, { server: { ...SERVER_INFO, bulkUpload } });
  const folder = await mkdtemp(join(tmpdir(), 'nuage-executor-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return { ...account, bench: new Bench(account.remote), folder };
}

function guardAt(expected = 0): VersionGuard & { bump: () => void } {
  const counters = new SharedArrayBuffer(8);
  const view = new Int32Array(counters);
  Atomics.store(view, 1, expected);
  return { counters, index: 1, expected, bump: () => Atomics.add(view, 1, 1) };
}

/** As it crosses threads: without functions. */
function crossing({ counters, index, expected }: VersionGuard): VersionGuard {
  return { counters, index, expected };
}

function kindIn(event: EffectEvent): string {
  return event.type === 'failed' ? event.error.kind : event.type;
}

describe('a fetch', () => {
  it('writes to the same offsets, and tells early and often how far it is', async () => {
    const { bench, nuage, remote, folder } = await workbench();
    const bytes = randomBytes(5 * MIB);
    await writeFile(join(nuage.folder, 'f'), bytes);
    nuage.rescan();
    const { etag } = await remote.stat('f', new AbortController().signal);
    const dataFile = join(folder, 'data');
    await writeFile(dataFile, '');
    await truncate(dataFile, bytes.length);
    const [start, end] = [MIB + 5, 4 * MIB + 7];
    const { id, ended } = bench.start({
      op: 'fetch',
      path: 'f',
      etag,
      start,
      end,
      limit: end,
      dataFile,
    });
    expect(await ended).toEqual({ type: 'done', id, result: undefined });
    const stored = await readFile(dataFile);
    expect(sha256(stored.subarray(start, end))).toBe(sha256(bytes.subarray(start, end)));
    expect(stored.subarray(0, start).every((byte) => byte === 0)).toBe(true);
    expect(stored.subarray(end).every((byte) => byte === 0)).toBe(true);
    const told = bench.of(id).flatMap((event) => (event.type === 'fetched' ? [event.upTo] : []));
    expect(told.length).toBeGreaterThan(5);
    expect(told).toEqual([...told].sort((a, b) => a - b));
    expect(told[0]).toBeLessThan(start + MIB);
    expect(told.at(-1)).toBeLessThanOrEqual(end);
  });

  it('that is cancelled ends once, and writes nothing afterwards', async () => {
    const { bench, nuage, remote, folder } = await workbench();
    const etag = await put(remote, 'f', 'x'.repeat(MIB));
    nuage.faults.add({ method: 'GET', action: { kind: 'drip', bytes: 10_000, everyMs: 20 } });
    const dataFile = join(folder, 'data');
    await writeFile(dataFile, '');
    const effect = {
      op: 'fetch',
      path: 'f',
      etag,
      start: 0,
      end: MIB,
      limit: MIB,
      dataFile,
    } as const;
    const { id, ended } = bench.start(effect);
    await new Promise((resolve) => setTimeout(resolve, 200));
    bench.cancel(id);
    expect(kindIn(await ended)).toBe('aborted');
    const { length } = await readFile(dataFile);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect((await readFile(dataFile)).length).toBe(length);
    bench.cancel(id);
    const ends = bench.of(id).filter(({ type }) => type === 'done' || type === 'failed');
    expect(ends).toHaveLength(1);
  });

  it('stands still where it may not go on, and goes on where it may', async () => {
    const { bench, nuage, remote, folder } = await workbench();
    const bytes = randomBytes(16 * MIB);
    await writeFile(join(nuage.folder, 'f'), bytes);
    nuage.rescan();
    const { etag } = await remote.stat('f', new AbortController().signal);
    const dataFile = join(folder, 'data');
    await writeFile(dataFile, '');
    const range = { start: 0, end: bytes.length, limit: MIB };
    const { id, ended } = bench.start({ op: 'fetch', path: 'f', etag, ...range, dataFile });
    const reached = (): number =>
      Math.max(0, ...bench.of(id).map((event) => (event.type === 'fetched' ? event.upTo : 0)));
    await vi.waitFor(() => expect(reached()).toBeGreaterThanOrEqual(MIB));
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(reached()).toBeLessThan(MIB + 256 * 1024);
    bench.executor.handle({ type: 'allow', id, upTo: 2 * MIB });
    await vi.waitFor(() => expect(reached()).toBeGreaterThanOrEqual(2 * MIB));
    expect(reached()).toBeLessThan(3 * MIB);
    bench.executor.handle({ type: 'allow', id, upTo: bytes.length });
    expect((await ended).type).toBe('done');
    expect(sha256(await readFile(dataFile))).toBe(sha256(bytes));
  });

  it('that stands still can be cancelled', async () => {
    const { bench, remote, folder } = await workbench();
    const etag = await put(remote, 'f', 'x'.repeat(4 * MIB));
    const dataFile = join(folder, 'data');
    await writeFile(dataFile, '');
    const range = { start: 0, end: 4 * MIB, limit: 1 };
    const { id, ended } = bench.start({ op: 'fetch', path: 'f', etag, ...range, dataFile });
    await vi.waitFor(() => expect(bench.of(id)).not.toHaveLength(0));
    bench.cancel(id);
    expect(kindIn(await ended)).toBe('aborted');
  });

  it('of another version fails before it touches the file', async () => {
    const { bench, remote, folder } = await workbench();
    await put(remote, 'f', 'xyz');
    const dataFile = join(folder, 'data');
    await writeFile(dataFile, 'old');
    const effect = {
      op: 'fetch',
      path: 'f',
      etag: 'gone',
      start: 0,
      end: 3,
      limit: 3,
      dataFile,
    } as const;
    expect(kindIn(await bench.start(effect).ended)).toBe('precondition');
    expect(await readFile(dataFile, 'utf8')).toBe('old');
  });

  it('follows no link, and makes no file that nobody knows', async () => {
    const { bench, remote, folder } = await workbench();
    const etag = await put(remote, 'f', 'xyz');
    const target = join(folder, 'target');
    await writeFile(target, 'abc');
    await symlink(target, join(folder, 'link'));
    const fetchTo = (name: string): Promise<EffectEvent> => {
      const range = { path: 'f', etag, start: 0, end: 3, limit: 3 };
      return bench.start({ op: 'fetch', ...range, dataFile: join(folder, name) }).ended;
    };
    expect(kindIn(await fetchTo('link'))).toBe('io');
    expect(await readFile(target, 'utf8')).toBe('abc');
    expect(kindIn(await fetchTo('none'))).toBe('aborted');
  });
});

describe('a put', () => {
  it('sends the data file and tells how much is sent', async () => {
    const { bench, nuage, folder } = await workbench();
    const bytes = randomBytes(3 * MIB);
    const dataFile = join(folder, 'data');
    await writeFile(dataFile, bytes);
    const metadata = uploadOf(bytes);
    const guard = crossing(guardAt(7));
    const { id, ended } = bench.start({ op: 'put', path: 'f', dataFile, metadata, guard });
    expect(await ended).toMatchObject({ type: 'done', result: { size: bytes.length } });
    expect(sha256(await readFile(join(nuage.folder, 'f')))).toBe(sha256(bytes));
    expect(bench.of(id).filter(({ type }) => type === 'sent').length).toBeGreaterThan(3);
  });

  it('sends nothing before its hash has been noted', async () => {
    const { bench, nuage, folder } = await workbench();
    bench.notes = false;
    const bytes = Buffer.from('bytes');
    const dataFile = join(folder, 'data');
    await writeFile(dataFile, bytes);
    const [guard, metadata] = [crossing(guardAt()), uploadOf(bytes)];
    const { id, ended } = bench.start({ op: 'put', path: 'f', dataFile, metadata, guard });
    const hashed = { type: 'hashed', id, checksum: `SHA256:${sha256(bytes)}` };
    await vi.waitFor(() => expect(bench.of(id)).toEqual([hashed]));
    await pause(100);
    expect(nuage.requests.of('PUT')).toEqual([]);
    bench.allow(id);
    expect(kindIn(await ended)).toBe('done');
  });

  it.each([
    [
      'is cancelled',
      (bench: Bench, ids: readonly number[]) => ids.forEach((id) => bench.cancel(id)),
    ],
    ['at the end', (bench: Bench) => void bench.executor.close()],
  ])('waits for its note no longer, and sends nothing (%s)', async (_, end) => {
    const { bench, nuage, remote, folder } = await workbench({ bulkUpload: true });
    const etag = await put(remote, 'large', 'old');
    nuage.requests.clear();
    bench.notes = false;
    const large = randomBytes(8 * MIB);
    const effects = ['a', 'b', 'c', 'd', 'e', 'f'].map((path) => ({
      path,
      bytes: Buffer.from(path),
    }));
    const started = [];
    for (const { path, bytes } of [...effects, { path: 'large', bytes: large }]) {
      const dataFile = join(folder, path);
      await writeFile(dataFile, bytes);
      const condition = path === 'large' ? ({ kind: 'matches', etag } as const) : undefined;
      const metadata = uploadOf(bytes, condition === undefined ? {} : { condition });
      started.push(
        bench.start({ op: 'put', path, dataFile, metadata, guard: crossing(guardAt()) }),
      );
    }
    const isAsked = (): boolean => bench.events.filter(({ type }) => type === 'hashed').length > 1;
    await vi.waitFor(() => expect(isAsked()).toBe(true));
    end(
      bench,
      started.map(({ id }) => id),
    );
    for (const { ended } of started) expect(kindIn(await ended)).toBe('aborted');
    expect(nuage.requests.all.filter(({ method }) => /PUT|POST|MOVE|MKCOL/.test(method))).toEqual(
      [],
    );
  });

  it('is dropped when the file is written meanwhile, and the old version stays', async () => {
    const { bench, nuage, remote, folder } = await workbench();
    const etag = await put(remote, 'f', 'old');
    const bytes = randomBytes(25 * MIB);
    const dataFile = join(folder, 'data');
    await writeFile(dataFile, bytes);
    const guard = guardAt();
    const metadata = uploadOf(bytes, { condition: { kind: 'matches', etag } });
    nuage.faults.network.uploadBytesPerSecond = 20 * MIB;
    const effect = { op: 'put', path: 'f', dataFile, metadata, guard: crossing(guard) } as const;
    const { ended } = bench.start(effect);
    setTimeout(() => guard.bump(), 400);
    expect(kindIn(await ended)).toBe('aborted');
    expect(nuage.requests.of('MOVE')).toHaveLength(0);
    expect(await readFile(join(nuage.folder, 'f'), 'utf8')).toBe('old');
  });

  it('of a file that is shorter than told, or gone, is dropped', async () => {
    const { bench, folder } = await workbench();
    const dataFile = join(folder, 'data');
    await writeFile(dataFile, 'abc');
    const guard = crossing(guardAt());
    const metadata = { ...uploadOf(Buffer.from('abc')), size: 5 };
    const effect = { op: 'put', path: 'f', metadata, guard } as const;
    expect(kindIn(await bench.start({ ...effect, dataFile }).ended)).toBe('aborted');
    const gone = { ...effect, dataFile: join(folder, 'none') };
    expect(kindIn(await bench.start(gone).ended)).toBe('aborted');
  });
});

describe('the lanes', () => {
  it('let looks and listings through while uploads and changes hang', async () => {
    const { bench, nuage, folder } = await workbench();
    for (const method of ['PUT', 'DELETE', 'GET']) {
      nuage.faults.add({ method, path: 'hangs', action: { kind: 'hang', at: 'before' } });
    }
    const dataFile = join(folder, 'data');
    await writeFile(dataFile, 'abc');
    const guard = crossing(guardAt());
    const hanging: number[] = [];
    for (let index = 0; index < 20; index += 1) {
      const path = `hangs${index}`;
      const metadata = uploadOf(Buffer.from('abc'));
      hanging.push(bench.start({ op: 'put', path, dataFile, metadata, guard }).id);
      hanging.push(bench.start({ op: 'remove', path, etag: undefined }).id);
      hanging.push(
        bench.start({ op: 'fetch', path, etag: 'a', start: 0, end: 3, limit: 3, dataFile }).id,
      );
    }
    expect(kindIn(await bench.start({ op: 'root-state' }).ended)).toBe('done');
    expect(kindIn(await bench.start({ op: 'list', path: '', depth: '1' }).ended)).toBe('done');
    for (const id of hanging) bench.cancel(id);
    await bench.executor.close();
    for (const id of hanging) {
      const kinds = bench.of(id).map(kindIn);
      expect(kinds.filter((kind) => kind !== 'hashed')).toEqual(['aborted']);
    }
  });

  it('what waits and is cancelled is never sent', async () => {
    const { bench, nuage } = await workbench();
    nuage.faults.network.latencyMs = 100;
    const started = Array.from({ length: 10 }, (_, index) =>
      bench.start({ op: 'create-folder', path: `d${index}` }),
    );
    const last = started.at(-1);
    bench.cancel(last?.id ?? 0);
    const kinds = (await Promise.all(started.map(({ ended }) => ended))).map(kindIn);
    expect(kinds).toEqual([...Array.from({ length: 9 }, () => 'done'), 'aborted']);
    expect(nuage.requests.of('MKCOL')).toHaveLength(9);
  });
});

it('results and refusals cross as plain data', async () => {
  const { bench, remote } = await workbench();
  await put(remote, 'f', 'abc');
  const stat = bench.start({ op: 'stat', path: 'f' });
  expect(await stat.ended).toMatchObject({ type: 'done', result: { path: 'f', size: 3 } });
  const list = bench.start({ op: 'list', path: '', depth: '1' });
  await list.ended;
  expect(bench.of(list.id).map(({ type }) => type)).toEqual(['entries', 'done']);
  const none = bench.start({ op: 'stat', path: 'none' });
  expect(await none.ended).toMatchObject({
    type: 'failed',
    error: { kind: 'not-found', op: 'PROPFIND', path: 'none' },
  });
});

describe('a put whose bytes were hashed ahead', () => {
  it('does not hash them again before it sends them', async () => {
    const { bench, nuage, folder } = await workbench();
    const bytes = randomBytes(3 * MIB);
    const dataFile = join(folder, 'data');
    await writeFile(dataFile, bytes);
    const guard = crossing(guardAt());
    await bench.start({ op: 'hash-file', dataFile, size: bytes.length, guard }).ended;
    // Were they hashed now, the checksum would be another.
    await writeFile(dataFile, Buffer.from(bytes).fill(0, 0, 10));
    const metadata = uploadOf(bytes);
    const { id, ended } = bench.start({ op: 'put', path: 'f', dataFile, metadata, guard });
    await vi.waitFor(() => {
      expect(bench.of(id)[0]).toEqual({ type: 'hashed', id, checksum: `SHA256:${sha256(bytes)}` });
    });
    // What the server holds is compared with what was hashed, so this does not pass for stored.
    expect(kindIn(await ended)).toBe('corrupt');
    expect(nuage.requests.of('PUT').length).toBeGreaterThan(0);
  });

  it('hashes them itself where that has failed', async () => {
    const { bench, folder, nuage } = await workbench();
    const bytes = randomBytes(3 * MIB);
    const dataFile = join(folder, 'data');
    await writeFile(dataFile, bytes);
    const guard = crossing(guardAt());
    const hashing = bench.start({ op: 'hash-file', dataFile, size: bytes.length, guard });
    bench.cancel(hashing.id);
    await hashing.ended;
    const metadata = uploadOf(bytes);
    const { ended } = bench.start({ op: 'put', path: 'f', dataFile, metadata, guard });
    expect(kindIn(await ended)).toBe('done');
    expect((await readFile(join(nuage.folder, 'f'))).equals(bytes)).toBe(true);
  });
});

it('after close nothing starts any more', async () => {
  const { bench } = await workbench();
  await bench.executor.close();
  expect(kindIn(await bench.start({ op: 'root-state' }).ended)).toBe('aborted');
});

describe('small new files that wait', () => {
  it('go with the one whose turn has come, and each is told of by itself', async () => {
    const { bench, nuage, remote, folder } = await workbench({ bulkUpload: true });
    await remote.createFolder('d', new AbortController().signal);
    nuage.faults.network.latencyMs = 50;
    const guards = Array.from({ length: 40 }, () => guardAt());
    const puts = await Promise.all(
      guards.map(async (guard, index) => {
        const dataFile = join(folder, `data-${index}`);
        const bytes = Buffer.from(`bytes ${index}`);
        await writeFile(dataFile, bytes);
        const metadata = uploadOf(bytes);
        return {
          op: 'put' as const,
          ...{ path: `d/${index}`, dataFile, metadata, guard: crossing(guard) },
        };
      }),
    );
    const started = puts.map((effect) => bench.start(effect));
    guards[20]?.bump();
    bench.cancel(started[21]?.id ?? 0);
    const ended = await Promise.all(started.map(({ ended }) => ended));
    expect(ended.flatMap((event, index) => (event.type === 'done' ? [] : [index]))).toEqual([
      20, 21,
    ]);
    expect([ended[20], ended[21]].map((event) => event && kindIn(event))).toEqual([
      'aborted',
      'aborted',
    ]);
    expect(nuage.requests.of('POST').length).toBeGreaterThan(0);
    expect(nuage.requests.of('PUT').length).toBeLessThan(10);
    const stored = await readFile(join(nuage.folder, 'd', '39'));
    expect(stored.toString()).toBe('bytes 39');
    await expect(readFile(join(nuage.folder, 'd', '20'))).rejects.toThrow('ENOENT');
  });
});
