/**
 * A real mount for a test: an embedded Nuage and the program itself, each a process of its own, so
 * that the test may use the mount however it likes. Ends both, and the mount, in all cases.
 */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { NuageSettings } from '../../src/demo/state.js';
import { NuageProcess } from '../demo/nuage-process.js';
import { compiledMain } from './compiled.js';

const execute = promisify(execFile);

const PROJECT = path.resolve(import.meta.dirname, '../..');
/** Beside soaks and on a busy machine; what hangs is given up all the same. */
const MOUNT_MS_MAX = 120_000;
const END_MS_MAX = 20_000;
const PROGRAM_MS_MAX = 120_000;
const OUTPUT_BYTES_MAX = 64 * 1024 * 1024;

export type DiskKind = 'ext4' | 'xfs';

/** xfs makes none that is smaller. */
const DISK_IMAGE_BYTES = 320 * 1024 * 1024;

/**
 * Stops a file system as a power cut does: neither its cache nor its journal is written any more.
 * EXT4_IOC_SHUTDOWN of linux/ext4.h with EXT4_GOING_FLAGS_NOLOGFLUSH; XFS_IOC_GOINGDOWN is the same.
 */
const SHUT_DOWN =
  'import fcntl,os,struct,sys; ' +
  'fcntl.ioctl(os.open(sys.argv[1], os.O_RDONLY), 0x8004587D, struct.pack("I", 2))';

export interface MountOptions {
  readonly content?: { readonly files?: number; readonly bigFileBytes?: number };
  readonly quotaBytes?: number;
  /** Of the server. */
  readonly settings?: Partial<NuageSettings>;
  readonly arguments?: readonly string[];
  /** Of another mount, whose account is mounted as on another machine; it outlives this one. */
  readonly server?: NuageProcess;
  /** Runs the program as this user, who mounts through `fusermount3`. */
  readonly uid?: number;
  /** Gives the program a disk of its own of this size, which only root can. */
  readonly diskBytes?: number;
  /** Gives the program a disk of its own whose power can be cut, which only root can. */
  readonly disk?: DiskKind | undefined;
  /** Files of the account, by their path, that are there before the mount. */
  readonly files?: Readonly<Record<string, Uint8Array>>;
}

export interface ProgramResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export class MountedNuage {
  readonly server: NuageProcess;
  /** The mount point. */
  readonly folder: string;
  readonly #home: string;
  readonly #options: MountOptions;
  #process: ChildProcess | undefined;
  #output = '';

  private constructor(server: NuageProcess, home: string, options: MountOptions) {
    this.server = server;
    this.#home = home;
    this.folder = path.join(home, 'Nuage');
    this.#options = options;
  }

  static async start(options: MountOptions = {}): Promise<MountedNuage> {
    const home = fs.mkdtempSync(path.join(os.tmpdir(), 'nuage-mount-'));
    if (options.uid !== undefined) fs.chownSync(home, options.uid, options.uid);
    // Others reach a mount that is open to them; what is private within has its own mode.
    fs.chmodSync(home, 0o711);
    const { content, quotaBytes } = options;
    const server =
      options.server ??
      (await NuageProcess.start({
        folder: path.join(home, 'server', 'files'),
        ...(content === undefined ? {} : { content }),
        ...(quotaBytes === undefined ? {} : { quotaBytes }),
      }));
    const mounted = new MountedNuage(server, home, options);
    try {
      fs.mkdirSync(mounted.folder);
      if (options.uid !== undefined) fs.chownSync(mounted.folder, options.uid, options.uid);
      if (options.diskBytes !== undefined) await mounted.#makeDisk(options.diskBytes);
      if (options.disk !== undefined) await mounted.#makeDiskImage(options.disk);
      for (const [name, bytes] of Object.entries(options.files ?? {})) {
        const file = path.join(server.folder, name);
        fs.mkdirSync(path.dirname(file), { recursive: true });
        fs.writeFileSync(file, bytes);
      }
      if (options.settings !== undefined) await server.settings(options.settings);
      await mounted.mount();
      return mounted;
    } catch (error) {
      await mounted.close();
      throw error;
    }
  }

  /** What the program has said so far. */
  get output(): string {
    return this.#output;
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  async mount(): Promise<void> {
    this.#output = '';
    const child = this.#spawn([
      'mount',
      this.folder,
      '--foreground',
      '--server',
      this.server.url,
      '--user',
      this.server.user,
      ...(this.#options.arguments ?? []),
    ]);
    this.#process = child;
    const deadline = Date.now() + MOUNT_MS_MAX;
    while (!this.#output.includes('is mounted on')) {
      if (child.exitCode !== null || Date.now() > deadline) {
        throw new Error(`the program did not mount (${child.exitCode}):\n${this.#output}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** What the program keeps on this machine. */
  get data(): string {
    return path.join(this.#home, 'data');
  }

  async #makeDisk(bytes: number): Promise<void> {
    fs.mkdirSync(this.data, { mode: 0o700 });
    await execute('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', this.data]);
  }

  get #image(): string {
    return path.join(this.#home, 'disk.img');
  }

  async #makeDiskImage(kind: DiskKind): Promise<void> {
    fs.writeFileSync(this.#image, '');
    fs.truncateSync(this.#image, DISK_IMAGE_BYTES);
    await execute(`mkfs.${kind}`, ['-q', this.#image]);
    await this.#mountDisk();
  }

  async #mountDisk(): Promise<void> {
    fs.mkdirSync(this.data, { recursive: true });
    await execute('mount', ['-o', 'loop', this.#image, this.data]);
    fs.chmodSync(this.data, 0o700);
  }

  /** The program dies with its machine; the disk is there again, as its journal leaves it. */
  async cutPower(): Promise<void> {
    await execute('python3', ['-c', SHUT_DOWN, this.data]);
    await this.end('SIGKILL');
    if (this.isMounted()) await execute('umount', ['-l', this.folder]);
    await execute('umount', [this.data]);
    await this.#mountDisk();
  }

  isMounted(): boolean {
    return fs.readFileSync('/proc/self/mountinfo', 'utf8').includes(` ${this.folder} `);
  }

  /** Runs a program in the mounted folder; a failure is in the result, a hang is an error. */
  async run(program: string, ...args: readonly string[]): Promise<ProgramResult> {
    const options = {
      cwd: this.#home,
      timeout: PROGRAM_MS_MAX,
      maxBuffer: OUTPUT_BYTES_MAX,
      env: { ...process.env, HOME: this.#home, LC_ALL: 'C.UTF-8' },
      ...(this.#options.uid === undefined
        ? {}
        : { uid: this.#options.uid, gid: this.#options.uid }),
    };
    try {
      // Not by `cwd`, which the kernel would look at as root: not even root may enter another's mount.
      const enter = ['-c', 'cd "$0" && exec "$@"', this.folder, program, ...args];
      const { stdout, stderr } = await execute('bash', enter, options);
      return { code: 0, stdout, stderr };
    } catch (error) {
      const failure = error as { code?: number | string; stdout: string; stderr: string };
      if (typeof failure.code !== 'number') throw error;
      return { code: failure.code, stdout: failure.stdout, stderr: failure.stderr };
    }
  }

  /** As {@link run}, for what must succeed. @returns its standard output. */
  async sh(script: string): Promise<string> {
    const { code, stdout, stderr } = await this.run('bash', '-euo', 'pipefail', '-c', script);
    if (code !== 0) throw new Error(`${script}\nended with ${code}:\n${stdout}${stderr}`);
    return stdout;
  }

  /** Runs the program with other arguments: `status`, `sync`, `unmount`. */
  async command(...args: readonly string[]): Promise<ProgramResult> {
    const child = this.#spawn(args, 'pipe');
    let stdout = '';
    let stderr = '';
    child.stdout?.on('data', (piece) => (stdout += String(piece)));
    child.stderr?.on('data', (piece) => (stderr += String(piece)));
    const timer = setTimeout(() => child.kill('SIGKILL'), PROGRAM_MS_MAX);
    const [code] = (await once(child, 'close')) as [number | null];
    clearTimeout(timer);
    return { code: code ?? -1, stdout, stderr };
  }

  /** Until everything has been sent. */
  async sync(): Promise<void> {
    const { code, stderr } = await this.command('sync', this.folder);
    if (code === 0) return;
    const { stdout } = await this.command('status', this.folder);
    throw new Error(`sync ended with ${code}: ${stderr}\n${stdout}\n${this.#output}`);
  }

  /** Ends the program; `SIGKILL` leaves the mount behind as a crash does. */
  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    const child = this.#process;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) {
      return child?.exitCode ?? null;
    }
    const timer = setTimeout(() => child.kill('SIGKILL'), END_MS_MAX);
    child.kill(signal);
    await once(child, 'exit');
    clearTimeout(timer);
    return child.exitCode;
  }

  /** Waits for the program to leave by itself. */
  async ended(): Promise<number | null> {
    const child = this.#process;
    if (child === undefined || child.exitCode !== null) return child?.exitCode ?? null;
    const timer = setTimeout(() => child.kill('SIGKILL'), END_MS_MAX);
    await once(child, 'exit');
    clearTimeout(timer);
    return child.exitCode;
  }

  async close(): Promise<void> {
    await this.end();
    if (this.isMounted()) await execute('umount', ['-l', this.folder]).catch(() => undefined);
    if (this.#options.diskBytes !== undefined || this.#options.disk !== undefined) {
      await execute('umount', ['-l', this.data]).catch(() => undefined);
    }
    if (this.#options.server === undefined) await this.server.close();
    fs.rmSync(this.#home, { recursive: true, force: true });
  }

  #spawn(args: readonly string[], stdio: 'pipe' | 'log' = 'log'): ChildProcess {
    const { uid } = this.#options;
    const child = spawn(process.execPath, [compiledMain(), ...args], {
      cwd: PROJECT,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        HOME: this.#home,
        XDG_DATA_HOME: this.data,
        XDG_RUNTIME_DIR: this.#home,
        NUAGE_PASSWORD: this.server.password,
      },
      ...(uid === undefined ? {} : { uid, gid: uid }),
    });
    if (stdio === 'log') {
      for (const stream of [child.stdout, child.stderr]) {
        stream.on('data', (piece) => (this.#output += String(piece)));
      }
    }
    return child;
  }
}
