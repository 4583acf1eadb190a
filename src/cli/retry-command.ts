/** `retry` and `discard`: what to do about changes that the server does not take. */
import fs from 'node:fs/promises';
import path from 'node:path';
import { codeOf } from '../errors.js';
import type { GivenUp } from '../sync/give-up.js';
import { ask } from './control-client.js';
import { CommandError, EXIT } from './exit-codes.js';
import { errorText } from './messages/errors.js';
import { humanBytes, printable } from './messages/figures.js';
import { retryText as text, unsentText } from './messages/retry.js';
import { findMountPath } from './mount-path.js';
import { print, printJson } from './print.js';

export interface RetryOptions {
  readonly json: boolean;
  /** Copies what is unsent into this folder instead. */
  readonly saveTo: string | undefined;
}

export async function retry(given: string | undefined, options: RetryOptions): Promise<void> {
  const { mount, inAccount } = await findMountPath(given);
  if (options.saveTo !== undefined) {
    const unsent = await ask(mount, { op: 'unsent', path: inAccount });
    const saved = await save(mount.mountPoint, unsent, path.resolve(options.saveTo));
    const folder = printable(path.resolve(options.saveTo));
    if (options.json) printJson({ saved });
    else print(text.saved({ count: saved.length, folder }));
    return;
  }
  const { count } = await ask(mount, { op: 'retry', path: inAccount });
  if (options.json) printJson({ count });
  else print(count === 0 ? text.none() : text.tried({ count }));
}

/** Nothing that is there already is written over. */
async function save(
  mountPoint: string,
  unsent: readonly GivenUp[],
  folder: string,
): Promise<readonly string[]> {
  const saved: string[] = [];
  for (const { path: name, what } of unsent) {
    const from = path.join(mountPoint, name);
    if (what !== 'create' && what !== 'content') continue;
    if (!(await fs.stat(from)).isFile()) continue;
    const to = path.join(folder, name);
    await fs.mkdir(path.dirname(to), { recursive: true });
    await fs.copyFile(from, to, fs.constants.COPYFILE_EXCL).catch((error: unknown) => {
      const told = error instanceof Error ? error.message : String(error);
      const why = codeOf(error) === 'EEXIST' ? errorText.exists() : told;
      throw new CommandError(EXIT.UNEXPECTED, text.notSaved({ path: printable(to), why }));
    });
    saved.push(to);
  }
  return saved;
}

export interface DiscardOptions {
  readonly json: boolean;
  /** What is lost was read. */
  readonly yes: boolean;
}

export async function discard(given: string, { json, yes }: DiscardOptions): Promise<void> {
  const { mount, inAccount } = await findMountPath(given);
  const op = yes ? 'give-up' : 'unsent';
  const changes = await ask(mount, { op, path: inAccount });
  if (json) printJson({ changes, done: yes });
  else if (changes.length === 0) print(text.nothing());
  else if (yes) print(text.givenUp({ count: changes.length }));
  else print([text.wouldLose(), ...changes.map(showUnsent), '', text.how()].join('\n'));
  if (changes.length > 0 && !yes) {
    throw new CommandError(EXIT.QUEUE, text.notDone());
  }
}

function showUnsent({ path: name, what, lostBytes }: GivenUp): string {
  const shown = unsentText[what]({ path: printable(name) });
  return `  ${shown}${lostBytes > 0 ? ` (${humanBytes(lostBytes)})` : ''}`;
}
