/**
 * Looks for damage in all that is kept, in bounded steps. A data file that is gone or too short is
 * found by its size; other bytes than the server has, by the checksum that the server keeps of the
 * version, where a client has given it one, and else by the sums of the blocks that were fetched.
 * What was lost of the server's bytes is forgotten and fetched again when it is needed; unsent
 * bytes are never touched.
 */
import { createHash, type Hash } from 'node:crypto';
import { blockSum, UNKNOWN_SUM } from '../block-sum.js';
import type { TreeNode } from '../cache/node.js';
import {
  BLOCK_SIZE_BYTES,
  CHECK_STEP_BYTES,
  CHECK_STEP_FILES,
  DAMAGES_SHOWN_MAX,
} from '../limits.js';
import type { FsContext } from './context.js';
import { forgetDamaged, serverOwner, tellOfDamage } from './damage.js';

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

/** A file whose blocks are being summed. */
interface Summing {
  readonly id: string;
  /** The block to go on with. */
  next: number;
  isDamaged: boolean;
}

type Context = Pick<FsContext, 'tree' | 'contents' | 'inodes' | 'logger'>;

const STEP_BLOCKS = CHECK_STEP_BYTES / BLOCK_SIZE_BYTES;

export class CacheCheck {
  readonly #context: Context;
  readonly #piece = Buffer.allocUnsafe(CHECK_STEP_BYTES);
  readonly #repaired: string[] = [];
  readonly #lost: string[] = [];
  /** Yet to be looked at, of those that come after `#after`. */
  #ids: string[] = [];
  #after = '';
  #comparison: Comparison | undefined;
  #summing: Summing | undefined;
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
      if (this.#summing !== undefined) {
        this.#sum(this.#summing);
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
    if (!care.isIntact(id)) {
      this.#note(care.heal(id) ? this.#repaired : this.#lost, id);
      return;
    }
    this.#comparison = this.#comparisonOf(id);
    const hasSums = this.#comparison === undefined && care.sumsOf(id) !== undefined;
    this.#summing = hasSums ? { id, next: 0, isDamaged: false } : undefined;
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
    const { contents } = this.#context;
    return contents.has(id) && contents.isComplete(id) ? serverOwner(this.#context, id) : undefined;
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

  /** The sums are read again with each step: there are none any more of what is the user's now. */
  #sum(summing: Summing): void {
    const { id } = summing;
    const sums = this.#context.contents.care.sumsOf(id);
    const damaged: number[] = [];
    let left = STEP_BLOCKS;
    for (; sums !== undefined && summing.next < sums.count && left > 0; summing.next += 1) {
      const expected = sums.get(summing.next);
      if (expected === UNKNOWN_SUM) continue;
      left -= 1;
      if (this.#sumOf(id, summing.next) !== expected) damaged.push(summing.next);
    }
    if (sums === undefined || summing.next >= sums.count) this.#summing = undefined;
    this.#forget(summing, damaged);
  }

  #sumOf(id: string, block: number): number {
    const { contents } = this.#context;
    const start = block * BLOCK_SIZE_BYTES;
    const piece = this.#piece.subarray(0, Math.min(BLOCK_SIZE_BYTES, contents.size(id) - start));
    return blockSum(piece.subarray(0, contents.care.peek(id, start, piece)));
  }

  #forget(summing: Summing, damaged: readonly number[]): void {
    if (damaged.length === 0) return;
    const owner = forgetDamaged(this.#context, summing.id, damaged);
    if (owner === undefined || summing.isDamaged) return;
    summing.isDamaged = true;
    tellOfDamage(this.#context, owner);
    this.#note(this.#repaired, summing.id);
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
