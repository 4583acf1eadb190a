/** The rows and columns of the fault matrix. */
import type { FaultAction, FaultRule } from '../../src/demo/faults.js';

/** Which requests an operation of the protocol is. */
export const OPERATIONS = {
  PUT: { method: 'PUT', path: '/dav/files/' },
  chunk: { method: 'PUT', path: '/dav/uploads/' },
  POST: { method: 'POST', path: '/dav/bulk$' },
  COPY: { method: 'COPY' },
  MOVE: { method: 'MOVE' },
  MKCOL: { method: 'MKCOL' },
  DELETE: { method: 'DELETE' },
  GET: { method: 'GET', path: '/dav/files/' },
  PROPFIND: { method: 'PROPFIND' },
  SEARCH: { method: 'SEARCH' },
} as const satisfies Record<string, Pick<FaultRule, 'method' | 'path'>>;

export type Operation = keyof typeof OPERATIONS;

const STATUSES = [401, 403, 404, 409, 412, 413, 423, 500, 502, 503, 504, 507];

const html = { 'content-type': 'text/html; charset=utf-8' };
const xml = { 'content-type': 'application/xml; charset=utf-8' };

/** Beside the answers of a server, which are named by their status. */
const LINE_FAULTS: Readonly<Record<string, FaultAction>> = {
  'reset before the body': { kind: 'drop', at: 'before' },
  'reset in the body': { kind: 'drop', at: 'request-body', bytes: 10 },
  'reset in the answer': { kind: 'drop', at: 'response-body', bytes: 10 },
  'lost answer': { kind: 'drop', at: 'answer' },
  hang: { kind: 'hang', at: 'before' },
  'hang after the deed': { kind: 'hang', at: 'answer' },
  drip: { kind: 'drip', bytes: 16, everyMs: 40 },
  truncated: { kind: 'truncate', bytes: 20 },
  'a page of a portal': {
    kind: 'respond',
    status: 200,
    headers: html,
    body: '<!doctype html><title>Connectez-vous</title>',
  },
  'an empty listing': {
    kind: 'respond',
    status: 207,
    headers: xml,
    body: '<?xml version="1.0"?><d:multistatus xmlns:d="DAV:"/>',
  },
};

export const FAULTS: ReadonlyMap<string, FaultAction> = new Map([
  ...STATUSES.map((status): [string, FaultAction] => [`${status}`, { kind: 'respond', status }]),
  ...Object.entries(LINE_FAULTS),
]);
