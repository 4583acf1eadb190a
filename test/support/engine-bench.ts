/**
 * The whole file system in one process, under a simulated clock and server: a user who calls the
 * handlers as the kernel would, and waits where they park.
 */
import fs from 'node:fs';
import path from 'node:path';
import { constants } from 'node:fs';
import type { Clock } from '../../src/clock.js';
import { NuageError } from '../../src/errors.js';
import { Engine, type Notice } from '../../src/fs/engine.js';
import { type Caller, Parked, type Result } from '../../src/fuse/filesystem.js';
import { Logger, type LogRecord } from '../../src/log.js';
import type { EffectEvent, EffectRequest } from '../../src/remote/messages.js';
import { scratchFolder } from './scratch.js';
import { SimulatedNextcloud } from './simulated-nextcloud.js';

const { O_RDONLY, O_RDWR, O_EXCL } = constants;

const ROOT = 1;

/** Fewer than most folders of the tests hold, so that reading on is tried too. */
const LISTED_AT_ONCE = 3;

/** Turns of the loop in which the engine has something to do by itself. */
const TURNS_MAX = 100_000;
const CALLER: Caller = { unique: 1n, uid: 1000, gid: 1000, pid: 1 };

class SimulatedClock implements Clock {
  #monotonic = 1_000_000;
  #wall = 1_763_900_000_000;

  now(): number {
    return this.#wall;
  }

  monotonic(): number {
    return this.#monotonic;
  }

  advance(milliseconds: number): void {
    this.#monotonic += milliseconds;
    this.#wall += milliseconds;
  }

  /** Somebody sets the clock of the machine. */
  jump(milliseconds: number): void {
    this.#wall += milliseconds;
  }
}

export interface BenchOptions {
  /** What another bench has left there. */
  readonly folder?: string;
  readonly server?: SimulatedNextcloud;
  readonly cacheBytesMax?: number;
  readonly uploadDelayMs?: number;
  /** Beside what the account holds, by name. */
  readonly rootFiles?: Readonly<Record<string, string>>;
  /** Takes the effects in place of the simulated server. */
  readonly post?: (request: EffectRequest) => void;
}

export interface OpenFile {
  readonly ino: number;
  readonly handle: number;
}

export interface Notification {
  readonly what: 'inode' | 'entry' | 'delete';
  readonly ino: number;
  readonly name?: string;
}

export class EngineBench {
  readonly folder: string;
  readonly clock = new SimulatedClock();
  readonly server: SimulatedNextcloud;
  readonly notifications: Notification[] = [];
  readonly logs: LogRecord[] = [];
  readonly notices: Notice[] = [];
  /** Of a simulated disk. */
  disk = { freeBytes: 1024 ** 4, totalBytes: 1024 ** 4 };
  engine: Engine;
  readonly #lookups = new Map<number, number>();
  readonly #cacheBytesMax: number;
  readonly #uploadDelayMs: number;
  readonly #rootFiles: Readonly<Record<string, string>>;
  readonly #post: ((request: EffectRequest) => void) | undefined;
  #random = 0;

  constructor(options: BenchOptions = {}) {
    this.folder = options.folder ?? scratchFolder();
    this.server = options.server ?? new SimulatedNextcloud();
    this.#cacheBytesMax = options.cacheBytesMax ?? 1024 ** 3;
    this.#uploadDelayMs = options.uploadDelayMs ?? 1_000;
    this.#rootFiles = options.rootFiles ?? {};
    this.#post = options.post;
    this.engine = this.#open();
  }

  /** The state folder as a kill would leave it now, in a folder of its own. */
  snapshot(): string {
    const copy = scratchFolder();
    for (const entry of fs.readdirSync(this.folder, { withFileTypes: true, recursive: true })) {
      const from = path.join(entry.parentPath, entry.name);
      // What is set aside for a full disk is made again.
      if (!entry.isFile() || entry.name === 'reserve') continue;
      const to = path.join(copy, path.relative(this.folder, from));
      fs.mkdirSync(path.dirname(to), { recursive: true, mode: 0o700 });
      fs.copyFileSync(from, to);
    }
    return copy;
  }

  #open(): Engine {
    const engine: Engine = new Engine(
      {
        stateFolder: this.folder,
        uid: 1000,
        gid: 1000,
        readOnly: false,
        uploadDelayMs: this.#uploadDelayMs,
        server: undefined,
        pollIntervalMs: 30_000,
        cacheBytesMax: this.#cacheBytesMax,
        freeBytesMin: 0,
        confirmShare: 0.3,
        serverUrl: 'https://nuage.example',
        localNames: ['*.aux', 'brouillon-?'],
        locks: true,
        rootFiles: this.#rootFiles,
      },
      {
        post:
          this.#post ?? ((request) => this.server.post(request, (event) => take(engine, event))),
        notifier: {
          invalidateInode: (ino) => this.notifications.push({ what: 'inode', ino }),
          invalidateEntry: (ino, name) => this.notifications.push({ what: 'entry', ino, name }),
          deleteEntry: (ino, _child, name) =>
            this.notifications.push({ what: 'delete', ino, name }),
          store: () => undefined,
        },
        wake: () => undefined,
        mounted: () => undefined,
        notice: (notice) => this.notices.push(notice),
        disk: () => this.disk,
        processOf: (pid) => `program ${pid}`,
        clock: this.clock,
        logger: new Logger('bench', (record) => this.logs.push(record)),
        random: () => 0.5,
        randomId: () => `upload${String(++this.#random).padStart(16, '0')}`,
      },
    );
    try {
      engine.start();
    } catch (error) {
      engine.close();
      throw error;
    }
    return engine;
  }

  /** As after a clean end of the process, or as `kill -9` leaves it. */
  restart(how: 'clean' | 'killed' = 'clean'): void {
    this.server.dropAll();
    this.#lookups.clear();
    if (how === 'killed') {
      const copy = this.snapshot();
      this.abandon();
      fs.rmSync(this.folder, { recursive: true });
      fs.renameSync(copy, this.folder);
    } else {
      this.engine.close();
    }
    this.engine = this.#open();
  }

  close(): void {
    this.abandon();
    fs.rmSync(this.folder, { recursive: true });
  }

  /** Ends, and leaves its folder to others. */
  abandon(): void {
    try {
      this.engine.close();
    } catch (error) {
      // A disk that failed the test's file fails it for good.
      if (!(error instanceof NuageError) || error.kind !== 'io') throw error;
    }
  }

  /** Lets the server answer one effect. */
  step(pick = 0): boolean {
    const answered = this.server.step((event) => take(this.engine, event), pick);
    this.#work();
    return answered;
  }

  /** An answer to what {@link BenchOptions.post} has taken. */
  deliver(event: EffectEvent): void {
    take(this.engine, event);
    this.#work();
  }

  /** What the engine does between two requests of the kernel. */
  #work(): void {
    for (let turn = 0; turn < TURNS_MAX; turn += 1) {
      if (this.engine.timers.nextDelayMs() > 0) return;
      this.engine.runTimers();
    }
    throw new Error('the engine never rests');
  }

  /** Time passes: timers run when they are due. */
  advance(milliseconds: number): void {
    this.clock.advance(milliseconds);
    this.#work();
  }

  /** Time passes, and the server answers whatever it is asked meanwhile. */
  pass(seconds: number, stepMs = 1_000): void {
    for (let passed = 0; passed < seconds * 1_000; passed += stepMs) {
      while (this.step());
      this.advance(stepMs);
    }
  }

  /**
   * Until nothing is under way and nothing waits but what the server refuses, then one poll.
   * @param pick which of the waiting effects is answered next; by default the oldest.
   */
  settle(pick: () => number = () => 0): void {
    for (let poll = 0; poll < 4; poll += 1) {
      for (let round = 0; round < 200; round += 1) {
        let answered = 0;
        while (this.step(pick())) answered += 1;
        this.advance(1_000);
        const { tree, sync } = this.engine.context;
        const isQuiet = this.server.waiting === 0 && answered === 0 && sync.lister.isIdle;
        if (isQuiet && tree.pendingCount() === 0) break;
      }
      this.advance(40_000);
    }
  }

  /** Runs an operation as the kernel would: again, whenever what it waited for may be there. */
  run<T>(operation: () => Result<T>): T {
    for (let tries = 0; tries < 10_000; tries += 1) {
      const result = operation();
      if (!(result instanceof Parked)) return result;
      if (!this.step()) this.advance(100);
    }
    throw new Error('the operation waits for ever');
  }

  // --- what a user does ---

  get #fs(): Engine['fileSystem'] {
    return this.engine.fileSystem;
  }

  lookup(at: string): number {
    let ino = ROOT;
    for (const name of at.split('/').filter((part) => part !== '')) {
      const entry = this.run(() => this.#fs.lookup(CALLER, ino, name));
      if (entry.ino === 0) throw new NuageError('not-found', at);
      ino = entry.ino;
      this.#lookedUp(ino);
    }
    return ino;
  }

  has(at: string): boolean {
    try {
      this.lookup(at);
      return true;
    } catch (error) {
      if (error instanceof NuageError && error.kind === 'not-found') return false;
      throw error;
    }
  }

  list(at: string): readonly string[] {
    const ino = this.lookup(at);
    const names: string[] = [];
    const writer = {
      entriesMax: LISTED_AT_ONCE,
      add(name: string): boolean {
        if (name !== '.' && name !== '..') names.push(name);
        return true;
      },
    };
    this.run(() => this.#fs.readdir(CALLER, { ino, handle: 0, offset: 0 }, writer));
    return names.sort();
  }

  read(at: string): string {
    return this.readInode(this.lookup(at));
  }

  readInode(ino: number): string {
    const { handle } = this.run(() => this.#fs.open(CALLER, ino, O_RDONLY));
    try {
      return this.readHandle(ino, handle);
    } finally {
      this.#fs.release(ino, handle);
    }
  }

  open(at: string, flags: number = O_RDWR): OpenFile {
    const ino = this.lookup(at);
    const { handle } = this.run(() => this.#fs.open(CALLER, ino, flags));
    return { ino, handle };
  }

  readHandle(ino: number, handle: number): string {
    const pieces: Buffer[] = [];
    for (let offset = 0; ;) {
      const piece = Buffer.alloc(128 * 1024);
      const bytes = this.run(() => this.#fs.read(CALLER, { ino, handle, offset }, piece));
      pieces.push(piece.subarray(0, bytes));
      offset += bytes;
      if (bytes < piece.length) return Buffer.concat(pieces).toString();
    }
  }

  writeHandle(file: OpenFile, offset: number, text: string): void {
    const data = Buffer.from(text);
    this.run(() => this.#fs.write(CALLER, { ...file, offset }, data));
  }

  syncHandle({ ino, handle }: OpenFile): void {
    this.run(() => this.#fs.fsync(CALLER, ino, handle));
  }

  closeHandle({ ino, handle }: OpenFile): void {
    try {
      this.#fs.flush(CALLER, ino, handle);
    } finally {
      this.#fs.release(ino, handle);
    }
  }

  /** As `echo text > path`. */
  write(at: string, text: string): void {
    const file = this.create(at);
    try {
      this.writeHandle(file, 0, text);
    } finally {
      this.closeHandle(file);
    }
  }

  create(at: string): OpenFile {
    const { parent, name } = this.#place(at);
    if (this.has(at)) return this.open(at, O_RDWR | constants.O_TRUNC);
    const flags = O_RDWR | O_EXCL;
    const made = this.run(() => this.#fs.create(CALLER, { parent, name }, 0o644, flags));
    this.#lookedUp(made.entry.ino);
    return { ino: made.entry.ino, handle: made.open.handle };
  }

  mkdir(at: string): void {
    const place = this.#place(at);
    this.#lookedUp(this.run(() => this.#fs.mkdir(CALLER, place, 0o755)).ino);
  }

  /** As the kernel does when it drops its caches: it may know every inode again later. */
  forgetAll(): void {
    for (const [ino, count] of this.#lookups) this.#fs.forget(ino, count);
    this.#lookups.clear();
  }

  #lookedUp(ino: number): void {
    this.#lookups.set(ino, (this.#lookups.get(ino) ?? 0) + 1);
  }

  unlink(at: string): void {
    const { parent, name } = this.#place(at);
    this.run(() => this.#fs.unlink(CALLER, parent, name));
  }

  rmdir(at: string): void {
    const { parent, name } = this.#place(at);
    this.run(() => this.#fs.rmdir(CALLER, parent, name));
  }

  rename(from: string, to: string, flags = 0): void {
    const source = this.#place(from);
    const target = this.#place(to);
    this.run(() => this.#fs.rename(CALLER, source, target, flags));
  }

  /** As `cp`: one COPY_FILE_RANGE of the whole, and more where it did less. */
  copy(from: string, to: string): void {
    const source = this.open(from, O_RDONLY);
    const target = this.create(to);
    for (let offset = 0, bytes = 1; bytes > 0; offset += bytes) {
      bytes = this.copyPiece(source, target, offset);
    }
    this.closeHandle(target);
    this.closeHandle(source);
  }

  /** For how long the kernel may keep what GETATTR answers. */
  attributesValidMs(ino: number): number {
    return this.run(() => this.#fs.getattr(CALLER, ino)).attributesValidMs;
  }

  /** As `cp` that is interrupted while it waits for the server, if it does. */
  copyAndGiveUp(from: string, to: string): void {
    const source = this.open(from, O_RDONLY);
    const target = this.create(to);
    const at = { offset: 0 };
    try {
      this.#fs.copyFileRange(CALLER, { ...source, ...at }, { ...target, ...at }, 2 ** 31);
    } finally {
      this.closeHandle(target);
      this.closeHandle(source);
    }
  }

  /** @returns how much of the rest was copied. */
  copyPiece(source: OpenFile, target: OpenFile, offset: number): number {
    const from = { ...source, offset };
    const to = { ...target, offset };
    return this.run(() => this.#fs.copyFileRange(CALLER, from, to, 2 ** 31));
  }

  truncate(at: string, size: number): void {
    const ino = this.lookup(at);
    this.run(() => this.#fs.setattr(CALLER, ino, { size }));
  }

  /** All that the user sees, as {@link SimulatedNextcloud.tree}. */
  tree(at = ''): ReadonlyMap<string, string> {
    const all = new Map<string, string>();
    for (const name of this.list(at)) {
      const child = at === '' ? name : `${at}/${name}`;
      const node = this.engine.context.tree.get(this.lookup(child));
      if (node?.isFolder === true) {
        all.set(`${child}/`, '');
        for (const [below, text] of this.tree(child)) all.set(below, text);
      } else {
        all.set(child, this.read(child));
      }
    }
    return all;
  }

  #place(at: string): { parent: number; name: string } {
    const slash = at.lastIndexOf('/');
    const parent = this.lookup(slash < 0 ? '' : at.slice(0, slash));
    // The kernel asks for no name in a file.
    if (this.engine.context.tree.get(parent)?.isFolder === false) {
      throw new NuageError('not-a-folder', at);
    }
    return { parent, name: at.slice(slash + 1) };
  }
}

/** As the engine thread does it: a disk that fails ends nothing. */
function take(engine: Engine, event: EffectEvent): void {
  try {
    engine.deliver(event);
  } catch (error) {
    if (!(error instanceof NuageError) || error.kind === 'assertion') throw error;
  }
}
