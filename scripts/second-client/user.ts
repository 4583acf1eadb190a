/**
 * Somebody who works in a folder at random and remembers what must not get lost: every content that
 * was written and closed, less those that this user has seen and then replaced or deleted. A file
 * that is about to go is held open, so that what is seen is what goes.
 */
import fs from 'node:fs/promises';
import path from 'node:path';
import { contentOf, isPassing, nameOf, pathsIn } from './contents.js';

const FILES_MAX = 80;
const SMALL_BYTES_MAX = 40_000;
/** Goes up in chunks. */
const LARGE_BYTES = 12_000_000;

export interface UserOptions {
  readonly name: string;
  /** Where it works. */
  readonly folder: string;
  /** 0 to 1. */
  readonly random: () => number;
  /** Does not delete folders: a client that does it without condition takes what is new in them. */
  readonly keepsFolders: boolean;
}

export class RandomUser {
  readonly written = new Set<string>();
  /** Seen by this user, and then replaced or deleted. */
  readonly given = new Set<string>();
  /** What was done how often. */
  readonly done = new Map<string, number>();
  readonly #options: UserOptions;
  #count = 0;

  constructor(options: UserOptions) {
    this.#options = options;
  }

  get name(): string {
    return this.#options.name;
  }

  /** One thing; nothing where somebody else was faster. */
  async work(): Promise<void> {
    const { what, action } = this.#pick(ACTIONS);
    try {
      await action(this);
      this.done.set(what, (this.done.get(what) ?? 0) + 1);
    } catch (error) {
      if (!isPassing(error)) throw error;
    }
  }

  async create(): Promise<void> {
    const files = await this.#files();
    if (files.length >= FILES_MAX) return this.remove();
    const file = path.join(await this.#someFolder(), `file ${Math.floor(this.#random() * 12)}.txt`);
    await this.#make(file);
  }

  async overwrite(): Promise<void> {
    const handle = await fs.open(this.#pick(await this.#files()), 'r+');
    const name = await closing(handle, async () => {
      this.given.add(nameOf(await handle.readFile()));
      await handle.truncate(0);
      return this.#write(handle);
    });
    this.written.add(name);
  }

  /** As editors do: beside it, then over it. */
  async saveByRename(): Promise<void> {
    const file = this.#pick(await this.#files());
    const fresh = path.join(path.dirname(file), this.#freshName());
    await this.#holding(file, async () => {
      await this.#make(fresh);
      await fs.rename(fresh, file);
    });
  }

  async remove(): Promise<void> {
    const file = this.#pick(await this.#files());
    await this.#holding(file, () => fs.unlink(file));
  }

  async moveFile(): Promise<void> {
    const file = this.#pick(await this.#files());
    await fs.rename(file, path.join(await this.#someFolder(), this.#freshName()));
  }

  async makeFolder(): Promise<void> {
    await fs.mkdir(path.join(await this.#someFolder(), `folder ${this.#pick(['a', 'b', 'c'])}`));
  }

  /** Fails where it would go into itself. */
  async moveFolder(): Promise<void> {
    const folder = this.#pick((await this.#folders()).slice(1));
    await fs.rename(folder, path.join(await this.#someFolder(), this.#freshName()));
  }

  async removeFolder(): Promise<void> {
    if (this.#options.keepsFolders) return this.remove();
    const folder = this.#pick((await this.#folders()).slice(1));
    for (const file of (await this.#files()).filter((at) => at.startsWith(`${folder}/`))) {
      await this.#holding(file, () => fs.unlink(file));
    }
    const below = (await this.#folders()).filter((at) => `${at}/`.startsWith(`${folder}/`));
    for (const at of below.reverse()) await fs.rmdir(at);
  }

  /** What `action` takes away is what this user sees. */
  async #holding(file: string, action: () => Promise<void>): Promise<void> {
    const handle = await fs.open(file, 'r+');
    await closing(handle, async () => {
      const seen = nameOf(await handle.readFile());
      await action();
      this.given.add(seen);
    });
  }

  async #make(file: string): Promise<void> {
    const handle = await fs.open(file, 'wx');
    this.written.add(await closing(handle, () => this.#write(handle)));
  }

  /** @returns the name of the content, which is safe once the file is closed. */
  async #write(handle: fs.FileHandle): Promise<string> {
    const name = `${this.#options.name} ${++this.#count}`;
    const isLarge = this.#random() < 0.02;
    const bytes = isLarge ? LARGE_BYTES : 20 + Math.floor(this.#random() * SMALL_BYTES_MAX);
    // At the beginning, also where it was read.
    await handle.write(contentOf(name, bytes), 0, bytes, 0);
    return name;
  }

  async #files(): Promise<readonly string[]> {
    const { folder } = this.#options;
    const names = (await pathsIn(folder)).filter((name) => !name.endsWith('/'));
    return names.map((name) => path.join(folder, name));
  }

  /** Each before those in it; the first is the one that all are in. */
  async #folders(): Promise<readonly string[]> {
    const { folder } = this.#options;
    const names = (await pathsIn(folder)).filter((name) => name.endsWith('/'));
    return [folder, ...names.map((name) => path.join(folder, name.slice(0, -1)))];
  }

  async #someFolder(): Promise<string> {
    return this.#pick(await this.#folders());
  }

  /** Nobody else gives it. */
  #freshName(): string {
    return `${this.#options.name}-${++this.#count}`;
  }

  #random(): number {
    return this.#options.random();
  }

  #pick<T>(from: readonly T[]): T {
    const picked = from[Math.floor(this.#random() * from.length)];
    if (picked === undefined)
      throw Object.assign(new Error('nothing to choose'), { code: 'ENOENT' });
    return picked;
  }
}

async function closing<T>(handle: fs.FileHandle, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } finally {
    await handle.close();
  }
}

/** What is done, and how often in proportion. */
const WISHES: readonly (readonly [string, number, (user: RandomUser) => Promise<void>])[] = [
  ['create', 6, (user) => user.create()],
  ['overwrite', 5, (user) => user.overwrite()],
  ['save by rename', 3, (user) => user.saveByRename()],
  ['move file', 3, (user) => user.moveFile()],
  ['delete', 2, (user) => user.remove()],
  ['make folder', 2, (user) => user.makeFolder()],
  ['move folder', 1, (user) => user.moveFolder()],
  ['delete folder', 1, (user) => user.removeFolder()],
];

const ACTIONS = WISHES.flatMap(([what, often, action]) =>
  Array.from({ length: often }, () => ({ what, action })),
);
