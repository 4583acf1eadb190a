/** A log that may be shown to others: no names of files and folders unless they are asked for. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLog, LOG_NAME } from '../../src/cli/log-file.js';
import { NuageError } from '../../src/errors.js';
import { Logger } from '../../src/log.js';

const NAME = 'Élèves/Bulletin de Zoé.odt';

let folder: string;

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'nuage-log-'));
});
afterEach(() => fs.rmSync(folder, { recursive: true }));

function logged(names: boolean, write: (logger: Logger) => void): string {
  write(new Logger('sync', createLog({ folder, level: 'debug', names, terminalLevel: undefined })));
  return fs.readFileSync(path.join(folder, LOG_NAME), 'utf8');
}

function writeAll(logger: Logger): void {
  logger.warn('not taken', { path: NAME, kind: 'forbidden', reason: `no: "${NAME}" is locked` });
  logger.warn('conflict', { path: NAME, keptAs: 'Bulletin de Zoé (conflicted copy).odt' });
  const cause = new Error(`ENOENT: no such file or directory, open '/home/${NAME}'`);
  const error = new NuageError('io', `cannot open /home/${NAME}: ENOENT`, { path: NAME, cause });
  logger.error('an operation failed', { error });
  const text = `cannot open ${NAME}\nError: ${NAME}\n    at f`;
  logger.error('from the other thread', { error: text, path: NAME });
  logger.info('mounted', { mountPoint: '/home/jeanne/Bulletin de Zoé' });
}

describe('the log', () => {
  it('names no file and no folder', () => {
    const text = logged(false, (logger) => {
      writeAll(logger);
    });
    for (const word of ['Élèves', 'Zoé', '.odt', 'jeanne']) expect(text).not.toContain(word);
    expect(text.trim().split('\n')).toHaveLength(5);
    // What helps is still there.
    expect(text).toContain('"kind":"forbidden"');
    expect(text).toContain('ENOENT');
  });

  it('marks one file the same way each time', () => {
    const text = logged(false, (logger) => {
      logger.info('sent', { path: NAME });
      logger.info('sent again', { path: NAME });
      logger.info('another', { path: 'autre' });
    });
    const marks = Array.from(text.matchAll(/"path":"(#[0-9a-f]{8})"/g), ([, mark]) => mark);
    expect(marks).toHaveLength(3);
    expect(new Set(marks).size).toBe(2);
  });

  it('names them where that is asked for', () => {
    expect(logged(true, writeAll)).toContain(NAME);
  });
});
