/** What one opcode's function takes and returns. */
import type { FuseFileSystem, Result } from './filesystem.js';
import type { PlainDirectoryPacker, PlusDirectoryPacker } from './directory-writer.js';
import type { Reply } from './reply.js';
import type { Request } from './request.js';

export interface Exchange {
  readonly fileSystem: FuseFileSystem;
  readonly request: Request;
  readonly reply: Reply;
  readonly plainPacker: PlainDirectoryPacker;
  readonly plusPacker: PlusDirectoryPacker;
  /** HANDLE_KILLPRIV_V2 is in force: we drop the set-id bits. */
  readonly killsPrivileges: boolean;
}

/**
 * Decodes, calls the handler, encodes. Returns the payload's length, a negative errno (cheaper
 * than throwing), {@link NO_REPLY}, or the handler's Parked.
 */
export type Operation = (exchange: Exchange) => Result<number>;

/** Far below every negated errno. */
export const NO_REPLY = -1_000_000;
