/**
 * Who we are on which server: `status.php`, the user and the capabilities of OCS, the quota. All
 * of it is checked field by field; what is missing gets the default of a plain Nextcloud.
 */
import { NuageError, type ErrorDetails } from '../errors.js';
import {
  CHUNK_BYTES_SERVER_DEFAULT,
  JSON_BODY_BYTES_MAX,
  NEXTCLOUD_MAJOR_MIN,
  REMOTE_LIST_ITEMS_MAX,
  REMOTE_TOKEN_CHARS_MAX,
} from '../limits.js';
import type { HttpAnswer } from './answer.js';
import { unexpectedAnswer, type HttpClient } from './http.js';
import { numberAt, objectAt, stringAt, stringsAt, type Json } from './json.js';
import { refusalOfName } from './paths.js';
import type { Quota, ServerInfo } from './remote.js';
import { pageAddress, rebased } from './server-address.js';

const STATUS = 'status.php';
const USER = 'ocs/v2.php/cloud/user?format=json';
const CAPABILITIES = 'ocs/v2.php/cloud/capabilities?format=json';

export interface Identity {
  readonly userId: string;
  readonly displayName: string;
}

/**
 * Asks, without telling who asks, whether a Nextcloud stands there and is at work.
 * @throws kinds `protocol` for another server, `maintenance`, `not-supported` for an old version.
 */
export async function checkServer(http: HttpClient, signal: AbortSignal): Promise<string> {
  const details = { op: 'connect' };
  const status = await statusOf(http, signal, details);
  const version = stringAt(status, 'versionstring') ?? stringAt(status, 'version');
  if (version === undefined || status['installed'] !== true) throw noNextcloud(details);
  if (status['maintenance'] === true) {
    throw new NuageError('maintenance', 'the server is being maintained', details);
  }
  const major = Number(/^(\d{1,4})\./.exec(version)?.[1] ?? 0);
  if (major < NEXTCLOUD_MAJOR_MIN) {
    throw new NuageError('not-supported', `this Nextcloud is too old (${printable(version)})`, {
      ...details,
      hint: `Version ${NEXTCLOUD_MAJOR_MIN} or newer is needed.`,
    });
  }
  return printable(version);
}

async function statusOf(
  http: HttpClient,
  signal: AbortSignal,
  details: ErrorDetails,
): Promise<Json> {
  try {
    const answer = await ask(http, STATUS, { signal, isAnonymous: true });
    if (!answer.isWebPage) return await jsonOf(answer);
    await answer.discard();
  } catch (error) {
    const isOther = error instanceof NuageError && NOT_THERE.has(error.kind);
    throw isOther ? noNextcloud({ ...details, cause: error }) : error;
  }
  const { protocol } = http.server.origin;
  // Without TLS, the gate of a guest network can answer in anybody's name.
  throw noNextcloud(details, protocol === 'http:' ? ' Or log in to this network first.' : '');
}

const NOT_THERE: ReadonlySet<string> = new Set([
  'not-found',
  'protocol',
  'forbidden',
  // Nobody has been told a password yet, and a Nextcloud does not ask for it here.
  'unauthenticated',
  'not-supported',
]);

const ADDRESS = 'Check the address, as the browser shows it up to the first /index.php or /apps.';

function noNextcloud(details: ErrorDetails, more = ''): NuageError {
  const hint = `${ADDRESS}${more}`;
  return new NuageError('protocol', 'there is no Nextcloud at this address', { ...details, hint });
}

/** @throws kind `unauthenticated` where the password is refused. */
export async function fetchIdentity(http: HttpClient, signal: AbortSignal): Promise<Identity> {
  const user = await getOcs(http, USER, signal);
  const userId = stringAt(user, 'id');
  if (userId === undefined || refusalOfName(userId) !== undefined) {
    throw new NuageError('protocol', 'the server does not say who we are', { op: 'connect' });
  }
  const displayName = stringAt(user, 'displayname') ?? stringAt(user, 'display-name') ?? userId;
  return { userId, displayName: printable(displayName) };
}

/** The exact figures; those of PROPFIND are up to five minutes old. */
export async function fetchQuota(http: HttpClient, signal: AbortSignal): Promise<Quota> {
  const user = await getOcs(http, USER, signal);
  const quota = objectAt(user, 'quota') ?? {};
  const limit = numberAt(quota, 'quota') ?? -1;
  const free = numberAt(quota, 'free') ?? -1;
  const used = Math.max(numberAt(quota, 'used') ?? 0, 0);
  // Negative limits are names: -3 unlimited, -2 unknown. A used-up one has a negative `free`.
  return { used, available: limit < 0 ? undefined : Math.max(free, 0) };
}

export async function fetchCapabilities(
  http: HttpClient,
  signal: AbortSignal,
): Promise<Omit<ServerInfo, 'userId' | 'displayName' | 'version'>> {
  const data = await getOcs(http, CAPABILITIES, signal);
  const capabilities = objectAt(data, 'capabilities') ?? {};
  const files = objectAt(capabilities, 'files') ?? {};
  const chunked = objectAt(files, 'chunked_upload') ?? {};
  const dav = objectAt(capabilities, 'dav') ?? {};
  const push = objectAt(objectAt(capabilities, 'notify_push') ?? {}, 'endpoints') ?? {};
  const list = (name: string): string[] =>
    stringsAt(files, name, REMOTE_LIST_ITEMS_MAX).map((item) => item.toLowerCase());
  const pushUrl = stringAt(push, 'websocket');
  return {
    chunkBytesMax: positive(numberAt(chunked, 'max_size')) ?? CHUNK_BYTES_SERVER_DEFAULT,
    parallelChunksMax: positive(numberAt(chunked, 'max_parallel_count')) ?? 1,
    bulkUpload: stringAt(dav, 'bulkupload') !== undefined,
    forbiddenNames: list('forbidden_filenames'),
    forbiddenBasenames: list('forbidden_filename_basenames'),
    forbiddenCharacters: list('forbidden_filename_characters'),
    forbiddenExtensions: list('forbidden_filename_extensions'),
    keepsDeleted: files['undelete'] === true,
    locksFiles: stringAt(files, 'locking') !== undefined,
    pushUrl: pushUrl === undefined ? undefined : rebased(http.server, pushUrl)?.href,
  };
}

async function getOcs(http: HttpClient, page: string, signal: AbortSignal): Promise<Json> {
  const answer = await ask(http, page, { signal, isAnonymous: false });
  const data = objectAt(objectAt(await jsonOf(answer), 'ocs') ?? {}, 'data');
  if (data !== undefined) return data;
  throw new NuageError('protocol', 'the answer is not what was asked', { op: 'GET' });
}

interface Asking {
  readonly signal: AbortSignal;
  readonly isAnonymous: boolean;
}

function ask(http: HttpClient, page: string, asking: Asking): Promise<HttpAnswer> {
  return http.send({
    method: 'GET',
    address: pageAddress(http.server, page),
    headers: { accept: 'application/json' },
    isRepeatable: true,
    expected: [200],
    ...asking,
  });
}

async function jsonOf(answer: HttpAnswer): Promise<Json> {
  const details = { op: 'GET' };
  if (!/\bjson\b/i.test(answer.header('content-type') ?? '')) {
    await answer.discard();
    throw unexpectedAnswer(answer, details);
  }
  const text = await answer.text(JSON_BODY_BYTES_MAX);
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw new NuageError('protocol', 'the answer is no JSON', { ...details, cause: error });
  }
  const object = objectAt({ parsed }, 'parsed');
  if (object === undefined) throw unexpectedAnswer(answer, details);
  return object;
}

function positive(value: number | undefined): number | undefined {
  return value !== undefined && value > 0 ? Math.floor(value) : undefined;
}

/** Ends up on terminals. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, '').slice(0, REMOTE_TOKEN_CHARS_MAX);
}
