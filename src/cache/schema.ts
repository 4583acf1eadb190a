/**
 * The tables, and how an older database becomes the present one.
 *
 * Rows of `node` with unsent changes, their `xattr` rows and the `content` rows marked dirty are
 * PRECIOUS: nothing else knows what the user did. So the whole database is brought forward by
 * numbered migrations and never rebuilt. Within it, what is disposable is marked below: it may be
 * dropped at any time and comes back from the server.
 *
 * A migration that has been released is never changed; a change of the schema is a new one.
 */

/** PRECIOUS (settings) and internal marks (keys beginning with `cache.`). */
const META = `
CREATE TABLE meta (
  key   TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
`;

/**
 * PRECIOUS where `change` > 0 or `stays_here` = 1, and for inode numbers, modes and atimes,
 * which the server does not keep. DISPOSABLE else: a listing brings it back.
 */
const NODE = `
CREATE TABLE node (
  ino              INTEGER PRIMARY KEY AUTOINCREMENT, -- st_ino; never given twice
  is_folder        INTEGER NOT NULL,  -- 0, 1
  parent           INTEGER,           -- folder as the user sees it; NULL: deleted here; 0: the root
  name             TEXT NOT NULL,     -- as the user sees it
  mode             INTEGER NOT NULL,  -- permission bits, 07777
  size             INTEGER NOT NULL,  -- bytes as the user sees them; 0 for a folder
  atime_sec        INTEGER NOT NULL,  -- seconds since the epoch
  atime_nsec       INTEGER NOT NULL,  -- 0 to 999,999,999
  mtime_sec        INTEGER NOT NULL,
  mtime_nsec       INTEGER NOT NULL,
  ctime_sec        INTEGER NOT NULL,
  ctime_nsec       INTEGER NOT NULL,
  content          TEXT,              -- content.id of its bytes; NULL: none on this machine
  content_version  INTEGER NOT NULL,  -- grows with each change of the bytes
  content_dirty    INTEGER NOT NULL,  -- 1: the bytes differ from the base
  stays_here       INTEGER NOT NULL,  -- 1: a name that never goes to the server
  base_parent      INTEGER,           -- the base: last agreed with the server; NULL: never was
  base_name        TEXT,
  base_file_id     TEXT,              -- oc:fileid; kept over renames and overwrites
  base_etag        TEXT,
  base_size        INTEGER,           -- bytes
  base_mtime       INTEGER,           -- seconds since the epoch
  base_upload_time INTEGER,           -- seconds since the epoch; 0: unknown
  base_checksum    TEXT,
  base_permissions TEXT,              -- letters of oc:permissions
  listed_etag      TEXT,              -- folder: its children are completely known at this ETag
  upload_id        TEXT,              -- names the upload folder of a chunked upload in progress
  change           INTEGER NOT NULL,  -- 0: agrees with the server; else order of its oldest change
  failure_kind     TEXT,              -- ErrorKind of the last try; NULL: none failed
  failure_message  TEXT,
  failure_hint     TEXT,
  failure_attempts INTEGER,
  failure_retry_at REAL               -- wall clock, milliseconds
) STRICT;

-- One name stands for one node; also the order of a directory.
CREATE UNIQUE INDEX node_place ON node (parent, name) WHERE parent IS NOT NULL;
-- Not unique: while a swap made elsewhere is merged, two nodes may claim one place for a moment.
CREATE INDEX node_base_place ON node (base_parent, base_name) WHERE base_parent IS NOT NULL;
CREATE INDEX node_file_id ON node (base_file_id) WHERE base_file_id IS NOT NULL;
CREATE INDEX node_content ON node (content) WHERE content IS NOT NULL;
CREATE INDEX node_change ON node (change) WHERE change > 0;
CREATE INDEX node_failure ON node (failure_kind) WHERE failure_kind IS NOT NULL;
CREATE INDEX node_detached ON node (ino) WHERE parent IS NULL;

-- The root is there from the start, agreed with a server that was never asked.
INSERT INTO node VALUES (1, 1, 0, '', 493, 0, 0, 0, 0, 0, 0, 0, NULL, 0, 0, 0,
  0, '', '', '', 0, 0, 0, '', '', NULL, NULL, 0, NULL, NULL, NULL, NULL, NULL);
`;

/** PRECIOUS: kept on this machine only. */
const XATTR = `
CREATE TABLE xattr (
  ino   INTEGER NOT NULL,             -- node.ino
  name  TEXT NOT NULL,                -- with its namespace: user.comment
  value BLOB NOT NULL,
  PRIMARY KEY (ino, name)
) STRICT, WITHOUT ROWID;
`;

/** PRECIOUS where `dirty` = 1; DISPOSABLE else, together with its data file. */
const CONTENT = `
CREATE TABLE content (
  id        TEXT NOT NULL PRIMARY KEY, -- name of the data file
  size      INTEGER NOT NULL,          -- bytes; of a dirty content the data file knows better
  fetchable INTEGER NOT NULL,          -- bytes from here on never come from the server
  bitmap    BLOB,                      -- bit i: block i below fetchable is here; NULL: all are
  dirty     INTEGER NOT NULL,          -- 1: holds bytes that the server does not have
  unsynced  INTEGER NOT NULL,          -- 1: written by the user since its last fdatasync
  stored    INTEGER NOT NULL,          -- bytes allocated on the disk when last measured
  last_used INTEGER NOT NULL           -- grows with each use, about milliseconds since the epoch
) STRICT;

CREATE INDEX content_age ON content (last_used) WHERE dirty = 0;
CREATE INDEX content_unsynced ON content (id) WHERE unsynced = 1;
`;

/** PRECIOUS: kept on this machine only. NULL: whoever mounts. */
const OWNER = `
ALTER TABLE node ADD COLUMN uid INTEGER;
ALTER TABLE node ADD COLUMN gid INTEGER;
`;

/** For the number of links of a folder. */
const SUBFOLDERS = 'CREATE INDEX node_subfolder ON node (parent) WHERE is_folder = 1;';

/** PRECIOUS: what the user keeps on this machine. */
const PIN = `
CREATE TABLE pin (
  ino INTEGER PRIMARY KEY               -- node.ino; of a folder: with all that is and comes below
) STRICT;
`;

/** Contents with more than their first block (128 KiB), in the order in which that is given up. */
const TAILS = `
CREATE INDEX content_tail ON content (last_used) WHERE dirty = 0 AND stored > 131072;
`;

/** Folders whose children were never listed: what is still to be read ahead. */
const FRONTIER = `
CREATE INDEX node_unlisted ON node (parent, ino)
  WHERE is_folder = 1 AND listed_etag IS NULL AND base_parent IS NOT NULL AND parent IS NOT NULL;
`;

/** DISPOSABLE: which files are conflict copies, under whatever name. A name tells it as well. */
const CONFLICT = `
CREATE TABLE conflict (
  ino INTEGER PRIMARY KEY               -- node.ino of the user's version
) STRICT;
`;

/** A file that is about to be cut: after a crash it is told from one that has lost bytes. */
const CUT = `
ALTER TABLE content ADD COLUMN cut_to INTEGER; -- bytes; NULL: no cut is under way
`;

/**
 * `seen_lock`: DISPOSABLE, locks of files as the server was last seen to have them; those of others
 * with the number of the file that shows them to programs of this machine.
 * `own_lock`: PRECIOUS, what this machine has asked for and must give back.
 */
const LOCKS = `
CREATE TABLE seen_lock (
  file_id    TEXT NOT NULL PRIMARY KEY, -- oc:fileid
  kind       TEXT NOT NULL,             -- user, app, token
  owner      TEXT NOT NULL,             -- the server's id of the user; empty for an app
  owner_name TEXT NOT NULL,
  since      INTEGER NOT NULL,          -- seconds since the epoch, by the server's clock
  timeout    INTEGER NOT NULL,          -- seconds; 0: for ever
  shown_by   INTEGER                    -- node.ino of the lock file that we have made
) STRICT, WITHOUT ROWID;

CREATE TABLE own_lock (
  file_id  TEXT NOT NULL PRIMARY KEY,
  asked_at INTEGER NOT NULL,            -- seconds since the epoch
  since    INTEGER                      -- as in seen_lock; NULL: no answer has come
) STRICT, WITHOUT ROWID;
`;

/** For whoever reads a folder in pieces. */
const CHILDREN = 'CREATE INDEX node_child ON node (parent) WHERE parent IS NOT NULL;';

/**
 * Uploads whose outcome is not known yet. DISPOSABLE, at the price of a conflict copy that nobody
 * needs: without it what has arrived of them is not known for our own.
 */
const SENT = `
CREATE TABLE sent_upload (
  parent   INTEGER NOT NULL,            -- node.ino of the folder that it goes to
  name     TEXT NOT NULL,               -- its name there
  checksum TEXT NOT NULL,               -- SHA256:hex; what no server tells where it keeps none
  ino      INTEGER NOT NULL,            -- node.ino of the file that held these bytes
  size     INTEGER NOT NULL,            -- bytes
  mtime    INTEGER NOT NULL,            -- seconds since the epoch, as it was sent
  sent_at  INTEGER NOT NULL,            -- seconds since the epoch
  PRIMARY KEY (parent, name, checksum)
) STRICT, WITHOUT ROWID;

CREATE INDEX sent_upload_ino ON sent_upload (ino);
`;

/**
 * DISPOSABLE: what the blocks that were fetched must add up to. A content that holds bytes of the
 * user has no row here, whoever marks it dirty: the same commit takes its sums away.
 */
const BLOCK_SUMS = `
CREATE TABLE block_sum (
  content TEXT NOT NULL PRIMARY KEY,    -- content.id
  sums    BLOB NOT NULL                 -- CRC-32 of each block, 4 bytes, little-endian; 0: unknown
) STRICT;

CREATE TRIGGER block_sum_of_dirty AFTER UPDATE OF dirty ON content WHEN NEW.dirty = 1
BEGIN DELETE FROM block_sum WHERE content = NEW.id; END;

CREATE TRIGGER block_sum_of_removed AFTER DELETE ON content
BEGIN DELETE FROM block_sum WHERE content = OLD.id; END;
`;

/** Migration `i` brings version `i` to `i + 1` (SQLite's `user_version`). */
export const MIGRATIONS: readonly string[] = [
  META + NODE + XATTR + CONTENT,
  OWNER + SUBFOLDERS,
  PIN + TAILS,
  FRONTIER,
  CONFLICT,
  CUT,
  LOCKS,
  CHILDREN,
  SENT,
  BLOCK_SUMS,
];

export const SCHEMA_VERSION = MIGRATIONS.length;
