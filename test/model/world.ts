/**
 * Plays a history on the real engine, under a simulated clock and server, and watches what must
 * hold at every moment:
 *
 * - nothing that anybody wrote is gone, unless somebody who had it replaced or deleted it;
 * - nothing is ever sent but what a file held as a whole at some time;
 * - a user who is alone sees what a local disk would show, and never a conflict.
 */
import { expect } from 'vitest';
import { type ErrorKind, NuageError } from '../../src/errors.js';
import { SENT_ARRIVES_S } from '../../src/limits.js';
import { isConflictName } from '../../src/sync/conflict.js';
import { EngineBench } from '../support/engine-bench.js';
import {
  type Circumstance,
  type History,
  type OtherStep,
  PASSING_FAULTS,
  type Step,
  type UserStep,
} from './history.js';
import { type ReferenceFile, ReferenceTree } from './reference-tree.js';

/** How each kind of step is played. */
type Plays<Of extends { do: string }> = {
  [Kind in Of['do']]: (action: Extract<Of, { do: Kind }>) => void;
};

/** RENAME_EXCHANGE of renameat2(2). */
const EXCHANGE = 2;

interface OpenFile {
  readonly ino: number;
  readonly handle: number;
  readonly reference: ReferenceFile | undefined;
}

const NO_FILE: ReadonlySet<ErrorKind> = new Set(['not-found', 'not-a-folder', 'is-a-folder']);
/** The operation was refused for the server's sake, and has changed nothing. */
const REFUSED: ReadonlySet<ErrorKind> = new Set(PASSING_FAULTS);

export interface WorldOptions {
  /** Nobody else changes the account, so a local disk says what the user must see. */
  readonly isAlone: boolean;
}

export class World {
  readonly bench = new EngineBench();
  readonly #reference: ReferenceTree | undefined;
  readonly #pick: () => number;
  /** Whatever was written and not replaced or deleted by somebody who had it. */
  readonly #alive = new Set<string>();
  /** All that a file of the user ever held. */
  readonly #held = new Set<string>(['']);
  readonly #open = new Map<number, OpenFile>();
  /** By place: what the user wrote there last. */
  readonly #written = new Map<string, string>();
  #tokens = 0;

  constructor(schedule: number, { isAlone }: WorldOptions) {
    this.#reference = isAlone ? new ReferenceTree() : undefined;
    this.#pick = pickerOf(schedule);
    this.bench.server.onPut = (bytes) => {
      expect(this.#held.has(bytes.toString()), 'nothing torn is sent').toBe(true);
    };
  }

  play(action: Step): void {
    try {
      this.#play(action);
      this.bench.forgetAll();
    } catch (error) {
      // An operation may be refused; a defect may not.
      if (!(error instanceof NuageError) || error.kind === 'assertion') throw error;
      if (this.#reference !== undefined && !REFUSED.has(error.kind)) throw error;
    }
    this.#compare();
    this.#compareIdentities();
  }

  finish(): void {
    const { bench } = this;
    const { server } = bench;
    for (const slot of this.#open.keys()) this.play({ do: 'close', slot });
    server.failure = undefined;
    server.failures.length = 0;
    server.refusals.length = 0;
    server.lostAnswers = 0;
    server.lateAnswers = 0;
    server.cutFetches = 0;
    for (let round = 0; round < 8; round += 1) this.#settle();
    const waiting = bench.engine.context.tree.pending({ afterChange: 0, limit: 5 });
    expect(waiting, 'nothing waits').toEqual([]);
    expect(sent(bench.tree()), 'both sides hold the same').toEqual(sent(server.tree()));
    const kept = new Set([...bench.tree().values(), ...server.tree().values()]);
    for (const text of this.#alive) expect(kept, 'nothing is lost').toContain(text);
    this.#compare();
    const defects = bench.logs.filter(({ level }) => level === 'error');
    expect(defects, 'nothing failed unexpectedly').toEqual([]);
    if (this.#reference === undefined) return;
    expect(sent(server.tree())).toEqual(sent(this.#reference.tree()));
  }

  #user: Plays<UserStep> = {
    write: ({ at, size }) => this.#write(at, size),
    append: ({ at, size }) => {
      const before = this.#localText(at);
      if (before === undefined) return;
      const file = this.bench.open(at);
      const added = this.#token(size);
      this.#held.add(before + added);
      this.bench.writeHandle(file, Buffer.byteLength(before), added);
      this.bench.closeHandle(file);
      this.#replaced(before, before + added);
      this.#reference?.append(at, added);
    },
    truncate: ({ at, size }) => {
      const before = this.#localText(at);
      if (before === undefined) return;
      const after = Buffer.from(before).subarray(0, size).toString().padEnd(size, '\0');
      this.#held.add(after);
      this.bench.truncate(at, size);
      this.#replaced(before, after);
      this.#reference?.truncate(at, size);
    },
    'safe save': ({ at, size }) => {
      if (this.#write(`${at}.new`, size)) this.#rename(`${at}.new`, at);
    },
    'save with backup': ({ at, size }) => {
      const backup = `${at}~`;
      if (this.#localText(at) !== undefined) this.#rename(at, backup);
      this.#write(at, size);
      if (this.#localText(backup) !== undefined) this.#unlink(backup);
    },
    'unheard save': ({ at, size }) => this.#saveAnd('lostAnswers', at, size),
    'slow save': ({ at, size }) => {
      this.bench.server.holdsAnswers = true;
      this.#saveAnd('lateAnswers', at, size);
    },
    copy: ({ at, to }) => this.#copy(at, to),
    'unheard copy': ({ at, to }) => {
      if (this.#localText(to) === undefined) this.bench.server.lostAnswers += 1;
      this.#copy(at, to);
    },
    'copy and give up': ({ at, to }) => {
      // Whether it is there in the end is left to chance, and a local disk leaves nothing to it.
      if (this.#reference !== undefined || at === to) return;
      if (this.#localText(at) === undefined) return;
      const before = this.#localText(to);
      this.bench.copyAndGiveUp(at, to);
      this.#replaced(before, undefined);
    },
    mkdir: ({ at }) => {
      this.#act({ here: () => this.bench.mkdir(at), there: (tree) => tree.mkdir(at) });
    },
    unlink: ({ at }) => this.#unlink(at),
    rmdir: ({ at }) => {
      this.#act({ here: () => this.bench.rmdir(at), there: (tree) => tree.rmdir(at) });
    },
    rename: ({ at, to }) => this.#rename(at, to),
    exchange: ({ at, to }) => {
      const here = (): void => this.bench.rename(at, to, EXCHANGE);
      this.#act({ here, there: (tree) => tree.exchange(at, to) });
    },
    read: ({ at }) => {
      const here = (): void => void this.bench.read(at);
      this.#act({ here, there: (tree) => void tree.file(at) });
    },
    list: ({ at }) => {
      if (this.bench.has(at)) this.bench.list(at);
    },
    open: ({ at, slot }) => {
      if (this.#open.has(slot) || this.#localText(at) === undefined) return;
      this.#open.set(slot, { ...this.bench.open(at), reference: this.#reference?.file(at) });
    },
    'write open': ({ size, slot }) => {
      const file = this.#open.get(slot);
      if (file === undefined) return;
      const before = this.bench.readInode(file.ino);
      const added = this.#token(size);
      this.#held.add(before + added);
      this.bench.writeHandle(file, Buffer.byteLength(before), added);
      this.#replaced(before, before + added);
      if (file.reference !== undefined) file.reference.bytes += added;
    },
    'sync open': ({ slot }) => {
      const file = this.#open.get(slot);
      if (file !== undefined) this.bench.syncHandle(file);
    },
    close: ({ slot }) => {
      const file = this.#open.get(slot);
      this.#open.delete(slot);
      if (file === undefined) return;
      this.#endOf(file);
      this.bench.closeHandle(file);
    },
  };

  #otherClient: Plays<OtherStep> = {
    'their write': ({ at, size }) => {
      const { server } = this.bench;
      const before = server.has(at) ? server.read(at) : undefined;
      const text = this.#token(size);
      server.write(at, text);
      this.#replaced(before, text);
    },
    'their new file': ({ at, size }) => {
      this.#theirRemove(at);
      const text = this.#token(size);
      this.bench.server.write(at, text);
      this.#replaced(undefined, text);
    },
    'their same bytes': ({ at }) => {
      const text = this.#written.get(at);
      if (text === undefined || !this.#isAgreed()) return;
      if (this.bench.has(at) || this.bench.server.has(at)) return;
      this.bench.server.write(at, text, { isHashed: true });
      this.#replaced(undefined, text);
    },
    'their mkdir': ({ at }) => this.bench.server.makeFolder(at),
    'their remove': ({ at }) => this.#theirRemove(at),
    'their move': ({ at, to }) => this.bench.server.move(at, to),
    'their change of case': ({ at }) => this.bench.server.move(at, at.toUpperCase()),
    'their file becomes a folder': ({ at }) => {
      this.#theirRemove(at);
      this.bench.server.makeFolder(at);
    },
    'their folder becomes a file': ({ at, size }) => {
      this.#theirRemove(at);
      const text = this.#token(size);
      this.bench.server.write(at, text);
      this.#replaced(undefined, text);
    },
  };

  #circumstances: Plays<Circumstance> = {
    answers: ({ count, pick }) => this.#answers(count, pick),
    time: ({ seconds }) => this.bench.advance(seconds * 1000),
    'clock jump': ({ seconds }) => this.bench.clock.jump(seconds * 1000),
    settle: () => this.#settle(),
    faults: ({ kinds }) => void this.bench.server.failures.push(...kinds),
    refusals: ({ kinds }) => void this.bench.server.refusals.push(...kinds),
    'lose answers': ({ count }) => {
      this.bench.server.lostAnswers += count;
    },
    'late answers': ({ count }) => {
      this.bench.server.holdsAnswers = true;
      this.bench.server.lateAnswers += count;
    },
    'cut fetches': ({ count }) => {
      this.bench.server.cutFetches += count;
    },
    restart: ({ how }) => {
      for (const file of this.#open.values()) this.#endOf(file);
      this.#open.clear();
      this.bench.restart(how);
    },
    trees: ({ how }) => {
      const { server } = this.bench;
      server.deepFailure = how === 'refused' ? 'forbidden' : undefined;
      server.breaksAfter = how === 'cut' ? 2 : undefined;
      server.levelsMax = how === 'one level' ? 1 : Infinity;
      server.tooLarge = (path) => how === 'too large' && path !== 'd/f';
    },
    offline: ({ count }) => {
      this.bench.server.failure = 'offline';
      this.#answers(count);
      this.bench.server.failure = undefined;
    },
  };

  #play(action: Step): void {
    const plays: Plays<Step> = { ...this.#user, ...this.#otherClient, ...this.#circumstances };
    (plays[action.do] as (action: Step) => void)(action);
  }

  #answers(count: number, pick?: number): void {
    for (let answer = 0; answer < count; answer += 1) this.bench.step(pick);
  }

  #write(at: string, size: number): boolean {
    const before = this.#localText(at);
    const text = this.#token(size);
    const here = (): void => this.bench.write(at, text);
    const isDone = this.#act({ here, there: (tree) => tree.write(at, text) });
    if (isDone) {
      this.#replaced(before, text);
      this.#written.set(at, text);
    }
    return isDone;
  }

  #settle(): void {
    this.bench.server.holdsAnswers = false;
    this.bench.settle(this.#pick);
  }

  /** It is sent, and what becomes of the answer is another matter. */
  #saveAnd(fate: 'lostAnswers' | 'lateAnswers', at: string, size: number): void {
    const { server } = this.bench;
    if (!this.#write(at, size)) return;
    server[fate] += 1;
    this.bench.advance(2_000);
    while (server[fate] > 0 && this.bench.step(this.#pick()));
  }

  #copy(at: string, to: string): void {
    const text = this.#localText(at);
    if (text === undefined || at === to) return;
    const before = this.#localText(to);
    const here = (): void => this.bench.copy(at, to);
    const isDone = this.#act({ here, there: (tree) => tree.write(to, text) });
    if (isDone) this.#replaced(before, text);
  }

  /** No two of what is to be sent are one file of the server. */
  #compareIdentities(): void {
    const waiting = this.bench.engine.context.tree.pending({ afterChange: 0, limit: 100 });
    const ids = waiting.flatMap(({ base }) => base?.fileId ?? []);
    expect([...new Set(ids)], 'who has which of the server’s files').toEqual(ids);
  }

  /** Nothing is left to be sent or seen, and whatever was lost on the way is so for good. */
  #isAgreed(): boolean {
    const { bench } = this;
    for (let look = 0; look < 2; look += 1) {
      bench.advance(SENT_ARRIVES_S * 1000);
      this.#settle();
    }
    const { tree, sync } = bench.engine.context;
    const isQuiet = tree.pendingCount() === 0 && sync.lister.isIdle && sync.connection.online;
    if (!isQuiet || bench.server.lostAnswers + bench.server.lateAnswers > 0) return false;
    const [here, there] = [bench.tree(), bench.server.tree()].map((seen) => sent(seen));
    return JSON.stringify(here) === JSON.stringify(there);
  }

  #unlink(at: string): void {
    const before = this.#localText(at);
    const isDone = this.#act({
      here: () => this.bench.unlink(at),
      there: (tree) => tree.unlink(at),
    });
    if (isDone && !this.#isOpen(before)) this.#replaced(before, undefined);
  }

  #rename(at: string, to: string): void {
    const over = at === to ? undefined : this.#localText(to);
    const isDone = this.#act({
      here: () => this.bench.rename(at, to),
      there: (tree) => tree.rename(at, to),
    });
    if (isDone && !this.#isOpen(over)) this.#replaced(over, undefined);
  }

  #theirRemove(at: string): void {
    const { server } = this.bench;
    const gone = [...server.tree()].filter(([path]) => path === at || path.startsWith(`${at}/`));
    server.remove(at);
    for (const [, text] of gone) this.#replaced(text, undefined);
  }

  /** Both do it, or refuse it for the same reason. @returns whether it was done. */
  #act(action: { readonly here: () => void; readonly there: (tree: ReferenceTree) => void }) {
    const refusal = refusalOf(action.here);
    if (refusal !== undefined && REFUSED.has(refusal.kind)) throw refusal;
    const reference = this.#reference;
    if (reference !== undefined) {
      const expected = refusalOf(() => action.there(reference));
      expect(refusal?.kind, 'as a local disk would').toBe(expected?.kind);
    }
    return refusal === undefined;
  }

  #compare(): void {
    if (this.#reference === undefined) return;
    const refusal = refusalOf(() => {
      const tree = this.bench.tree();
      expect([...tree.keys()].filter(isConflictName), 'no false conflict').toEqual([]);
      expect(sorted(tree), 'the user sees what was done').toEqual(
        sorted(this.#reference?.tree() ?? new Map()),
      );
    });
    if (refusal !== undefined && !REFUSED.has(refusal.kind)) throw refusal;
  }

  /** Bytes without a name are nobody's any more. */
  #endOf({ ino }: OpenFile): void {
    const hasName = this.bench.engine.context.tree.get(ino)?.parent !== undefined;
    if (!hasName) this.#replaced(this.bench.readInode(ino), undefined);
  }

  #isOpen(text: string | undefined): boolean {
    return [...this.#open.values()].some((file) => this.bench.readInode(file.ino) === text);
  }

  /** Undefined when there is no such file; what cannot be read is not touched by the test. */
  #localText(at: string): string | undefined {
    try {
      return this.bench.read(at);
    } catch (error) {
      const isNone = error instanceof NuageError && NO_FILE.has(error.kind);
      if (isNone) return undefined;
      throw error;
    }
  }

  #token(length: number): string {
    this.#tokens += 1;
    const text = `<${this.#tokens}>`.padEnd(length, '.');
    this.#held.add(text);
    return text;
  }

  #replaced(before: string | undefined, after: string | undefined): void {
    if (before !== undefined) this.#alive.delete(before);
    if (after !== undefined && after !== '') this.#alive.add(after);
  }
}

/** What the operation was refused for. A defect is none. */
function refusalOf(operation: () => void): NuageError | undefined {
  try {
    operation();
    return undefined;
  } catch (error) {
    if (error instanceof NuageError && error.kind !== 'assertion') return error;
    throw error;
  }
}

function sorted(tree: ReadonlyMap<string, string>): readonly (readonly [string, string])[] {
  return [...tree].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Backups stay on this machine. */
function sent(tree: ReadonlyMap<string, string>): readonly (readonly [string, string])[] {
  return sorted(tree).filter(([path]) => !path.endsWith('~'));
}

/** A sequence that the seed decides: 0 to 3 (a linear congruential generator). */
function pickerOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 30;
  };
}

export function playHistory(history: History, options: WorldOptions): void {
  const world = new World(history.schedule, options);
  try {
    for (const action of history.steps) world.play(action);
    world.finish();
  } finally {
    world.bench.close();
  }
}
