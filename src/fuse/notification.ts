/** One message to the kernel that nobody asked for: `unique` 0, the code where errors stand. */
import { NOTIFY } from './constants.js';
import { LITTLE, setU64 } from './integers.js';
import {
  DELETE_OUT,
  INVAL_ENTRY_OUT,
  INVAL_INODE_OUT,
  OUT_HEADER,
  STORE_OUT,
} from './structs-out.js';

const BODY = OUT_HEADER.size;

/** @param length 0: to the end. @param offset negative: attributes only. */
export function encodeInvalidateInode(ino: number, offset: number, length: number): Uint8Array {
  const { bytes, view } = begin(NOTIFY.INVAL_INODE, INVAL_INODE_OUT.size);
  setU64(view, BODY + INVAL_INODE_OUT.at.ino, ino);
  setU64(view, BODY + INVAL_INODE_OUT.at.off, offset);
  setU64(view, BODY + INVAL_INODE_OUT.at.len, length);
  return bytes;
}

export function encodeInvalidateEntry(parent: number, name: string): Uint8Array {
  const encoded = terminated(name);
  const { bytes, view } = begin(NOTIFY.INVAL_ENTRY, INVAL_ENTRY_OUT.size + encoded.length);
  setU64(view, BODY + INVAL_ENTRY_OUT.at.parent, parent);
  view.setUint32(BODY + INVAL_ENTRY_OUT.at.namelen, encoded.length - 1, LITTLE);
  bytes.set(encoded, BODY + INVAL_ENTRY_OUT.size);
  return bytes;
}

export function encodeDeleteEntry(parent: number, child: number, name: string): Uint8Array {
  const encoded = terminated(name);
  const { bytes, view } = begin(NOTIFY.DELETE, DELETE_OUT.size + encoded.length);
  setU64(view, BODY + DELETE_OUT.at.parent, parent);
  setU64(view, BODY + DELETE_OUT.at.child, child);
  view.setUint32(BODY + DELETE_OUT.at.namelen, encoded.length - 1, LITTLE);
  bytes.set(encoded, BODY + DELETE_OUT.size);
  return bytes;
}

export function encodeStore(ino: number, offset: number, data: Uint8Array): Uint8Array {
  const { bytes, view } = begin(NOTIFY.STORE, STORE_OUT.size + data.length);
  setU64(view, BODY + STORE_OUT.at.nodeid, ino);
  setU64(view, BODY + STORE_OUT.at.offset, offset);
  view.setUint32(BODY + STORE_OUT.at.size, data.length, LITTLE);
  bytes.set(data, BODY + STORE_OUT.size);
  return bytes;
}

function begin(code: number, payload: number): { bytes: Uint8Array; view: DataView } {
  const bytes = new Uint8Array(BODY + payload);
  const view = new DataView(bytes.buffer);
  view.setUint32(OUT_HEADER.at.len, bytes.length, LITTLE);
  view.setInt32(OUT_HEADER.at.error, code, LITTLE);
  return { bytes, view };
}

/** The kernel wants the name with its NUL, and counts it without. */
function terminated(name: string): Uint8Array {
  return Buffer.from(`${name}\0`);
}
