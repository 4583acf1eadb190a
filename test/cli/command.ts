/** Runs the program as a user does: a process of its own, with a home of its own. */
import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { compiledMain } from '../support/compiled.js';

const PROJECT = path.resolve(import.meta.dirname, '../..');
const COMMAND_MS_MAX = 60_000;

export interface CommandOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Runs it as this user. */
  readonly uid?: number;
  /** Keeps its standard input open, for {@link Running.type}. */
  readonly isTyped?: boolean;
}

export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A temporary home; what is mounted in it when the test ends is unmounted. */
export class Home {
  readonly path = fs.mkdtempSync(path.join(os.tmpdir(), 'nuage-cli-'));
  /** Does not exist yet. */
  readonly folder = path.join(this.path, 'Nuage');

  at(...names: string[]): string {
    return path.join(this.path, ...names);
  }

  give(uid: number): void {
    fs.chownSync(this.path, uid, uid);
  }

  start(args: readonly string[], options: CommandOptions = {}): Running {
    return new Running([...this.command(), ...args], this.#spawnOptions(options));
  }

  /** For those who start it by other means. */
  command(): readonly string[] {
    return [process.execPath, compiledMain()];
  }

  run(args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
    return this.start(args, options).ended;
  }

  /** Mounts the account on {@link folder}, as for the first time. */
  async mount(account: {
    readonly url: string;
    readonly user: string;
    readonly password: string;
  }): Promise<void> {
    const args = [this.folder, '--server', account.url, '--user', account.user];
    const { code, stderr } = await this.run(args, { env: { NUAGE_PASSWORD: account.password } });
    if (code !== 0) throw new Error(`the mount ended with ${code}: ${stderr}`);
  }

  /** Another program with the same surroundings. */
  runOther(argv: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
    return this.startOther(argv, options).ended;
  }

  startOther(argv: readonly string[], options: CommandOptions = {}): Running {
    return new Running(argv, this.#spawnOptions(options));
  }

  mounts(): readonly string[] {
    const lines = fs.readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
    const points = lines.map((line) => line.split(' ')[4] ?? '');
    return points.filter((point) => point.startsWith(`${this.path}/`));
  }

  /** State folders of accounts. */
  accounts(): readonly string[] {
    const root = this.at('data', 'nuage-mount');
    return fs.existsSync(root) ? fs.readdirSync(root).map((name) => path.join(root, name)) : [];
  }

  async close(): Promise<void> {
    for (const point of this.mounts()) {
      await this.run(['unmount', point, '--lazy']);
    }
    for (const point of this.mounts()) await this.runOther(['fusermount3', '-uz', point]);
    fs.rmSync(this.path, { recursive: true, force: true });
  }

  #spawnOptions({ env, uid, isTyped }: CommandOptions): SpawnOptions {
    return {
      stdio: [isTyped === true ? 'pipe' : 'ignore', 'pipe', 'pipe'],
      cwd: PROJECT,
      env: {
        PATH: process.env['PATH'],
        HOME: this.path,
        XDG_DATA_HOME: this.at('data'),
        TMPDIR: this.path,
        LC_ALL: 'C.UTF-8',
        ...env,
      },
      ...(uid === undefined ? {} : { uid, gid: uid }),
    };
  }
}

export class Running {
  readonly child: ChildProcess;
  readonly ended: Promise<CommandResult>;
  stdout = '';
  stderr = '';

  constructor([program = '', ...args]: readonly string[], options: SpawnOptions) {
    const child = spawn(program, args, options);
    child.stdout?.on('data', (piece) => (this.stdout += String(piece)));
    child.stderr?.on('data', (piece) => (this.stderr += String(piece)));
    const timer = setTimeout(() => child.kill('SIGKILL'), COMMAND_MS_MAX);
    this.ended = new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code) => {
        clearTimeout(timer);
        resolve({ code, stdout: this.stdout, stderr: this.stderr });
      });
    });
    this.child = child;
  }

  type(text: string): void {
    this.child.stdin?.write(text);
  }

  async said(text: string): Promise<void> {
    const ends = (): boolean => this.stdout.includes(text) || this.child.exitCode !== null;
    // Many processes start before it speaks, on a machine that does other things as well.
    await until(ends, COMMAND_MS_MAX);
    if (!this.stdout.includes(text)) throw new Error(`it ended: ${this.stdout}${this.stderr}`);
  }
}

/** Looks every 20 ms. */
export async function until(holds: () => boolean, msMax = 15_000): Promise<void> {
  const deadline = Date.now() + msMax;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error('it did not come true in time');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
