/** What users do in one go, on an account that holds `a`, `b`, and a folder `d` with `c` in it. */
import type { AcknowledgedUser } from './acknowledged-user.js';

export const ACCOUNT: Readonly<Record<string, string | undefined>> = {
  a: 'the old a',
  b: 'the old b',
  d: undefined,
  'd/c': 'the old c',
};

/** More than one block of the cache. */
const LARGE = 'large '.repeat(30_000);

export type Script = (user: AcknowledgedUser) => void;

export const SCRIPTS: Readonly<Record<string, Script>> = {
  'makes a file': (user) => user.write('new', 'brand new'),
  'makes a large file': (user) => user.write('new', LARGE),
  'overwrites a file': (user) => user.write('a', 'overwritten'),
  'appends to a file': (user) => user.append('a', ' and more'),
  'cuts a file': (user) => user.truncate('a', 3),
  'extends a file': (user) => user.truncate('a', 20),
  'deletes a file': (user) => user.unlink('a'),
  'makes a folder with a file': (user) => {
    user.mkdir('e');
    user.write('e/f', 'within');
  },
  'deletes a folder': (user) => {
    user.unlink('d/c');
    user.rmdir('d');
  },
  'renames a file': (user) => user.rename('a', 'z'),
  'renames a file over another': (user) => user.rename('a', 'b'),
  'renames a folder': (user) => user.rename('d', 'D'),
  'moves a file into a folder': (user) => user.rename('a', 'd/a'),
  'moves a file out of a folder that goes': (user) => {
    user.rename('d/c', 'c');
    user.rmdir('d');
    user.rename('c', 'd');
  },
  'exchanges two files': (user) => user.exchange('a', 'b'),
  'saves by a temporary file': (user) => {
    user.write('a.new', 'saved');
    user.rename('a.new', 'a');
  },
  'saves after moving the old file away': (user) => {
    user.rename('a', 'a.old');
    user.write('a', 'saved');
    user.unlink('a.old');
  },
};
