/**
 * What is read while the cache is full: pieces of files in memory, a bounded number, given up for
 * the next ones. Nothing of it is kept. Every piece is fetched with `If-Match` and belongs to one
 * content, so a read never mixes two versions with what of that content is on the disk.
 */
import { assert } from '../assert.js';
import type { TreeNode } from '../cache/node.js';
import { NuageError } from '../errors.js';
import {
  BLOCK_SIZE_BYTES,
  FAILURE_MEMORY_MS,
  PASS_PIECE_BYTES,
  PASS_PIECES_MAX,
} from '../limits.js';
import type { EffectId } from '../remote/messages.js';
import type { Connection } from './connection.js';
import { contentKey, type SyncContext, WaitFor } from './context.js';
import type { Wanted } from './reader.js';
import { readError, type VersionLook } from './version-look.js';

interface Piece {
  readonly content: string;
  readonly start: number;
  readonly end: number;
  readonly bytes: Uint8Array;
  id: EffectId;
  /** Bytes up to here are in `bytes`. */
  position: number;
  isRunning: boolean;
}

export class PassThrough {
  readonly #context: SyncContext;
  readonly #connection: Connection;
  readonly #versions: VersionLook;
  /** The least recently used first. At most {@link PASS_PIECES_MAX}. */
  readonly #pieces = new Set<Piece>();
  /** Who waits until a piece may be given up. */
  readonly #waiting = new Set<string>();
  /** The last one of each content, the oldest first; as many as there are pieces. */
  readonly #failures = new Map<string, { readonly error: NuageError; readonly until: number }>();

  constructor(context: SyncContext, connection: Connection, versions: VersionLook) {
    this.#context = context;
    this.#connection = connection;
    this.#versions = versions;
  }

  /**
   * @returns undefined when all that is not on the disk is in memory.
   * @throws kind `offline`, `stale`, or the error of a fetch that has just failed.
   */
  ensure(node: TreeNode, wanted: Wanted): WaitFor | undefined {
    const { contents } = this.#context;
    for (const gap of contents.missing(wanted.content, wanted.start, wanted.end)) {
      const start = Math.max(gap.start, wanted.start);
      const end = Math.min(gap.end, wanted.end);
      const wait = this.#ensureGap(node, { content: wanted.content, start, end });
      if (wait !== undefined) return wait;
    }
    return undefined;
  }

  /** Fills in what is not on the disk; {@link ensure} has just found it all. */
  overlay(content: string, offset: number, into: Uint8Array): void {
    const end = offset + into.length;
    for (const gap of this.#context.contents.missing(content, offset, end)) {
      let at = Math.max(gap.start, offset);
      const last = Math.min(gap.end, end);
      while (at < last) {
        const piece = this.#pieceAt(content, at);
        if (piece === undefined || piece.position <= at) {
          throw new NuageError('stale', 'the bytes were given up before they were read');
        }
        const until = Math.min(last, piece.position);
        into.set(piece.bytes.subarray(at - piece.start, until - piece.start), at - offset);
        at = until;
      }
    }
  }

  /** Nobody waits for this content any more. */
  abandon(content: string): void {
    this.#waiting.delete(contentKey(content));
    for (const piece of this.#pieces) {
      if (piece.content === content && piece.isRunning) this.#context.effects.abort(piece.id);
    }
  }

  /** There is room in the cache again. */
  clear(): void {
    for (const piece of this.#pieces) {
      if (!piece.isRunning) this.#pieces.delete(piece);
    }
  }

  #ensureGap(node: TreeNode, gap: Wanted): WaitFor | undefined {
    const waitFor = new WaitFor(contentKey(gap.content));
    for (let at = gap.start; at < gap.end;) {
      const piece = this.#pieceAt(gap.content, at);
      if (piece === undefined) {
        this.#open(node, gap.content, at);
        return waitFor;
      }
      this.#pieces.delete(piece);
      this.#pieces.add(piece);
      if (piece.position < Math.min(gap.end, piece.end)) return waitFor;
      this.#readAhead(node, piece, gap.end);
      at = piece.end;
    }
    return undefined;
  }

  /** A reader in the second half of a piece finds the next one on its way. */
  #readAhead(node: TreeNode, piece: Piece, readTo: number): void {
    const { contents } = this.#context;
    if (readTo < (piece.start + piece.end) / 2 || !this.#connection.online) return;
    const [gap] = contents.missing(piece.content, piece.end, piece.end + 1);
    if (gap === undefined || this.#pieceAt(piece.content, piece.end) !== undefined) return;
    if (this.#hasPlace()) this.#fetch(node, piece.content, piece.end);
  }

  #pieceAt(content: string, offset: number): Piece | undefined {
    for (const piece of this.#pieces) {
      if (piece.content === content && offset >= piece.start && offset < piece.end) return piece;
    }
    return undefined;
  }

  #open(node: TreeNode, content: string, offset: number): void {
    const path = this.#context.tree.path(node.ino);
    const failure = this.#failures.get(content);
    this.#failures.delete(content);
    if (failure !== undefined && failure.until > this.#context.clock.monotonic()) {
      throw failure.error;
    }
    this.#connection.requireOnline(path);
    if (this.#hasPlace()) this.#fetch(node, content, offset);
    else this.#waiting.add(contentKey(content));
  }

  /** Gives up the piece that was used least recently, unless all are on their way. */
  #hasPlace(): boolean {
    if (this.#pieces.size < PASS_PIECES_MAX) return true;
    for (const piece of this.#pieces) {
      if (piece.isRunning) continue;
      this.#pieces.delete(piece);
      return true;
    }
    return false;
  }

  #fetch(node: TreeNode, content: string, offset: number): void {
    const { effects, contents, tree } = this.#context;
    const path = tree.basePath(node.ino);
    if (path === undefined || node.base === undefined) {
      throw new NuageError('stale', 'the version being read is no longer on the server');
    }
    const start = Math.floor(offset / BLOCK_SIZE_BYTES) * BLOCK_SIZE_BYTES;
    const [whole] = contents.missing(content, start, start + PASS_PIECE_BYTES);
    assert(whole !== undefined, 'what is fetched is not on the disk');
    const end = Math.min(whole.end, start + PASS_PIECE_BYTES);
    const into = new SharedArrayBuffer(end - start);
    const bytes = new Uint8Array(into);
    const piece: Piece = { content, start, end, bytes, id: 0, position: start, isRunning: true };
    this.#pieces.add(piece);
    piece.id = effects.start(
      { op: 'fetch-bytes', path, etag: node.base.etag, start, end, into },
      {
        fetched: (upTo) => {
          piece.position = upTo;
          this.#context.wake(contentKey(content));
        },
        done: () => {
          piece.position = end;
          this.#ended(piece);
        },
        failed: (error) => {
          this.#pieces.delete(piece);
          const fail = (isStillThere: boolean): void => {
            if (!isStillThere) this.#remember(content, error);
            this.#ended(piece);
          };
          if (!this.#versions.look(content, error, fail)) fail(false);
        },
      },
    );
  }

  #remember(content: string, error: NuageError): void {
    if (error.kind === 'aborted') return;
    const until = this.#context.clock.monotonic() + FAILURE_MEMORY_MS;
    this.#failures.set(content, { error: readError(error), until });
    const [oldest] = this.#failures.keys();
    if (this.#failures.size > PASS_PIECES_MAX && oldest !== undefined) {
      this.#failures.delete(oldest);
    }
  }

  #ended(piece: Piece): void {
    piece.isRunning = false;
    this.#context.wake(contentKey(piece.content));
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const key of waiting) this.#context.wake(key);
  }
}
