/**
 * The properties that are asked for, and how a row of them becomes an entry whose every field is
 * sane. Only cheap ones: some others cost the server a second per listing (quota per folder, tags,
 * share types).
 */
import { REMOTE_TOKEN_CHARS_MAX } from '../limits.js';
import { COLLECTION, type MultistatusRow } from './multistatus.js';
import type { LockKind, RemoteEntry } from './remote.js';

export const NAMESPACES =
  'xmlns:d="DAV:" xmlns:oc="http://owncloud.org/ns" xmlns:nc="http://nextcloud.org/ns"';

const ENTRY_PROPERTIES = [
  'd:getetag',
  'd:getlastmodified',
  'd:getcontentlength',
  'd:resourcetype',
  'oc:fileid',
  'oc:permissions',
  'oc:size',
  'oc:checksums',
  'nc:upload_time',
];

const LOCK_PROPERTIES = [
  'nc:lock',
  'nc:lock-owner',
  'nc:lock-owner-displayname',
  'nc:lock-owner-editor',
  'nc:lock-owner-type',
  'nc:lock-time',
  'nc:lock-timeout',
];

const ENTRY_PROPFIND = propfind(ENTRY_PROPERTIES);
const LOCKED_ENTRY_PROPFIND = propfind([...ENTRY_PROPERTIES, ...LOCK_PROPERTIES]);

export function entryPropfind({ tellsLocks }: { readonly tellsLocks: boolean }): string {
  return tellsLocks ? LOCKED_ENTRY_PROPFIND : ENTRY_PROPFIND;
}

export const ROOT_PROPFIND = propfind(['d:getetag', 'd:resourcetype', 'oc:data-fingerprint']);

/** What is asked of the folders that a search finds. */
export const FOLDER_PROPERTIES = properties([
  'd:getetag',
  'd:resourcetype',
  'oc:fileid',
  'oc:size',
]);

export const PLAIN_PROPFIND = propfind(['d:getcontentlength', 'd:resourcetype']);

export const TRASH_PROPFIND = propfind([
  'd:resourcetype',
  'oc:fileid',
  'oc:size',
  'nc:trashbin-original-location',
  'nc:trashbin-deletion-time',
]);

export const VERSION_PROPFIND = propfind(['d:getcontentlength', 'nc:version-author']);

/** `d:lastmodified`, in seconds; `d:getlastmodified` is read-only on a Nextcloud. */
export function modifiedUpdate(seconds: number): string {
  return (
    `<?xml version="1.0"?><d:propertyupdate ${NAMESPACES}><d:set><d:prop>` +
    `<d:lastmodified>${seconds}</d:lastmodified></d:prop></d:set></d:propertyupdate>`
  );
}

function propfind(names: readonly string[]): string {
  return `<?xml version="1.0"?><d:propfind ${NAMESPACES}>${properties(names)}</d:propfind>`;
}

function properties(names: readonly string[]): string {
  return `<d:prop>${names.map((name) => `<${name}/>`).join('')}</d:prop>`;
}

/** @param path already checked. @returns undefined where the row says too little to be used. */
export function entryOf(row: MultistatusRow, path: string): RemoteEntry | undefined {
  const { values } = row;
  const isFolder = values.get('d:resourcetype') === COLLECTION;
  const fileId = fileIdOf(values.get('oc:fileid'));
  const etag = unquoteEtag(values.get('d:getetag'));
  const size = isFolder
    ? (sizeOf(values.get('oc:size')) ?? 0)
    : (sizeOf(values.get('d:getcontentlength')) ?? sizeOf(values.get('oc:size')));
  if (fileId === undefined || etag === undefined || size === undefined) return undefined;
  return {
    path,
    isFolder,
    fileId,
    etag,
    size,
    mtime: secondsOf(values.get('d:getlastmodified')),
    permissions: permissionsOf(values.get('oc:permissions')),
    uploadTime: sizeOf(values.get('nc:upload_time')) ?? 0,
    checksum: checksumOf(values.get('oc:checksums')),
    lock: isFolder ? undefined : lockOf(values),
  };
}

/** As `nc:lock-owner-type` numbers them. */
const LOCK_KINDS: readonly LockKind[] = ['user', 'app', 'token'];

/** One of a kind that we do not know is somebody else's, as an app's is. */
function lockOf(values: MultistatusRow['values']): RemoteEntry['lock'] {
  const said = values.get('nc:lock');
  if (said === undefined) return undefined;
  if (said !== '1' && said !== 'true') return 'none';
  const owner = printableOf(values.get('nc:lock-owner'));
  const named = printableOf(values.get('nc:lock-owner-displayname'));
  const app = printableOf(values.get('nc:lock-owner-editor'));
  return {
    kind: LOCK_KINDS[sizeOf(values.get('nc:lock-owner-type')) ?? 0] ?? 'app',
    owner,
    ownerName: [named, owner, app].find((name) => name !== '') ?? '?',
    since: sizeOf(values.get('nc:lock-time')) ?? 0,
    timeout: sizeOf(values.get('nc:lock-timeout')) ?? 0,
  };
}

/** Ends up on terminals and in the files of other programs. */
function printableOf(text: string | undefined): string {
  return (text ?? '').replace(/[\p{Cc}\p{Cf}]/gu, '').slice(0, REMOTE_TOKEN_CHARS_MAX);
}

/** Without quotes and weakness; undefined for what could not be sent back in a header. */
export function unquoteEtag(text: string | undefined): string | undefined {
  if (text === undefined || text.length > REMOTE_TOKEN_CHARS_MAX) return undefined;
  // RFC 9110 §8.8.3, without obs-text.
  return /^(?:W\/)?"?([\x21\x23-\x7e]+)"?$/.exec(text.trim())?.[1];
}

/** `28223`, or the `OC-FileId` header's `00028223oclybg69ax4j` (padded, instance id behind). */
export function fileIdOf(text: string | undefined): string | undefined {
  const digits = /^0*([1-9]\d{0,18})(?:[a-z][a-z0-9]*)?$/.exec(text?.trim() ?? '')?.[1];
  return text !== undefined && text.length <= REMOTE_TOKEN_CHARS_MAX ? digits : undefined;
}

/** Not negative and exact; undefined otherwise. */
export function sizeOf(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{1,16}$/.test(text)) return undefined;
  const size = Number(text);
  return Number.isSafeInteger(size) ? size : undefined;
}

/** First of `SHA1:ab… MD5:cd…`; empty for none. */
export function checksumOf(text: string | undefined): string {
  if (text === undefined || text.length > REMOTE_TOKEN_CHARS_MAX * 4) return '';
  const match = /^([A-Za-z0-9-]{1,16}):([0-9A-Fa-f]{1,128})(?:\s|$)/.exec(text);
  return match === null
    ? ''
    : `${(match[1] ?? '').toUpperCase()}:${(match[2] ?? '').toLowerCase()}`;
}

/** Whole seconds since the epoch of an HTTP date; 0 for nonsense. */
function secondsOf(date: string | undefined): number {
  if (date === undefined || date.length > REMOTE_TOKEN_CHARS_MAX) return 0;
  const ms = Date.parse(date);
  return Number.isNaN(ms) ? 0 : Math.floor(ms / 1000);
}

function permissionsOf(text: string | undefined): string {
  return text !== undefined && /^[A-Z]{0,16}$/.test(text) ? text : '';
}
