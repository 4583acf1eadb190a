/**
 * What a person may ask of the server's memory: what lies in its trash, which versions a file has,
 * and to have some of it back. What comes back shows in the mount before the answer is given.
 */
import { ROOT_INO, type TreeNode } from '../cache/node.js';
import { NuageError } from '../errors.js';
import { TRASH_SHOWN_MAX } from '../limits.js';
import type { Effect, EffectResults } from '../remote/messages.js';
import type { FileVersion, TrashedEntry } from '../remote/remote.js';
import type { EffectClient } from '../sync/effects.js';
import { type FsContext, requireFile } from './context.js';
import { chosen } from './trash-choice.js';

/** How something that takes a while ends, exactly once. */
export interface Ending<T> {
  readonly done: (result: T) => void;
  readonly failed: (error: NuageError) => void;
}

export interface Trashed {
  /** The newest first, at most {@link TRASH_SHOWN_MAX}. */
  readonly entries: readonly TrashedEntry[];
  readonly count: number;
}

export interface Restored {
  /** From the root, as it shows now; undefined where that is in a folder never looked at. */
  readonly path: string | undefined;
  /** Where it stood. */
  readonly oldPath: string;
}

export class History {
  readonly #context: FsContext;
  readonly #effects: EffectClient;

  constructor(context: FsContext, effects: EffectClient) {
    this.#context = context;
    this.#effects = effects;
  }

  trash({ done, failed }: Ending<Trashed>): void {
    this.#ask({ op: 'trash' }, failed, (entries) =>
      done({ entries: entries.slice(0, TRASH_SHOWN_MAX), count: entries.length }),
    );
  }

  /** @param which its number (that of the file), its path from the root, or its name alone. */
  restoreTrashed(which: string, { done, failed }: Ending<Restored>): void {
    this.#ask({ op: 'trash' }, failed, (entries) => {
      const found = chosen(entries, which);
      if (found instanceof NuageError) {
        failed(found);
        return;
      }
      this.#ask({ op: 'restore-trashed', trashId: found.id }, failed, () =>
        this.#lookAgain(found, (path) => done({ path, oldPath: found.path })),
      );
    });
  }

  versions(ino: number, { done, failed }: Ending<readonly FileVersion[]>): void {
    const { fileId } = this.#requireOnServer(ino);
    this.#ask({ op: 'versions', fileId }, failed, done);
  }

  /** @param number 1 is the newest, which is what the file holds now. */
  restoreVersion(ino: number, number: number, { done, failed }: Ending<FileVersion>): void {
    const { fileId, node } = this.#requireOnServer(ino);
    if (node.contentDirty) {
      throw new NuageError('busy', 'it has changes that the server does not have yet', {
        hint: 'Wait for them with `nuage-mount sync`: then they are a version as well.',
      });
    }
    this.#version(fileId, number, failed, (version) => {
      if (number === 1) {
        done(version);
        return;
      }
      this.#ask({ op: 'restore-version', fileId, version: version.id }, failed, () =>
        this.#lookAgain({ fileId, path: this.#context.tree.path(ino) ?? '' }, () => done(version)),
      );
    });
  }

  /** @param file absolute; there must be none of that name. */
  saveVersion(
    ino: number,
    wanted: { readonly number: number; readonly file: string },
    { done, failed }: Ending<FileVersion>,
  ): void {
    const { fileId } = this.#requireOnServer(ino);
    const { number, file } = wanted;
    this.#version(fileId, number, failed, (version) =>
      this.#ask({ op: 'save-version', fileId, version, file }, failed, () => done(version)),
    );
  }

  #version(
    fileId: string,
    number: number,
    failed: (error: NuageError) => void,
    found: (version: FileVersion) => void,
  ): void {
    this.#ask({ op: 'versions', fileId }, failed, (versions) => {
      const version = versions[number - 1];
      if (version !== undefined) found(version);
      else
        failed(new NuageError('not-found', `it has no version ${number}`, { hint: SEE_VERSIONS }));
    });
  }

  /** Lists the folder, and from the root on whatever else has changed by it. */
  #lookAgain(
    { fileId, path }: Pick<TrashedEntry, 'fileId' | 'path'>,
    done: (path: string | undefined) => void,
  ): void {
    const { tree, sync } = this.#context;
    const folder = this.#folderAt(path.split('/').slice(0, -1));
    sync.lister.refresh(ROOT_INO);
    if (folder !== undefined && folder.ino !== ROOT_INO) sync.lister.refresh(folder.ino);
    sync.lister.whenIdle(() => {
      const node = tree.byFileId(fileId);
      done(node === undefined ? undefined : tree.path(node.ino));
    });
  }

  #folderAt(names: readonly string[]): TreeNode | undefined {
    const { tree } = this.#context;
    let at = tree.get(ROOT_INO);
    for (const name of names) at = at === undefined ? undefined : tree.byBasePlace(at.ino, name);
    return at?.listedEtag === undefined ? undefined : at;
  }

  #requireOnServer(ino: number): { readonly fileId: string; readonly node: TreeNode } {
    const node = requireFile(this.#context, ino);
    const { base } = node;
    if (base !== undefined) return { fileId: base.fileId, node };
    throw new NuageError('not-found', 'the server does not have this file', {
      hint: 'It has versions of what was sent to it.',
    });
  }

  #ask<Op extends Effect['op']>(
    effect: Effect & { readonly op: Op },
    failed: (error: NuageError) => void,
    done: (result: EffectResults[Op]) => void,
  ): void {
    this.#effects.start(effect, { done, failed });
  }
}

const SEE_VERSIONS = '`nuage-mount versions FILE` shows which it has.';
