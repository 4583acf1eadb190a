/**
 * `fusermount3`: opens /dev/fuse, mounts, and sends the descriptor as SCM_RIGHTS over the socket
 * whose number stands in _FUSE_COMMFD (libfuse, util/fusermount.c).
 */
import type { SpawnSyncReturns } from 'node:child_process';
import { spawnSync } from 'node:child_process';
import { closeSync } from 'node:fs';
import { codeOf, type ErrorKind, NO_RESOURCES_HINT, NuageError } from '../errors.js';
import { FUSERMOUNT_MS_MAX } from '../limits.js';
import { mountOn, canonicalMountPoint } from './mount-table.js';
import { receiveDescriptor } from './receive-descriptor.js';
import { createSocketPair } from './system.js';

const PROGRAM = 'fusermount3';

/** The only descriptor besides the standard ones that the program inherits. */
const INHERITED_FD = 3;

export function mountByFusermount(mountPoint: string, options: string): number {
  const [ours, theirs] = createSocketPair('stream');
  try {
    const result = run(['-o', options, '--', mountPoint], theirs);
    if (result.status !== 0) throw refused('mount', mountPoint, result);
    const device = receiveDescriptor(ours);
    if (device !== undefined) return device;
    throw new NuageError('protocol', `${PROGRAM} passed no descriptor`, {
      op: 'mount',
      path: mountPoint,
    });
  } finally {
    closeSync(ours);
    closeSync(theirs);
  }
}

export function unmountByFusermount(mountPoint: string, lazy: boolean): void {
  const target = canonicalMountPoint(mountPoint);
  if (mountOn(target) === undefined) {
    throw new NuageError('not-found', `nothing is mounted on ${mountPoint}`, {
      op: 'unmount',
      path: mountPoint,
    });
  }
  const result = run([lazy ? '-uz' : '-u', '--', target], undefined);
  if (result.status === 0) return;
  // One exit code stands for everything, and its words are those of the C locale.
  const isBusy = /busy/.test(result.stderr);
  throw new NuageError(isBusy ? 'busy' : 'io', `cannot unmount ${mountPoint}: ${said(result)}`, {
    op: 'unmount',
    path: mountPoint,
    hint: isBusy ? 'A program still has a file open or stands in the folder.' : undefined,
  });
}

/** Why the program could not be started. */
const REFUSALS: Readonly<Record<string, { readonly kind: ErrorKind; readonly hint: string }>> = {
  ENOENT: { kind: 'not-supported', hint: 'Install the package fuse3 (`apt install fuse3`).' },
  EAGAIN: { kind: 'no-resources', hint: NO_RESOURCES_HINT },
  EMFILE: { kind: 'no-resources', hint: NO_RESOURCES_HINT },
};

function run(args: readonly string[], socket: number | undefined): SpawnSyncReturns<string> {
  const result = spawnSync(PROGRAM, args, {
    encoding: 'utf8',
    timeout: FUSERMOUNT_MS_MAX,
    env: {
      PATH: `${process.env['PATH'] ?? ''}:/usr/bin:/bin`,
      LC_ALL: 'C',
      ...(socket === undefined ? {} : { _FUSE_COMMFD: String(INHERITED_FD) }),
    },
    stdio: socket === undefined ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'pipe', 'pipe', socket],
  });
  if (result.error === undefined) return result;
  const { kind, hint } = REFUSALS[codeOf(result.error)] ?? { kind: 'io', hint: undefined };
  throw new NuageError(kind, `cannot run ${PROGRAM}`, { cause: result.error, hint });
}

function refused(op: string, path: string, result: SpawnSyncReturns<string>): NuageError {
  return new NuageError('not-permitted', `${PROGRAM} refused: ${said(result)}`, {
    op,
    path,
    hint:
      'The folder must be yours and writable, and /dev/fuse must be open to you' +
      ' (`ls -l /dev/fuse` shows crw-rw-rw-).',
  });
}

function said(result: SpawnSyncReturns<string>): string {
  return result.stderr.trim() || `exit code ${result.status ?? -1}`;
}
