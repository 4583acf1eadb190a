/** The two clients of the account: ours, mounted, and Nextcloud's own, which copies. */
import type { ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { end, firstLine, run, start } from '../bench-common/processes.js';
import type { Account } from '../bench-common/servers.js';

const PROGRAM = path.resolve(import.meta.dirname, '../../dist/cli/main.js');

/** Within this it has synchronised, or it hangs. */
const SYNC_SECONDS_MAX = 60;

/** Of the desktop client. */
const SETTINGS = {
  // Else its conflict copies stay with it.
  OWNCLOUD_UPLOAD_CONFLICT_FILES: '1',
  // Else small files go by bulk upload, which replaces whatever has come to their names meanwhile.
  OWNCLOUD_MIN_CHUNK_SIZE: '1',
};

export class OurMount {
  /** The mount point. */
  readonly folder: string;
  readonly #account: Account;
  readonly #env: NodeJS.ProcessEnv;
  #child: ChildProcess | undefined;

  /** @param home is made; nothing of this user's own configuration is used. */
  constructor(account: Account, home: string) {
    this.#account = account;
    this.folder = path.join(home, 'mount');
    fs.mkdirSync(this.folder, { recursive: true });
    const runtime = path.join(home, 'run');
    fs.mkdirSync(runtime, { mode: 0o700 });
    const folders = { XDG_DATA_HOME: home, XDG_CONFIG_HOME: home, XDG_RUNTIME_DIR: runtime };
    this.#env = { ...process.env, HOME: home, ...folders, NUAGE_PASSWORD: account.password };
  }

  async start(): Promise<void> {
    const { url, user } = this.#account;
    this.#child = start(
      process.execPath,
      [
        ...[PROGRAM, 'mount', this.folder, '--foreground', '--log-level', 'error'],
        ...['--server', url, '--user', user, '--poll-interval', '5'],
        // Half of what is there may be deleted at random.
        ...['--confirm-deletions', '100'],
      ],
      { stdio: ['ignore', 'pipe', 'inherit'], env: this.#env },
    );
    await firstLine(this.#child, /is mounted on/);
  }

  /** @returns whether everything has been sent, and nothing is refused for now. */
  async sync(): Promise<boolean> {
    return succeeds(run(process.execPath, [PROGRAM, 'sync', this.folder], { env: this.#env }));
  }

  async stop(): Promise<void> {
    if (this.#child !== undefined) await end(this.#child);
  }
}

/** `nextcloudcmd` of the desktop client: each call makes its folder and the server's equal. */
export class CopyingClient {
  readonly folder: string;
  readonly #account: Account;
  readonly #remote: string;
  readonly #env: NodeJS.ProcessEnv;

  /** @param remote folder in the root of the account. */
  constructor(account: Account, remote: string, home: string) {
    this.#account = account;
    this.#remote = remote;
    this.folder = path.join(home, 'copy');
    fs.mkdirSync(this.folder, { recursive: true });
    this.#env = { ...process.env, HOME: home, ...SETTINGS };
  }

  /** It fails when something changes under it, and it may hang: the next call mends both. */
  async sync(): Promise<boolean> {
    const { url, user, password } = this.#account;
    const login = ['--user', user, '--password', password, '--non-interactive', '--silent'];
    const what = ['--path', `/${this.#remote}`, this.folder, url];
    const limit = [String(SYNC_SECONDS_MAX), 'nextcloudcmd'];
    return succeeds(run('timeout', [...limit, ...login, ...what], { env: this.#env }));
  }
}

async function succeeds(running: Promise<string>): Promise<boolean> {
  try {
    await running;
    return true;
  } catch {
    return false;
  }
}
