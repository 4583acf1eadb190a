/** What other threads and commands ask the engine, and its answers, by the name of the question. */
import { NuageError } from '../errors.js';
import type { Checked } from '../fs/cache-check.js';
import { type CacheReport, cacheReport, type Cleared } from '../fs/cache-jobs.js';
import { type Conflict, conflicts } from '../fs/conflicts.js';
import type { Engine } from '../fs/engine.js';
import type { Ending, Restored, Trashed } from '../fs/history.js';
import { nuageAttribute } from '../fs/nuage-attributes.js';
import type { FileVersion } from '../remote/remote.js';
import type { GivenUp } from '../sync/give-up.js';
import type { PinProgress } from '../sync/pinning.js';
import type { HeldRemovals } from '../sync/removal-guard.js';

export type EngineQuestion =
  | { readonly op: 'cache' }
  /** `ino`: of the file or folder whose content is given up. */
  | { readonly op: 'cache-clear'; readonly ino: number }
  | { readonly op: 'cache-check' }
  /** Its address in the web page. */
  | { readonly op: 'page'; readonly ino: number }
  | { readonly op: 'pin'; readonly ino: number }
  | { readonly op: 'unpin'; readonly ino: number }
  | { readonly op: 'pin-progress'; readonly ino: number }
  | { readonly op: 'trash' }
  /** `which`: a number that `trash` has told, a path, or a name. */
  | { readonly op: 'trash-restore'; readonly which: string }
  | { readonly op: 'versions'; readonly ino: number }
  /** `number`: 1 is the newest. */
  | { readonly op: 'version-restore'; readonly ino: number; readonly number: number }
  | {
      readonly op: 'version-save';
      readonly ino: number;
      readonly number: number;
      /** Absolute; there must be none of that name. */
      readonly file: string;
    }
  | { readonly op: 'conflicts' }
  /** `path`: from the root, as the user sees it or as the server knows it. */
  | { readonly op: 'retry'; readonly path: string }
  | { readonly op: 'unsent'; readonly path: string }
  | { readonly op: 'give-up'; readonly path: string }
  | { readonly op: 'deletions' }
  | { readonly op: 'deletions-confirm' }
  | { readonly op: 'deletions-undo' };

export interface EngineAnswers {
  cache: CacheReport;
  'cache-clear': Cleared;
  'cache-check': Checked;
  /** Null where the server does not have it. */
  page: { readonly url: string | null };
  pin: PinProgress;
  /** Of what is not pinned any more. */
  unpin: { readonly path: string };
  'pin-progress': PinProgress;
  trash: Trashed;
  'trash-restore': Restored;
  versions: readonly FileVersion[];
  'version-restore': FileVersion;
  'version-save': FileVersion;
  conflicts: readonly Conflict[];
  retry: { readonly count: number };
  /** What would be given up, and what was. */
  unsent: readonly GivenUp[];
  'give-up': readonly GivenUp[];
  /** What is held back; of the latter two what was. Null: nothing. */
  deletions: HeldRemovals | null;
  'deletions-confirm': HeldRemovals | null;
  'deletions-undo': HeldRemovals | null;
}

export type EngineAnswer = EngineAnswers[EngineQuestion['op']];

/** The fields of each question beside `op`, by which one that comes from outside is checked. */
export const QUESTION_FIELDS = {
  cache: {},
  'cache-clear': { ino: 'number' },
  page: { ino: 'number' },
  'cache-check': {},
  pin: { ino: 'number' },
  unpin: { ino: 'number' },
  'pin-progress': { ino: 'number' },
  trash: {},
  'trash-restore': { which: 'string' },
  versions: { ino: 'number' },
  'version-restore': { ino: 'number', number: 'number' },
  'version-save': { ino: 'number', number: 'number', file: 'string' },
  conflicts: {},
  retry: { path: 'string' },
  unsent: { path: 'string' },
  'give-up': { path: 'string' },
  deletions: {},
  'deletions-confirm': {},
  'deletions-undo': {},
} as const satisfies {
  readonly [Op in EngineQuestion['op']]: Readonly<
    Record<Exclude<keyof Extract<EngineQuestion, { readonly op: Op }>, 'op'>, 'number' | 'string'>
  >;
};

/** Ends once, by one of the two, now or later. */
export function answerQuestion(
  engine: Engine,
  question: EngineQuestion,
  ending: Ending<EngineAnswer>,
): void {
  try {
    answerNow(engine, question, ending);
  } catch (error) {
    if (!(error instanceof NuageError)) throw error;
    ending.failed(error);
  }
}

function answerNow(engine: Engine, question: EngineQuestion, ending: Ending<EngineAnswer>): void {
  const { context, cacheJobs, history, refusals } = engine;
  const { done: answer } = ending;
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
    case 'page':
      answer({ url: pageOf(engine, question.ino) });
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
    case 'trash':
      history.trash(ending);
      return;
    case 'trash-restore':
      history.restoreTrashed(question.which, ending);
      return;
    case 'versions':
      history.versions(question.ino, ending);
      return;
    case 'version-restore':
      history.restoreVersion(question.ino, question.number, ending);
      return;
    case 'version-save':
      history.saveVersion(question.ino, question, ending);
      return;
    case 'conflicts':
      answer(conflicts(context));
      return;
    case 'retry':
      answer({ count: refusals.retry(question.path) });
      return;
    case 'unsent':
      answer(refusals.unsent(question.path));
      return;
    case 'give-up':
      answer(refusals.giveUp(question.path));
      return;
    case 'deletions':
    case 'deletions-confirm':
    case 'deletions-undo':
      answer(answerDeletions(engine, question.op));
      return;
  }
}

/** What was held before it was decided on. */
function answerDeletions(
  { context }: Engine,
  op: 'deletions' | 'deletions-confirm' | 'deletions-undo',
): HeldRemovals | null {
  const { removals, uploader } = context.sync;
  const held = removals.held() ?? null;
  if (held === null || op === 'deletions') return held;
  if (op === 'deletions-confirm') removals.confirm();
  else removals.takeBack();
  context.durability.changed();
  uploader.planSoon(0);
  return held;
}

function pageOf({ context }: Engine, ino: number): string | null {
  const node = context.openFiles.view(ino);
  const url = node && nuageAttribute(context, node, 'user.nuage.url');
  return url === undefined ? null : Buffer.from(url).toString('utf8');
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
