/** Extended attributes: `user.*`, kept on this machine, but for `user.nuage.*`, which are ours. */
import { NuageError } from '../errors.js';
import { XATTR_NAME_BYTES_MAX, XATTR_VALUE_BYTES_MAX } from '../limits.js';
import { requireWritableMount } from './access.js';
import { timestampNow } from './attributes.js';
import { type FsContext, requireNode } from './context.js';
import {
  NUAGE_PREFIX,
  nuageAttribute,
  removeNuageAttribute,
  setNuageAttribute,
} from './nuage-attributes.js';

const CREATE = 1;
const REPLACE = 2;

export function getxattr(context: FsContext, ino: number, name: string): Uint8Array {
  const node = requireNode(context, ino);
  requireUserNamespace(name);
  const value = name.startsWith(NUAGE_PREFIX)
    ? nuageAttribute(context, node, name)
    : context.tree.getXattr(ino, name);
  if (value === undefined) throw missing(name);
  return value;
}

export function listxattr(context: FsContext, ino: number): readonly string[] {
  requireNode(context, ino);
  return context.tree.listXattrs(ino);
}

export function setxattr(
  context: FsContext,
  ino: number,
  attribute: { readonly name: string; readonly value: Uint8Array },
  flags: number,
): void {
  requireWritableMount(context);
  const node = requireNode(context, ino);
  const { name, value } = attribute;
  requireUserNamespace(name);
  if (name.startsWith(NUAGE_PREFIX)) {
    requireAsked(name, nuageAttribute(context, node, name) !== undefined, flags);
    setNuageAttribute(context, node, attribute);
    return;
  }
  if (Buffer.byteLength(name) > XATTR_NAME_BYTES_MAX) {
    throw new NuageError('attribute-too-small', 'the name of the attribute is too long');
  }
  if (value.length > XATTR_VALUE_BYTES_MAX) {
    throw new NuageError('disk-full', 'the attribute is too large');
  }
  requireAsked(name, context.tree.getXattr(ino, name) !== undefined, flags);
  context.tree.atomically(() => {
    context.tree.setXattr(ino, name, Buffer.from(value));
    touchCtime(context, ino);
  });
}

export function removexattr(context: FsContext, ino: number, name: string): void {
  requireWritableMount(context);
  const node = requireNode(context, ino);
  requireUserNamespace(name);
  if (name.startsWith(NUAGE_PREFIX)) {
    removeNuageAttribute(context, node, name);
    return;
  }
  context.tree.atomically(() => {
    if (!context.tree.removeXattr(ino, name)) throw missing(name);
    touchCtime(context, ino);
  });
}

/** XATTR_CREATE and XATTR_REPLACE of setxattr(2). */
function requireAsked(name: string, exists: boolean, flags: number): void {
  if (exists && (flags & CREATE) !== 0) throw new NuageError('exists', 'the attribute is there');
  if (!exists && (flags & REPLACE) !== 0) throw missing(name);
}

function touchCtime(context: FsContext, ino: number): void {
  const node = context.tree.get(ino);
  if (node !== undefined) context.tree.save({ ...node, ctime: timestampNow(context.clock) });
}

/** Linux knows other namespaces, which mean something to the system; macOS has none. */
function requireUserNamespace(name: string): void {
  if (process.platform !== 'linux' || name.startsWith('user.')) return;
  throw new NuageError('not-supported', 'only user.* attributes are kept', { path: name });
}

function missing(name: string): NuageError {
  return new NuageError('no-attribute', 'there is no such attribute', { path: name });
}
