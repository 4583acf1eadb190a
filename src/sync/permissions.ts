/**
 * The letters of `oc:permissions` (NEXTCLOUD §8): W file writable, C create file, K create folder,
 * D deletable, N rename, V move, S shared, M external. Own items: `RGDNVW` and `RGDNVCK`.
 */
const OWN_FILE_PERMISSIONS = 'RGDNVW';
const OWN_FOLDER_PERMISSIONS = 'RGDNVCK';

const FILE_MODE = 0o644;
const FILE_MODE_READ_ONLY = 0o444;
const FOLDER_MODE = 0o755;
const FOLDER_MODE_READ_ONLY = 0o555;

/** The permission bits that an entry gets when it is first seen. */
export function modeOf(isFolder: boolean, permissions: string): number {
  if (isFolder) return mayCreateIn(permissions) ? FOLDER_MODE : FOLDER_MODE_READ_ONLY;
  return permissions.includes('W') ? FILE_MODE : FILE_MODE_READ_ONLY;
}

function mayCreateIn(permissions: string): boolean {
  return permissions.includes('C') || permissions.includes('K');
}

/** What a new entry in this folder will be allowed, until the server says it. */
export function permissionsBelow(isFolder: boolean, parentPermissions: string): string {
  const shared = parentPermissions.includes('S') ? 'S' : '';
  return shared + (isFolder ? OWN_FOLDER_PERMISSIONS : OWN_FILE_PERMISSIONS);
}
