/**
 * Reads bytes of one version of a file: a GET with `If-Match`, checked down to the last byte
 * before anything counts as read. A line that breaks in the middle is taken up again where it
 * broke, of the same version. RFC 9110 §13.1.1 (If-Match), §14 (ranges).
 */
import { NuageError, type ErrorDetails } from '../errors.js';
import type { HttpAnswer } from './answer.js';
import type { DavContext } from './dav-context.js';
import { unexpectedAnswer } from './http.js';
import { sizeOf, unquoteEtag } from './properties.js';
import type { ReadRange } from './remote.js';
import { pause, retryPauseMs } from './retry.js';

export type OnData = (chunk: Uint8Array, offset: number) => void;

/** What the answer promises to carry. */
interface Promised {
  readonly start: number;
  /** Behind the last byte; undefined where the server does not say (an empty file). */
  readonly end: number | undefined;
}

/**
 * @throws kind `precondition` when this version is gone or shorter than the range, `protocol` for
 * an answer that is not of this range.
 */
export async function read(
  context: DavContext,
  path: string,
  range: ReadRange & { readonly onData: OnData },
  signal: AbortSignal,
): Promise<void> {
  const progress: Progress = { position: range.start, isStreaming: false };
  for (let failures = 0; ;) {
    const from = progress.position;
    try {
      await readOnce(context, path, { ...range, start: from, progress }, signal);
      return;
    } catch (error) {
      if (!(error instanceof NuageError) || !progress.isStreaming) throw error;
      if (range.end !== undefined && progress.position >= range.end) return;
      // Whoever brings bytes may break as often as it likes; only standing still is counted.
      failures = progress.position > from ? 1 : failures + 1;
      const pauseMs = retryPauseMs(error, failures, context.random);
      if (pauseMs === undefined) throw error;
      await pause(pauseMs, signal);
    }
  }
}

interface Progress {
  /** Bytes before it have been handed on. */
  position: number;
  /** The head of the last answer was right: what fails now is the line. */
  isStreaming: boolean;
}

type Reading = ReadRange & { readonly onData: OnData; readonly progress: Progress };

async function readOnce(
  context: DavContext,
  path: string,
  reading: Reading,
  signal: AbortSignal,
): Promise<void> {
  const { start, end, etag, progress } = reading;
  if (end !== undefined && end <= start) return;
  progress.isStreaming = false;
  const isWhole = start === 0 && end === undefined;
  const answer = await context.http.send({
    method: 'GET',
    address: context.files.address(path),
    headers: {
      'if-match': `"${etag}"`,
      'accept-encoding': 'identity',
      ...(isWhole ? {} : { range: `bytes=${start}-${end === undefined ? '' : end - 1}` }),
    },
    signal,
    isRepeatable: true,
    expected: [200, 206],
    path,
  });
  const details = { op: 'GET', path };
  let promised: Promised;
  try {
    promised = checkHead(answer, reading, details);
  } catch (error) {
    await answer.discard();
    throw error;
  }
  progress.isStreaming = true;
  await passOn(answer, promised, reading, details);
}

function checkHead(answer: HttpAnswer, range: ReadRange, details: ErrorDetails): Promised {
  const etag = unquoteEtag(answer.header('etag'));
  if (etag === undefined) throw unexpectedAnswer(answer, details);
  if (etag !== range.etag) {
    throw new NuageError('precondition', 'another version stands there now', details);
  }
  const coding = answer.header('content-encoding') ?? 'identity';
  if (coding !== 'identity') {
    throw new NuageError('protocol', 'the bytes come in a coding nobody asked for', details);
  }
  return answer.status === 206
    ? checkRange(answer, range, details)
    : checkWhole(answer, range, details);
}

/** 200: right for the whole file only, or for an empty one whatever the range. */
function checkWhole(answer: HttpAnswer, range: ReadRange, details: ErrorDetails): Promised {
  const { contentLength } = answer;
  if (range.start > 0) {
    throw new NuageError('protocol', 'the server sends all instead of a range', details);
  }
  if (range.end === undefined) return { start: 0, end: contentLength };
  if (contentLength === undefined || contentLength < range.end) {
    throw new NuageError('precondition', 'the version there is shorter than it was', details);
  }
  if (contentLength > range.end) {
    throw new NuageError('protocol', 'the server sends all instead of a range', details);
  }
  return { start: 0, end: contentLength };
}

/** RFC 9110 §14.4: `Content-Range: bytes 0-99/10240`. */
function checkRange(answer: HttpAnswer, range: ReadRange, details: ErrorDetails): Promised {
  const match = /^bytes (\d{1,16})-(\d{1,16})\/(\d{1,16}|\*)$/.exec(
    answer.header('content-range') ?? '',
  );
  const start = sizeOf(match?.[1]);
  const last = sizeOf(match?.[2]);
  const total = sizeOf(match?.[3]);
  if (start === undefined || last === undefined || start !== range.start || last < start) {
    throw new NuageError('protocol', 'the server sends another range', details);
  }
  const end = last + 1;
  const { contentLength } = answer;
  if (contentLength !== undefined && contentLength !== end - start) {
    throw new NuageError('protocol', 'the length is not that of the range', details);
  }
  if (end === range.end || (range.end === undefined && (total === undefined || end === total))) {
    return { start, end };
  }
  if (total !== undefined && end === total && (range.end ?? end) > end) {
    throw new NuageError('precondition', 'the version there is shorter than it was', details);
  }
  throw new NuageError('protocol', 'the server sends another range', details);
}

async function passOn(
  answer: HttpAnswer,
  promised: Promised,
  { onData, progress, gate }: Reading,
  details: ErrorDetails,
): Promise<void> {
  let offset = promised.start;
  for await (const chunk of answer.body()) {
    if (promised.end !== undefined && offset + chunk.length > promised.end) {
      throw new NuageError('protocol', 'the server sends more than it promised', details);
    }
    onData(chunk, offset);
    offset += chunk.length;
    progress.position = offset;
    if (promised.end === undefined || offset < promised.end) await gate?.wait(offset);
  }
  if (promised.end !== undefined && offset !== promised.end) {
    throw new NuageError('offline', 'the answer ends too early', details);
  }
}
