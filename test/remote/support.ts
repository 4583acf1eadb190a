/** A server that answers as a test tells it, and an account on it. */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { createHash, randomBytes } from 'node:crypto';
import { expect, onTestFinished } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { NuageError, type ErrorKind } from '../../src/errors.js';
import { Logger, silentLogger, type LogRecord } from '../../src/log.js';
import { createNextcloud, type NextcloudOptions } from '../../src/remote/nextcloud.js';
import type {
  Remote,
  RemoteEntry,
  ServerInfo,
  UploadMetadata,
  UploadSource,
} from '../../src/remote/remote.js';

export const PASSWORD = 'sesame-ouvre-toi';
export const ROOT = '/remote.php/dav/files/prof';

export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: http.IncomingHttpHeaders;
}

export interface TestServer {
  readonly url: string;
  readonly port: number;
  readonly requests: SeenRequest[];
}

export type Handler = (request: http.IncomingMessage, response: http.ServerResponse) => void;

/** Ends with the test. */
export async function serve(handler: Handler): Promise<TestServer> {
  const requests: SeenRequest[] = [];
  const server = http.createServer((request, response) => {
    const { method = '', url = '', headers } = request;
    requests.push({ method, url, headers });
    request.on('error', () => undefined);
    handler(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, port, requests };
}

export const SERVER_INFO: ServerInfo = {
  userId: 'prof',
  displayName: 'Prof',
  version: '32.0.1',
  chunkBytesMax: 100 * 1024 * 1024,
  parallelChunksMax: 5,
  bulkUpload: false,
  keepsDeleted: true,
  locksFiles: false,
  forbiddenNames: [],
  forbiddenBasenames: [],
  forbiddenCharacters: [],
  forbiddenExtensions: [],
  pushUrl: undefined,
};

/** Ends with the test. Time-outs are short; whoever he is has been told already. */
export function remoteOn(url: string, options: Partial<NextcloudOptions> = {}): Remote {
  const remote = createNextcloud({
    url,
    user: 'prof',
    password: PASSWORD,
    clock: systemClock,
    logger: silentLogger,
    random: () => 0,
    server: SERVER_INFO,
    ...options,
  });
  onTestFinished(() => remote.close());
  return remote;
}

export function loggerInto(records: LogRecord[]): Logger {
  return new Logger('test', (record) => records.push(record));
}

export function never(): AbortSignal {
  return new AbortController().signal;
}

export interface RowFields {
  readonly href: string;
  readonly folder?: boolean;
  readonly id?: string;
  readonly etag?: string;
  readonly size?: string;
  readonly mtime?: string;
  readonly extra?: string;
}

/** One `response` as a Nextcloud writes it. */
export function row(fields: RowFields): string {
  const { href, folder = false, id = '7', etag = '"abc"', size = '3' } = fields;
  const mtime = fields.mtime ?? 'Tue, 14 Nov 2023 22:13:20 GMT';
  return (
    `<d:response><d:href>${href}</d:href><d:propstat><d:prop><d:getetag>${etag}</d:getetag>` +
    `<d:getlastmodified>${mtime}</d:getlastmodified><oc:fileid>${id}</oc:fileid>` +
    `<oc:permissions>RGDNVW</oc:permissions>` +
    (folder
      ? `<d:resourcetype><d:collection/></d:resourcetype><oc:size>${size}</oc:size>`
      : `<d:resourcetype/><d:getcontentlength>${size}</d:getcontentlength>`) +
    `${fields.extra ?? ''}</d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>`
  );
}

export function multistatus(...rows: readonly string[]): string {
  return (
    '<?xml version="1.0"?><d:multistatus xmlns:d="DAV:" xmlns:s="http://sabredav.org/ns" ' +
    'xmlns:oc="http://owncloud.org/ns" xmlns:nc="http://nextcloud.org/ns">' +
    `${rows.join('')}</d:multistatus>`
  );
}

/** The root's own row, which every listing of it begins with. */
export const SELF = row({ href: `${ROOT}/`, folder: true, id: '1', etag: '"root"' });

export function sendXml(response: http.ServerResponse, body: string | Buffer): void {
  response.writeHead(207, { 'content-type': 'application/xml; charset=utf-8' });
  response.end(body);
}

/** A listing of the root that holds these bytes. */
export async function listRoot(body: string | Buffer): Promise<RemoteEntry[]> {
  const server = await serve((_, response) => sendXml(response, body));
  return listAll(remoteOn(server.url), '');
}

export async function listAll(
  remote: Remote,
  path: string,
  depth: '0' | '1' | 'infinity' = '1',
): Promise<RemoteEntry[]> {
  const entries: RemoteEntry[] = [];
  await remote.list(path, depth, { take: (piece) => void entries.push(...piece) }, never());
  return entries;
}

export async function failure(promise: Promise<unknown>): Promise<NuageError> {
  try {
    await promise;
  } catch (error) {
    expect(error).toBeInstanceOf(NuageError);
    return error as NuageError;
  }
  throw new Error('it was expected to fail');
}

export async function kindOf(promise: Promise<unknown>): Promise<ErrorKind> {
  return (await failure(promise)).kind;
}

export function sourceOf(bytes: Uint8Array): UploadSource {
  return {
    read: (offset, into) => into.set(bytes.subarray(offset, offset + into.length)),
  };
}

export function uploadOf(bytes: Uint8Array, fields: Partial<UploadMetadata> = {}): UploadMetadata {
  return {
    size: bytes.length,
    mtime: 1_700_000_000,
    condition: { kind: 'absent' },
    uploadId: randomBytes(8).toString('hex'),
    wasTried: false,
    ...fields,
  };
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
