/**
 * The properties of a file or folder, each as a function that writes the inner XML: undefined is
 * a property that this node does not have (404 in the second propstat).
 */
import { DEMO_HTTP_DATES_MAX } from '../limits.js';
import type { Account } from './account.js';
import { LOCK_BY, type FileLock } from './file-locks.js';
import { contentTypeOf, isPreviewable } from './content-type.js';
import { lettersOf, shareBitsOf, shareOf } from './permissions.js';
import { isFolder, type TreeNode } from './tree-node.js';
import { escapeXml } from './xml.js';

export interface PropertyContext {
  readonly account: Account;
  readonly instanceId: string;
}

export type Property = (node: TreeNode, context: PropertyContext) => string | undefined;

/** `oc:id` and `OC-FileId`: the padded number and the instance. */
export function ocIdOf(node: TreeNode, instanceId: string): string {
  return String(node.id).padStart(8, '0') + instanceId;
}

/** Unlimited, as a Nextcloud writes it. */
const UNLIMITED = '-3';

const httpDates = new Map<number, string>();

/** RFC 1123. Files of one listing share many seconds, and formatting costs more than a look-up. */
export function httpDate(seconds: number): string {
  const known = httpDates.get(seconds);
  if (known !== undefined) return known;
  const text = new Date(seconds * 1000).toUTCString();
  if (httpDates.size >= DEMO_HTTP_DATES_MAX) httpDates.clear();
  httpDates.set(seconds, text);
  return text;
}

function isoDate(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', '+00:00');
}

function countChildren(node: TreeNode, folders: boolean): string | undefined {
  if (!isFolder(node)) return undefined;
  let count = 0;
  for (const child of node.children.values()) if (isFolder(child) === folders) count += 1;
  return String(count);
}

function fileOnly(write: (node: TreeNode) => string | undefined): Property {
  return (node) => (isFolder(node) ? undefined : write(node));
}

function folderOnly(write: Property): Property {
  return (node, context) => (isFolder(node) ? write(node, context) : undefined);
}

/** Of the app files_lock, which says nothing of folders; without it nothing is known of any. */
function lockOnly(write: (lock: FileLock) => string | undefined): Property {
  return (node, { account: { fileLocks } }) => {
    const lock = fileLocks.isOffered && !isFolder(node) ? fileLocks.of(node) : undefined;
    return lock && write(lock);
  };
}

/** Of an item in the trash the time of its deletion, without quotes. */
function etagOf(node: TreeNode): string | undefined {
  if (node.trash !== undefined) return String(node.trash.deletedAt);
  return node.etag === '' ? undefined : `&quot;${node.etag}&quot;`;
}

const DAV_PROPERTIES: Readonly<Record<string, Property>> = {
  '{DAV:}getlastmodified': (node) => httpDate(node.mtime),
  '{DAV:}resourcetype': (node) => (isFolder(node) ? '<d:collection/>' : ''),
  '{DAV:}getcontentlength': fileOnly((node) => String(node.size)),
  '{DAV:}getcontenttype': fileOnly((node) => contentTypeOf(node.name)),
  '{DAV:}getetag': etagOf,
  '{DAV:}displayname': (node, { account }) =>
    escapeXml(node.parent === undefined ? account.name : node.name),
  '{DAV:}creationdate': (node) => isoDate(node.creationTime),
  '{DAV:}quota-used-bytes': folderOnly((node) => String(node.size)),
  '{DAV:}quota-available-bytes': folderOnly((node, { account }) => {
    const free = account.freeBytes;
    if (free === undefined || shareOf(node, account.shares)) return UNLIMITED;
    return String(Math.max(free, 0));
  }),
};

const OWNCLOUD_PROPERTIES: Readonly<Record<string, Property>> = {
  '{http://owncloud.org/ns}id': (node, { instanceId }) => ocIdOf(node, instanceId),
  '{http://owncloud.org/ns}fileid': (node) => String(node.id),
  '{http://owncloud.org/ns}permissions': (node, { account }) => lettersOf(node, account.shares),
  '{http://owncloud.org/ns}size': (node) => String(node.size),
  '{http://owncloud.org/ns}checksums': (node) =>
    node.checksum === '' ? undefined : `<oc:checksum>${escapeXml(node.checksum)}</oc:checksum>`,
  '{http://owncloud.org/ns}favorite': (node) => (node.favorite ? '1' : '0'),
  '{http://owncloud.org/ns}owner-id': (node, { account }) =>
    escapeXml(shareOf(node, account.shares)?.share.owner ?? account.name),
  '{http://owncloud.org/ns}owner-display-name': (node, { account }) =>
    escapeXml(shareOf(node, account.shares)?.share.owner ?? account.displayName),
  '{http://owncloud.org/ns}share-types': () => '',
  '{http://owncloud.org/ns}comments-count': () => '0',
  '{http://owncloud.org/ns}comments-unread': () => '0',
  '{http://owncloud.org/ns}tags': () => '',
  '{http://owncloud.org/ns}downloadURL': fileOnly(() => ''),
  '{http://owncloud.org/ns}data-fingerprint': () => '',
  '{http://open-collaboration-services.org/ns}share-permissions': (node, { account }) =>
    String(shareBitsOf(node, account.shares)),
};

const NEXTCLOUD_PROPERTIES: Readonly<Record<string, Property>> = {
  '{http://nextcloud.org/ns}creation_time': (node) => String(node.creationTime),
  '{http://nextcloud.org/ns}upload_time': (node) => String(node.uploadTime),
  '{http://nextcloud.org/ns}has-preview': (node) =>
    String(!isFolder(node) && isPreviewable(node.name)),
  '{http://nextcloud.org/ns}contained-folder-count': (node) => countChildren(node, true),
  '{http://nextcloud.org/ns}contained-file-count': (node) => countChildren(node, false),
  '{http://nextcloud.org/ns}mount-type': (node, { account }) =>
    shareOf(node, account.shares) ? 'shared' : '',
  '{http://nextcloud.org/ns}is-mount-root': (node, { account }) =>
    String(account.shares.has(node.id)),
  '{http://nextcloud.org/ns}share-attributes': () => '[]',
  '{http://nextcloud.org/ns}sharees': () => '',
  '{http://nextcloud.org/ns}system-tags': () => '',
  '{http://nextcloud.org/ns}note': () => '',
  '{http://nextcloud.org/ns}hidden': () => 'false',
  '{http://nextcloud.org/ns}lock': (node, { account: { fileLocks } }) => {
    if (!fileLocks.isOffered || isFolder(node)) return undefined;
    return fileLocks.of(node) === undefined ? '' : '1';
  },
  '{http://nextcloud.org/ns}lock-owner': lockOnly((lock) =>
    lock.type === LOCK_BY.app ? undefined : escapeXml(lock.id),
  ),
  '{http://nextcloud.org/ns}lock-owner-displayname': lockOnly((lock) =>
    escapeXml(lock.displayName),
  ),
  '{http://nextcloud.org/ns}lock-owner-type': lockOnly((lock) => String(lock.type)),
  '{http://nextcloud.org/ns}lock-owner-editor': lockOnly((lock) =>
    lock.type === LOCK_BY.app ? escapeXml(lock.id) : undefined,
  ),
  '{http://nextcloud.org/ns}lock-time': lockOnly((lock) => String(lock.createdAt)),
  '{http://nextcloud.org/ns}lock-timeout': lockOnly((lock) => String(lock.timeout)),
  '{http://nextcloud.org/ns}lock-token': lockOnly((lock) => lock.token),
  '{http://nextcloud.org/ns}trashbin-filename': (node) =>
    node.trash && escapeXml(node.name.replace(/\.d\d+$/, '')),
  '{http://nextcloud.org/ns}trashbin-original-location': (node) =>
    node.trash && escapeXml(node.trash.location),
  '{http://nextcloud.org/ns}trashbin-deletion-time': (node) =>
    node.trash && String(node.trash.deletedAt),
};

const PROPERTIES = new Map<string, Property>(
  Object.entries({ ...DAV_PROPERTIES, ...OWNCLOUD_PROPERTIES, ...NEXTCLOUD_PROPERTIES }),
);

export function propertyNamed(clark: string): Property | undefined {
  return PROPERTIES.get(clark);
}

/** What a PROPFIND without a body asks for. */
export const DEFAULT_PROPERTIES: readonly string[] = [
  '{DAV:}getlastmodified',
  '{DAV:}getcontentlength',
  '{DAV:}resourcetype',
  '{DAV:}quota-used-bytes',
  '{DAV:}quota-available-bytes',
  '{DAV:}getetag',
  '{DAV:}getcontenttype',
];
