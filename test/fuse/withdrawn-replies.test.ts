/**
 * Replies that the kernel no longer wants: what they handed out is taken back. The mount is real
 * and served from here, step by step between the steps of a child process that uses it; answering
 * a request in its handler makes the session's own reply come too late.
 */
import { mkdtempSync, rmdirSync, writeSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { silentLogger } from '../../src/log.js';
import type {
  Caller,
  CopyRange,
  CreateReply,
  DirectoryPlusWriter,
  EntryReply,
  OpenReply,
  RenameTarget,
  Result,
} from '../../src/fuse/filesystem.js';
import { mountFuse, unmountFuse } from '../../src/fuse/mount.js';
import { FuseSession } from '../../src/fuse/session.js';
import { OUT_HEADER } from '../../src/fuse/structs-out.js';
import { closeDescriptor } from '../../src/fuse/system.js';
import { run } from './memfs-process.js';
import { memoryErrnoOf } from './memfs/fs-error.js';
import { MemoryFileSystem } from './memfs/memory-file-system.js';

const SETUP = { unique: 0n, uid: 0, gid: 0, pid: 1 };
const SERVE_MS_MAX = 20_000;
const isRoot = process.getuid?.() === 0;

/** Answers the named operation itself, with EIO, before the session does. */
class Hasty extends MemoryFileSystem {
  hasty = '';
  deviceFd = -1;

  override lookup(caller: Caller, parent: number, name: string): Result<EntryReply> {
    return this.#beforehand('lookup', caller, super.lookup(caller, parent, name));
  }

  override mkdir(caller: Caller, at: RenameTarget, mode: number): Result<EntryReply> {
    return this.#beforehand('mkdir', caller, super.mkdir(caller, at, mode));
  }

  override create(caller: Caller, at: RenameTarget, mode: number): Result<CreateReply> {
    return this.#beforehand('create', caller, super.create(caller, at, mode));
  }

  override open(caller: Caller, ino: number, flags: number): Result<OpenReply> {
    return this.#beforehand('open', caller, super.open(caller, ino, flags));
  }

  override opendir(caller: Caller, ino: number): Result<OpenReply> {
    return this.#beforehand('opendir', caller, super.opendir(caller, ino));
  }

  override readdirplus(caller: Caller, at: CopyRange, writer: DirectoryPlusWriter): void {
    super.readdirplus(caller, at, writer);
    this.#beforehand('readdirplus', caller, undefined);
  }

  references(name: string): { lookups: number; opens: number } | undefined {
    const inode = name === '.' ? this.root : this.root.children.get(name)?.inode;
    return inode === undefined ? undefined : { lookups: inode.lookups, opens: inode.opens };
  }

  #beforehand<T>(operation: string, { unique }: Caller, result: T): T {
    if (this.hasty !== operation) return result;
    const early = new DataView(new ArrayBuffer(OUT_HEADER.size));
    early.setUint32(OUT_HEADER.at.len, OUT_HEADER.size, true);
    early.setInt32(OUT_HEADER.at.error, -constants.errno.EIO, true);
    early.setBigUint64(OUT_HEADER.at.unique, unique, true);
    writeSync(this.deviceFd, new Uint8Array(early.buffer));
    return result;
  }
}

describe.skipIf(!isRoot)('a reply that comes too late (mounting from here needs root)', () => {
  let folder: string;
  let fileSystem: Hasty;
  let session: FuseSession;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'memfs-withdrawn-'));
    const deviceFd = mountFuse(folder, {
      fsName: 'memory',
      subtype: 'nuage-memory',
      readOnly: false,
      allowOther: false,
      uid: 0,
      gid: 0,
    });
    fileSystem = new Hasty({ validMs: 0, uid: 0, gid: 0 });
    fileSystem.deviceFd = deviceFd;
    fileSystem.mknod(SETUP, { parent: 1, name: 'file' }, 0o100644, 0);
    const made = fileSystem.references('file');
    fileSystem.forget(2, made?.lookups ?? 0);
    session = new FuseSession({
      deviceFd,
      fileSystem,
      errnoOf: memoryErrnoOf,
      logger: silentLogger,
      clock: systemClock,
    });
  });

  afterEach(() => {
    unmountFuse(folder, { lazy: true });
    session.close();
    closeDescriptor(session.deviceFd);
    rmdirSync(folder);
  });

  /** Runs a shell command in a process of its own and serves it. @returns its exit code. */
  async function serve(script: string): Promise<number | undefined> {
    const ended = new AbortController();
    const outcome = run('bash', ['-c', script]).finally(() => ended.abort());
    const deadline = performance.now() + SERVE_MS_MAX;
    while (!ended.signal.aborted && performance.now() < deadline) {
      session.serve(1);
      await turn();
    }
    return (await outcome).code;
  }

  it('of a lookup is forgotten', async () => {
    fileSystem.hasty = 'lookup';
    expect(await serve(`stat "${folder}/file"`)).toBe(1);
    expect(fileSystem.references('file')).toEqual({ lookups: 0, opens: 0 });
  });

  it('of a new folder leaves no reference to it', async () => {
    fileSystem.hasty = 'mkdir';
    expect(await serve(`mkdir "${folder}/new"`)).toBe(1);
    expect(fileSystem.references('new')).toEqual({ lookups: 0, opens: 0 });
  });

  it('of a new file leaves neither a reference nor an open handle', async () => {
    fileSystem.hasty = 'create';
    expect(await serve(`: >"${folder}/new"`)).toBe(1);
    expect(fileSystem.references('new')).toEqual({ lookups: 0, opens: 0 });
  });

  it('of opening a file or a folder leaves no open handle', async () => {
    fileSystem.hasty = 'open';
    expect(await serve(`: <"${folder}/file"`)).toBe(1);
    expect(fileSystem.references('file')?.opens).toBe(0);
    fileSystem.hasty = 'opendir';
    expect(await serve(`ls "${folder}"`)).toBe(2);
    expect(fileSystem.references('.')?.opens).toBe(0);
  });

  it('of a listing forgets every entry in it', async () => {
    fileSystem.hasty = 'readdirplus';
    expect(await serve(`ls -l "${folder}"`)).toBe(2);
    expect(fileSystem.references('file')).toEqual({ lookups: 0, opens: 0 });
  });

  it('does not disturb the replies after it', async () => {
    fileSystem.hasty = 'lookup';
    await serve(`stat "${folder}/file"`);
    fileSystem.hasty = '';
    expect(await serve(`stat "${folder}/file" && cat "${folder}/file"`)).toBe(0);
    expect(fileSystem.references('file')?.lookups).toBeGreaterThan(0);
  });
});
