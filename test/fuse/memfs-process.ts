/**
 * The in-memory file system on a real mount for one test: a process of its own serves it, so that
 * the test may use the mount by asynchronous calls and child processes. Every wait has a deadline;
 * `close` always detaches the mount, ends the process and removes the folder.
 */
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { chownSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import type { ServerArguments } from './memfs/main.js';

const PROJECT = resolve(import.meta.dirname, '../..');
const MOUNT_MS_MAX = 30_000;
const EVENT_MS_MAX = 15_000;
const PROGRAM_MS_MAX = 60_000;
const POLL_MS = 10;

export interface MemfsOptions {
  readonly validMs?: number;
  readonly allowOther?: boolean;
  readonly writebackCache?: boolean;
  /** The server runs as this user and group, so it mounts through `fusermount3`. */
  readonly uid?: number;
  /** A folder of its own by default, which `close` removes. */
  readonly mountPoint?: string;
}

export interface MemfsEvent {
  readonly event: string;
  readonly [field: string]: unknown;
}

export interface Outcome {
  /** Undefined when a signal ended it. */
  readonly code: number | undefined;
  readonly signal: string | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

export class MemfsProcess {
  readonly mountPoint: string;
  /** What the server told, in order. */
  readonly events: MemfsEvent[] = [];
  readonly #folder: string;
  readonly #child: ChildProcess;
  #errors = '';

  private constructor(options: MemfsOptions) {
    this.#folder = mkdtempSync(join(tmpdir(), 'memfs-'));
    this.mountPoint = options.mountPoint ?? this.#folder;
    if (options.uid !== undefined) chownSync(this.#folder, options.uid, options.uid);
    const serverArguments: ServerArguments = {
      mountPoint: this.mountPoint,
      validMs: options.validMs ?? 1_000,
      allowOther: options.allowOther ?? false,
      writebackCache: options.writebackCache ?? false,
    };
    const program = [join('test', 'fuse', 'memfs', 'main.ts'), JSON.stringify(serverArguments)];
    this.#child = spawn(process.execPath, ['--import', 'tsx', ...program], {
      cwd: PROJECT,
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
    });
    const { stdout, stderr } = this.#child;
    if (stdout !== null) {
      createInterface({ input: stdout }).on('line', (line) => {
        this.events.push(JSON.parse(line) as MemfsEvent);
      });
    }
    stderr?.on('data', (piece) => (this.#errors += String(piece)));
  }

  /** @throws with what the server wrote when it does not mount. */
  static async start(options: MemfsOptions = {}): Promise<MemfsProcess> {
    const server = new MemfsProcess(options);
    try {
      await server.#until(() => server.count('mounted') > 0, MOUNT_MS_MAX, 'mounted');
      return server;
    } catch (error) {
      await server.close();
      throw error;
    }
  }

  get pid(): number {
    return this.#child.pid ?? -1;
  }

  path(...names: readonly string[]): string {
    return join(this.mountPoint, ...names);
  }

  count(event: string): number {
    return this.events.filter((told) => told.event === event).length;
  }

  /** Waits until the server told an event for which `matches` holds. */
  async told(what: string, matches: (event: MemfsEvent) => boolean): Promise<MemfsEvent> {
    let found: MemfsEvent | undefined;
    await this.#until(() => (found = this.events.find(matches)) !== undefined, EVENT_MS_MAX, what);
    if (found === undefined) throw new Error(`no event: ${what}`);
    return found;
  }

  /** The process has ended by itself. @returns its exit code. */
  async ended(): Promise<number | null> {
    await this.#until(() => this.#hasEnded, EVENT_MS_MAX, 'the end of the process');
    return this.#child.exitCode;
  }

  isMounted(): boolean {
    return readFileSync('/proc/self/mountinfo', 'utf8').includes(` ${this.mountPoint} `);
  }

  async close(): Promise<void> {
    if (this.isMounted()) await run('umount', ['-l', this.mountPoint]);
    try {
      await this.#until(() => this.#hasEnded, EVENT_MS_MAX, 'the end of the process');
    } catch {
      this.#child.kill('SIGKILL');
    }
    if (this.isMounted()) throw new Error(`${this.mountPoint} is still mounted`);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  get #hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  async #until(holds: () => boolean, msMax: number, what: string): Promise<void> {
    const deadline = performance.now() + msMax;
    while (!holds()) {
      const over = this.#hasEnded && !what.startsWith('the end');
      if (over || performance.now() > deadline) {
        // The last lines may still be on their way.
        await pause(POLL_MS * 5);
        if (holds()) return;
        const told = this.events.map((event) => JSON.stringify(event)).join('\n');
        throw new Error(`waited in vain for: ${what}\n${told}\n${this.#errors}`);
      }
      await pause(POLL_MS);
    }
  }
}

export interface RunOptions {
  readonly uid?: number;
  /** Called with the process once it runs. */
  readonly started?: (child: ChildProcess) => void;
}

/** Runs a program to its end; one that hangs is killed and reported as ended by a signal. */
export async function run(
  program: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Outcome> {
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: PROGRAM_MS_MAX,
    killSignal: 'SIGKILL',
    env: { ...process.env, LC_ALL: 'C' },
    ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (piece) => (stdout += String(piece)));
  child.stderr.on('data', (piece) => (stderr += String(piece)));
  return await new Promise((done, fail) => {
    child.once('error', fail);
    child.once('spawn', () => options.started?.(child));
    child.once('close', (code, signal) => {
      done({ code: code ?? undefined, signal: signal ?? undefined, stdout, stderr });
    });
  });
}

/** As {@link run}, for what must succeed. @returns its standard output. */
export async function sh(script: string, options: RunOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await run('bash', ['-euo', 'pipefail', '-c', script], options);
  if (code !== 0) throw new Error(`${script}\nended with ${code ?? 'a signal'}:\n${stderr}`);
  return stdout;
}
