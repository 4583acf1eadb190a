/**
 * A Nextcloud account at the level of effects, in memory and without time: what the main thread and
 * a server would answer, when the test says so. Keeps the server's traps: a file's ETag is made of
 * modification second, number and size; a folder's changes with everything below it.
 */
import fs from 'node:fs';
import { isOfTheDisk, ofTheDisk } from './simulated-disk.js';
import { contentsOf, copyOf, type Entry, etagOf, holds, rowOf, sizeOf } from './simulated-entry.js';
import { bringPiece } from './simulated-fetch.js';
import { SimulatedFaults, WRITES } from './simulated-faults.js';
import {
  announced,
  type Announcing,
  checksumOf,
  failed,
  isMet,
  isOfTheLine,
  type Running,
  takeCompanions,
  told,
  unheard,
} from './simulated-puts.js';
import { keepVersion, restoredName, versionBytes, versionsOf } from './simulated-versions.js';
import { type ErrorKind, NuageError } from '../../src/errors.js';
import type { Effect, EffectEvent, EffectRequest } from '../../src/remote/messages.js';
import type {
  FilesTogether,
  ListDepth,
  PushNews,
  RemoteEntry,
  StoredFile,
  TogetherRequest,
  TrashedEntry,
} from '../../src/remote/remote.js';

/** Entries in one piece of a listing: small, so that trees come in several. */
const PIECE_ENTRIES = 50;

export class SimulatedNextcloud extends SimulatedFaults {
  #root: Entry;
  readonly #queue: Running[] = [];
  /** Fetches that stand before their limit. */
  readonly #stalled: Running[] = [];
  readonly log: Effect[] = [];
  /** By their id in the trash, the oldest first. */
  readonly #trash = new Map<string, TrashedEntry & { readonly entry: Entry }>();
  #lastId = 0;
  #aside: readonly [string, Entry] | undefined;
  #listener: number | undefined;
  #lastEtag = 0;
  #seconds = 1_760_000_000;
  /** Told of the bytes of every upload. */
  onPut: (bytes: Buffer) => void = () => undefined;
  availableBytes: number | undefined;
  /** Runs between the bytes of files that come together and the look at their versions. */
  duringTogether: (() => void) | undefined;
  /** What one step of a fetch brings, as over a slow line. */
  stepBytes = Infinity;
  /** What fetches have brought. */
  fetchedBytes = 0;
  /** Answers requests for a tree with this. */
  deepFailure: ErrorKind | undefined;
  /** So many levels of a tree are shown. */
  levelsMax = Infinity;
  /** An answer with a tree breaks off after so many entries. */
  breaksAfter: number | undefined;
  /** Fails at a tree from here, as by running out of memory. */
  tooLarge: (path: string) => boolean = () => false;
  /** These are not answered for now. */
  holds: (effect: Effect) => boolean = () => false;
  /** What held effects will show: the state of some time ago. */
  readonly #prepared = new Map<number, readonly RemoteEntry[]>();
  searchFailure: ErrorKind | undefined;
  fingerprint = '';
  readonly #refusals = new Map<string, ErrorKind>();

  constructor() {
    super();
    this.#root = this.#make(true);
  }

  /** The same account, which from now on lives on its own. Nothing waits for its answer there. */
  clone(): SimulatedNextcloud {
    const twin = new SimulatedNextcloud();
    twin.#root = copyOf(this.#root);
    twin.#lastId = this.#lastId;
    twin.#lastEtag = this.#lastEtag;
    twin.#seconds = this.#seconds;
    return twin;
  }

  /** The account as it is once it has done all that waits, though nobody hears of it. */
  cloneWhenDone(): SimulatedNextcloud {
    const twin = this.clone();
    for (const { effect } of this.#queue) {
      if (WRITES.has(effect.op)) twin.post({ type: 'start', id: 0, effect }, () => undefined);
    }
    while (twin.step(() => undefined));
    return twin;
  }

  get waiting(): number {
    return this.#queue.length + this.waitingAnswers;
  }

  post(request: EffectRequest, deliver: (event: EffectEvent) => void): void {
    if (request.type === 'start') {
      const { id, effect } = request;
      this.log.push(effect);
      if (effect.op === 'listen') {
        this.#listener = id;
        return;
      }
      const [position, limit] = effect.op === 'fetch' ? [effect.start, effect.limit] : [0, 0];
      this.#queue.push({ id, effect, position, limit });
      return;
    }
    if (request.id === this.#listener) {
      this.hangUp(deliver, 'aborted');
      return;
    }
    for (const running of [this.#queue, this.#stalled]) {
      const at = running.findIndex(({ id }) => id === request.id);
      const [found] = at < 0 ? [] : running.splice(at, 1);
      if (found === undefined) continue;
      if (request.type === 'cancel') {
        deliver(failed(request.id, new NuageError('aborted', 'cancelled')));
      } else {
        found.limit = request.upTo;
        this.#queue.push(found);
      }
    }
  }

  /** Answers one of the waiting effects, by default the oldest. */
  step(deliver: (event: EffectEvent) => void, pick = 0): boolean {
    const ready = this.#queue.filter(({ effect }) => !this.holds(effect));
    const picked = pick % Math.max(1, ready.length + this.readyAnswers);
    const running = ready[picked];
    if (running === undefined) return this.answerLate(picked - ready.length, deliver);
    this.#queue.splice(this.#queue.indexOf(running), 1);
    const companions = takeCompanions(this.#queue, running, this.holds);
    const isLost = this.lostAnswers > 0;
    const event = this.#answer(running, deliver);
    // What the line has done to the first of them, it has done to all; some were written before.
    const isCut = event !== undefined && isOfTheLine(event);
    for (const [index, companion] of companions.entries()) {
      if (!isCut || (isLost && index % 2 === 0)) {
        this.#answer(companion, isCut ? unheard(deliver) : deliver);
      }
      if (isCut) deliver(failed(companion.id, new NuageError('timeout', 'the answer was lost')));
    }
    return true;
  }

  /** @returns how it ended; undefined for what has not come to its end. */
  #answer(running: Running, deliver: (event: EffectEvent) => void): EffectEvent | undefined {
    const { id, effect } = running;
    try {
      const isWrite = WRITES.has(effect.op);
      const fault = this.faultFor(effect.op);
      if (fault !== undefined) {
        // What is about to leave is announced before the line breaks, unless it is down already.
        const isBegun = effect.op === 'put' && this.failure === undefined;
        if (isBegun) announced(effect, (event) => deliver({ ...event, id }));
        throw new NuageError(fault, 'simulated fault');
      }
      if (effect.op === 'fetch' && !this.#fetch(running, effect, deliver)) {
        const canGoOn = running.position < running.limit;
        (canGoOn ? this.#queue : this.#stalled).push(running);
        return undefined;
      }
      const path = 'path' in effect ? effect.path : 'from' in effect ? effect.from : '';
      const refusal = isWrite ? this.#refusals.get(path) : undefined;
      if (refusal !== undefined) throw new NuageError(refusal, 'refused', { hint: 'Wait.' });
      const result = this.#carryOut(id, effect, deliver);
      if (isWrite && this.lostAnswers > 0) {
        this.lostAnswers -= 1;
        throw new NuageError('timeout', 'the answer was lost');
      }
      const event: EffectEvent = { type: 'done', id, result };
      return isWrite && this.isLate(event) ? undefined : told(deliver, event);
    } catch (error) {
      return told(deliver, failed(id, error));
    }
  }

  /** Whether somebody listens for changes. */
  get isHeard(): boolean {
    return this.#listener !== undefined;
  }

  tell(deliver: (event: EffectEvent) => void, news: PushNews): void {
    if (this.#listener !== undefined) deliver({ type: 'pushed', id: this.#listener, news });
  }

  hangUp(deliver: (event: EffectEvent) => void, kind: ErrorKind): void {
    const id = this.#listener;
    this.#listener = undefined;
    if (id !== undefined) deliver(failed(id, new NuageError(kind, 'the line is cut')));
  }

  /** A restart of the client: nobody waits for the answers any more. */
  dropAll(): void {
    this.#queue.length = 0;
    this.forgetAnswers();
    this.#stalled.length = 0;
    this.#listener = undefined;
  }

  // --- another client ---

  /** @param told what the client tells of it; most tell a checksum of another kind, or none. */
  write(
    path: string,
    text: string | Buffer,
    told: { isHashed?: boolean; mtime?: number } = {},
  ): void {
    const { folder, name } = this.#place(path);
    const existing = folder.children.get(name);
    if (existing?.isFolder === true) throw new NuageError('is-a-folder', path);
    const file = existing ?? this.#make(false);
    if (existing !== undefined) keepVersion(existing);
    file.bytes = Buffer.from(text);
    file.mtime = told.mtime ?? ++this.#seconds;
    file.uploadTime = ++this.#seconds;
    file.checksum = told.isHashed === true ? checksumOf(file.bytes) : '';
    folder.children.set(name, file);
    this.#touch(path);
  }

  makeFolder(path: string): void {
    const { folder, name } = this.#place(path);
    if (folder.children.has(name)) throw new NuageError('exists', path);
    folder.children.set(name, this.#make(true));
    this.#touch(path);
  }

  remove(path: string): void {
    const { folder, name } = this.#place(path);
    const entry = folder.children.get(name);
    if (entry === undefined) throw new NuageError('not-found', path);
    folder.children.delete(name);
    const deletedAt = ++this.#seconds;
    const id = `${name}.d${deletedAt}`;
    const { id: fileId, isFolder } = entry;
    const size = sizeOf(entry);
    this.#trash.set(id, { id, fileId, path, isFolder, size, deletedAt, entry });
    this.#touch(path);
  }

  /** Changes of this path are answered with this from now on; undefined: no more. */
  refuse(path: string, kind: ErrorKind | undefined): void {
    if (kind === undefined) this.#refusals.delete(path);
    else this.#refusals.set(path, kind);
  }

  /** Letters of `oc:permissions`, as after somebody has shared it. */
  permit(path: string, permissions: string): void {
    this.#require(path).permissions = permissions;
    this.#touch(path);
  }

  /** A storage that is away for a while. */
  takeAside(name: string): void {
    const entry = this.#require(name);
    this.#aside = [name, entry];
    this.remove(name);
  }

  putBack(): void {
    const [name, entry] = this.#aside ?? [];
    if (name === undefined || entry === undefined) throw new Error('nothing was taken aside');
    this.#root.children.set(name, entry);
    this.#touch(name);
  }

  move(from: string, to: string): void {
    const source = this.#place(from);
    const entry = this.#require(from);
    const target = this.#place(to);
    if (target.folder.children.has(target.name)) throw new NuageError('exists', to);
    if (entry === target.folder || holds(entry, target.folder)) {
      throw new NuageError('forbidden', to);
    }
    source.folder.children.delete(source.name);
    target.folder.children.set(target.name, entry);
    this.#touch(from);
    this.#touch(to);
  }

  read(path: string): string {
    return this.#require(path).bytes.toString();
  }

  fileId(path: string): string {
    return this.#require(path).id;
  }

  time(path: string): number {
    return this.#require(path).mtime;
  }

  setTime(path: string, mtime: number): void {
    this.#require(path).mtime = mtime;
    this.#touch(path);
  }

  has(path: string): boolean {
    return this.#find(path) !== undefined;
  }

  /** Every path with its content; a folder has `/` behind it and no content. */
  tree(): ReadonlyMap<string, string> {
    return contentsOf(this.#root);
  }

  // --- effects ---

  #carryOut(
    id: number,
    effect: Effect,
    deliver: (event: EffectEvent) => void,
  ): Extract<EffectEvent, { type: 'done' }>['result'] {
    if (isOfTheDisk(effect)) return ofTheDisk(effect);
    switch (effect.op) {
      case 'connect':
      case 'lock':
      case 'unlock':
      case 'listen':
        throw new NuageError('not-supported', 'not simulated');
      case 'root-state':
        return { etag: etagOf(this.#root), fingerprint: this.fingerprint };
      case 'list-folders':
        this.#listFolders(id, deliver);
        return undefined;
      case 'quota':
        return { used: 0, available: this.availableBytes };
      case 'list':
        this.#list(id, effect, deliver);
        return undefined;
      case 'stat':
        return rowOf(effect.path, this.#require(effect.path));
      case 'fetch-together':
        return this.#together(effect.request);
      case 'fetch':
        // Its bytes have been delivered.
        return undefined;
      case 'fetch-bytes': {
        this.#requireEtag(effect.path, effect.etag);
        const { bytes } = this.#require(effect.path);
        new Uint8Array(effect.into).set(bytes.subarray(effect.start, effect.end));
        return undefined;
      }
      case 'put':
        return this.#put(effect, (event) => deliver({ ...event, id }));
      case 'create-folder':
        this.makeFolder(effect.path);
        return rowOf(effect.path, this.#require(effect.path));
      case 'move':
        this.move(effect.from, effect.to);
        return undefined;
      case 'copy':
        return this.#copy(effect);
      case 'remove':
        this.#requireEtag(effect.path, effect.etag);
        this.remove(effect.path);
        return undefined;
      case 'set-modified':
        this.#require(effect.path).mtime = effect.mtime;
        this.#touch(effect.path);
        return undefined;
      case 'trash':
        return [...this.#trash.values()].reverse();
      case 'restore-trashed':
        this.#restoreTrashed(effect.trashId);
        return undefined;
      case 'versions':
        return versionsOf(this.#byId(effect.fileId).entry);
      case 'restore-version':
        this.#restoreVersion(effect.fileId, effect.version);
        return undefined;
      case 'save-version':
        this.#saveVersion(effect);
        return undefined;
    }
  }

  #together({ folder, folderEtag, files }: TogetherRequest): FilesTogether {
    const at = (name: string): string => (folder === '' ? name : `${folder}/${name}`);
    const found = files.map(({ name }) => this.#require(at(name)).bytes);
    const differs = found.findIndex(({ length }, index) => length !== files[index]?.size);
    const bytes = differs < 0 ? found : found.slice(0, differs);
    this.duringTogether?.();
    if (etagOf(this.#require(folder)) === folderEtag) return { bytes, entries: undefined };
    const names = new Set(files.map(({ name }) => at(name)));
    return { bytes, entries: this.#rowsOf(folder, '1').filter(({ path }) => names.has(path)) };
  }

  /** @returns whether all of it has come; else it stands before its limit. */
  #fetch(
    running: Running,
    effect: Extract<Effect, { op: 'fetch' }>,
    deliver: (event: EffectEvent) => void,
  ): boolean {
    this.#requireEtag(effect.path, effect.etag);
    return bringPiece(this, { running, effect, deliver }, this.#require(effect.path).bytes);
  }

  #put(effect: Extract<Effect, { op: 'put' }>, announce: Announcing): StoredFile {
    const { path, metadata } = effect;
    const { bytes, checksum } = announced(effect, announce);
    this.onPut(bytes);
    const { folder, name } = this.#place(path);
    const existing = folder.children.get(name);
    const { condition } = metadata;
    // The client compares what the server has with what it sent: a lost answer is no conflict.
    const isOurs = existing?.bytes.equals(bytes) === true && existing.mtime === metadata.mtime;
    const refusal = isOurs ? undefined : this.refusals.shift();
    if (refusal !== undefined) throw new NuageError(refusal, 'simulated refusal');
    if (this.cutsShort(existing)) {
      this.write(path, bytes.subarray(0, bytes.length / 2));
      throw new NuageError('offline', 'cut short');
    }
    // What is left of an upload that was cut short is replaced by the whole.
    const isTried = metadata.wasTried && condition.kind === 'absent';
    const isCut = isTried && existing?.bytes.equals(bytes.subarray(0, sizeOf(existing)));
    const etag = existing === undefined ? undefined : etagOf(existing);
    if (isCut !== true && !isMet(condition, etag)) {
      if (existing?.bytes.equals(bytes) !== true) throw new NuageError('precondition', path);
      existing.mtime = metadata.mtime;
      this.#touch(path);
      return this.#stored(existing, checksum);
    }
    const file = existing ?? this.#make(false);
    if (existing !== undefined) keepVersion(existing);
    Object.assign(file, { bytes: Buffer.from(bytes), mtime: metadata.mtime, checksum });
    file.uploadTime = ++this.#seconds;
    folder.children.set(name, file);
    this.#touch(path);
    return this.#stored(file, checksum);
  }

  #copy({ from, to, etag, mtime }: Extract<Effect, { op: 'copy' }>): RemoteEntry {
    this.#requireEtag(from, etag);
    if (this.has(to)) throw new NuageError('exists', to);
    this.write(to, this.#require(from).bytes);
    this.#require(to).mtime = mtime;
    return rowOf(to, this.#require(to));
  }

  #restoreTrashed(id: string): void {
    const trashed = this.#trash.get(id);
    if (trashed === undefined) throw new NuageError('not-found', id);
    this.#trash.delete(id);
    const slash = trashed.path.lastIndexOf('/');
    const isThere = this.#find(trashed.path.slice(0, Math.max(0, slash)))?.isFolder === true;
    const path = isThere ? trashed.path : trashed.path.slice(slash + 1);
    const { folder, name } = this.#place(path);
    folder.children.set(restoredName(name, folder.children), trashed.entry);
    this.#touch(path);
  }

  #restoreVersion(fileId: string, id: string): void {
    const { entry, path } = this.#byId(fileId);
    const bytes = versionBytes(entry, id);
    keepVersion(entry);
    entry.bytes = bytes;
    entry.mtime = Number(id);
    entry.uploadTime = ++this.#seconds;
    this.#touch(path);
  }

  #saveVersion({ fileId, version, file }: Extract<Effect, { op: 'save-version' }>): void {
    fs.writeFileSync(file, versionBytes(this.#byId(fileId).entry, version.id));
  }

  #byId(fileId: string): { readonly entry: Entry; readonly path: string } {
    for (const path of this.tree().keys()) {
      const entry = this.#require(path.replace(/\/$/, ''));
      if (entry.id === fileId) return { entry, path };
    }
    throw new NuageError('not-found', fileId);
  }

  #stored(file: Entry, checksum: string): StoredFile {
    const { id: fileId, mtime } = file;
    return { fileId, etag: etagOf(file), size: file.bytes.length, mtime, checksum };
  }

  #requireEtag(path: string, etag: string | undefined): void {
    if (etag !== undefined && etagOf(this.#require(path)) !== etag) {
      throw new NuageError('precondition', path);
    }
  }

  /** In pieces, each folder before what is in it. */
  #list(
    id: number,
    { path, depth }: Extract<Effect, { op: 'list' }>,
    deliver: (event: EffectEvent) => void,
  ): void {
    if (depth === 'infinity' && this.deepFailure !== undefined) {
      throw new NuageError(this.deepFailure, 'simulated refusal of a tree');
    }
    if (depth === 'infinity' && this.tooLarge(path)) throw new NuageError('server', 'too large');
    const rows = this.#prepared.get(id) ?? this.#rowsOf(path, depth);
    this.#prepared.delete(id);
    const last = depth === 'infinity' ? this.breaksAfter : undefined;
    for (let at = 0; at < Math.min(rows.length, last ?? Infinity); at += PIECE_ENTRIES) {
      const entries = rows.slice(at, Math.min(at + PIECE_ENTRIES, last ?? Infinity));
      deliver({ type: 'entries', id, entries });
    }
    if (last !== undefined && rows.length > last) throw new NuageError('offline', 'cut');
  }

  #rowsOf(path: string, depth: ListDepth): readonly RemoteEntry[] {
    const levels = depth === 'infinity' ? this.levelsMax : Number(depth);
    return [...this.#rows(path, this.#require(path), levels)];
  }

  /** The server has computed the listings that are held, and only their answers are late. */
  prepareHeld(): void {
    for (const { id, effect } of this.#queue) {
      if (effect.op !== 'list' || !this.holds(effect)) continue;
      this.#prepared.set(id, this.#rowsOf(effect.path, effect.depth));
    }
  }

  *#rows(path: string, entry: Entry, levels: number): Generator<RemoteEntry> {
    yield rowOf(path, entry);
    if (levels === 0) return;
    for (const [name, child] of entry.children) {
      yield* this.#rows(path === '' ? name : `${path}/${name}`, child, levels - 1);
    }
  }

  #listFolders(id: number, deliver: (event: EffectEvent) => void): void {
    if (this.searchFailure !== undefined) throw new NuageError(this.searchFailure, 'no search');
    const rows = [...this.#rows('', this.#root, Infinity)].slice(1);
    deliver({ type: 'entries', id, entries: rows.filter((row) => row.isFolder) });
  }

  // --- tree ---

  #make(isFolder: boolean): Entry {
    this.#lastId += 1;
    this.#lastEtag += 1;
    return {
      id: String(this.#lastId),
      isFolder,
      children: new Map(),
      bytes: Buffer.alloc(0),
      mtime: this.#seconds,
      uploadTime: 0,
      checksum: '',
      folderEtag: this.#lastEtag,
      permissions: isFolder ? 'RGDNVCK' : 'RGDNVW',
      versions: [],
    };
  }

  /** Every folder above a change gets a new ETag, up to the root. */
  #touch(path: string): void {
    let at = this.#root;
    at.folderEtag = ++this.#lastEtag;
    for (const name of path.split('/').slice(0, -1)) {
      const next = at.children.get(name);
      if (next === undefined) return;
      at = next;
      at.folderEtag = ++this.#lastEtag;
    }
  }

  #find(path: string): Entry | undefined {
    const names = path === '' ? [] : path.split('/');
    return names.reduce<Entry | undefined>((at, name) => at?.children.get(name), this.#root);
  }

  #require(path: string): Entry {
    const entry = this.#find(path);
    if (entry === undefined) throw new NuageError('not-found', path);
    return entry;
  }

  #place(path: string): { folder: Entry; name: string } {
    const slash = path.lastIndexOf('/');
    const folder = this.#find(slash < 0 ? '' : path.slice(0, slash));
    if (folder?.isFolder !== true) throw new NuageError('parent-missing', path);
    return { folder, name: path.slice(slash + 1) };
  }
}
