/**
 * The workloads. A workload is a script, whose end is what the user waits for, and what the server
 * has to show afterwards, which the clock goes on for.
 */
import { setTimeout as pause } from 'node:timers/promises';
import fs from 'node:fs';
import path from 'node:path';
import { Mount } from '../bench-common/mounts.js';
import { run, seconds, timed } from '../bench-common/processes.js';
import { difference, type Recorder } from '../bench-common/recorder.js';
import type { Server } from '../bench-common/servers.js';
import { BIG, SMALL, SOURCES, type Sizes } from './content.js';
import type { ServerFolder, Tree } from './server-tree.js';

const FOLDERS = 50;
const RENAMES = 50;
const LINES = 1_000;
const PATCH_BYTES = 4096;
/** Longer than the clocks of a server and of a mount need to tell two changes apart. */
const BETWEEN_MS = 1_500;

/** The same objects on every side, so that one side tells what another one must have. */
const GIT = {
  ...{ GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' },
  ...{ GIT_AUTHOR_NAME: 'A', GIT_AUTHOR_EMAIL: 'a@localhost', GIT_AUTHOR_DATE: '2026-01-01T00:00' },
  ...{ GIT_COMMITTER_NAME: 'A', GIT_COMMITTER_EMAIL: 'a@localhost' },
  ...{ GIT_COMMITTER_DATE: '2026-01-01T00:00' },
};

export interface Bench {
  readonly recorder: Recorder;
  readonly sizes: Sizes;
  /** What is copied from. */
  readonly source: string;
  /** For what is in use while it runs. */
  readonly work: string;
  readonly wanted: ReadonlySet<string>;
}

interface Workload {
  readonly key: string;
  readonly name: string;
  /** For bash, in a folder that was empty before the first workload. */
  readonly script: string;
  /** Asked right after the script has run on the local disk. @returns what the server must show. */
  readonly expects: (local: string) => Expectation;
}

type Expectation = (tree: Tree) => boolean;

interface Expected extends Omit<Workload, 'expects'> {
  readonly isDone: Expectation;
}

export class Workloads {
  readonly #bench: Bench;
  readonly #server: Server;
  readonly #folder: ServerFolder;
  readonly #folderName: string;
  readonly #mounts: readonly Mount[];

  /** @param folder of the account, which is there already, and is seen past the counted line. */
  constructor(bench: Bench, server: Server, folder: ServerFolder, folderName: string) {
    this.#bench = bench;
    this.#server = server;
    this.#folder = folder;
    this.#folderName = folderName;
    this.#mounts = (['nuage', 'rclone'] as const).map(
      (name) => new Mount(name, server, bench.work),
    );
  }

  async end(): Promise<void> {
    for (const mount of this.#mounts) await mount.stop();
  }

  async round(number: number): Promise<void> {
    const local = path.join(this.#bench.work, `disk-${number}`);
    fs.mkdirSync(local);
    const workloads: Expected[] = [];
    for (const workload of this.#workloads()) {
      if (!this.#bench.wanted.has(workload.key)) continue;
      const took = await this.#run(workload.script, local);
      this.#bench.recorder.add(`${workload.name}, returns`, 'disk', took);
      workloads.push({ ...workload, isDone: workload.expects(local) });
    }
    for (const mount of this.#mounts) {
      const place = `${mount.name}-${number}`;
      await this.#folder.create(place);
      await mount.startCold();
      await timed(`ls -l '${this.#in(mount, place)}'`);
      for (const workload of workloads) await this.#measure(workload, mount, place);
      await mount.stop();
    }
    if (this.#bench.wanted.has('cp')) await this.#putByCurl(`curl-${number}.bin`);
    fs.rmSync(local, { recursive: true });
  }

  /** @param file of the account's folder, with the size of {@link Sizes}. */
  async patch(file: string): Promise<void> {
    const { cachedBytes } = this.#bench.sizes;
    const name = `4 KiB write into a cached ${cachedBytes / 1024 ** 2} MiB file, returns`;
    const block = Math.floor(cachedBytes / PATCH_BYTES / 2);
    const where = `conv=notrunc status=none bs=${PATCH_BYTES} count=1 seek=${block}`;
    const script = `dd if=/dev/urandom of='${file}' ${where}`;
    for (const mount of this.#mounts) {
      await mount.startCold();
      const folder = this.#in(mount, '');
      await timed(`cat '${folder}/${file}' >/dev/null`);
      await mount.settle();
      this.#bench.recorder.add(name, mount.name, await this.#run(script, folder));
      // It would be sent whole, and again in each round, for nothing that is measured here.
      await mount.abandon();
    }
    const local = path.join(this.#bench.work, 'cached', this.#folderName);
    this.#bench.recorder.add(name, 'disk', await this.#run(script, local));
  }

  #workloads(): readonly Workload[] {
    const { sizes, source } = this.#bench;
    const { bigBytes, smallFiles, sources } = sizes;
    return [
      {
        key: 'cp',
        name: `cp of ${bigBytes / 1024 ** 2} MiB`,
        script: `cp '${source}/${BIG}' big.bin`,
        expects: () => (tree) => tree.get('big.bin') === bigBytes,
      },
      {
        key: 'small',
        name: `${smallFiles} files of 8 KiB`,
        script: `cp -r '${source}/${SMALL}' small`,
        expects: () => (tree) => count(tree, /^small\/\d+\.bin$/) === smallFiles,
      },
      {
        key: 'mkdir',
        name: `${FOLDERS} mkdir`,
        script: `for i in {1..${FOLDERS}}; do mkdir folder-$i; done`,
        expects: () => (tree) => count(tree, /^folder-\d+$/) === FOLDERS,
      },
      {
        key: 'small',
        name: `${RENAMES} renames`,
        script: `for i in {1..${RENAMES}}; do mv small/$i.bin small/renamed-$i.bin; done`,
        expects: () => (tree) => count(tree, /^small\/renamed-\d+\.bin$/) === RENAMES,
      },
      {
        key: 'git',
        name: `git init, add, commit of ${sources} files`,
        script: `git init -q repo; cp -r '${source}/${SOURCES}' repo; cd repo
          git add .; git commit -q -m all`,
        expects: (local) => {
          const names = pathsBelow(local, 'repo');
          return (tree) => names.every((name) => tree.has(name));
        },
      },
      {
        key: 'git',
        name: 'rm -rf of the repository',
        // rclone fails at it, at times, and then what it left takes a second go.
        script: 'rm -rf repo || rm -rf repo',
        expects: () => (tree) => count(tree, /^repo(\/|$)/) === 0,
      },
      {
        key: 'log',
        name: `${LINES} appended lines`,
        script: `for i in {1..${LINES}}; do echo "line $i" >> log; done`,
        expects: (local) => {
          const { size } = fs.statSync(path.join(local, 'log'));
          return (tree) => tree.get('log') === size;
        },
      },
    ];
  }

  async #measure({ name, script, isDone }: Expected, mount: Mount, place: string): Promise<void> {
    await mount.settle();
    await pause(BETWEEN_MS);
    const before = await this.#server.traffic();
    try {
      let returned = NaN;
      const arrived = await seconds(async () => {
        returned = await this.#run(script, this.#in(mount, place));
        await this.#folder.waitFor(place, isDone);
      });
      await mount.settle();
      const traffic = difference(before, await this.#server.traffic());
      this.#bench.recorder.add(`${name}, returns`, mount.name, returned);
      this.#bench.recorder.add(`${name}, on the server`, mount.name, arrived, traffic);
    } catch (error) {
      process.stderr.write(`${mount.name}: ${name}: ${String(error)}\n`);
    }
  }

  #run(script: string, folder: string): Promise<number> {
    return timed(`cd '${folder}'; ${script}`, { env: { ...process.env, ...GIT } });
  }

  async #putByCurl(name: string): Promise<void> {
    const { url, user, password } = this.#server;
    const address = `${url}/remote.php/dav/files/${user}/${this.#folderName}/${name}`;
    const file = path.join(this.#bench.source, BIG);
    const input = [
      ...[`url="${address}"`, `user="${user}:${password}"`, `upload-file="${file}"`],
      'header="Expect:"',
    ].join('\n');
    const before = await this.#server.traffic();
    const took = await seconds(() =>
      run('curl', ['--silent', '--show-error', '--fail', '--config', '-'], { input }),
    );
    const traffic = difference(before, await this.#server.traffic());
    const workload = `cp of ${this.#bench.sizes.bigBytes / 1024 ** 2} MiB, on the server`;
    this.#bench.recorder.add(workload, 'curl', took, traffic);
  }

  #in(mount: Mount, place: string): string {
    return path.join(mount.folder, this.#folderName, place);
  }
}

function count(tree: Tree, name: RegExp): number {
  return [...tree.keys()].filter((each) => name.test(each)).length;
}

function pathsBelow(folder: string, name: string): string[] {
  const names = fs.readdirSync(path.join(folder, name), { recursive: true }) as string[];
  return names.map((each) => path.join(name, each));
}
