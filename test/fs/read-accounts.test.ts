/** Who has read how much. */
import { expect, it } from 'vitest';
import { ReadAccounts } from '../../src/fs/read-accounts.js';
import { PROCESS_NAME_VALID_MS, READERS_MAX } from '../../src/limits.js';

let now = 0;
const clock = { now: () => now, monotonic: () => now };

it('adds up what the processes of one program read, those first that have read most', () => {
  const accounts = new ReadAccounts((pid) => (pid < 10 ? 'thunar' : 'cat'), clock);
  for (const pid of [1, 2]) {
    accounts.opened({ uid: 1000, pid });
    accounts.read({ uid: 1000, pid }, 100);
  }
  accounts.opened({ uid: 1000, pid: 10 });
  accounts.read({ uid: 1000, pid: 10 }, 1_000);
  expect(accounts.all()).toEqual([
    { program: 'cat', uid: 1000, bytes: 1_000, requests: 1, files: 1 },
    { program: 'thunar', uid: 1000, bytes: 200, requests: 2, files: 2 },
  ]);
});

it('asks for a name once in a while only, and again when the id may be of another process', () => {
  let asked = 0;
  const accounts = new ReadAccounts(() => `program ${++asked}`, clock);
  for (let read = 0; read < 10; read += 1) accounts.read({ uid: 0, pid: 7 }, 1);
  expect(asked).toBe(1);
  now += PROCESS_NAME_VALID_MS;
  accounts.read({ uid: 0, pid: 7 }, 1);
  expect(accounts.all().map(({ program }) => program)).toEqual(['program 1', 'program 2']);
});

it('stays small however many programs there are, and loses no byte', () => {
  const accounts = new ReadAccounts((pid) => `program ${pid}`, clock);
  for (let pid = 1; pid <= 1_000; pid += 1) accounts.read({ uid: pid, pid }, 1);
  const all = accounts.all();
  expect(all.length).toBe(READERS_MAX + 1);
  expect(all.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(1_000);
});

it('does not name who has only opened something, and calls who has no name a question mark', () => {
  const accounts = new ReadAccounts(() => undefined, clock);
  accounts.opened({ uid: 0, pid: 3 });
  expect(accounts.all()).toEqual([]);
  accounts.read({ uid: 0, pid: 3 }, 5);
  expect(accounts.all()).toMatchObject([{ program: '?', bytes: 5 }]);
});
