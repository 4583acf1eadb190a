/**
 * One file read from its beginning to its end, cold, over lines of each length and width: through
 * the mount, through rclone's mount and by curl, in one run. `npx tsx scripts/bench-lines/bench.ts`
 * after a build. The file is what the line brings in two seconds.
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { Pace } from '../bench-common/line.js';
import { Mount } from '../bench-common/mounts.js';
import { run, seconds, timed } from '../bench-common/processes.js';
import { writeRandom } from '../bench-common/random-file.js';
import { difference, Recorder, type Side } from '../bench-common/recorder.js';
import { report } from '../bench-common/report.js';
import { embeddedServer, throughLine, type Server } from '../bench-common/servers.js';

const ROUND_TRIPS_MS = [0, 20, 80, 200];
const MEGABITS_PER_SECOND = [10, 100, 1000];
const FILE_SECONDS = 2;

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '3' },
  },
});

const bytesPerSecond = (megabits: number): number => (megabits * 1_000_000) / 8;
const fileName = (megabits: number): string => `for ${megabits}.bin`;

const work = fs.mkdtempSync(path.join(os.tmpdir(), 'bench-lines-'));
const folder = path.join(work, 'server', 'files');
const recorder = new Recorder();

async function measureAll(server: Server): Promise<void> {
  for (let round = 1; round <= Number(values.rounds); round += 1) {
    process.stderr.write(`round ${round} of ${values.rounds}\n`);
    for (const megabits of MEGABITS_PER_SECOND) {
      for (const roundTripMs of ROUND_TRIPS_MS) {
        const name = `${megabits} Mbit/s, ${roundTripMs} ms`;
        const pace: Pace = { roundTripMs, bytesPerSecond: bytesPerSecond(megabits) };
        const line = await throughLine(server, name, pace);
        try {
          await measure(line, fileName(megabits));
        } finally {
          await line.close();
        }
      }
    }
  }
}

async function measure(line: Server, file: string): Promise<void> {
  for (const name of ['nuage', 'rclone'] as const) {
    const mount = new Mount(name, line, work);
    try {
      await mount.startCold();
      await timed(`ls -l '${mount.folder}'`);
      await mount.settle();
      await counted(line, name, () => timed(`cat '${path.join(mount.folder, file)}' >/dev/null`));
    } finally {
      await mount.stop();
    }
  }
  const address = `${line.url}/remote.php/dav/files/${line.user}/${encodeURIComponent(file)}`;
  const input = `url="${address}"\nuser="${line.user}:${line.password}"\noutput=/dev/null\n`;
  await counted(line, 'curl', () =>
    seconds(() => run('curl', ['--silent', '--fail', '--config', '-'], { input })),
  );
}

async function counted(line: Server, side: Side, action: () => Promise<number>): Promise<void> {
  const before = await line.traffic();
  const took = await action();
  recorder.add(line.name, side, took, difference(before, await line.traffic()));
}

try {
  for (const megabits of MEGABITS_PER_SECOND) {
    const bytes = bytesPerSecond(megabits) * FILE_SECONDS;
    writeRandom(path.join(folder, fileName(megabits)), bytes);
  }
  const server = await embeddedServer(folder, 0);
  try {
    await measureAll(server);
  } finally {
    await server.close();
  }
  const measured = { server: 'embedded server', rows: recorder.rows() };
  await report([() => Promise.resolve(measured)], values);
} finally {
  fs.rmSync(work, { recursive: true, force: true });
}
