/**
 * Carries out, on the main thread, the effects that the engine asks for, and decides nothing. Each
 * effect ends with exactly one `done` or `failed`, after all its pieces; from then on nothing of
 * it touches a data file any more.
 */
import { assert } from '../assert.js';
import type { Clock } from '../clock.js';
import { NuageError, toErrorRecord } from '../errors.js';
import {
  CHANGE_LANE_MAX,
  COMPANY_LANE_MAX,
  DISK_LANE_MAX,
  ENTRIES_AHEAD_MAX,
  FETCH_LANE_MAX,
  FETCH_PROGRESS_BYTES,
  HASH_LANE_MAX,
  LIST_LANE_MAX,
  LOOK_LANE_MAX,
  PUSH_LANE_MAX,
  QUEUED_EFFECTS_MAX,
  UPLOAD_LANE_MAX,
} from '../limits.js';
import type { Logger } from '../log.js';
import { fetchBytes, fetchInto } from './fetch-into.js';
import { FileSource } from './file-source.js';
import { FlowGate } from './flow-gate.js';
import { HashesAhead } from './hashes-ahead.js';
import { Lane } from './lanes.js';
import type {
  Effect,
  EffectEvent,
  EffectId,
  EffectRequest,
  EffectResult,
  EffectResults,
} from './messages.js';
import { abortedError } from './network-error.js';
import type { Announce, EntrySink, Remote, StoredFile } from './remote.js';
import { saveVersion } from './save-version.js';
import { isSmallPut, putTogether, SmallPuts } from './small-puts.js';
import { checkBlocks } from './sum-blocks.js';
import { syncFiles } from './sync-files.js';

export interface ExecutorOptions {
  readonly remote: Remote;
  readonly post: (event: EffectEvent) => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

type LaneName =
  'push' | 'disk' | 'hash' | 'look' | 'list' | 'fetch' | 'company' | 'change' | 'upload';

const LANE_OF = {
  listen: 'push',
  connect: 'look',
  stat: 'look',
  'root-state': 'look',
  quota: 'look',
  list: 'list',
  'list-folders': 'list',
  fetch: 'fetch',
  'fetch-bytes': 'fetch',
  'fetch-together': 'company',
  'create-folder': 'change',
  move: 'change',
  copy: 'change',
  remove: 'change',
  'set-modified': 'change',
  lock: 'look',
  unlock: 'look',
  put: 'upload',
  'sync-files': 'disk',
  'check-blocks': 'disk',
  'hash-file': 'hash',
  trash: 'list',
  versions: 'list',
  'restore-trashed': 'change',
  'restore-version': 'change',
  'save-version': 'fetch',
} as const satisfies Record<Effect['op'], LaneName>;

interface Job {
  readonly lane: Lane;
  readonly controller: AbortController;
  /** Of a fetch, of a listing of a tree and of a put. */
  readonly gate: FlowGate | undefined;
}

type Carry<Op extends Effect['op']> = (
  id: EffectId,
  effect: Extract<Effect, { readonly op: Op }>,
  signal: AbortSignal,
) => Promise<EffectResults[Op]>;

export class EffectExecutor {
  readonly #remote: Remote;
  readonly #post: (event: EffectEvent) => void;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #lanes: Readonly<Record<LaneName, Lane>> = {
    push: new Lane(PUSH_LANE_MAX),
    disk: new Lane(DISK_LANE_MAX),
    hash: new Lane(HASH_LANE_MAX),
    look: new Lane(LOOK_LANE_MAX),
    list: new Lane(LIST_LANE_MAX),
    fetch: new Lane(FETCH_LANE_MAX),
    company: new Lane(COMPANY_LANE_MAX),
    change: new Lane(CHANGE_LANE_MAX),
    upload: new Lane(UPLOAD_LANE_MAX),
  };
  readonly #smallPuts = new SmallPuts();
  readonly #hashesAhead = new HashesAhead();
  /** Waiting and running. */
  readonly #jobs = new Map<EffectId, Job>();
  #isClosed = false;
  #whenIdle: (() => void)[] = [];

  constructor(options: ExecutorOptions) {
    this.#remote = options.remote;
    this.#post = options.post;
    this.#clock = options.clock;
    this.#logger = options.logger;
  }

  handle(request: EffectRequest): void {
    switch (request.type) {
      case 'start':
        this.#start(request.id, request.effect);
        return;
      case 'cancel':
        this.#cancel(request.id);
        return;
      case 'allow':
        this.#jobs.get(request.id)?.gate?.allow(request.upTo);
        return;
    }
  }

  /** Gives up everything; resolves when nothing runs any more. The remote stays open. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const id of [...this.#jobs.keys()]) this.#cancel(id);
    if (this.#jobs.size === 0) return;
    await new Promise<void>((resolve) => this.#whenIdle.push(resolve));
  }

  #start(id: EffectId, effect: Effect): void {
    assert(!this.#jobs.has(id), 'an effect starts once');
    if (this.#isClosed || this.#jobs.size >= QUEUED_EFFECTS_MAX) {
      this.#post({ type: 'failed', id, error: toErrorRecord(abortedError({ op: effect.op })) });
      return;
    }
    const controller = new AbortController();
    const gate = gateOf(effect, controller.signal);
    const job: Job = { lane: this.#lanes[LANE_OF[effect.op]], controller, gate };
    this.#jobs.set(id, job);
    const { signal } = job.controller;
    if (effect.op === 'hash-file') this.#hashesAhead.want(effect);
    if (isSmallPut(effect)) {
      this.#smallPuts.add({ id, effect, signal, announce: this.#announceOf(id) });
      job.lane.add(id, () => this.#runTogether(id));
    } else {
      job.lane.add(id, () => this.#run(id, effect, signal));
    }
  }

  #cancel(id: EffectId): void {
    const job = this.#jobs.get(id);
    if (job === undefined) return;
    this.#smallPuts.delete(id);
    if (job.lane.withdraw(id)) this.#end(id, { type: 'failed', id, error: ABORTED });
    else job.controller.abort();
  }

  async #run(id: EffectId, effect: Effect, signal: AbortSignal): Promise<void> {
    try {
      const result = await this.#carryOut(id, effect, signal);
      this.#end(id, { type: 'done', id, result });
    } catch (error) {
      this.#log(effect, error);
      this.#end(id, { type: 'failed', id, error: toErrorRecord(error) });
    }
  }

  /** What does not go together takes its turn again, each by itself. */
  async #runTogether(id: EffectId): Promise<void> {
    const { upload } = this.#lanes;
    const puts = this.#smallPuts.take(id, (other) => upload.withdraw(other));
    const [first] = puts;
    if (first === undefined) return;
    if (puts.length === 1) {
      await this.#run(id, first.effect, first.signal);
      return;
    }
    try {
      const stored = await putTogether(this.#remote, puts);
      for (const put of puts) {
        const result = stored.get(put);
        if (result !== undefined) this.#end(put.id, { type: 'done', id: put.id, result });
        else upload.add(put.id, () => this.#run(put.id, put.effect, put.signal));
      }
    } catch (error) {
      for (const put of puts) {
        this.#log(put.effect, error);
        this.#end(put.id, { type: 'failed', id: put.id, error: toErrorRecord(error) });
      }
    }
  }

  #end(id: EffectId, event: EffectEvent): void {
    this.#jobs.delete(id);
    this.#post(event);
    if (this.#jobs.size > 0) return;
    for (const resolve of this.#whenIdle.splice(0)) resolve();
  }

  async #carryOut(id: EffectId, effect: Effect, signal: AbortSignal): Promise<EffectResult> {
    const remote = this.#remote;
    switch (effect.op) {
      case 'connect':
        return remote.connect(signal);
      case 'list':
        return this.#list(id, effect, signal);
      case 'stat':
        return remote.stat(effect.path, signal);
      case 'fetch':
        return this.#fetch(id, effect, signal);
      case 'fetch-bytes':
        return this.#fetchBytes(id, effect, signal);
      case 'fetch-together':
        return remote.readTogether(effect.request, signal);
      case 'put':
        return this.#put(id, effect, signal);
      case 'create-folder':
        return remote.createFolder(effect.path, signal);
      case 'move':
        return this.#void(remote.move(effect.from, effect.to, effect.etag, signal));
      case 'copy':
        return remote.copy(effect, signal);
      case 'remove':
        return this.#void(remote.remove(effect.path, effect.etag, signal));
      case 'set-modified':
        return this.#void(remote.setModified(effect.path, effect.mtime, signal));
      case 'lock':
        return remote.lock(effect, signal);
      case 'unlock':
        return remote.unlock(effect, signal);
      case 'sync-files':
        return syncFiles(effect.dataFiles, effect.toSum, signal);
      case 'check-blocks':
        return checkBlocks(effect.files, signal);
      case 'hash-file':
        return this.#void(this.#hashesAhead.begin(effect, signal));
      case 'list-folders':
        return this.#void(remote.listFolders(this.#sinkOf(id), signal));
      case 'root-state':
        return remote.rootState(signal);
      case 'listen':
        return remote.listen(
          effect.url,
          (news) => this.#post({ type: 'pushed', id, news }),
          signal,
        );
      case 'quota':
        return remote.quota(signal);
      case 'trash':
        return remote.trash(signal);
      case 'restore-trashed':
        return this.#void(remote.restoreTrashed(effect.trashId, signal));
      case 'versions':
        return remote.versions(effect.fileId, signal);
      case 'restore-version':
        return this.#void(remote.restoreVersion(effect.fileId, effect.version, signal));
      case 'save-version':
        return this.#void(saveVersion(remote, effect, signal));
    }
  }

  async #void(done: Promise<void>): Promise<undefined> {
    await done;
    return undefined;
  }

  readonly #list: Carry<'list'> = (id, { path, depth }, signal) =>
    this.#void(this.#remote.list(path, depth, this.#sinkOf(id), signal));

  #sinkOf(id: EffectId): EntrySink {
    const gate = this.#jobs.get(id)?.gate;
    let sent = 0;
    return {
      take: (entries) => {
        sent += entries.length;
        this.#post({ type: 'entries', id, entries });
      },
      room: () => gate?.wait(sent),
    };
  }

  readonly #fetch: Carry<'fetch'> = (id, effect, signal) => {
    const onFetched = (upTo: number): void => this.#post({ type: 'fetched', id, upTo });
    const gate = this.#jobs.get(id)?.gate;
    const context = { remote: this.#remote, clock: this.#clock, onFetched, gate };
    return this.#void(fetchInto(context, effect, signal));
  };

  readonly #fetchBytes: Carry<'fetch-bytes'> = (id, effect, signal) => {
    const onFetched = (upTo: number): void => this.#post({ type: 'fetched', id, upTo });
    const context = { remote: this.#remote, clock: this.#clock, onFetched };
    return this.#void(fetchBytes(context, effect, signal));
  };

  readonly #put: Carry<'put'> = async (id, effect, signal): Promise<StoredFile> => {
    const { dataFile, guard, metadata } = effect;
    const hashes = this.#hashesAhead.take({ dataFile, guard, size: metadata.size });
    const source = new FileSource(dataFile, guard);
    let told = 0;
    const onProgress = (bytes: number): void => {
      if (Math.abs(bytes - told) < FETCH_PROGRESS_BYTES) return;
      told = bytes;
      this.#post({ type: 'sent', id, bytes });
    };
    try {
      const options = { signal, onProgress, hashes, announce: this.#announceOf(id) };
      return await this.#remote.write(effect.path, source, metadata, options);
    } finally {
      source.close();
    }
  };

  #announceOf(id: EffectId): Announce {
    const gate = this.#jobs.get(id)?.gate;
    return (checksum) => {
      this.#post({ type: 'hashed', id, checksum });
      return gate?.wait(0);
    };
  }

  /** What the server or the line refuses is told to the engine; the rest is a defect of ours. */
  #log(effect: Effect, error: unknown): void {
    const path = 'path' in effect ? effect.path : undefined;
    if (error instanceof NuageError && error.kind !== 'assertion') {
      const { kind, message } = error;
      this.#logger.debug('effect failed', { op: effect.op, path, kind, reason: message });
    } else {
      this.#logger.error('effect failed unexpectedly', { op: effect.op, path, error });
    }
  }
}

/** What may become larger than anybody can take in at once, or waits until it has been noted. */
function gateOf(effect: Effect, signal: AbortSignal): FlowGate | undefined {
  if (effect.op === 'fetch') return new FlowGate(effect.limit, signal);
  if (effect.op === 'put') return new FlowGate(0, signal);
  const isTree = effect.op === 'list' && effect.depth === 'infinity';
  return isTree ? new FlowGate(ENTRIES_AHEAD_MAX, signal) : undefined;
}

const ABORTED = toErrorRecord(abortedError({ op: 'effect' }));
