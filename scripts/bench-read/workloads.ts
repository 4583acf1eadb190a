/** The workloads. Each method is one round; the sides follow each other within it. */
import { setTimeout as pause } from 'node:timers/promises';
import fs from 'node:fs';
import path from 'node:path';
import { Mount } from '../bench-common/mounts.js';
import { run, seconds, timed } from '../bench-common/processes.js';
import { difference, type Recorder, type Side } from '../bench-common/recorder.js';
import type { Server } from '../bench-common/servers.js';
import { contentName, type Sizes } from './content.js';

const WALK = "find . -printf '%s\\n'";
const BLOCK_BYTES = 4096;
const USER_HZ = 100;

export interface Bench {
  readonly recorder: Recorder;
  readonly sizes: Sizes;
  /** Holds the same content as the server. */
  readonly local: string;
  /** For what is in use while it runs. */
  readonly work: string;
}

export class Workloads {
  readonly #bench: Bench;
  readonly #server: Server;
  readonly #mounts: readonly Mount[];
  readonly #root: string;
  #round = 0;

  constructor(bench: Bench, server: Server) {
    this.#bench = bench;
    this.#server = server;
    this.#root = contentName(bench.sizes);
    this.#mounts = (['nuage', 'rclone'] as const).map(
      (name) => new Mount(name, server, bench.work),
    );
  }

  async end(): Promise<void> {
    for (const mount of this.#mounts) await mount.stop();
  }

  /**
   * The other mount goes first in every other round: whoever does pays for memory that the machine
   * takes back from its host.
   */
  nextRound(): void {
    this.#round += 1;
  }

  async walks(): Promise<void> {
    const walk = this.#in('tree', WALK);
    for (const mount of this.#inTurn()) {
      const before = await this.#server.traffic();
      const mounting = await seconds(() => mount.startCold());
      const cold = await this.#measure('walk, cold', mount, walk);
      const after = await this.#server.traffic();
      const traffic = difference(before, after);
      this.#bench.recorder.add('mount and walk, cold', mount.name, mounting + cold, traffic);
      await mount.settle();
      await this.#measure('walk, warm', mount, walk);
      await mount.stop();
      await mount.start();
      await this.#measure('walk, after a new mount', mount, walk);
      await mount.stop();
    }
    for (const workload of ['walk, warm', 'walk, after a new mount']) {
      await this.#onDisk(workload, walk);
    }
  }

  /** The folder has been listed, as by a file manager, before its files are opened. */
  async reads(): Promise<void> {
    const { bigBytes } = this.#bench.sizes;
    const name = `${bigBytes / 1024 ** 2} MiB`;
    const middle = bigBytes / 2;
    for (const mount of this.#inTurn()) {
      await mount.startCold();
      await timed(`ls -l '${this.#folder(mount.folder, 'big')}'`);
      await mount.settle();
      await this.#measure('first 4 KiB, middle', mount, this.#block(middle));
      await mount.settle();
      await this.#measure('first 4 KiB, start', mount, this.#block(0));
      await mount.settle();
      const read = this.#in('big', 'cat read.bin >/dev/null');
      await this.#measure(`read ${name}, cold`, mount, read);
      await mount.settle();
      await this.#measure(`read ${name}, again`, mount, read);
      await forgetPages(this.#folder(mount.folder, 'big'), mount.cacheFolder);
      await this.#measure(`read ${name}, again, not in memory`, mount, read);
      await mount.stop();
    }
    await this.#byCurl('first 4 KiB, middle', 'big/probe.bin', middle);
    await this.#byCurl('first 4 KiB, start', 'big/probe.bin', 0);
    await this.#byCurl(`read ${name}, cold`, 'big/read.bin');
    const read = this.#in('big', 'cat read.bin >/dev/null');
    await this.#onDisk(`read ${name}, again`, read);
    await forgetPages(this.#folder(this.#bench.local, 'big'));
    await this.#onDisk(`read ${name}, again, not in memory`, read);
  }

  async coldReads(workload: string): Promise<void> {
    for (const mount of this.#inTurn()) {
      await mount.startCold();
      await timed(`ls -l '${this.#folder(mount.folder, 'big')}'`);
      await mount.settle();
      await this.#measure(workload, mount, this.#in('big', 'cat read.bin >/dev/null'));
      await mount.stop();
    }
    await this.#byCurl(workload, 'big/read.bin');
  }

  async smallFiles(): Promise<void> {
    const { smallFiles, pictures } = this.#bench.sizes;
    for (const mount of this.#inTurn()) {
      await mount.startCold();
      await mount.settle();
      const small = this.#in('small', 'cat */* >/dev/null');
      await this.#measure(`${smallFiles} small files of 10 folders, cold`, mount, small);
      await mount.settle();
      // One after the other, in the order in which a viewer shows them.
      const look = this.#in('pictures', 'for f in $(ls -v); do cat $f >/dev/null; done');
      await this.#measure(`${pictures} pictures of 300 KiB, cold`, mount, look);
      await mount.stop();
    }
  }

  /** Seconds are those of the processor, and all figures are those of an hour. */
  async idle(durationMs: number): Promise<void> {
    for (const mount of this.#inTurn()) {
      await mount.startCold();
      await timed(`ls '${mount.folder}'`);
      await mount.settle();
      const [before, processorBefore] = [await this.#server.traffic(), processorSeconds(mount.pid)];
      await pause(durationMs);
      const traffic = difference(before, await this.#server.traffic());
      const perHour = 3_600_000 / durationMs;
      const processor = (processorSeconds(mount.pid) - processorBefore) * perHour;
      this.#bench.recorder.add('idle, per hour (processor time)', mount.name, processor, {
        requests: traffic.requests * perHour,
        changes: traffic.changes * perHour,
        bytes: traffic.bytes * perHour,
      });
      await mount.stop();
    }
  }

  #inTurn(): readonly Mount[] {
    return this.#round % 2 === 0 ? this.#mounts : this.#mounts.toReversed();
  }

  #folder(parent: string, name: string): string {
    return path.join(parent, this.#root, name);
  }

  #in(name: string, command: string): (parent: string) => string {
    return (parent) => `cd '${this.#folder(parent, name)}'; ${command} >/dev/null`;
  }

  #block(offset: number): (parent: string) => string {
    const place = `bs=${BLOCK_BYTES} count=1 skip=${offset / BLOCK_BYTES}`;
    return this.#in('big', `dd if=probe.bin of=/dev/null status=none ${place}`);
  }

  async #measure(
    workload: string,
    mount: Mount,
    command: (parent: string) => string,
  ): Promise<number> {
    return this.#counted(workload, mount.name, () => timed(command(mount.folder)));
  }

  async #onDisk(workload: string, command: (parent: string) => string): Promise<void> {
    this.#bench.recorder.add(workload, 'disk', await timed(command(this.#bench.local)));
  }

  async #byCurl(workload: string, file: string, offset?: number): Promise<void> {
    const { url, user, password } = this.#server;
    const address = `${url}/remote.php/dav/files/${user}/${this.#root}/${file}`;
    const config = [`url="${address}"`, `user="${user}:${password}"`, 'output=/dev/null'];
    if (offset !== undefined) config.push(`range=${offset}-${offset + BLOCK_BYTES - 1}`);
    const input = config.join('\n');
    await this.#counted(workload, 'curl', () =>
      seconds(() => run('curl', ['--silent', '--fail', '--config', '-'], { input })),
    );
  }

  async #counted(workload: string, side: Side, action: () => Promise<number>): Promise<number> {
    const before = await this.#server.traffic();
    const took = await action();
    const after = await this.#server.traffic();
    this.#bench.recorder.add(workload, side, took, difference(before, after));
    return took;
  }
}

/** Makes the kernel drop the pages of all files below, as far as they are on disk. */
async function forgetPages(...folders: readonly string[]): Promise<void> {
  const drop = 'dd if="$1" iflag=nocache count=0 status=none';
  await run('sync', []);
  for (const folder of folders) {
    await run('find', [
      folder,
      '-type',
      'f',
      '-size',
      '+1M',
      '-exec',
      'bash',
      '-c',
      drop,
      '-',
      '{}',
      ';',
    ]);
  }
}

function processorSeconds(pid: number | undefined): number {
  const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / USER_HZ;
}
