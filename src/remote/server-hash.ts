/**
 * The hash that the server computes over what it holds: `PATCH` with `X-Recalculate-Hash`
 * (announced as `nextcloud-checksum-update`). It leaves ETag and times as they are.
 */
import { NuageError } from '../errors.js';
import { ASSEMBLY_ANSWER_TIMEOUT_MS, ASSEMBLY_ANSWER_TIMEOUT_MS_PER_GIB } from '../limits.js';
import type { DavContext } from './dav-context.js';
import { checksumOf } from './properties.js';

const GIB = 1024 ** 3;

/** First byte of an answer for which the server has to go through so many bytes. */
export function bulkAnswerTimeoutMs(bytes: number): number {
  return ASSEMBLY_ANSWER_TIMEOUT_MS + (bytes / GIB) * ASSEMBLY_ANSWER_TIMEOUT_MS_PER_GIB;
}

/**
 * @returns SHA-256 in lower-case hex; undefined where the server cannot tell, or tells it of
 * another version by now.
 * @throws kind `server` also where no answer comes in time: such tries are counted.
 */
export async function serverHash(
  context: DavContext,
  version: { readonly path: string; readonly etag: string; readonly size: number },
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const { path, etag, size } = version;
  try {
    const answer = await context.http.send({
      method: 'PATCH',
      address: context.files.address(path),
      headers: { 'x-recalculate-hash': 'sha256', 'if-match': `"${etag}"` },
      signal,
      answerTimeoutMs: bulkAnswerTimeoutMs(size),
      isRepeatable: true,
      expected: [204],
      path,
    });
    await answer.discard();
    const [algorithm, hash] = checksumOf(answer.header('oc-checksum')).split(':');
    return algorithm === 'SHA256' ? hash : undefined;
  } catch (error) {
    if (!(error instanceof NuageError)) throw error;
    if (CANNOT_TELL.has(error.kind)) return undefined;
    if (error.kind !== 'timeout') throw error;
    // The line may stand: it is this file that takes too long.
    const details = { op: 'PATCH', path, cause: error };
    throw new NuageError('server', 'the server does not come to an end with its hash', details);
  }
}

const CANNOT_TELL: ReadonlySet<string> = new Set([
  'not-supported',
  'forbidden',
  'not-found',
  'precondition',
  'invalid-argument',
]);
