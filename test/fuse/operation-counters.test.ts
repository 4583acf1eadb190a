/** What the session counts of the kernel's requests. */
import { constants } from 'node:os';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { OPCODE } from '../../src/fuse/constants.js';
import type { EntryReply, Result } from '../../src/fuse/filesystem.js';
import { Parked } from '../../src/fuse/filesystem.js';
import type { OperationReading } from '../../src/fuse/operation-counters.js';
import { KernelStandIn, text } from './kernel-stand-in.js';
import { FsError, memoryErrnoOf } from './memfs/fs-error.js';
import { MemoryFileSystem } from './memfs/memory-file-system.js';

class Waiting extends MemoryFileSystem {
  isKnown = false;

  override lookup(): Result<EntryReply> {
    if (this.isKnown) throw new FsError(constants.errno.ENOENT);
    return new Parked(['list'], Infinity, () => new FsError(constants.errno.ETIMEDOUT));
  }
}

let fileSystem: Waiting;
let stand: KernelStandIn;

beforeEach(() => {
  fileSystem = new Waiting({ validMs: 0, uid: 0, gid: 0 });
  stand = new KernelStandIn(fileSystem, memoryErrnoOf);
  stand.init();
});

afterEach(() => stand.close());

function counted(operation: string): OperationReading | undefined {
  return stand.counters.read().find((each) => each.operation === operation);
}

it('counts a request once, when it is answered, with the time that it has waited', () => {
  stand.send({ opcode: OPCODE.LOOKUP, body: text('a') });
  expect(counted('lookup')).toMatchObject({ seconds: { count: 0 }, waited: 0 });
  stand.clock.ms += 1_500;
  fileSystem.isKnown = true;
  stand.session.wake('list');
  stand.session.runWoken();
  stand.answer();
  stand.clock.ms += 1_500;
  stand.ask({ opcode: OPCODE.LOOKUP, body: text('a') });
  expect(counted('lookup')).toMatchObject({
    seconds: { count: 2, sum: 1.5 },
    refused: 2,
    waited: 1,
  });
});
