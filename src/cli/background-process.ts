/**
 * The command's end of the process that stays behind (background.ts). It is started before it is
 * known what to mount, so that it loads while the command looks at folder and password.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { BACKGROUND_START_MS_MAX, NURSERY_MIB } from '../limits.js';
import {
  BACKGROUND_COMMAND,
  type BackgroundReport,
  type BackgroundStart,
} from './background-message.js';
import { CommandError, EXIT } from './exit-codes.js';
import { mountText } from './messages/mount.js';
import { within } from './within.js';

export class BackgroundProcess {
  readonly #child: ChildProcess;
  readonly #ready: Promise<unknown>;
  readonly #reported: Promise<unknown>;
  readonly #gone: Promise<unknown>;
  #report: BackgroundReport | undefined;

  /** @param shown to those who look at the list of processes. */
  constructor(shown: string) {
    const child = spawnSelf(shown);
    this.#child = child;
    this.#ready = new Promise((resolve) => child.once('ready', resolve));
    this.#reported = new Promise((resolve) => child.once('reported', resolve));
    this.#gone = new Promise((resolve) => {
      // The channel closes after its last message has been read; the exit may be seen before.
      child.once('disconnect', resolve);
      child.once('error', resolve);
    });
    child.on('message', (told: BackgroundReport) => {
      this.#report = told;
      child.emit(told.type === 'ready' ? 'ready' : 'reported');
    });
  }

  /**
   * Resolves once the mount answers. Should this process end first, by Ctrl-C or otherwise, the
   * channel breaks and the other one gives up.
   * @throws CommandError with the reason of the other process.
   */
  async mount(start: BackgroundStart): Promise<void> {
    await within(BACKGROUND_START_MS_MAX, this.#ready, this.#gone);
    if (this.#child.connected) this.#child.send(start);
    await within(BACKGROUND_START_MS_MAX, this.#reported, this.#gone);
    const report = this.#report;
    if (report?.type === 'mounted') {
      this.#child.disconnect();
      this.#child.unref();
      return;
    }
    if (report?.type === 'failed') {
      throw new CommandError(report.exitCode, report.message, report.hint);
    }
    const hasEnded = !this.#child.connected;
    this.#child.kill('SIGKILL');
    throw new CommandError(
      EXIT.UNEXPECTED,
      hasEnded ? mountText.backgroundEnded() : mountText.backgroundHangs(),
      mountText.seeWhy(),
    );
  }

  /** Ends it where it has not been told what to mount. */
  abandon(): void {
    if (this.#child.connected) this.#child.disconnect();
  }
}

function spawnSelf(shown: string): ChildProcess {
  const [script = ''] = process.argv.slice(1);
  const options = [...process.execArgv, `--max-semi-space-size=${NURSERY_MIB}`];
  return spawn(process.execPath, [...options, script, BACKGROUND_COMMAND, shown], {
    detached: true,
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    env: { ...process.env, NUAGE_PASSWORD: undefined },
  });
}
