/**
 * Reading through the mount, through rclone's mount, by curl and from the local disk, side by side
 * in one run: `npx tsx scripts/bench-read/bench.ts` after a build. Each figure is the median of
 * interleaved rounds, so that a busy machine slows all of them.
 *
 * Reads from the embedded server, which takes 50 ms longer for each request, and from the account
 * named by `NUAGE_TEST_URL`, `NUAGE_TEST_USER` and `NUAGE_TEST_PASSWORD`. It makes a folder there
 * and removes it again.
 */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { Recorder, type Row } from '../bench-common/recorder.js';
import { type Measured, report } from '../bench-common/report.js';
import {
  embeddedServer,
  namedAccount,
  removeUploaded,
  throughLine,
  upload,
  type Server,
} from '../bench-common/servers.js';
import { sizesOf, writeContent } from './content.js';
import { Workloads, type Bench } from './workloads.js';

const LATENCY_MS = 50;
const FAR = { roundTripMs: 80, bytesPerSecond: 1_000_000_000 / 8 };
const FAR_NAME = '80 ms, 1 Gbit/s';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '5' },
    /** Of the sizes in the issue: 0.1 for a quick look. */
    size: { type: 'string', default: '1' },
    only: { type: 'string', default: 'walks,reads,far,small,idle' },
    'idle-seconds': { type: 'string', default: '60' },
    /** Leaves the content on the named server, for the next run. */
    keep: { type: 'boolean', default: false },
  },
});
const wanted = new Set(values.only.split(','));
const sizes = sizesOf(Number(values.size));
const work = fs.mkdtempSync(path.join(os.tmpdir(), 'bench-read-'));
const local = path.join(work, 'local');

async function measure(server: Server): Promise<Row[]> {
  const bench: Bench = { recorder: new Recorder(), sizes, local, work };
  const near = new Workloads(bench, server);
  const far = await throughLine(server, FAR_NAME, FAR);
  const distant = new Workloads(bench, far);
  try {
    for (let round = 1; round <= Number(values.rounds); round += 1) {
      process.stderr.write(`${server.name}: round ${round} of ${values.rounds}\n`);
      if (wanted.has('walks')) await near.walks();
      if (wanted.has('reads')) await near.reads();
      if (wanted.has('small')) await near.smallFiles();
      const far = `read ${sizes.bigBytes / 1024 ** 2} MiB, cold, ${FAR_NAME}`;
      if (wanted.has('far')) await distant.coldReads(far);
      near.nextRound();
      distant.nextRound();
    }
    if (wanted.has('idle')) await near.idle(Number(values['idle-seconds']) * 1000);
    return bench.recorder.rows();
  } finally {
    await near.end();
    await distant.end();
    await far.close();
  }
}

async function measureEmbedded(): Promise<Measured> {
  const folder = path.join(work, 'server', 'files');
  fs.mkdirSync(path.dirname(folder));
  execFileSync('cp', ['-r', '--reflink=auto', local, folder]);
  const server = await embeddedServer(folder, LATENCY_MS);
  try {
    return { server: server.name, rows: await measure(server) };
  } finally {
    await server.close();
  }
}

async function measureNamed(): Promise<Measured | undefined> {
  const account = namedAccount();
  if (account === undefined) return undefined;
  process.stderr.write('sending the content…\n');
  await upload(account, local);
  const server = await throughLine(account, account.url);
  try {
    return { server: server.name, rows: await measure(server) };
  } finally {
    await server.close();
    if (!values.keep) await removeUploaded(account, local);
  }
}

try {
  writeContent(local, sizes);
  await report([measureEmbedded, measureNamed], values);
} finally {
  fs.rmSync(work, { recursive: true, force: true });
}
