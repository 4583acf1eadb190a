/** What other threads and commands ask the engine, and its answers, by the name of the question. */
import { NuageError } from '../errors.js';
import type { Checked } from '../fs/cache-check.js';
import { type CacheReport, cacheReport, type Cleared } from '../fs/cache-jobs.js';
import type { Engine } from '../fs/engine.js';
import type { PinProgress } from '../sync/pinning.js';

export type EngineQuestion =
  | { readonly op: 'cache' }
  /** `ino`: of the file or folder whose content is given up. */
  | { readonly op: 'cache-clear'; readonly ino: number }
  | { readonly op: 'cache-check' }
  | { readonly op: 'pin'; readonly ino: number }
  | { readonly op: 'unpin'; readonly ino: number }
  | { readonly op: 'pin-progress'; readonly ino: number };

export interface EngineAnswers {
  cache: CacheReport;
  'cache-clear': Cleared;
  'cache-check': Checked;
  pin: PinProgress;
  /** Of what is not pinned any more. */
  unpin: { readonly path: string };
  'pin-progress': PinProgress;
}

export type EngineAnswer = EngineAnswers[EngineQuestion['op']];

/** Calls `answer` once, now or later. @throws NuageError, and then never calls it. */
export function answerQuestion(
  engine: Engine,
  question: EngineQuestion,
  answer: (answer: EngineAnswer) => void,
): void {
  const { context, cacheJobs } = engine;
  const { pinning } = context.sync;
  switch (question.op) {
    case 'cache':
      answer(cacheReport(context));
      return;
    case 'cache-clear':
      pathOf(engine, question.ino);
      cacheJobs.clear(question.ino, answer);
      return;
    case 'cache-check':
      cacheJobs.check(answer);
      return;
    case 'pin':
      pathOf(engine, question.ino);
      pinning.pin(question.ino);
      context.durability.changed();
      answer(progressOf(engine, question.ino));
      return;
    case 'unpin': {
      const path = pathOf(engine, question.ino);
      pinning.unpin(question.ino);
      context.durability.changed();
      answer({ path });
      return;
    }
    case 'pin-progress':
      answer(progressOf(engine, question.ino));
      return;
  }
}

function pathOf({ context }: Engine, ino: number): string {
  const path = context.tree.path(ino);
  if (path !== undefined) return path;
  throw new NuageError('not-found', 'there is no such file or folder any more');
}

function progressOf({ context }: Engine, ino: number): PinProgress {
  const progress = context.sync.pinning.progress(ino);
  if (progress !== undefined) return progress;
  throw new NuageError('not-found', 'it is not pinned any more');
}
