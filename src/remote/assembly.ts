/**
 * The final MOVE of a chunked upload. A server goes on assembling after the client or a proxy has
 * given up on the answer, and answers 423 meanwhile; so a lost answer is looked up, and never a
 * reason to send the bytes again.
 */
import { type BackOff, backOffMs } from '../back-off.js';
import { NuageError } from '../errors.js';
import {
  ASSEMBLY_POLL_FIRST_MS,
  ASSEMBLY_POLL_MS_MAX,
  ASSEMBLY_WAIT_MS_MAX,
  SAFE_TRIES_MAX,
} from '../limits.js';
import { adopt } from './adopt.js';
import type { DavContext } from './dav-context.js';
import { jittered, pause } from './retry.js';
import { bulkAnswerTimeoutMs } from './server-hash.js';
import { isOutcomeUnknown } from './settle.js';
import { metadataHeaders, outcomeOf, type Upload, type WriteOutcome } from './write-outcome.js';

const POLL_PAUSES: BackOff = { firstMs: ASSEMBLY_POLL_FIRST_MS, maxMs: ASSEMBLY_POLL_MS_MAX };

/** @throws kind `precondition` where the condition fails or the folder is gone without trace. */
export async function assemble(
  context: DavContext,
  upload: Upload,
  folder: string,
): Promise<WriteOutcome> {
  // Reads nothing, but throws when the content has changed since its bytes were sent.
  upload.source.read(0, new Uint8Array(0));
  let waitedMs = 0;
  let wasAnswerLost = false;
  for (let tries = 1; ; tries += 1) {
    try {
      return await moveIntoPlace(context, upload, folder);
    } catch (error) {
      if (!(error instanceof NuageError)) throw error;
      if (error.kind === 'precondition' || error.kind === 'not-found') {
        return await adoptOr(context, upload, refused(upload, error));
      }
      wasAnswerLost ||= isAnswerLost(error);
      if (!mayGoOn(error, { tries, waitedMs, wasAnswerLost })) throw error;
      const pauseMs = jittered(backOffMs(tries - 1, POLL_PAUSES), context.random);
      waitedMs += pauseMs;
      await pause(pauseMs, upload.signal);
    }
    const done = await adopt(context, upload);
    if (done !== undefined) return done;
  }
}

async function moveIntoPlace(
  context: DavContext,
  upload: Upload,
  folder: string,
): Promise<WriteOutcome> {
  const { path, condition, signal, size } = upload;
  const destination = context.files.url(path);
  const answer = await context.http.send({
    method: 'MOVE',
    address: context.uploads.address(`${folder}/.file`),
    headers: {
      ...metadataHeaders(upload),
      destination,
      // `If-Match` would speak of `.file`; RFC 4918 §10.4 tags the state of another resource.
      ...(condition.kind === 'absent'
        ? { overwrite: 'F' }
        : { overwrite: 'T', if: `<${destination}> (["${condition.etag}"])` }),
    },
    signal,
    answerTimeoutMs: bulkAnswerTimeoutMs(size),
    isRepeatable: false,
    expected: [201, 204],
    path,
  });
  await answer.discard();
  return outcomeOf(context, upload, answer);
}

async function adoptOr(
  context: DavContext,
  upload: Upload,
  otherwise: NuageError,
): Promise<WriteOutcome> {
  const ours = await adopt(context, upload);
  if (ours === undefined) throw otherwise;
  return ours;
}

function refused(upload: Upload, cause: NuageError): NuageError {
  return new NuageError('precondition', 'the server has another version by now', {
    op: 'PUT',
    path: upload.path,
    cause,
  });
}

function isAnswerLost(error: NuageError): boolean {
  return error.kind === 'timeout' || error.kind === 'offline';
}

/** Once an answer was lost, a lock is most likely our own assembly, which may take its time. */
function mayGoOn(
  error: NuageError,
  state: { readonly tries: number; readonly waitedMs: number; readonly wasAnswerLost: boolean },
): boolean {
  if (error.kind !== 'locked' && !isOutcomeUnknown(error)) return false;
  const isOurs = state.wasAnswerLost && (error.kind === 'locked' || isAnswerLost(error));
  return isOurs ? state.waitedMs < ASSEMBLY_WAIT_MS_MAX : state.tries < SAFE_TRIES_MAX;
}
