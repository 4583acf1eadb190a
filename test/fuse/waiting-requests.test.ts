/** Requests that wait in the session: woken, interrupted, expired, ended, too many. */
import { constants } from 'node:os';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OPCODE } from '../../src/fuse/constants.js';
import type { Caller, EntryReply, Result } from '../../src/fuse/filesystem.js';
import { Parked } from '../../src/fuse/filesystem.js';
import { PARKED_REQUESTS_MAX } from '../../src/limits.js';
import { KernelStandIn, text, u64 } from './kernel-stand-in.js';
import { FsError, memoryErrnoOf } from './memfs/fs-error.js';
import { MemoryFileSystem } from './memfs/memory-file-system.js';

const { ENOENT, EINTR, ETIMEDOUT, ENOMEM } = constants.errno;
const PATIENCE_MS = 5_000;

/** Looking up `x:y` waits for the keys `x` and `y` until one of them is known. */
class Waiting extends MemoryFileSystem {
  readonly known = new Set<string>();
  readonly unwaitedKeys: string[] = [];
  runs = 0;
  now: () => number = () => 0;

  override lookup(_caller: Caller, _parent: number, name: string): Result<EntryReply> {
    this.runs += 1;
    const keys = name.split(':');
    if (keys.some((key) => this.known.has(key))) throw new FsError(ENOENT);
    return new Parked(keys, this.now() + PATIENCE_MS, () => new FsError(ETIMEDOUT));
  }

  unwaited(key: string): void {
    this.unwaitedKeys.push(key);
  }
}

let fileSystem: Waiting;
let stand: KernelStandIn;

function ask(name: string): bigint {
  return stand.send({ opcode: OPCODE.LOOKUP, body: text(name) });
}

function interrupt(unique: bigint): void {
  stand.send({ opcode: OPCODE.INTERRUPT, unique: unique | 1n, body: u64(unique) });
}

beforeEach(() => {
  fileSystem = new Waiting({ validMs: 0, uid: 0, gid: 0 });
  stand = new KernelStandIn(fileSystem, memoryErrnoOf);
  fileSystem.now = () => stand.clock.ms;
  stand.init();
});

afterEach(() => {
  stand.close();
});

describe('a request that waits', () => {
  it('gets no answer until its key is woken, and then runs again from its start', () => {
    const unique = ask('list');
    expect(stand.answer()).toBeUndefined();
    expect(stand.session.parkedCount).toBe(1);
    fileSystem.known.add('list');
    expect(stand.session.wake('list')).toBe(1);
    expect(stand.session.nextDeadlineMs()).toBe(0);
    stand.session.runWoken();
    expect(stand.answer()).toMatchObject({ unique, error: -ENOENT });
    expect(fileSystem.runs).toBe(2);
    expect(stand.session.parkedCount).toBe(0);
  });

  it('is not disturbed by the requests that are served meanwhile', () => {
    const unique = ask('été-long-name');
    fileSystem.known.add('other');
    expect(stand.ask({ opcode: OPCODE.LOOKUP, body: text('other') }).error).toBe(-ENOENT);
    fileSystem.known.add('été-long-name');
    stand.session.wake('été-long-name');
    stand.session.runWoken();
    expect(stand.answer()).toMatchObject({ unique, error: -ENOENT });
  });

  it('for two keys is answered once when both are woken', () => {
    const unique = ask('a:b');
    fileSystem.known.add('a');
    expect(stand.session.wake('a')).toBe(1);
    expect(stand.session.wake('b')).toBe(0);
    stand.session.runWoken();
    expect(stand.answer()).toMatchObject({ unique });
    expect(stand.answer()).toBeUndefined();
    expect(fileSystem.unwaitedKeys).toEqual(['b']);
  });

  it('that is woken for nothing waits on, with its first deadline', () => {
    const unique = ask('slow');
    stand.clock.ms += PATIENCE_MS - 1;
    stand.session.wake('slow');
    stand.session.runWoken();
    expect(stand.session.parkedCount).toBe(1);
    expect(stand.session.nextDeadlineMs()).toBe(1);
    stand.clock.ms += 1;
    stand.session.runWoken();
    expect(stand.answer()).toMatchObject({ unique, error: -ETIMEDOUT });
    expect(fileSystem.unwaitedKeys).toEqual(['slow']);
  });

  it('ends with the error of its deadline, each at its own time', () => {
    const first = ask('one');
    stand.clock.ms += 100;
    const second = ask('two');
    expect(stand.session.nextDeadlineMs()).toBe(PATIENCE_MS - 100);
    stand.clock.ms += PATIENCE_MS - 100;
    stand.session.runWoken();
    expect(stand.answer()).toMatchObject({ unique: first, error: -ETIMEDOUT });
    expect(stand.answer()).toBeUndefined();
    expect(stand.session.nextDeadlineMs()).toBe(100);
    stand.clock.ms += 100;
    stand.session.runWoken();
    expect(stand.answer()).toMatchObject({ unique: second, error: -ETIMEDOUT });
    expect(stand.session.nextDeadlineMs()).toBe(Infinity);
  });
});

describe('an interrupt', () => {
  it('ends the request with EINTR and tells that nobody waits for its key', () => {
    const unique = ask('list');
    interrupt(unique);
    expect(stand.answer()).toMatchObject({ unique, error: -EINTR });
    expect(fileSystem.unwaitedKeys).toEqual(['list']);
    expect(stand.session.wake('list')).toBe(0);
  });

  it('leaves the key awaited while somebody else waits for it', () => {
    const [first, second] = [ask('list'), ask('list')];
    interrupt(first);
    expect(fileSystem.unwaitedKeys).toEqual([]);
    interrupt(second);
    expect(fileSystem.unwaitedKeys).toEqual(['list']);
  });

  it('of a request that is woken but has not run again wins', () => {
    const unique = ask('list');
    stand.session.wake('list');
    interrupt(unique);
    stand.session.runWoken();
    expect(stand.answer()).toMatchObject({ unique, error: -EINTR });
    expect(stand.answer()).toBeUndefined();
    expect(fileSystem.runs).toBe(1);
  });

  it('of a request that was answered is ignored', () => {
    fileSystem.known.add('x');
    const { unique } = stand.ask({ opcode: OPCODE.LOOKUP, body: text('x') });
    interrupt(unique);
    expect(stand.answer()).toBeUndefined();
  });

  it('finds a request whose number is beyond 2^53', () => {
    const unique = 2n ** 53n + 2n;
    stand.send({ opcode: OPCODE.LOOKUP, body: text('list'), unique });
    interrupt(unique);
    expect(stand.answer()).toMatchObject({ unique, error: -EINTR });
  });
});

describe('the end', () => {
  it('answers every request that waits with EINTR, once', () => {
    const uniques = [ask('a'), ask('b'), ask('a:b')];
    stand.session.close();
    const answers = uniques.map(() => stand.answer());
    expect(answers.map((answer) => answer?.unique)).toEqual(uniques);
    expect(answers.every((answer) => answer?.error === -EINTR)).toBe(true);
    expect(stand.answer()).toBeUndefined();
    expect(new Set(fileSystem.unwaitedKeys)).toEqual(new Set(['a', 'b']));
    expect(stand.session.receive()).toBe(false);
  });

  it('ends with EINTR once nobody may wait any more, and so does what comes later', () => {
    const waiting = ask('a');
    expect(stand.answer()).toBeUndefined();
    stand.session.setPatient(false);
    expect(stand.answer()).toMatchObject({ unique: waiting, error: -EINTR });
    const later = ask('b');
    expect(stand.answer()).toMatchObject({ unique: later, error: -EINTR });
    fileSystem.known.add('b');
    const answered = ask('b');
    expect(stand.answer()).toMatchObject({ unique: answered, error: -ENOENT });
  });

  it('refuses with ENOMEM what would wait beyond the bound', () => {
    const uniques: bigint[] = [];
    for (let index = 0; index < PARKED_REQUESTS_MAX; index += 1) uniques.push(ask('list'));
    expect(stand.answer()).toBeUndefined();
    const tooMany = ask('list');
    expect(stand.answer()).toMatchObject({ unique: tooMany, error: -ENOMEM });
    for (const unique of uniques) {
      interrupt(unique);
      expect(stand.answer()?.unique).toBe(unique);
    }
    expect(stand.session.parkedCount).toBe(0);
  });
});
