/**
 * Our mount and Nextcloud's own client on one account, both at work: `npx tsx
 * scripts/second-client/run.ts` after a build, with the account in `NUAGE_TEST_URL`,
 * `NUAGE_TEST_USER` and `NUAGE_TEST_PASSWORD` and `nextcloudcmd` of Debian's
 * `nextcloud-desktop-cmd`. It works in a folder of its own there, which it removes again.
 *
 * First each has a folder that the other leaves alone (`apart`), then both work on the same files
 * (`together`). In the end the mount, the copy and the server must be equal, no file be torn, and
 * every content be somewhere that was written and closed and that nobody who had seen it has
 * replaced or deleted. `--seed N` plays the same wishes again; what the clients make of them depends
 * on when they come.
 */
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type Account, namedAccount } from '../bench-common/servers.js';
import { AccountFolder } from './account-folder.js';
import { CopyingClient, OurMount } from './clients.js';
import { differences, TORN, type Tree, treeOf } from './contents.js';
import { RandomUser } from './user.js';

const SETTLE_MS_MAX = 300_000;
const POLL_MS = 6_000;

/** Things that the user of the copy does between two synchronisations. */
const BURST = 6;

type Mode = 'apart' | 'together';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '150' },
    modes: { type: 'string', default: 'apart,together' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    /** The last state stays where it is. */
    keep: { type: 'boolean', default: false },
  },
});

/** Mulberry32, by Tommy Ettinger. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface Session {
  readonly mount: OurMount;
  readonly copy: CopyingClient;
  readonly server: AccountFolder;
  /** Of the folder in the mount. */
  readonly mounted: string;
}

async function play(mode: Mode, account: Account): Promise<readonly string[]> {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'second-client-'));
  const name = `second-client-${randomBytes(4).toString('hex')}`;
  const server = new AccountFolder(account, name);
  const mount = new OurMount(account, home);
  const copy = new CopyingClient(account, name, home);
  await server.create();
  try {
    await mount.start();
    const session = { mount, copy, server, mounted: path.join(mount.folder, name) };
    return await compete(mode, session);
  } finally {
    await mount.stop();
    if (!values.keep) {
      await server.remove();
      fs.rmSync(home, { recursive: true, force: true });
    }
  }
}

async function compete(mode: Mode, session: Session): Promise<readonly string[]> {
  const { mount, copy, mounted } = session;
  const places = mode === 'apart' ? ['ours', 'theirs'] : ['both', 'both'];
  for (const place of new Set(places)) fs.mkdirSync(path.join(mounted, place));
  await mount.sync();
  await copy.sync();
  const [ours, theirs] = [mounted, copy.folder].map((folder, index) => {
    const random = generator(Number(values.seed) + index);
    const place = path.join(folder, places[index] ?? '');
    const name = index === 0 ? 'ours' : 'theirs';
    const keepsFolders = name === 'theirs' && mode === 'together';
    return new RandomUser({ name, folder: place, random, keepsFolders });
  }) as [RandomUser, RandomUser];
  const start = new Date();
  const end = start.getTime() + Number(values.seconds) * 1_000;
  await bothEnd([workInMount(ours, end), workInCopy(theirs, copy, end)]);
  tell(mode, ours, theirs);
  return judge(session, [ours, theirs], start);
}

/** One that fails is told when the other has left the folders too, which are removed then. */
async function bothEnd(works: readonly Promise<void>[]): Promise<void> {
  await Promise.allSettled(works);
  await Promise.all(works);
}

async function workInMount(user: RandomUser, end: number): Promise<void> {
  while (Date.now() < end) {
    await user.work();
    await pause(300);
  }
}

async function workInCopy(user: RandomUser, copy: CopyingClient, end: number): Promise<void> {
  while (Date.now() < end) {
    for (let done = 0; done < BURST; done += 1) await user.work();
    await copy.sync();
  }
}

function tell(mode: Mode, ...users: readonly RandomUser[]): void {
  for (const { done, written, given } of users) {
    const counts = [...done].map(([what, times]) => `${times} × ${what}`).join(', ');
    console.log(`${mode}: ${counts}; ${written.size} contents, ${given.size} given up`);
  }
}

/** @returns what is not as it must be. */
async function judge(
  session: Session,
  users: readonly RandomUser[],
  start: Date,
): Promise<readonly string[]> {
  const { differ, trees } = await settle(session);
  const [, , onServer] = trees;
  // Nextcloud's client deletes without condition, in whatever version the server has a file by then;
  // we do not, so theirs must not be there.
  const trashed = new Set(await session.server.trashed(start));
  const found = new Set(onServer.values());
  const given = new Set(users.flatMap((user) => [...user.given]));
  const lost = users.flatMap(({ name, written }) =>
    [...written].filter((content) => {
      const isFound = found.has(content) || (name === 'ours' && trashed.has(content));
      return !isFound && !given.has(content);
    }),
  );
  const copies = [...onServer.keys()].filter((name) => name.includes('(conflicted copy'));
  console.log(`${onServer.size} entries, ${copies.length} of them conflict copies`);
  return [
    ...differ,
    ...lost.map((content) => `lost: ${content}`),
    ...[...onServer].filter(([, content]) => content === TORN).map(([name]) => `torn: ${name}`),
  ];
}

async function settle({ mount, copy, server, mounted }: Session): Promise<{
  readonly differ: readonly string[];
  readonly trees: readonly [Tree, Tree, Tree];
}> {
  const deadline = Date.now() + SETTLE_MS_MAX;
  for (;;) {
    const hasSent = await mount.sync();
    const hasCopied = await copy.sync();
    await pause(POLL_MS);
    const trees = [await treeOf(mounted), await treeOf(copy.folder), await server.tree()] as const;
    const differ = [
      ...(hasSent ? [] : ['the mount has changes that are not sent']),
      ...(hasCopied
        ? []
        : ['nextcloudcmd did not end by itself, or with an error: no verdict on it']),
      ...differences(trees[0], trees[2]).map((name) => `mount and server differ: ${name}`),
      ...differences(trees[1], trees[2]).map((name) => `copy and server differ: ${name}`),
    ];
    if (differ.length === 0 || Date.now() > deadline) return { differ, trees };
  }
}

const account = namedAccount();
if (account === undefined) throw new Error('NUAGE_TEST_URL, _USER and _PASSWORD name the account');
console.log(`seed ${values.seed}`);
for (const mode of values.modes.split(',') as Mode[]) {
  const failures = await play(mode, account);
  for (const failure of failures) console.log(`${mode}: ${failure}`);
  console.log(`${mode}: ${failures.length === 0 ? 'equal, and nothing lost' : 'FAILED'}`);
  if (failures.length > 0) process.exitCode = 1;
}
