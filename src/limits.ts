/**
 * Every bound of the program, with its reason. Units are the last word of a name.
 */

const KIB = 1024;
const MIB = 1024 * KIB;

/** The largest name a Nextcloud accepts, in bytes of UTF-8 (251 is answered with 400). */
export const NAME_BYTES_MAX = 250;

/** One block of the cache: what a bitmap bit speaks of. */
export const BLOCK_SIZE_BYTES = 128 * KIB;

/** A file up to this size is fetched whole: a request costs the server more than the bytes. */
export const WHOLE_FILE_FETCH_BYTES_MAX = 1 * MIB;

/** The largest read or write that we negotiate with the kernel (its own ceiling is 256 pages). */
export const FUSE_REQUEST_BYTES_MAX = 1 * MIB;

/** With room for headers, names, and what a larger page rounds up to. */
export const FUSE_MESSAGE_BYTES_MAX = FUSE_REQUEST_BYTES_MAX + 64 * KIB;

/** A mistyped command or key is taken for a known one that differs in so many letters. */
export const TYPING_ERRORS_MAX = 3;

// --- logging in ---

/** A Nextcloud forgets a login that nobody has granted after so long. */
export const LOGIN_MS_MAX = 20 * 60_000;

/** Between two questions whether it has been granted. */
export const LOGIN_POLL_MS = 2_000;

/** The list nuage01 … nuage20 of apps.education.fr. */
export const NUAGES_MAX = 20;

/** xdg-open that fails does so at once. */
export const BROWSER_START_MS_MAX = 1_500;

/** Revoking a password: whoever logs out offline is not kept waiting. */
export const REVOKE_MS_MAX = 15_000;

// --- notifications ---

/** A mount is looked at so often for what its user should know. */
export const NOTICE_LOOK_MS = 5_000;

/** A notification waits so long for others of its kind, which come together. */
export const NOTICE_GATHER_MS = 5_000;

/** After a notification, the next one of its kind waits so long. */
export const NOTICE_PAUSE_MS = 10 * 60_000;

// --- the status ---

/** A speed is that of so long: less jumps, more lags behind. */
export const TRANSFER_SPEED_WINDOW_MS = 8_000;

/** Of transfers and waiting changes that the status shows to people, at most so many each. */
export const STATUS_ROWS_MAX = 10;

/** `status --watch` asks so often. */
export const WATCH_MS = 1_000;

// --- the desktop ---

/** A message of D-Bus from a service of the desktop: a password, a list of items. */
export const DBUS_MESSAGE_BYTES_MAX = 1 * MIB;

/** A service of the desktop answers at once or not at all; starting it takes a moment. */
export const DBUS_ANSWER_MS_MAX = 10_000;

/** Somebody types the password of the keyring. */
export const KEYRING_PROMPT_MS_MAX = 120_000;

// --- synchronisation ---

/** First pause before asking again whether the server is back, and its ceiling. */
export const OFFLINE_PROBE_FIRST_MS = 1_000;
export const OFFLINE_PROBE_MS_MAX = 60_000;

/** What has brought nothing for so long is given up once the server is known to be away. */
export const SILENT_READ_MS = 1_000;

/**
 * Nothing has come of what somebody waits for, for so long: is the server there? It is asked.
 * Longer than a stream stands still because its reader does ({@link STREAM_IDLE_MS}).
 */
export const SILENCE_ASK_MS = 4_000;

/** Operations remembered to tell a stale listing from a fresh one; far above what runs at once. */
export const IN_FLIGHT_MEMORY_MAX = 10_000;

/**
 * What was sent without an answer is known for our own so long, if it turns up on the server, as
 * long as nobody can ask it what it has. The longest absence that is still worth a doubt.
 */
export const SENT_MEMORY_S = 7 * 24 * 3_600;

/**
 * So long after its line broke an upload may still turn up: the time that a Nextcloud gives a
 * request (`max_execution_time`). What the server lacks then was lost on the way.
 */
export const SENT_ARRIVES_S = 3_600;

/** Listings in the background at once: a server gains nothing beyond its cores. */
export const BACKGROUND_LISTINGS_MAX = 2;

/** Entries folded into the tree in one turn of the loop: some 4 ms, in which nobody is served. */
export const MERGE_SLICE_ENTRIES = 128;

/** Trees read ahead at once: a server gains little beyond its cores, and others use it as well. */
export const DEEP_LISTINGS_MAX = 2;

/** Single folders read ahead at once; with the user's own within {@link LIST_LANE_MAX}. */
export const AHEAD_LISTINGS_MAX = 3;

/**
 * A folder that somebody waits for comes with a tree that is on its way, or by itself after this:
 * about what it costs to ask for it.
 */
export const COVERED_WAIT_MS = 250;

/**
 * Folders beside each other are asked for together once this many answers for single ones have
 * shown that it will be about so many entries, which is two seconds of work for a server.
 */
export const GROUP_SAMPLES_MIN = 3;
export const GROUP_FOLDERS_MIN = 6;
export const GROUP_ENTRIES_MAX = 20_000;

/** What could not be read ahead is tried again after this. */
export const AHEAD_RETRY_MS = 300_000;

/** Folders used last: what is in them is read ahead first. */
export const RECENT_FOLDERS_MAX = 8;

/** Folders of the edge looked at for one that may be asked for. */
export const FRONTIER_ROWS = 64;

/**
 * From this many folders on, one search tells what has changed since the last mount. Up to so many
 * are then listed one by one; of more, those that stand together are read as a tree.
 */
export const SURVEY_FOLDERS_MIN = 200;
export const SURVEY_SINGLES_MAX = 64;
export const SURVEY_TREE_FOLDERS_MIN = 16;

/**
 * From so many folders of one folder on, all of which have changed, one request for the tree tells
 * more cheaply what they hold; a larger tree would tell too much that has not changed.
 */
export const CHANGED_TREE_FOLDERS_MIN = 8;
export const CHANGED_TREE_ENTRIES_MAX = 5_000;

/** A server that tells of changes without pause is asked no more often than this. */
export const PUSH_POLL_PAUSE_MS = 1_000;

/** First pause before listening again, and its ceiling. */
export const PUSH_RETRY_FIRST_MS = 5_000;
export const PUSH_RETRY_MS_MAX = 600_000;

/** This share of all that is known, gone at once, is looked at a second time, after a pause. */
export const MASS_LOSS_SHARE = 0.5;
export const MASS_LOSS_ENTRIES_MIN = 20;
export const MASS_LOSS_LOOK_MS = 10_000;

/**
 * A folder of which something was on its way to the server while it was listed is listed again
 * after this long, and ever later while that lasts, up to the ceiling.
 */
export const UNSETTLED_FIRST_MS = 1_000;
export const UNSETTLED_MS_MAX = 15_000;

/** A failed listing or fetch is not tried again for this long: waiters see its error. */
export const FAILURE_MEMORY_MS = 1_000;

/** A single read far from all others brings this much: 26 ms of a line of 10 Mbit/s. */
export const READ_PIECE_BYTES = 32 * KIB;

/** Who begins with a read of this size reads on; programs that look at the type ask for less. */
export const SEQUENTIAL_READ_BYTES_MIN = 64 * KIB;

/** From so many bytes in a row on a reader is fed by one long stream. */
export const SEQUENTIAL_RUN_BYTES = 256 * KIB;

/** Who has read so much in a row before goes on so where it jumps to: a player, for example. */
export const STREAMING_RUN_BYTES = 1 * MIB;

/** Reads this little out of order are one run: the kernel reads ahead by requests of its own. */
export const RUN_SLACK_BYTES = 256 * KIB;

/** Places of one content that are read in a row at once. */
export const READ_RUNS_MAX = 8;

/** What a stream may bring before its reader has read it, at first, and its ceiling. */
export const READ_WINDOW_FIRST_BYTES = 512 * KIB;
export const READ_WINDOW_BYTES_MAX = 64 * MIB;

/** A stream that nobody reads from is ended: the server keeps the file locked meanwhile. */
export const STREAM_IDLE_MS = 3_000;
export const STREAM_CHECK_MS = 250;

/** After a jump elsewhere, a stream that was not read from for this long is given up at once. */
export const STREAM_LEFT_MS = 1_000;

/** The rate of a stream is taken over this; it is steady when two in a row differ by less. */
export const TEAM_SAMPLE_MS = 250;
export const TEAM_STEADY_SHARE = 0.25;

/** More streams are on trial so long, and stay where all bring this many times what one did. */
export const TEAM_TRIAL_MS = 2_000;
export const TEAM_GAIN_MIN = 1.3;

/** Where they brought nothing, no others are tried for this long. */
export const TEAM_REST_MS = 120_000;

/** A stream that brings 800 Mbit/s is left alone: few lines hold more, and few disks. */
export const TEAM_RATE_BYTES_PER_MS_MAX = 100 * KIB;

/**
 * A larger file is shared by two streams, one beyond the second size by three: no more requests
 * than rclone makes of it, whose ranges begin with 128 MiB and double.
 */
export const TEAM_FILE_BYTES_MIN = 128 * MIB;
export const TEAM_THREE_BYTES_MIN = 384 * MIB;

/** What was read before more streams join, what each brings at least, and all at most. */
export const TEAM_READ_BYTES_MIN = 8 * MIB;
export const TEAM_SHARE_BYTES_MIN = 32 * MIB;
export const TEAM_BYTES_MAX = 512 * MIB;

/** Parts of blocks that one content remembers; they are fetched again where it forgets. */
export const FRAGMENTS_MAX = 1_024;

/** A read this little ahead of a running stream waits for it instead of opening a range. */
export const STREAM_REACH_BYTES = 2 * MIB;

/** Less than this says nothing of how fast a line is. */
export const RATE_SAMPLE_BYTES_MIN = 64 * KIB;

/** Two files of a folder read within this time are the beginning of a walk through it. */
export const WALK_PAUSE_MS = 3_000;

/** Folders that are remembered as being read through, and files remembered of one. */
export const WALKS_MAX = 16;
export const WALK_FILES_MAX = 10_000;

/** Files that come ahead of their reader in one go, at first, and the ceiling. */
export const COMPANY_FILES_FIRST = 32;
export const COMPANY_FILES_MAX = 128;

/** What they may weigh: as much as the line brings in about a second, within these bounds. */
export const COMPANY_BYTES_MIN = 1 * MIB;
export const COMPANY_BYTES_MAX = 8 * MIB;
export const COMPANY_MS = 1_000;

/** Up to this size files come together; a larger one comes ahead by itself, up to the second. */
export const COMPANY_FILE_BYTES_MAX = 1 * MIB;
export const COMPANY_SINGLE_BYTES_MAX = 16 * MIB;

/** Fewer than this are asked for one by one: a stream costs a second request, to prove it. */
export const COMPANY_FILES_MIN = 3;

/** The names in one address: common servers take 8 KiB of it. */
export const COMPANY_QUERY_CHARS_MAX = 6_000;

/** Folders ahead of a reader that goes from folder to folder. */
export const COMPANY_FOLDERS_MAX = 4;

/** A reader waits so long at most for a file that is coming with others, then asks for it alone. */
export const COMPANY_WAIT_MS = 1_500;

/** Streams of one content at once. */
export const STREAMS_PER_CONTENT_MAX = 4;

/** Operations on the server at once; the effect lanes of the main thread bound them again. */
export const UPLOADS_AT_ONCE_MAX = 4;

/**
 * Small new files on their way besides, so that they can go together: as many as fill the lane of
 * uploads ({@link UPLOAD_LANE_MAX}) with the largest requests.
 */
export const SMALL_UPLOADS_AT_ONCE_MAX = 192;

/** Pending nodes that one planning round looks at. */
export const PLAN_WINDOW_NODES = 256;

/** First pause after a refused operation, and its ceiling. */
export const RETRY_FIRST_MS = 5_000;
export const RETRY_MS_MAX = 300_000;

/** An upload that fails so often does not find out whose the file is that stands in its way. */
export const TRIES_BEFORE_CONFLICT = 6;

/** Pause after the first refusal that a listing explains: most listings have come by then. */
export const STALE_RETRY_MS = 1_000;

/** A file that is written without pause is sent all the same after this long. */
export const BUSY_WRITER_UPLOAD_MS = 60_000;

/** What `close()` acknowledged is on the disk after this long at most. */
export const DURABLE_WITHIN_MS = 4_000;

/** Longest wait of one file operation for the network. */
export const OPERATION_DEADLINE_MS = 60_000;

/** Each poll interval varies by this share to either side. */
export const POLL_JITTER_SHARE = 0.2;

/** A mount that nobody uses asks less and less often: after a quarter of the quiet time, up to
 * this. Who comes back is never more than one ordinary interval behind. */
export const POLL_QUIET_SHARE = 0.25;
export const POLL_IDLE_MS_MAX = 300_000;

// --- locks that others see ---

/**
 * A lock whose answer was lost is ours when the server says that this user set it so near to the
 * time when it was asked for: clocks differ, and an answer takes its time.
 */
export const LOCK_CLAIM_S = 120;

/** A program that saves takes its lock file away for a moment. */
export const LOCK_FILE_GONE_MS = 3_000;

/** Changes of a file that nobody has open any more hold back its lock for so long at most. */
export const LOCK_UNSENT_MS_MAX = 600_000;

/** How often it is looked whether they have been sent, or a new file has come to the server. */
export const LOCK_LOOK_MS = 2_000;

/** A lock file that speaks of no document of the server means none after this long. */
export const LOCK_AWAITS_MS_MAX = 600_000;

/** A lock that runs out is made to last longer after this share of its time. */
export const LOCK_RENEWAL_SHARE = 0.5;

/** After a request about a lock has failed. */
export const LOCK_RETRY_MS = 30_000;

/** The server may be slower to forget a lock that has run out than we are. */
export const LOCK_EXPIRY_LOOK_MS = 60_000;

/** At the end of a mount its locks are given back; a server that says nothing is not waited for. */
export const LOCKS_AT_END_MS_MAX = 3_000;

// --- what is persisted on this machine ---

/** Node snapshots kept in memory, about 1 KiB each: a large folder's worth, not the account's. */
export const NODE_CACHE_ENTRIES_MAX = 20_000;

/** Inodes of a damaged database that are read at once, as long as that goes well. */
export const SALVAGE_RANGE_NODES = 1024;

/** Bytes of a file of a damaged cache that are copied at once. */
export const SALVAGE_COPY_BYTES = MIB;

/** SQLite's page cache: it holds the inner pages of every index of 100,000 nodes. */
export const DATABASE_PAGE_CACHE_BYTES = 8 * MIB;

/** A checkpoint waits for the disk, so it comes once per 16 MiB of log and not per 4 MiB. */
export const DATABASE_CHECKPOINT_PAGES = 4_000;

/** The log file is cut back to this after a large transaction. */
export const DATABASE_LOG_BYTES_MAX = 64 * MIB;

/** Folders inside folders; a longer chain of parents is a cycle, which is a defect. */
export const TREE_DEPTH_MAX = 10_000;

/** New data files that lie in one folder; then comes the next of the 256. */
export const CONTENTS_IN_A_ROW = 256;

/** Data files held open although nobody has them open: opening one again costs 10 µs. */
export const IDLE_DATA_FILES_MAX = 64;

/** Contents whose bitmap stays in memory although nobody has them open. */
export const IDLE_CONTENTS_MAX = 4_096;

/** Rows looked at, and files removed, in one step of shrinking the cache: some milliseconds. */
export const EVICTION_BATCH_ROWS = 256;
export const EVICTION_STEP_FILES_MAX = 64;

/** Data files that one step of the check looks at. */
export const CHECK_STEP_FILES = 64;

/** Bytes that one step of the check compares: some ten milliseconds, in which nobody is served. */
export const CHECK_STEP_BYTES = 4 * MIB;

/** Damaged files that the check names one by one. */
export const DAMAGES_SHOWN_MAX = 100;

/**
 * Blocks of one content whose sums are kept: the first 32 GiB of a file, in a row of up to 1 MiB,
 * which is written with each round of syncing that has fetched some more.
 */
export const SUMMED_BLOCKS_MAX = 262_144;

/** Of one file, in one round of syncing: 1 GiB, summed by the main thread in about a second. */
export const SUMMED_PER_FILE_BLOCKS_MAX = 8_192;

/** What was read is compared with its sums when nothing is read for so long; a round at last. */
export const READ_CHECK_AFTER_MS = 1_000;
export const READ_CHECK_MS_MAX = 5_000;

/** Pause after a round of comparisons, in times of what it took: others want the disk as well. */
export const READ_CHECK_PAUSES = 3;

/** Blocks that wait for it: 8 GiB that were read for the first time without a pause. */
export const CHECK_WAITING_BLOCKS_MAX = 65_536;

/** Compared in one go: 8 MiB, some 10 ms of the main thread, in slices of one block. */
export const CHECK_ROUND_BLOCKS = 64;
export const CHECK_ROUND_FILES = 64;

/** Pause between two steps, in which the kernel is served. */
export const EVICTION_STEP_PAUSE_MS = 5;

/** Where nothing more could go, it is looked for again after this. */
export const EVICTION_RETRY_MS = 3_000;

/** The cache takes this share of the disk that is free, where that is less than its default. */
export const CACHE_SHARE_OF_FREE_DISK = 0.1;

/** Left free on the disk for others, or this share of a small disk. */
export const DISK_FREE_BYTES_DEFAULT = 1024 * MIB;
export const DISK_FREE_SHARE = 0.05;

/**
 * The first blocks of files are kept longest, since file managers read them to know the type, until
 * they take this share of the cache.
 */
export const CACHE_HEADS_SHARE = 0.25;

/** Shrunk a little below its bound, so that it is not shrunk again with every file. */
export const CACHE_SLACK_SHARE = 0.02;

/** With less room than this nothing more is kept: a window of a reader would not fit. */
export const CACHE_ROOM_BYTES_MIN = 1 * MIB;

/** Room and free disk are measured at most this often: some system calls. */
export const CACHE_MEASURED_MS = 50;

/** A full cache: what is read stays in memory until it was read, in so many pieces of this size. */
export const PASS_PIECE_BYTES = 4 * MIB;
export const PASS_PIECES_MAX = 8;

/** Set aside on the disk, so that the database can still be written when others have filled it. */
export const DISK_RESERVE_BYTES = 8 * MIB;
export const DISK_RESERVE_SHARE = 1 / 64;

/** So little is synced by the engine itself: no more than it costs to ask somebody else. */
export const SYNC_HERE_BYTES_MAX = 256 * KIB;

/** Files synced in one round: the rows that say so are one transaction of some milliseconds. */
export const SYNC_ROUND_FILES_MAX = 500;

/** Each holds one of the four threads that also resolve host names. */
export const SYNCS_AT_ONCE_MAX = 2;

/** Rounds of syncing at once: the periodic one and those that a program waits for. */
export const DISK_LANE_MAX = 2;

/** Files hashed ahead of their upload at once: the main thread does one after the other anyway. */
export const HASH_LANE_MAX = 1;

/** Nodes below a pin looked at in one step, and the pause between two: the kernel is served. */
export const PIN_STEP_NODES = 256;
export const PIN_STEP_PAUSE_MS = 5;

/** Changes below a pin are looked at together. */
export const PIN_LOOK_MS = 200;

/** Pinned files fetched at once; the other lanes of {@link FETCH_LANE_MAX} are for readers. */
export const PIN_FETCHES_MAX = 4;

/** A pinned file or folder that could not be fetched is tried again after this. */
export const PIN_RETRY_MS = 30_000;

/** Failures and pins that are named one by one. */
export const PINS_SHOWN_MAX = 100;

// --- remote: the account over HTTP ---

/** A TCP and TLS handshake that takes longer will not serve a file system. */
export const CONNECT_TIMEOUT_MS = 10_000;

/** First byte of an ordinary answer: a busy PHP server needs seconds, a hung one never answers. */
export const ANSWER_TIMEOUT_MS = 30_000;

/**
 * First byte when the root alone is looked at, the cheapest that can be asked: a server that takes
 * longer counts as away, unless it has brought something else meanwhile.
 */
export const ROOT_ANSWER_TIMEOUT_MS = 10_000;

/**
 * First byte of a deep listing: the server computes the whole before it sends any of it. Some
 * 300,000 entries in this time; what takes longer is asked for in parts.
 */
export const DEEP_LISTING_ANSWER_TIMEOUT_MS = 30_000;

/** Assembling an upload: 8 to 24 s were seen per GiB; beyond this we look instead of waiting. */
export const ASSEMBLY_ANSWER_TIMEOUT_MS = 60_000;
export const ASSEMBLY_ANSWER_TIMEOUT_MS_PER_GIB = 60_000;

/** A body that brings less than this per window is a drip that would hold a waiter for ever. */
export const RATE_WINDOW_MS = 15_000;
export const RATE_WINDOW_BYTES_MIN = 4 * KIB;

/** One piece of a request body must leave within {@link ANSWER_TIMEOUT_MS}: about 2 KiB/s. */
export const UPLOAD_PIECE_BYTES = 64 * KIB;

/** Under a limit of bandwidth, pieces up to this go before larger ones... */
export const RATE_SMALL_BYTES_MAX = 16 * KIB;

/** ... and run into debt by a second's worth, or this where that is less than a piece of a file. */
export const RATE_SMALL_DEBT_BYTES_MIN = 128 * KIB;

/** How often the way out is looked at: reading a line of the kernel's. */
export const LINE_LOOK_MS = 2_000;

/** Clocks that drift apart by this between two looks: the machine has slept. */
export const SLEEP_MS_MIN = 1_500;

/** An idle connection is kept this long; common servers close theirs after 60 to 75 s. */
export const KEEP_ALIVE_MS = 30_000;

/** Tries of one safe request, and the first pause between them (doubled, with jitter). */
export const SAFE_TRIES_MAX = 3;
export const SAFE_RETRY_FIRST_MS = 200;

/** A longer `Retry-After` is handed to the caller instead of being waited for. */
export const RETRY_AFTER_WAIT_MS_MAX = 5_000;

/** Longest `Retry-After` that is believed: a hostile one must not park an account for ever. */
export const RETRY_AFTER_MS_MAX = 3_600_000;

/** Redirects of one request, all within the same origin. */
export const REDIRECTS_MAX = 3;

/** A Nextcloud sets four cookies; a hostile server must not fill the memory with others. */
export const COOKIES_MAX = 32;
export const COOKIE_BYTES_MAX = 4 * KIB;

/** Names and extra fields of a ZIP entry: a path of the account is 4,000 bytes. */
export const ZIP_FIELD_BYTES_MAX = 8 * KIB;

/** Error bodies are one exception and one sentence. */
export const ERROR_BODY_BYTES_MAX = 64 * KIB;

/** status.php, capabilities and user are some KiB of JSON. */
export const JSON_BODY_BYTES_MAX = 4 * MIB;

/** Deepest XML element: a multistatus needs six. */
export const XML_DEPTH_MAX = 32;

/** Longest text, attribute or name within XML: an href of 4,000 escaped bytes is 12 KiB. */
export const XML_TOKEN_BYTES_MAX = 256 * KIB;

/** One listing: far above any account that is mounted; both bound what a hostile server costs. */
export const LISTING_ENTRIES_MAX = 1_000_000;
export const LISTING_BYTES_MAX = 1024 * MIB;

/** An answer about one resource. */
export const SINGLE_ANSWER_BYTES_MAX = 1 * MIB;

/** Entries in one message from the main thread to the engine. */
export const ENTRIES_PER_PIECE_MAX = 1_000;

/** Entries of one answer on their way to the engine: some MiB, and a third of a second of work. */
export const ENTRIES_AHEAD_MAX = 10_000;

/** Folders that one search brings: beyond about 50,000 rows a server runs out of its memory. */
export const SEARCH_PAGE_ROWS = 20_000;

/** Longest name that Linux and macOS can show; a longer one is hidden. */
export const LISTED_NAME_BYTES_MAX = 255;

/** Longest login name or app password that a login is believed to bring; Nextcloud's have 72. */
export const LOGIN_TOKEN_CHARS_MAX = 1_024;

/** Longest ETag, checksum, file id… that is believed. */
export const REMOTE_TOKEN_CHARS_MAX = 256;

/**
 * A new file up to this goes in one PUT where the line carries it in this time, which is what a
 * broken line costs. Front servers commonly take as much; one that does not says so before the body
 * leaves.
 */
export const DIRECT_PUT_NEW_BYTES_MAX = 512 * MIB;
export const DIRECT_PUT_MS_MAX = 10_000;

/** An overwrite up to this leaves in one piece: a cut between its bytes is hardly possible. */
export const DIRECT_PUT_OVERWRITE_BYTES_MAX = 64 * KIB;

/** A larger file is no slower in a PUT of its own, and all of a request are held in memory. */
export const BULK_FILE_BYTES_MAX = 64 * KIB;

/**
 * In one request. 200 files of 8 KiB took a Nextcloud 32 as long in three requests as in eight, and
 * the server writes 64 in one to five seconds: so long at most is a request in doubt.
 */
export const BULK_FILES_MAX = 64;
export const BULK_BYTES_MAX = 4 * MIB;

/** Fewer are as soon there by themselves, all the more where their folder has to be listed. */
export const BULK_FILES_MIN = 4;

/** A folder that was made here holds nothing of anybody else for so long; then it is listed. */
export const BULK_FRESH_MS = 5_000;
export const BULK_FOLDERS_KNOWN_MAX = 1_000;

/**
 * Listing a larger folder takes a server longer than is won: names of 10,000 entries 0.6 s, and
 * that for each request of {@link BULK_FILES_MAX} files, which by themselves take some 6 s.
 */
export const BULK_FOLDER_ENTRIES_MAX = 20_000;

/** After trouble with one request, files go one by one for so long. */
export const BULK_REST_MS = 600_000;

/** Size of a chunk as long as nothing is known of the line. */
export const CHUNK_BYTES_DEFAULT = 10 * MIB;

/**
 * A chunk holds what the line brings in this time, within what the server takes: on a fast line the
 * server's pause after each is most of an upload (256 MiB beside a Nextcloud 32, two at once: 2.8 s
 * in chunks of 10 MiB, 0.9 s of 50, 0.55 s of 100), on a slow one a break costs a chunk.
 */
export const CHUNK_MS_WANTED = 5_000;

/** Where the server keeps its files in an S3 store, that takes no smaller ones (but the last). */
export const CHUNK_BYTES_FITTED_MIN = 5 * MIB;

/** A server that refuses even this is not one to upload to. */
export const CHUNK_BYTES_MIN = 1 * MIB;

/** Chunk names are 1 to 10000 (the S3 multipart limit that the server applies). */
export const CHUNKS_MAX = 10_000;

/** `X-OC-MTime` outside is answered with 500 after the file has been replaced. */
export const UPLOAD_MTIME_MIN_S = 86_401;
export const UPLOAD_MTIME_MAX_S = 15_032_385_535;

/** An assembly whose answer was lost is looked for this long, at these pauses. */
export const ASSEMBLY_WAIT_MS_MAX = 3_600_000;
export const ASSEMBLY_POLL_FIRST_MS = 500;
export const ASSEMBLY_POLL_MS_MAX = 15_000;

/** A clean-up that nobody waits for must end by itself. */
export const CLEAN_UP_TIMEOUT_MS = 15_000;

/** A server checks the login in a second; its own limit is 15 s. */
export const PUSH_LOGIN_MS_MAX = 20_000;

/** `notify_file_id` names the ids of a burst of changes. */
export const PUSH_MESSAGE_CHARS_MAX = 256 * KIB;

/** One line, which is open as long as the mount is. */
export const PUSH_LANE_MAX = 1;

/** Effects at once, by lane, so that none starves behind another. */
export const LOOK_LANE_MAX = 2;
export const LIST_LANE_MAX = 4;
export const FETCH_LANE_MAX = 6;
export const COMPANY_LANE_MAX = 2;
export const CHANGE_LANE_MAX = 3;
export const UPLOAD_LANE_MAX = 3;

/** Chunks of one upload at once: the second one fills the server's pause after the first. */
export const UPLOAD_CHUNKS_AT_ONCE_MAX = 2;

/** What all lanes together can have under way, so that none waits for a connection. */
export const CONNECTIONS_MAX =
  PUSH_LANE_MAX +
  LOOK_LANE_MAX +
  LIST_LANE_MAX +
  FETCH_LANE_MAX +
  COMPANY_LANE_MAX +
  CHANGE_LANE_MAX +
  UPLOAD_LANE_MAX * UPLOAD_CHUNKS_AT_ONCE_MAX;

/** Effects that wait for a lane: the engine never asks for so many. */
export const QUEUED_EFFECTS_MAX = 100_000;

/** Buffers of bodies that may wait for a collection; V8 does more than that from 64 MiB on. */
export const GARBAGE_BYTES_MAX = 16 * MIB;

/** Progress of a fetch is told after this many bytes or milliseconds, whichever comes first. */
export const FETCH_PROGRESS_BYTES = 256 * KIB;
export const FETCH_PROGRESS_MS = 10;

// --- embedded Nuage, for the demo and the tests ---

/** Requests remembered for tests; the oldest go first. */
export const DEMO_REQUEST_LOG_MAX = 20_000;

/** Changes of this time are told of together; the real server gathers some seconds. */
export const DEMO_PUSH_GATHER_MS = 1_000;

/** The folder on the disk is compared for those who listen, and they are pinged, this often. */
export const DEMO_PUSH_LOOK_MS = 200;
export const DEMO_PUSH_PING_MS = 30_000;

/** Who does not log in within this is sent away. */
export const DEMO_PUSH_LOGIN_MS_MAX = 15_000;

/** A name, a password, or a wish. */
export const DEMO_SOCKET_MESSAGE_BYTES_MAX = 64 * KIB - 1;

/** Request bodies in XML: a PROPFIND with every known property is 4 KiB. */
export const DEMO_XML_BODY_BYTES_MAX = 1 * MIB;

/** A PUT reaches the disk in pieces of this size, as through nginx: a cut one loses the rest. */
export const DEMO_PUT_PIECE_BYTES = 512 * KIB;

/** Piece of a file read for a GET: large, so that one core serves more than 500 MB/s. */
export const DEMO_GET_PIECE_BYTES = 1 * MIB;

/** Text of a listing that is gathered before it is written to the socket. */
export const DEMO_LISTING_PIECE_CHARS = 256 * KIB;

/** Folders whose watch might have lost an event are compared with the disk this often. */
export const DEMO_FOLDER_CHECK_MS = 5_000;

/** Sessions of the cookies handed out; the oldest go first. */
export const DEMO_SESSIONS_MAX = 1_000;

/** Rules that wait for a matching request. */
export const DEMO_FAULT_RULES_MAX = 1_000;

/** The journal of file ids is rewritten once it holds this many lines per living file. */
export const DEMO_JOURNAL_LINES_PER_NODE_MAX = 4;
export const DEMO_JOURNAL_LINES_MIN = 10_000;

/** One part of a bulk upload is held in memory; clients send small files this way. */
export const DEMO_BULK_BODY_BYTES_MAX = 256 * MIB;

// --- kernel protocol ---

/** Requests that wait in the session; each blocks a process, so a machine never has so many. */
export const PARKED_REQUESTS_MAX = 10_000;

/** Bytes of copied requests that wait: writes of 1 MiB each that wait for room or a base. */
export const PARKED_BYTES_MAX = 256 * MIB;

/** Asynchronous requests (read-ahead, write-back) that the kernel sends at once; its default, 12,
 * stalls a reader that waits for the network. */
export const FUSE_BACKGROUND_MAX = 64;

/** From here on the kernel counts the mount as congested: three quarters, as the kernel itself. */
export const FUSE_CONGESTION_THRESHOLD = 48;

/** Longest poll of the device: what goes unnoticed otherwise is looked at once a second. */
export const LOOP_POLL_MS_MAX = 1_000;

/** Requests served between two looks at wake-ups and timers: some milliseconds of work. */
export const LOOP_BATCH_REQUESTS_MAX = 16;

/**
 * The device is asked again for so long before the thread sleeps: a caller that goes on at once
 * needs some ten microseconds, and to wake a processor from its sleep costs about as much as this.
 */
export const LOOP_SPIN_MS = 0.05;

/** Notifications that wait for the kernel; a whole tree of changes fits, memory stays small. */
export const NOTIFICATIONS_QUEUED_MAX = 65_536;

/** The notifier's buffer at first: all but a STORE fits; it grows for that. */
export const NOTIFICATION_BUFFER_FIRST_BYTES = 64 * KIB;

/** Bytes of these, since STORE carries data. */
export const NOTIFICATION_BYTES_QUEUED_MAX = 16 * MIB;

/**
 * A mount that does not answer a statfs in this time is alive but busy. A machine with much to do
 * takes seconds to start the process that asks.
 */
export const MOUNT_PROBE_MS_MAX = 5_000;

/** fusermount3 only opens a device and mounts: it never needs this long. */
export const FUSERMOUNT_MS_MAX = 20_000;

/** A rename or removal waits this long at most for what may follow it. */
export const NAMESPACE_DELAY_MS_MAX = 1_000;

/** Changes looked at to find whether they wait for each other in a ring; users make small ones. */
export const PLAN_RING_NODES_MAX = 256;

/** Pause between two searches for what may be sent: each looks at up to thousands of rows. */
export const PLAN_SCAN_PAUSE_MS = 200;

/** Pending nodes that one round looks at before it lets the kernel be served. */
export const PLAN_ROUND_NODES_MAX = 4_096;

/** An upload whose bytes are still being fetched is looked at again after this. */
export const FILL_CHECK_MS = 200;

/** The removal of a folder that waits for listings is looked at again after this. */
export const LISTED_CHECK_MS = 200;

// --- what the kernel sees ---

/** The kernel keeps names and attributes this long: what changes elsewhere is pushed to it. */
export const ENTRY_VALID_MS = 300_000;
export const ATTRIBUTES_VALID_MS = 300_000;
/**
 * Of a folder: the kernel asks for nothing else while somebody walks through known folders, and who
 * does it wants to see what has changed on the server.
 */
export const FOLDER_ATTRIBUTES_VALID_MS = 20_000;

/** What `df` shows as free where the server sets no limit: 8 EiB would overflow some programs. */
export const UNLIMITED_BYTES = 1024 * 1024 * 1024 * MIB;

/** As on Linux file systems (XATTR_NAME_MAX, XATTR_SIZE_MAX). */
export const XATTR_NAME_BYTES_MAX = 255;
export const XATTR_VALUE_BYTES_MAX = 64 * KIB;

/** A smaller copy is made here sooner than the server answers to one (0.3 s were seen). */
export const SERVER_COPY_BYTES_MIN = 256 * KIB;

/**
 * A copy waits so long for its new folder, which takes the server a fraction of a second; when the
 * queue is busy with more, it is made here.
 */
export const SERVER_COPY_FOLDER_WAIT_MS_MAX = 10_000;

/** One turn of copy_file_range and of zeroing; the kernel or the program asks for the rest. */
export const COPY_PIECE_BYTES = 1 * MIB;

/** A hole is written as zeros, during which nobody else is served: about a tenth of a second. */
export const ZEROED_BYTES_MAX = 256 * MIB;

/** Fetched blocks are remembered, a quota is asked for again, the cache is measured after this. */
export const CACHE_FLUSH_MS = 5_000;
export const QUOTA_REFRESH_MS = 120_000;
export const CACHE_CHECK_MS = 1_000;

/** Changes that `status` names one by one. */
export const STATUS_CHANGES_MAX = 100;

/** Conflicts and unsent changes that are named one by one. */
export const CONFLICTS_SHOWN_MAX = 1_000;

/** What `trash` names one by one; all that it holds is searched. */
export const TRASH_SHOWN_MAX = 1_000;

/** Fewer deletions than this are nobody's accident, whatever share of a small account they are. */
export const RUNAWAY_ENTRIES_MIN = 50;

/** Deleting more of the account than this asks first. */
export const RUNAWAY_SHARE_DEFAULT = 0.3;

/** Deletions that were sent count towards the next ones for so long: a slow accident is one too. */
export const RUNAWAY_MEMORY_MS = 600_000;

/** How much is deleted is counted again after this, or so many changes: some ms for 10,000. */
export const RUNAWAY_COUNTED_MS = 500;
export const RUNAWAY_CHANGES_MAX = 25;

/** Deletions wait for those that follow, so that a folder goes as one request; at most so long. */
export const REMOVAL_BURST_MS_MAX = 10_000;

// --- remote: uploads, changes, answers ---

/** The oldest Nextcloud that is still met in schools; the answers of older ones are not known. */
export const NEXTCLOUD_MAJOR_MIN = 25;

/** A Nextcloud's own default for `files.chunked_upload.max_size`. */
export const CHUNK_BYTES_SERVER_DEFAULT = 100 * MIB;

/** An upload starts over with smaller chunks (100 MiB halved to 1) or in a folder swept away. */
export const UPLOAD_RESTARTS_MAX = 8;

/** A server that stored other bytes twice will not do better the third time. */
export const WRITES_OF_ONE_UPLOAD_MAX = 2;

/** Smaller files are hashed sooner than one could be asked to hash them. */
export const HASH_AHEAD_FILE_BYTES_MIN = 8 * MIB;

/** A large file is hashed this long before its upload may begin: until then it may change yet. */
export const HASH_AHEAD_MS = 1_000;

/** Files whose hashes are kept for their upload. */
export const HASHES_AHEAD_MAX = 4;

/** Hashing a slice holds up the main thread for 3 ms at most. */
export const HASH_SLICE_BYTES = 1 * MIB;

/** Moving a large folder between storages, or to the trash, copies it on the server. */
export const CHANGE_ANSWER_TIMEOUT_MS = 120_000;

/** Items of a list of the capabilities: forbidden names and the like. */
export const REMOTE_LIST_ITEMS_MAX = 1_000;

// --- commands and the mounted process ---

/** The address of a Unix socket has room for 104 bytes on macOS, 108 on Linux. */
export const SOCKET_PATH_BYTES_MAX = 100;

/** A request over the control socket is one short line. */
export const CONTROL_LINE_BYTES_MAX = 64 * KIB;

/** Its answer names {@link STATUS_CHANGES_MAX} changes, each with a path of up to 4 KiB. */
export const CONTROL_ANSWER_CHARS_MAX = 4 * MIB;

/** The log is turned over at this size; so many are kept, the present one included. */
export const LOG_FILE_BYTES_MAX = 5 * MIB;
export const LOG_FILES_KEPT = 3;

/** A login session gives its programs about this long to end. */
export const FLUSH_AT_END_MS_MAX = 10_000;

/** The kernel's first request comes at once; a machine in trouble needs seconds. */
export const MOUNT_ANSWER_MS_MAX = 20_000;

/** Connecting before the first mount: the user waits in front of it. */
export const FIRST_CONNECT_MS_MAX = 20_000;

/** A known account is mounted when it answers; a refused password is still waited for this long. */
export const REFUSAL_WAIT_MS_MAX = 300;

/** The background process reports within this, or is taken for stuck. */
export const BACKGROUND_START_MS_MAX = 60_000;

/** Programs that still use the folder when the mount ends get this long to let go of it. */
export const LET_GO_MS_MAX = 2_000;

/** An unmounted process has a database to close and connections to end. */
export const ENDING_MS_MAX = 20_000;

/** The embedded server writes its journal and closes its connections. */
export const EMBEDDED_END_MS_MAX = 5_000;

/** How often `unmount` looks whether the process has gone, and `sync` says what is left. */
export const ENDING_LOOK_MS = 50;
export const PROGRESS_MS = 1_000;

/** `pin` looks often at first: a small file is here at once. */
export const PIN_POLL_FIRST_MS = 50;

/** The demonstration polls often, so that a change in the server's folder is soon seen. */
export const DEMO_POLL_MS = 2_000;
export const DEMO_UPLOAD_DELAY_MS = 500;

/** A mount answers `status` at once; one that does not is stuck. */
export const STATUS_ANSWER_MS_MAX = 10_000;

/** As many as the kernel follows (MAXSYMLINKS). */
export const SYMLINKS_FOLLOWED_MAX = 40;

/** Below this the database itself is in danger. */
export const DOCTOR_FREE_BYTES_MIN = 100 * MIB;

/** One large file more, and uploads fail. */
export const DOCTOR_QUOTA_BYTES_MIN = 100 * MIB;

/** The usual hard limit is 4,096 or far more. */
export const OPEN_FILES_MIN = 4_096;

/** Beyond it certificates and times of files are in danger. */
export const CLOCK_DIFFERENCE_MS_MAX = 60_000;

/** Of the log, in the file for support. */
export const SUPPORT_LOG_LINES_MAX = 200;

/** `log`: what fills a screen or two, and how often it looks for more. */
export const LOG_LINES_SHOWN = 50;
export const LOG_FOLLOW_MS = 500;

/** `gsettings` answers in some milliseconds, unless something is very wrong with the desktop. */
export const DESKTOP_SETTINGS_MS_MAX = 3_000;
/** Where GNOME names a proxy without one. */
export const GNOME_PROXY_PORT = 8_080;

/** Ranges of `status --metrics`: answers out of memory, of the disk, of the server, and stalls. */
export const OPERATION_SECONDS_BOUNDS: readonly number[] = [
  0.00005, 0.0002, 0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10, 30,
];
/** From one round trip to the patience that we have. */
export const REQUEST_SECONDS_BOUNDS: readonly number[] = [
  0.005, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
];

/** `systemctl start` waits until the mount answers, which the unit limits to 90 s. */
export const SYSTEMCTL_MS_MAX = 100_000;

/** V8 gives each thread a nursery that it lets grow to 16 MiB; ours need little. */
export const NURSERY_MIB = 2;

export const CACHE_BYTES_DEFAULT = 10 * 1024 * MIB;
export const POLL_INTERVAL_MS_DEFAULT = 30_000;
export const UPLOAD_DELAY_MS_DEFAULT = 2_000;

/** Formatted dates kept, since the files of one listing share many. */
export const DEMO_HTTP_DATES_MAX = 10_000;

/** Longest path below the user's root that a Nextcloud takes. */
export const DEMO_PATH_BYTES_MAX = 4_000;

/** `X-OC-MTime` must be above. */
export const DEMO_MTIME_MIN_S = 86_400;

/** The rest of a body that nobody wants: a longer one costs more than a new connection. */
export const DISCARD_BYTES_MAX = 64 * KIB;

/** Pieces in which a listing is handed to the parser. */
export const XML_PIECE_BYTES = 64 * KIB;

/** As a Nextcloud announces it by default. */
export const DEMO_CHUNK_BYTES_MAX = 100 * MIB;

/** As common web servers: an idle connection, and the head of a request. */
export const DEMO_KEEP_ALIVE_MS = 75_000;
export const DEMO_HEADERS_MS_MAX = 60_000;

/** Whose rows change with a move into the trash or out of it: one synchronous step. */
export const MOVED_ENTRIES_MAX = 10_000;

/** Programs of which it is known how much they have read; a desktop has fewer that would. */
export const READERS_MAX = 64;

/** Processes whose names are remembered, and for how long: ids are used again. */
export const PROCESSES_KNOWN_MAX = 256;
export const PROCESS_NAME_VALID_MS = 5_000;

/** Programs named by `status` for people: those who have read most. */
export const STATUS_READERS_MAX = 5;
