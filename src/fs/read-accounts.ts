/**
 * Who has read how much, by the names of programs: so that `status` can tell what reads a mount
 * empty that nobody seems to use. Counts what reached this process, not what the kernel had in its
 * own caches. Kept in memory, since the mount.
 */
import type { Clock } from '../clock.js';
import { PROCESS_NAME_VALID_MS, PROCESSES_KNOWN_MAX, READERS_MAX } from '../limits.js';

/** By the id of a process or thread; undefined for one that is gone or unknown. */
export type ProcessNames = (pid: number) => string | undefined;

export interface ReadAccount {
  readonly program: string;
  readonly uid: number;
  readonly bytes: number;
  readonly requests: number;
  /** Opened for it. */
  readonly files: number;
}

interface Tally {
  readonly program: string;
  readonly uid: number;
  bytes: number;
  requests: number;
  files: number;
}

export interface Reader {
  readonly uid: number;
  readonly pid: number;
}

/** For whom there is no name: the kernel itself, or a process that has ended. */
const NOBODY = '?';

/** For all that came when there were too many others. */
const OTHERS = '…';

export class ReadAccounts {
  readonly #nameOf: ProcessNames;
  readonly #clock: Clock;
  readonly #tallies = new Map<string, Tally>();
  /** Ids are used again, so that a name holds for a while only. */
  readonly #names = new Map<number, { readonly name: string; readonly until: number }>();

  constructor(nameOf: ProcessNames, clock: Clock) {
    this.#nameOf = nameOf;
    this.#clock = clock;
  }

  read(reader: Reader, bytes: number): void {
    const tally = this.#tallyOf(reader);
    tally.bytes += bytes;
    tally.requests += 1;
  }

  opened(reader: Reader): void {
    this.#tallyOf(reader).files += 1;
  }

  /** Those who have read most come first. */
  all(): readonly ReadAccount[] {
    return [...this.#tallies.values()]
      .filter(({ requests }) => requests > 0)
      .sort((one, other) => other.bytes - one.bytes)
      .map((tally) => ({ ...tally }));
  }

  #tallyOf({ uid, pid }: Reader): Tally {
    const program = this.#programOf(pid);
    const known = this.#tallies.get(keyOf(uid, program));
    if (known !== undefined) return known;
    if (this.#tallies.size < READERS_MAX) return this.#add(uid, program);
    return this.#tallies.get(keyOf(0, OTHERS)) ?? this.#add(0, OTHERS);
  }

  #add(uid: number, program: string): Tally {
    const tally = { program, uid, bytes: 0, requests: 0, files: 0 };
    this.#tallies.set(keyOf(uid, program), tally);
    return tally;
  }

  #programOf(pid: number): string {
    const now = this.#clock.monotonic();
    const known = this.#names.get(pid);
    if (known !== undefined && now < known.until) return known.name;
    const name = this.#nameOf(pid) ?? NOBODY;
    if (this.#names.size >= PROCESSES_KNOWN_MAX) this.#names.clear();
    this.#names.set(pid, { name, until: now + PROCESS_NAME_VALID_MS });
    return name;
  }
}

function keyOf(uid: number, program: string): string {
  return `${uid} ${program}`;
}
