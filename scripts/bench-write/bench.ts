/**
 * Writing into the mount, into rclone's mount, by curl and to the local disk, side by side in one
 * run: `npx tsx scripts/bench-write/bench.ts` after a build. Each figure is the median of
 * interleaved rounds, so that a busy machine slows all of them.
 *
 * Of each workload two things are told: when it returns to who waits, and when the server has all
 * of it, both from its start, with the requests until then and in brackets those that change
 * something. Writes to the embedded server, which takes 50 ms longer for each request, and to the
 * account named by `NUAGE_TEST_URL`, `NUAGE_TEST_USER` and `NUAGE_TEST_PASSWORD`. It makes a folder
 * there and removes it again.
 */
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { Recorder, type Row } from '../bench-common/recorder.js';
import { writeRandom } from '../bench-common/random-file.js';
import { type Measured, report } from '../bench-common/report.js';
import {
  embeddedServer,
  namedAccount,
  throughLine,
  upload,
  type Account,
} from '../bench-common/servers.js';
import { sizesOf, writeContent } from './content.js';
import { ServerFolder } from './server-tree.js';
import { Workloads, type Bench } from './workloads.js';

const LATENCY_MS = 50;
const CACHED = 'cached.bin';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '3' },
    /** Of the large files in the issue: 0.1 for a quick look. */
    size: { type: 'string', default: '1' },
    only: { type: 'string', default: 'cp,small,mkdir,git,log,patch' },
    servers: { type: 'string', default: 'embedded,named' },
  },
});
const wanted = new Set(values.only.split(','));
const sizes = sizesOf(Number(values.size));
const work = fs.mkdtempSync(path.join(os.tmpdir(), 'bench-write-'));
const source = path.join(work, 'source');
const folderName = `bench-write-${randomBytes(4).toString('hex')}`;

async function measure(account: Account, name: string): Promise<Measured> {
  const bench: Bench = { recorder: new Recorder(), sizes, source, work, wanted };
  const server = await throughLine(account, name);
  const folder = new ServerFolder(account, folderName);
  const workloads = new Workloads(bench, server, folder, folderName);
  try {
    await folder.create();
    if (wanted.has('patch')) await upload(account, path.join(work, 'cached'));
    for (let round = 1; round <= Number(values.rounds); round += 1) {
      process.stderr.write(`${name}: round ${round} of ${values.rounds}\n`);
      await workloads.round(round);
      if (wanted.has('patch')) await workloads.patch(CACHED);
    }
    return { server: name, rows: bench.recorder.rows().sort(byWorkload) };
  } finally {
    await workloads.end();
    await folder.remove();
    await server.close();
  }
}

async function measureEmbedded(): Promise<Measured> {
  const files = path.join(work, 'server', 'files');
  fs.mkdirSync(files, { recursive: true });
  const server = await embeddedServer(files, LATENCY_MS);
  try {
    return await measure(server, server.name);
  } finally {
    await server.close();
  }
}

async function measureNamed(): Promise<Measured | undefined> {
  const account = namedAccount();
  return account === undefined ? undefined : measure(account, account.url);
}

/** What returns stands beside when it was on the server. */
function byWorkload(a: Row, b: Row): number {
  return a.workload.localeCompare(b.workload, 'en', { numeric: true });
}

try {
  writeContent(source, sizes);
  if (wanted.has('patch'))
    writeRandom(path.join(work, 'cached', folderName, CACHED), sizes.cachedBytes);
  const chosen = new Set(values.servers.split(','));
  const all = { embedded: measureEmbedded, named: measureNamed };
  const measures = Object.entries(all).filter(([name]) => chosen.has(name));
  await report(
    measures.map(([, measure]) => measure),
    values,
  );
} finally {
  fs.rmSync(work, { recursive: true, force: true });
}
