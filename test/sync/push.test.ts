/** A server that tells of changes by itself: heard at once, never relied on. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ErrorKind } from '../../src/errors.js';
import { PUSH_RETRY_MS_MAX } from '../../src/limits.js';
import type { PushNews, ServerInfo } from '../../src/remote/remote.js';
import { EngineBench } from '../support/engine-bench.js';

const SERVER: ServerInfo = {
  userId: 'prof',
  displayName: 'Prof',
  version: '32.0.1',
  chunkBytesMax: 1,
  parallelChunksMax: 1,
  bulkUpload: false,
  keepsDeleted: true,
  locksFiles: false,
  forbiddenNames: [],
  forbiddenBasenames: [],
  forbiddenCharacters: [],
  forbiddenExtensions: [],
  pushUrl: 'wss://nuage.example/push/ws',
};

let bench: EngineBench;

beforeEach(() => {
  bench = new EngineBench();
  bench.server.write('a.txt', 'first');
  bench.list('');
  bench.engine.learn(SERVER);
  pass(1);
});

afterEach(() => bench.close());

function pass(seconds: number): void {
  for (let second = 0; second < seconds; second += 1) {
    while (bench.step());
    bench.advance(1_000);
  }
  while (bench.step());
}

function hear(news: PushNews): void {
  bench.server.tell((event) => bench.engine.deliver(event), news);
}

function hangUp(kind: ErrorKind = 'offline'): void {
  bench.server.hangUp((event) => bench.engine.deliver(event), kind);
}

function sent(op: 'root-state' | 'listen'): number {
  return bench.server.log.filter((effect) => effect.op === op).length;
}

function shows(name: string): boolean {
  const { tree } = bench.engine.context;
  return tree.children(1).some((child) => child.name === name);
}

describe('a server that tells of changes', () => {
  it('is listened to where it offers it', () => {
    expect(bench.server.isHeard).toBe(true);
    expect(bench.server.log).toContainEqual({ op: 'listen', url: SERVER.pushUrl });
  });

  it('is still listened to after a new start, before it has said again where', () => {
    bench.restart();
    pass(1);
    expect(bench.server.isHeard).toBe(true);
  });

  it('brings a change within two seconds', () => {
    hear('ready');
    pass(60);
    bench.server.write('b.txt', 'new');
    hear('changed');
    pass(2);
    expect(shows('b.txt')).toBe(true);
  });

  it('is asked once for many messages of one moment', () => {
    hear('ready');
    pass(60);
    const before = sent('root-state');
    for (let message = 0; message < 50; message += 1) hear('changed');
    pass(2);
    expect(sent('root-state') - before).toBeLessThanOrEqual(2);
  });

  it('is polled as a safety net only, however much the mount is used', () => {
    hear('ready');
    pass(2);
    const before = sent('root-state');
    for (let second = 0; second < 1_200; second += 1) {
      bench.list('');
      pass(1);
    }
    expect(sent('root-state') - before).toBeLessThanOrEqual(5);
    expect(sent('root-state') - before).toBeGreaterThanOrEqual(3);
  });

  it('is polled all the same when it has forgotten to say something', () => {
    hear('ready');
    bench.server.write('b.txt', 'new');
    pass(400);
    expect(shows('b.txt')).toBe(true);
  });
});

describe('a line that ends', () => {
  it('is opened again, less and less often, and the mount stays online', () => {
    hear('ready');
    for (let failure = 0; failure < 12; failure += 1) {
      hangUp();
      expect(bench.engine.context.sync.connection.online).toBe(true);
      for (let second = 0; second < PUSH_RETRY_MS_MAX && !bench.server.isHeard; second += 10) {
        bench.advance(10_000);
      }
      expect(bench.server.isHeard).toBe(true);
    }
    const before = sent('listen');
    hangUp();
    for (let minute = 0; minute < 8; minute += 1) bench.advance(60_000);
    expect(sent('listen') - before).toBeLessThanOrEqual(1);
  });

  it('makes the poll do the work meanwhile', () => {
    hear('ready');
    pass(2);
    hangUp();
    bench.server.write('b.txt', 'new');
    bench.list('');
    pass(40);
    expect(shows('b.txt')).toBe(true);
  });

  it('asks what was missed when it stands again', () => {
    hear('ready');
    pass(60);
    hangUp();
    bench.server.write('b.txt', 'new');
    bench.advance(6_000);
    hear('ready');
    pass(2);
    expect(shows('b.txt')).toBe(true);
  });

  it('is not opened again where the password was refused, which locks accounts', () => {
    const before = sent('listen');
    hangUp('unauthenticated');
    for (let hour = 0; hour < 24; hour += 1) bench.advance(3_600_000);
    expect(sent('listen')).toBe(before);
  });

  it('is given up while the server is away, and opened when it is back', () => {
    hear('ready');
    bench.server.failure = 'offline';
    pass(330);
    expect(bench.engine.context.sync.connection.online).toBe(false);
    expect(bench.server.isHeard).toBe(false);
    bench.server.failure = undefined;
    pass(70);
    expect(bench.server.isHeard).toBe(true);
  });
});
