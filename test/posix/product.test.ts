/**
 * The POSIX cases on the program's own mount: for root, open to others, and for an ordinary user
 * through `fusermount3`. What it deviates in is named here and in docs/SEMANTICS.md.
 */
import { afterAll, beforeAll, describe } from 'vitest';
import { canBeOrdinaryUser, isRoot } from '../fuse/ordinary-user.js';
import { MountedNuage } from '../support/mounted-nuage.js';
import { describePosix } from './describe-posix.js';
import { OTHER_UID } from './posix-case.js';
import { skipOtherUsers } from './run-posix-cases.js';

const NO_LINKS = 'a Nextcloud keeps no links, pipes or devices';

const DEVIATIONS = {
  'a symbolic link is followed, read and removed': NO_LINKS,
  'a ring of symbolic links fails with ELOOP': NO_LINKS,
  'a hard link is the same file until the last name goes': NO_LINKS,
  'a hard link to a folder fails with EPERM, to a taken name with EEXIST': NO_LINKS,
  'a named pipe can be made': NO_LINKS,
  'names in any script, with blanks and signs, are kept byte by byte':
    'the server keeps names in NFC, so a name in NFD is the same as the one in NFC',
  'a write far behind the end makes a large, sparse file':
    'st_blocks says what the file takes on the server, which keeps no holes',
};

const START_MS_MAX = 60_000;

interface User {
  readonly who: string;
  /** Undefined: who runs the tests. */
  readonly uid: number | undefined;
  readonly skip: Readonly<Record<string, string>>;
  readonly arguments: readonly string[];
}

const root: User = {
  who: 'of root, open to others',
  uid: undefined,
  skip: {},
  arguments: ['--allow-other'],
};

const ordinary = (uid: number | undefined): User => ({
  who: 'of an ordinary user',
  uid,
  skip: skipOtherUsers('closed to other users'),
  arguments: [],
});

const others = canBeOrdinaryUser ? [ordinary(OTHER_UID)] : [];
const users = isRoot ? [root, ...others] : [ordinary(undefined)];

describe.each(users)('the mount $who', ({ uid, skip, arguments: args }) => {
  let mounted: MountedNuage;

  beforeAll(async () => {
    mounted = await MountedNuage.start({
      arguments: args,
      ...(uid === undefined ? {} : { uid }),
    });
  }, START_MS_MAX);

  afterAll(() => mounted.close(), START_MS_MAX);

  describePosix('keeps what POSIX promises', () => mounted.folder, {
    skip: { ...DEVIATIONS, ...skip },
    ...(uid === undefined ? {} : { uid }),
  });
});
