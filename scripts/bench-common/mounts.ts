/** The two mounts that are compared. Each has a cache of its own, which may be thrown away. */
import type { ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { end, firstLine, run, start } from './processes.js';
import { rcloneEnvironment } from './rclone.js';
import type { Server } from './servers.js';

const PROGRAM = path.resolve(import.meta.dirname, '../../dist/cli/main.js');
const MOUNT_MS_MAX = 60_000;
/** Nothing asked for so long: what a mount does by itself after its start is over. */
const QUIET_MS = 1_000;
const QUIET_MS_MAX = 120_000;

export type MountName = 'nuage' | 'rclone';

export class Mount {
  readonly name: MountName;
  readonly folder: string;
  readonly #server: Server;
  readonly #state: string;
  #child: ChildProcess | undefined;

  constructor(name: MountName, server: Server, work: string) {
    this.name = name;
    this.#server = server;
    this.folder = path.join(work, `${name}-mount`);
    this.#state = path.join(work, `${name}-state`);
    fs.mkdirSync(this.folder, { recursive: true });
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Where the bytes are that were read. */
  get cacheFolder(): string {
    return this.#state;
  }

  /** Mounts as for the first time. */
  async startCold(): Promise<void> {
    await this.stop();
    fs.rmSync(this.#state, { recursive: true, force: true });
    await this.start();
  }

  async start(): Promise<void> {
    if (this.name === 'nuage') await this.#startOurs();
    else await this.#startRclone();
  }

  async stop(): Promise<void> {
    if (this.#isMounted()) await run('umount', [this.folder]);
    if (this.#child !== undefined) await end(this.#child);
    this.#child = undefined;
  }

  /** What it has not sent yet is thrown away, with all that it keeps. */
  async abandon(): Promise<void> {
    if (this.#isMounted()) await run('umount', ['--lazy', this.folder]);
    if (this.#child !== undefined) await end(this.#child, 'SIGKILL');
    this.#child = undefined;
    fs.rmSync(this.#state, { recursive: true, force: true });
  }

  /** Waits until the mount asks for nothing more. */
  async settle(): Promise<void> {
    const deadline = Date.now() + QUIET_MS_MAX;
    for (let before = -1; Date.now() < deadline;) {
      const { requests } = await this.#server.traffic();
      if (requests === before) return;
      before = requests;
      await pause(QUIET_MS);
    }
    throw new Error(`${this.name} has not become quiet`);
  }

  async #startOurs(): Promise<void> {
    const { url, user, password } = this.#server;
    this.#child = start(
      process.execPath,
      [
        ...[PROGRAM, 'mount', this.folder, '--foreground', '--log-level', 'error'],
        ...['--server', url, '--user', user],
        // A benchmark means what it deletes.
        ...['--confirm-deletions', '100'],
      ],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
        env: { ...process.env, XDG_DATA_HOME: this.#state, NUAGE_PASSWORD: password },
      },
    );
    await firstLine(this.#child, /is mounted on/);
  }

  async #startRclone(): Promise<void> {
    this.#child = start(
      'rclone',
      [
        ...['mount', 'nuage:', this.folder, '--vfs-cache-mode', 'full'],
        ...['--cache-dir', this.#state],
      ],
      { stdio: ['ignore', 'ignore', 'inherit'], env: await rcloneEnvironment(this.#server) },
    );
    const deadline = Date.now() + MOUNT_MS_MAX;
    while (!this.#isMounted()) {
      if (this.#child.exitCode !== null || Date.now() > deadline) {
        throw new Error('rclone has not mounted');
      }
      await pause(5);
    }
  }

  #isMounted(): boolean {
    return fs.readFileSync('/proc/self/mountinfo', 'utf8').includes(` ${this.folder} `);
  }
}
