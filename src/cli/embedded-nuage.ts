/** The embedded Nuage in a process of its own: it serves while this one mounts. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { EMBEDDED_END_MS_MAX } from '../limits.js';
import { CommandError, EXIT } from './exit-codes.js';
import { demoText } from './messages/demo.js';
import { generalText } from './messages/general.js';
import { within } from './within.js';

interface Told {
  readonly url: string;
  readonly user: string;
  readonly password: string;
  /** The user's files on the server's disk. */
  readonly folder: string;
}

export class EmbeddedNuage {
  readonly url: string;
  readonly user: string;
  readonly password: string;
  readonly folder: string;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, told: Told) {
    this.#child = child;
    this.url = told.url;
    this.user = told.user;
    this.password = told.password;
    this.folder = told.folder;
  }

  /**
   * With the files of a teacher in `folder`, which must be empty or missing. It ends by itself when
   * this process ends, however that happens.
   */
  static async start(folder: string, signal: AbortSignal): Promise<EmbeddedNuage> {
    const child = spawnServer(folder);
    const kill = (): void => void child.kill('SIGKILL');
    signal.addEventListener('abort', kill);
    try {
      if (signal.aborted) kill();
      for await (const line of createInterface({ input: child.stdout })) {
        return new EmbeddedNuage(child, JSON.parse(line) as Told);
      }
      throw new CommandError(
        EXIT.UNEXPECTED,
        signal.aborted ? generalText.givenUp() : demoText.notStarted(),
      );
    } finally {
      signal.removeEventListener('abort', kill);
    }
  }

  async close(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.stdin?.end();
    if ((await within(EMBEDDED_END_MS_MAX, ended)) !== undefined) return;
    this.#child.kill('SIGKILL');
    await ended;
  }
}

function spawnServer(folder: string) {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const main = fileURLToPath(new URL(`../demo/main.${extension}`, import.meta.url));
  const options = ['--json', '--with-parent', '--content', '--folder', folder];
  return spawn(process.execPath, [...process.execArgv, main, ...options], {
    stdio: ['pipe', 'pipe', 'inherit'],
    // A group of its own: Ctrl-C must reach the mount first, which still sends what is unsent.
    detached: true,
    env: { ...process.env, NUAGE_PASSWORD: undefined },
  });
}
