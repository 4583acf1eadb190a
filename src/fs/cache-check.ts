/**
 * Looks for damage in all that is kept, in bounded steps. A data file that is gone or too short is
 * found by its size; other bytes than the server has, by the checksum that the server keeps of the
 * version, where a client has given it one. What was lost of the server's bytes is forgotten and
 * fetched again when it is needed; unsent bytes are never touched.
 */
import { createHash, type Hash } from 'node:crypto';
import type { TreeNode } from '../cache/node.js';
import { CHECK_STEP_BYTES, CHECK_STEP_FILES, DAMAGES_SHOWN_MAX } from '../limits.js';
import type { FsContext } from './context.js';

export interface Checked {
  readonly files: number;
  /** Of them, those whose bytes were compared with the server's checksum. */
  readonly compared: number;
  /** Of which the lost bytes are fetched again when they are needed. */
  readonly repaired: readonly string[];
  /** Of which unsent bytes are lost or in doubt: nothing was done to them. */
  readonly lost: readonly string[];
}

/** By the server's names (`oc:checksums`). ADLER32, which old clients send, proves too little. */
const ALGORITHMS: Readonly<Record<string, string>> = {
  MD5: 'md5',
  SHA1: 'sha1',
  SHA256: 'sha256',
  'SHA3-256': 'sha3-256',
};

/** A file whose bytes are being compared. */
interface Comparison {
  readonly id: string;
  readonly size: number;
  readonly hash: Hash;
  readonly expected: string;
  offset: number;
}

type Context = Pick<FsContext, 'tree' | 'contents' | 'logger'>;

export class CacheCheck {
  readonly #context: Context;
  readonly #piece = Buffer.allocUnsafe(CHECK_STEP_BYTES);
  readonly #repaired: string[] = [];
  readonly #lost: string[] = [];
  /** Yet to be looked at, of those that come after `#after`. */
  #ids: string[] = [];
  #after = '';
  #comparison: Comparison | undefined;
  #files = 0;
  #compared = 0;

  constructor(context: Context) {
    this.#context = context;
  }

  /** @returns the result; undefined while there is more to do. */
  step(): Checked | undefined {
    for (let left = CHECK_STEP_FILES; left > 0; left -= 1) {
      if (this.#comparison !== undefined) {
        this.#compare(this.#comparison);
        return undefined;
      }
      const id = this.#next();
      if (id === undefined) return this.#result();
      if (this.#context.contents.has(id)) this.#look(id);
    }
    return undefined;
  }

  #result(): Checked {
    return {
      files: this.#files,
      compared: this.#compared,
      repaired: this.#repaired,
      lost: this.#lost,
    };
  }

  #next(): string | undefined {
    if (this.#ids.length === 0) {
      this.#ids = [...this.#context.contents.care.idsAfter(this.#after, CHECK_STEP_FILES)];
    }
    const id = this.#ids.shift();
    if (id !== undefined) this.#after = id;
    return id;
  }

  #look(id: string): void {
    const { care } = this.#context.contents;
    this.#files += 1;
    if (care.isIntact(id)) this.#comparison = this.#comparisonOf(id);
    else this.#note(care.heal(id) ? this.#repaired : this.#lost, id);
  }

  #comparisonOf(id: string): Comparison | undefined {
    const node = this.#cleanOwner(id);
    const [algorithm = '', expected = ''] = node?.base?.checksum.split(':') ?? [];
    const name = ALGORITHMS[algorithm.toUpperCase()];
    if (name === undefined || expected === '') return undefined;
    const size = this.#context.contents.size(id);
    return { id, size, hash: createHash(name), expected: expected.toLowerCase(), offset: 0 };
  }

  /** Whose bytes these are, if they are all those of the version on the server. */
  #cleanOwner(id: string): TreeNode | undefined {
    const { tree, contents } = this.#context;
    if (!contents.has(id) || contents.isDirty(id) || !contents.isComplete(id)) return undefined;
    const node = tree.byContent(id);
    return node?.contentDirty === false && node.base?.size === contents.size(id) ? node : undefined;
  }

  #compare(comparison: Comparison): void {
    const { id, size, hash, offset } = comparison;
    const owner = this.#cleanOwner(id);
    if (owner === undefined) {
      this.#comparison = undefined;
      return;
    }
    const piece = this.#piece.subarray(0, Math.min(this.#piece.length, size - offset));
    hash.update(piece.subarray(0, this.#context.contents.care.peek(id, offset, piece)));
    comparison.offset += piece.length;
    if (comparison.offset < size) return;
    this.#comparison = undefined;
    this.#compared += 1;
    if (hash.digest('hex') !== comparison.expected) this.#giveUp(owner, id);
  }

  /** Who has it open goes on with what there is; who opens it from now on gets it fetched. */
  #giveUp(owner: TreeNode, id: string): void {
    const { tree, contents, logger } = this.#context;
    this.#note(this.#repaired, id);
    contents.care.countDamage();
    tree.atomically(() => {
      contents.remove(id);
      tree.save({ ...owner, content: undefined });
    });
    logger.warn('a kept file is not what the server has; it is fetched again', {
      path: tree.path(owner.ino),
    });
  }

  #note(found: string[], id: string): void {
    const { tree } = this.#context;
    const node = tree.byContent(id);
    const path = node === undefined ? id : (tree.path(node.ino) ?? node.name);
    if (found.length < DAMAGES_SHOWN_MAX) found.push(path);
  }
}
