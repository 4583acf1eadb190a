/**
 * Folds what the server was seen to have into the tree, folder by folder: opened with its own row,
 * entry by entry, closed when all its entries have been seen. What happens to each entry is decided
 * in conflict.ts; this file carries it out and tells the kernel once it is committed. How an answer
 * becomes folders and steps is listing-merge.ts.
 *
 * An entry that vanished from its folder may have been moved: it is kept aside as *missing* until
 * no listing is under way any more, and only then counts as gone.
 */
import { ROOT_INO, type TreeNode } from '../cache/node.js';
import type { RemoteEntry } from '../remote/remote.js';
import { copyBeside } from './conflict-copy.js';
import { IN_FLIGHT_MEMORY_MAX } from '../limits.js';
import { decideClash, decidePlace, decideSeen, sameVersion, uploadFirst } from './conflict.js';
import type { SyncContext } from './context.js';
import type { InFlight } from './in-flight.js';
import { moveAside } from './make-room.js';
import type { Pass, Round } from './merge-pass.js';
import { Missing } from './missing.js';
import { localState, occupantOf } from './occupant.js';
import { isOwnVersion, type OwnUpload, ownUploadOf, senderOf, settleOwn } from './own-uploads.js';
import {
  baseFrom,
  cleanDraft,
  entryName,
  isAsAgreed,
  isSameFolder,
  withRemoteContent,
  withWritability,
} from './remote-node.js';
import type { Slices } from './slices.js';

export interface MergerParts {
  readonly inFlight: InFlight;
  readonly slices: Slices;
  readonly hooks: MergeHooks;
}

export interface MergeHooks {
  /** Somebody has the file open for writing: its conflicts wait until it is closed. */
  isBeingWritten(ino: number): boolean;
  /** The server allows something else than it did. */
  permitted(ino: number): void;
  /** What was seen has made something that can be sent now. */
  unblocked(): void;
  /** The node left the tree; whoever holds it open keeps it until released. */
  detached(ino: number): void;
  /** See `SeenLocks.see`. */
  lockSeen(node: TreeNode | undefined, entry: RemoteEntry, stamp: number): TreeNode | undefined;
}

export class Merger {
  readonly #context: SyncContext;
  readonly #inFlight: InFlight;
  readonly #hooks: MergeHooks;
  readonly missing: Missing;
  /** For the kernel, once the transaction is committed. */
  readonly #after: (() => void)[] = [];
  /** By which answer a folder was last completed: an older one that comes later is out of date. */
  readonly #listedBy = new Map<number, number>();

  constructor(context: SyncContext, parts: MergerParts) {
    this.#context = context;
    this.#inFlight = parts.inFlight;
    this.#hooks = parts.hooks;
    this.missing = new Missing(context, parts);
  }

  /** One transaction of opening, taking and closing. */
  together(work: () => void): void {
    this.#after.length = 0;
    this.#context.tree.atomically(work);
    for (const tell of this.#after.splice(0)) tell();
  }

  open(folder: TreeNode, self: RemoteEntry, round: Round): Pass {
    return {
      round,
      folder: folder.ino,
      self,
      isFirst: folder.listedEtag === undefined,
      seen: new Set(),
      complete: true,
      isNews: false,
    };
  }

  /** @returns the node of the entry, where it is settled. */
  take(pass: Pass, entry: RemoteEntry): number | undefined {
    const { stamp } = pass.round;
    if (this.#inFlight.removedSince(entry.fileId, stamp)) {
      pass.complete = false;
      return undefined;
    }
    const node = this.#context.tree.byFileId(entry.fileId);
    const known = this.#hooks.lockSeen(node, entry, stamp);
    if (known !== undefined && known.isFolder === entry.isFolder) {
      return this.#mergeKnown(pass, known, entry);
    }
    return this.#mergeNew(pass, entry);
  }

  /** All entries have been taken. @returns whether the children are completely known now. */
  close(pass: Pass): boolean {
    const { folder, round } = pass;
    this.#closeFolder(pass, this.#noteMissing(pass));
    if (this.#context.tree.hasChildren(folder)) this.#revive(pass, folder);
    if (pass.complete) this.#remember(folder, round);
    return pass.complete;
  }

  /** A later answer has completed this folder already. */
  isOutdated(ino: number, stamp: number): boolean {
    return (this.#listedBy.get(ino) ?? 0) > stamp;
  }

  #remember(ino: number, { stamp, stale }: Round): void {
    stale.delete(ino);
    this.#listedBy.delete(ino);
    this.#listedBy.set(ino, stamp);
    if (this.#listedBy.size <= IN_FLIGHT_MEMORY_MAX) return;
    const [oldest] = this.#listedBy.keys();
    if (oldest !== undefined) this.#listedBy.delete(oldest);
  }

  #tell(pass: Pass, tell: () => void): void {
    pass.isNews = true;
    this.#after.push(tell);
  }

  #mergeKnown(pass: Pass, node: TreeNode, entry: RemoteEntry): number | undefined {
    pass.seen.add(node.ino);
    this.missing.delete(node.ino);
    if (this.#isUnsettled(pass, node, entry)) return undefined;
    const placed = this.#place(pass, node, entry);
    if (placed.isFolder) this.#mergeFolder(pass, placed, entry);
    else this.#mergeFile(pass, placed, entry);
    return node.ino;
  }

  /** In flight, or changed elsewhere while it is written here: left alone until it has settled. */
  #isUnsettled(pass: Pass, node: TreeNode, entry?: RemoteEntry): boolean {
    const isAgreed = entry !== undefined && isAsAgreed(node, pass.folder, entry);
    const unsettled =
      this.#inFlight.touchedSince(node.ino, pass.round.stamp) ||
      (!isAgreed && node.contentDirty && this.#hooks.isBeingWritten(node.ino));
    if (unsettled) pass.complete = false;
    return unsettled;
  }

  /** Follows a rename or move that was made elsewhere. Returns the node as it is then. */
  #place(pass: Pass, node: TreeNode, entry: RemoteEntry): TreeNode {
    const { tree, kernel } = this.#context;
    if (node.base === undefined || node.ino === ROOT_INO) return node;
    const remote = { parent: pass.folder, name: entryName(entry) };
    const local = { parent: node.parent ?? 0, name: node.name };
    const decision = decidePlace(node.base, local, remote);
    if (decision === 'unchanged') return node;
    const base = { ...node.base, ...remote };
    if (decision === 'keep-mine') return tree.save({ ...node, base });
    this.#makeRoom(pass, node.ino, remote.name);
    this.#tell(pass, () => {
      kernel.invalidateEntry(local.parent, local.name);
      kernel.invalidateEntry(remote.parent, remote.name);
    });
    return tree.save({ ...node, ...remote, base });
  }

  #mergeFolder(pass: Pass, node: TreeNode, entry: RemoteEntry): void {
    const { tree } = this.#context;
    const base = baseFrom(pass.folder, entry);
    const mode = withWritability(node, base.permissions);
    if (node.base === undefined || !isSameFolder(node, entry)) tree.save({ ...node, base, mode });
    const isStale = node.listedEtag !== undefined && node.listedEtag !== entry.etag;
    if (isStale && !this.isOutdated(node.ino, pass.round.stamp)) pass.round.stale.add(node.ino);
    if (node.base?.permissions !== base.permissions) {
      this.#after.push(() => this.#hooks.permitted(node.ino));
    }
  }

  #mergeFile(pass: Pass, node: TreeNode, entry: RemoteEntry): void {
    if (node.base === undefined) return;
    const { tree } = this.#context;
    const same = sameVersion(node.base, entry);
    const local = localState(node);
    if (!same && local !== 'clean' && isOwnVersion(tree, node, { folder: pass.folder, entry })) {
      this.#takeOwnVersion(pass, node, entry);
      return;
    }
    switch (decideSeen(local, same)) {
      case 'unchanged':
      case 'keep-local':
      case 'keep-deletion':
        if (node.base.permissions !== entry.permissions) this.#keepMine(pass, node, entry);
        return;
      case 'take-remote':
        this.#takeRemote(pass, node, entry);
        return;
      case 'conflict-copy':
        if (!this.#waitsForUpload(pass, node, entry)) this.#conflictCopy(pass, node, entry);
        return;
      case 'reappear':
        this.#reappear(pass, node, entry);
        return;
    }
  }

  /** The server's state is the base of what the user has, or has deleted. */
  #keepMine(pass: Pass, node: TreeNode, entry: RemoteEntry): void {
    const base = baseFrom(pass.folder, entry);
    if (node.base?.permissions !== base.permissions) {
      this.#after.push(() => this.#hooks.permitted(node.ino));
    }
    const mode = withWritability(node, base.permissions);
    this.#context.tree.save({ ...node, base, mode });
  }

  /** What was sent last is there, and its answer was lost: the user has gone on from it. */
  #takeOwnVersion(pass: Pass, node: TreeNode, entry: RemoteEntry): void {
    if (node.parent !== undefined && this.#waitsForUpload(pass, node, entry)) return;
    settleOwn(this.#context.tree, pass.folder, entry);
    this.#after.push(() => this.#hooks.unblocked());
    this.#keepMine(pass, { ...node, failure: undefined }, entry);
  }

  #takeRemote(pass: Pass, node: TreeNode, entry: RemoteEntry): void {
    const { tree, contents, kernel } = this.#context;
    tree.save(withRemoteContent(node, baseFrom(pass.folder, entry)));
    if (node.content !== undefined) contents.remove(node.content);
    this.#tell(pass, () => kernel.invalidateAttributes(node.ino));
  }

  #waitsForUpload(pass: Pass, node: TreeNode, entry: RemoteEntry, isNew = false): boolean {
    const waits = uploadFirst(node, entry, isNew);
    if (waits) pass.complete = false;
    return waits;
  }

  #conflictCopy(pass: Pass, node: TreeNode, entry: RemoteEntry): void {
    const { tree, kernel, logger } = this.#context;
    const { parent = 0, name } = copyBeside(this.#context, node, node.parent ?? pass.folder);
    tree.save(withRemoteContent(node, baseFrom(pass.folder, entry)));
    logger.warn('conflict: both sides changed, the version of this machine is kept as a copy', {
      path: tree.path(node.ino),
    });
    this.#tell(pass, () => {
      kernel.invalidateAttributes(node.ino);
      kernel.invalidateEntry(parent, name);
    });
  }

  #reappear(pass: Pass, node: TreeNode, entry: RemoteEntry): void {
    const { tree, kernel } = this.#context;
    const base = baseFrom(pass.folder, entry);
    this.#makeRoom(pass, node.ino, base.name);
    tree.save({ ...withRemoteContent(node, base), parent: pass.folder, name: base.name });
    this.#tell(pass, () => kernel.invalidateEntry(pass.folder, base.name));
  }

  /** A folder that was deleted here while something new came into it there: edit beats delete. */
  #revive(pass: Pass, ino: number): void {
    const { tree, kernel } = this.#context;
    const node = tree.get(ino);
    if (node?.base === undefined || node.parent !== undefined) return;
    const { parent, name } = node.base;
    this.#revive(pass, parent);
    this.#makeRoom({ ...pass, folder: parent }, ino, name);
    tree.save({ ...node, parent, name, failure: undefined });
    this.#tell(pass, () => kernel.invalidateEntry(parent, name));
  }

  /** An entry that the tree does not know yet, perhaps where the user has something else. */
  #mergeNew(pass: Pass, entry: RemoteEntry): number | undefined {
    const { tree, kernel } = this.#context;
    const name = entryName(entry);
    if (this.#isToBeAnswered(pass, entry)) return undefined;
    const own = ownUploadOf(tree, pass.folder, entry);
    if (own !== undefined) return this.#takeOwnUpload(pass, own, entry);
    const occupant = tree.child(pass.folder, name);
    if (occupant !== undefined) {
      const clash = this.#clash(pass, occupant, entry);
      if (clash !== 'place-free') return clash;
    }
    const node = tree.insert(cleanDraft(pass.folder, entry));
    pass.seen.add(node.ino);
    if (!pass.isFirst) this.#tell(pass, () => kernel.invalidateEntry(pass.folder, name));
    return node.ino;
  }

  /** The answer makes it the base of who was sent: no second one may have it. */
  #isToBeAnswered(pass: Pass, entry: RemoteEntry): boolean {
    const ino = senderOf(this.#context.tree, pass.folder, entry)?.ino;
    const isAwaited = ino !== undefined && this.#inFlight.touchedSince(ino, pass.round.stamp);
    pass.complete &&= !isAwaited;
    return isAwaited;
  }

  /** @returns whose it is now; undefined where that is left to the upload that goes again. */
  #takeOwnUpload(pass: Pass, { heir }: OwnUpload, entry: RemoteEntry): number | undefined {
    const { tree, contents } = this.#context;
    this.#after.push(() => this.#hooks.unblocked());
    if (heir === undefined) {
      settleOwn(tree, pass.folder, entry);
      const { ino } = tree.insert({ ...cleanDraft(pass.folder, entry), parent: undefined });
      pass.seen.add(ino);
      return ino;
    }
    pass.seen.add(heir.ino);
    const isAtPlace = heir.parent === pass.folder && heir.name === entryName(entry);
    if (this.#isUnsettled(pass, heir)) return undefined;
    if (isAtPlace && this.#waitsForUpload(pass, heir, entry)) return undefined;
    settleOwn(tree, pass.folder, entry);
    if (heir.content !== undefined) contents.setDirty(heir.content, true);
    if (heir.isFolder) pass.round.stale.add(heir.ino);
    this.#keepMine(pass, { ...heir, contentDirty: !heir.isFolder, failure: undefined }, entry);
    return heir.ino;
  }

  /** @returns whose the entry is, undefined where it is left out; or that its place is free. */
  #clash(pass: Pass, occupant: TreeNode, entry: RemoteEntry): number | undefined | 'place-free' {
    if (!occupant.staysHere && this.#isUnsettled(pass, occupant)) {
      pass.seen.add(occupant.ino);
      return undefined;
    }
    switch (decideClash(occupantOf(this.#context.tree, occupant), entry)) {
      case 'hide-theirs':
        return undefined;
      case 'merge': {
        const base = baseFrom(pass.folder, entry);
        this.#context.tree.save({ ...occupant, base, listedEtag: undefined });
        pass.seen.add(occupant.ino);
        pass.round.stale.add(occupant.ino);
        return occupant.ino;
      }
      case 'give-way':
      case 'new-version':
        pass.seen.add(occupant.ino);
        if (occupant.base === undefined) this.#takeRemote(pass, occupant, entry);
        else this.#mergeFile(pass, occupant, entry);
        return occupant.ino;
      case 'move-aside':
      case 'displace': {
        const isNew = occupant.base === undefined;
        if (isNew && this.#waitsForUpload(pass, occupant, entry, isNew)) return undefined;
        this.#makeRoom(pass, undefined, occupant.name);
        return 'place-free';
      }
    }
  }

  #makeRoom(pass: Pass, forIno: number | undefined, name: string): void {
    const { tree, kernel } = this.#context;
    const occupant = tree.child(pass.folder, name);
    if (occupant === undefined || occupant.ino === forIno) return;
    const { aside, mayBeGone } = moveAside(this.#context, occupant);
    if (mayBeGone) this.missing.add(occupant.ino);
    for (const changed of [aside, name]) {
      this.#tell(pass, () => kernel.invalidateEntry(pass.folder, changed));
    }
  }

  /** @returns whether something of the folder may be gone. */
  #noteMissing(pass: Pass): boolean {
    const { tree } = this.#context;
    let hasMissing = false;
    for (const ino of tree.baseChildNumbers(pass.folder)) {
      if (pass.seen.has(ino)) continue;
      const child = tree.get(ino);
      if (child === undefined || this.#isUnsettled(pass, child)) continue;
      this.missing.add(ino);
      hasMissing = true;
    }
    return hasMissing;
  }

  /** What is missing is settled later, perhaps by another process: until then it is not agreed. */
  #closeFolder(pass: Pass, hasMissing: boolean): void {
    const { tree, kernel } = this.#context;
    const { self } = pass;
    const folder = tree.get(pass.folder);
    if (folder?.base === undefined) return;
    const agreed = hasMissing ? '' : self.etag;
    const listedEtag = pass.complete ? agreed : (folder.listedEtag ?? '');
    if (pass.complete && hasMissing) this.missing.agreeAfterwards(pass.folder, self.etag);
    const { etag, permissions, fileId, mtime, size } = self;
    const base = { ...folder.base, etag, permissions, fileId, mtime, size };
    const mode = withWritability(folder, permissions);
    if (folder.base.permissions !== permissions) {
      this.#after.push(() => this.#hooks.permitted(folder.ino));
    }
    // The user's own changes have moved the folder's time here already.
    const isNews = pass.isFirst || pass.isNews;
    const time = isNews ? { sec: mtime, nsec: 0 } : folder.mtime;
    tree.save({ ...folder, base, listedEtag, mode, mtime: time });
    if (isNews) this.#tell(pass, () => kernel.invalidateAttributes(folder.ino));
  }
}
