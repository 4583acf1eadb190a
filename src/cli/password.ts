/** Where the app password comes from: a file, the environment, or the terminal. Never argv. */
import fs from 'node:fs';
import { NuageError } from '../errors.js';
import { CommandError, EXIT } from './exit-codes.js';
import { generalText } from './messages/general.js';
import { passwordText as text } from './messages/password.js';
import { quoted } from './quoted.js';
import { keptPassword } from './secrets/kept-passwords.js';
import type { SecretPlace } from './secrets/secret-store.js';

export interface PasswordSource {
  readonly user: string;
  readonly url: string;
  readonly file: string | undefined;
  /** Where `login` keeps it. */
  readonly kept: SecretPlace | undefined;
  /** How to give one, for who has given none. */
  readonly how: string;
}

/** The first counts: the file, the environment, what `login` keeps, an answer on the terminal. */
export async function findPassword(source: PasswordSource): Promise<string> {
  const inherited = process.env['NUAGE_PASSWORD'];
  // Programs that we start have no use for it.
  delete process.env['NUAGE_PASSWORD'];
  const password =
    source.file === undefined
      ? (inherited ?? (await kept(source)) ?? (await askPassword(source)))
      : fromFile(source.file);
  if (password !== '') return password;
  throw new CommandError(EXIT.USAGE, text.empty(), source.how);
}

/** @throws CommandError for a keyring that does not open. */
async function kept({ url, user, kept: place }: PasswordSource): Promise<string | undefined> {
  try {
    return await keptPassword({ url, user }, place);
  } catch (error) {
    if (!(error instanceof NuageError)) throw error;
    throw new CommandError(EXIT.LOGIN, text.keyringClosed(), text.openKeyring());
  }
}

/** The first line. */
function fromFile(file: string): string {
  const shown = quoted(file);
  try {
    const { mode } = fs.statSync(file);
    if ((mode & 0o077) !== 0) {
      process.stderr.write(`${text.othersCanRead({ file: shown })}\n`);
    }
    return fs.readFileSync(file, 'utf8').split(/\r?\n/, 1)[0] ?? '';
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    const reason = REASONS.get(code)?.() ?? message;
    const told = text.fileFailed({ file: shown, reason });
    throw new CommandError(EXIT.USAGE, told, text.how());
  }
}

const REASONS: ReadonlyMap<string, () => string> = new Map([
  ['ENOENT', text.doesNotExist],
  ['ENOTDIR', text.doesNotExist],
  ['EISDIR', text.isFolder],
  ['EACCES', text.mayNotRead],
]);

const ENTER = new Set(['\r', '\n', '\u0004']);
const ERASE = new Set(['\u007f', '\b']);
const ERASE_LINE = '\u0015';
const CTRL_C = '\u0003';

/** Without echo. */
function askPassword({ user, url, how }: PasswordSource): Promise<string> {
  const { stdin, stderr } = process;
  if (!stdin.isTTY) throw new CommandError(EXIT.USAGE, text.missing(), how);
  stderr.write(text.question({ user, host: new URL(url).host }));
  stdin.setRawMode(true);
  stdin.setEncoding('utf8');
  let typed = '';
  return new Promise((resolve, reject) => {
    const finish = (end: () => void): void => {
      stdin.off('data', take);
      stdin.setRawMode(false);
      stdin.pause();
      stderr.write('\n');
      end();
    };
    const take = (keys: string): void => {
      for (const key of keys) {
        if (key === CTRL_C) {
          finish(() => reject(new CommandError(EXIT.UNEXPECTED, generalText.givenUp())));
          return;
        }
        if (ENTER.has(key)) {
          finish(() => resolve(typed));
          return;
        }
        typed = edited(typed, key);
      }
    };
    stdin.on('data', take);
    stdin.resume();
  });
}

function edited(typed: string, key: string): string {
  if (ERASE.has(key)) return Array.from(typed).slice(0, -1).join('');
  return key === ERASE_LINE ? '' : typed + key;
}
