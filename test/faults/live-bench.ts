/**
 * The engine without a kernel, over HTTP to an embedded Nuage in the same process. Its clock is its
 * own: it stands still while the server works, and goes at once to the next thing to do when nothing
 * is under way, so that half a minute of faults costs a moment.
 */
import fs, { constants } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type Clock, systemClock } from '../../src/clock.js';
import { startNuage, type Nuage } from '../../src/demo/server.js';
import type { NuageSettings } from '../../src/demo/state.js';
import { type Result, Parked } from '../../src/fuse/filesystem.js';
import { silentLogger } from '../../src/log.js';
import { EffectExecutor } from '../../src/remote/executor.js';
import type { EffectEvent, EffectRequest } from '../../src/remote/messages.js';
import type { HttpTimeouts } from '../../src/remote/http.js';
import { createNextcloud } from '../../src/remote/nextcloud.js';
import type { LockRequest, Remote } from '../../src/remote/remote.js';
import { EngineBench } from '../support/engine-bench.js';

/** A server in the same process answers sooner, unless it is told not to. */
const TIMEOUTS = { connectMs: 2_000, answerMs: 500, rate: { windowMs: 500, bytesMin: 4_096 } };

/** Of waiting for the server, and of the clock meanwhile. */
const LOOK_MS = 10;
const CLOCK_PER_LOOK_MS = 200;

/** The clock goes on in steps, so that a fault can end between them. */
const CLOCK_STEP_MS_MAX = 1_000;

/** An operation cannot go on before the server has answered. */
class Waiting extends Error {}

class PatientBench extends EngineBench {
  override run<T>(operation: () => Result<T>): T {
    const result = operation();
    if (result instanceof Parked) throw new Waiting();
    return result;
  }
}

interface LiveOptions {
  readonly settings?: Partial<NuageSettings>;
  /** Longer ones, where no fault is to be noticed soon. */
  readonly timeouts?: Partial<HttpTimeouts>;
}

export class LiveBench {
  readonly nuage: Nuage;
  readonly bench: PatientBench;
  readonly #remote: Remote;
  #executor: EffectExecutor;
  #events: EffectEvent[] = [];
  #running = 0;

  static async start(
    files: Readonly<Record<string, string>>,
    { settings = {}, timeouts = TIMEOUTS }: LiveOptions = {},
  ): Promise<LiveBench> {
    let wall = (): number => systemClock.now();
    let time = (): number => systemClock.monotonic();
    const clock: Clock = { now: () => wall(), monotonic: () => time() };
    const nuage = await startNuage({ clock, settings });
    for (const [name, text] of Object.entries(files)) writeAt(nuage, name, text);
    nuage.rescan();
    const live = new LiveBench(nuage, timeouts);
    // Faults last by the clock of the engine.
    time = () => live.bench.clock.monotonic();
    // So do locks, which tell when they were set.
    if (settings.fileLocks === true) wall = () => live.bench.clock.now();
    return live;
  }

  private constructor(nuage: Nuage, timeouts: Partial<HttpTimeouts>) {
    this.nuage = nuage;
    const { url, user, password } = nuage;
    this.#remote = createNextcloud({
      url,
      user,
      password,
      clock: systemClock,
      logger: silentLogger,
      timeouts,
    });
    this.#executor = this.#newExecutor();
    this.bench = new PatientBench({ post: (request) => this.#post(request) });
  }

  /** The engine is told what the server can do, as after the connect of a mount. */
  async learn(): Promise<void> {
    this.bench.engine.learn(await this.#remote.connect(AbortSignal.timeout(10_000)));
  }

  /** What the process of a mount does once its engine has ended. */
  async unlock(locks: readonly LockRequest[]): Promise<void> {
    for (const lock of locks) await this.#remote.unlock(lock, AbortSignal.timeout(10_000));
  }

  /** Somebody else writes. */
  writeElsewhere(name: string, text: string): void {
    writeAt(this.nuage, name, text);
    this.nuage.rescan();
  }

  /** Runs an operation as a program would that waits for as long as it takes. */
  async perform<T>(operation: () => T): Promise<T> {
    for (;;) {
      try {
        return operation();
      } catch (error) {
        if (!(error instanceof Waiting)) throw error;
        await this.turn();
      }
    }
  }

  /** The file stays open while it is waited for: who closes it wants no bytes. */
  async read(name: string): Promise<string> {
    const file = await this.perform(() => this.bench.open(name, constants.O_RDONLY));
    try {
      return await this.perform(() => this.bench.readHandle(file.ino, file.handle));
    } finally {
      this.bench.closeHandle(file);
    }
  }

  async writeAt(name: string, offset: number, text: string): Promise<void> {
    const file = await this.perform(() => this.bench.open(name));
    try {
      await this.perform(() => this.bench.writeHandle(file, offset, text));
    } finally {
      this.bench.closeHandle(file);
    }
  }

  /** As `cp`, over what an earlier try has left. */
  async copy(from: string, to: string): Promise<void> {
    const source = await this.perform(() => this.bench.open(from, constants.O_RDONLY));
    const target = await this.perform(() => this.bench.create(to));
    try {
      for (let offset = 0, bytes = 1; bytes > 0; offset += bytes) {
        bytes = await this.perform(() => this.bench.copyPiece(source, target, offset));
      }
    } finally {
      this.bench.closeHandle(target);
      this.bench.closeHandle(source);
    }
  }

  /** What the server can do is known from now on. */
  async offerBulkUpload(): Promise<void> {
    await this.#remote.connect(new AbortController().signal);
  }

  /** All that the user sees, as {@link EngineBench.tree}. */
  async tree(at = ''): Promise<readonly (readonly [string, string])[]> {
    const all: (readonly [string, string])[] = [];
    for (const name of await this.perform(() => this.bench.list(at))) {
      const child = at === '' ? name : `${at}/${name}`;
      const ino = await this.perform(() => this.bench.lookup(child));
      if (this.bench.engine.context.tree.get(ino)?.isFolder === true) {
        all.push([`${child}/`, ''], ...(await this.tree(child)));
      } else {
        all.push([child, await this.read(child)]);
      }
    }
    return all;
  }

  /** Lets the server answer, or time pass. */
  async turn(): Promise<void> {
    if (this.#events.length === 0 && this.#running > 0) await pause(LOOK_MS);
    const events = this.#events.splice(0);
    for (const event of events) this.bench.deliver(event);
    if (events.length > 0) return;
    const next = this.bench.engine.timers.nextDelayMs();
    const most = this.#running > 0 ? CLOCK_PER_LOOK_MS : CLOCK_STEP_MS_MAX;
    this.bench.advance(Math.min(Math.max(next, 1), most));
  }

  /** For so long by the clock of the engine, or until it is so. */
  async turnFor(milliseconds: number, until: () => boolean = () => false): Promise<void> {
    const end = this.bench.clock.monotonic() + milliseconds;
    while (this.bench.clock.monotonic() < end && !until()) await this.turn();
  }

  get pending(): number {
    return this.bench.engine.context.tree.pendingCount();
  }

  get isQuiet(): boolean {
    return this.#running === 0 && this.#events.length === 0 && this.pending === 0;
  }

  async restart(how: 'clean' | 'killed' = 'clean'): Promise<void> {
    await this.#executor.close();
    this.#events = [];
    this.#running = 0;
    this.#executor = this.#newExecutor();
    this.bench.restart(how);
  }

  async close(): Promise<void> {
    this.nuage.faults.clear();
    await this.#executor.close();
    await this.#remote.close();
    this.bench.close();
    await this.nuage.close();
  }

  #newExecutor(): EffectExecutor {
    return new EffectExecutor({
      remote: this.#remote,
      post: (event) => {
        if (event.type === 'done' || event.type === 'failed') this.#running -= 1;
        this.#events.push(event);
      },
      clock: systemClock,
      logger: silentLogger,
    });
  }

  #post(request: EffectRequest): void {
    if (request.type === 'start') this.#running += 1;
    this.#executor.handle(request);
  }
}

function writeAt({ folder }: Nuage, name: string, text: string): void {
  const file = path.join(folder, name);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, text);
}
