/** Both sides have changed: every case of the chapter “Conflicts” of SEMANTICS. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { conflicts } from '../../src/fs/conflicts.js';
import { EngineBench } from '../support/engine-bench.js';

let bench: EngineBench;

beforeEach(() => {
  bench = new EngineBench();
  bench.server.makeFolder('Cours');
  bench.server.write('Cours/a.txt', 'base');
  bench.list('');
  bench.read('Cours/a.txt');
});
afterEach(() => bench.close());

const COPY = / \(conflicted copy [-\d]+ \d+\)/;

/** What each side has in the end, the time of copies left out. */
function both(): { readonly here: object; readonly there: object } {
  bench.settle();
  const plain = (tree: ReadonlyMap<string, string>): object => {
    const rows = [...tree].map(([at, text]) => [at.replace(COPY, ' (copy)'), text] as const);
    return Object.fromEntries<string>(rows);
  };
  return { here: plain(bench.tree()), there: plain(bench.server.tree()) };
}

function expectBoth(expected: Readonly<Record<string, string>>): void {
  const { here, there } = both();
  expect(there).toEqual(expected);
  expect(here).toEqual(expected);
}

function edit(at: string, text: string): void {
  bench.write(at, text);
}

describe('a file changed on both sides', () => {
  it('keeps theirs at the name and mine beside it, listed until somebody decides', () => {
    edit('Cours/a.txt', 'mine!');
    bench.server.write('Cours/a.txt', 'their version');
    expectBoth({ 'Cours/': '', 'Cours/a (copy).txt': 'mine!', 'Cours/a.txt': 'their version' });
    const [conflict] = conflicts(bench.engine.context);
    expect(conflict).toMatchObject({
      originalPath: 'Cours/a.txt',
      mine: { size: 5 },
      theirs: { path: 'Cours/a.txt', size: 13 },
    });
    bench.rename(conflict!.mine.path, 'Cours/a.txt');
    expectBoth({ 'Cours/': '', 'Cours/a.txt': 'mine!' });
    expect(conflicts(bench.engine.context)).toEqual([]);
  });

  it('of one size is a conflict as well', () => {
    edit('Cours/a.txt', 'mine');
    bench.server.write('Cours/a.txt', 'thei');
    expectBoth({ 'Cours/': '', 'Cours/a (copy).txt': 'mine', 'Cours/a.txt': 'thei' });
  });

  it('to the same content is none', () => {
    edit('Cours/a.txt', 'the same');
    bench.server.write('Cours/a.txt', 'the same');
    expectBoth({ 'Cours/': '', 'Cours/a.txt': 'the same' });
    expect(conflicts(bench.engine.context)).toEqual([]);
  });

  it('is told as one when another client has made the copy', () => {
    bench.server.write('Cours/a (conflicted copy 2026-11-23 184502).txt', 'of another client');
    bench.settle();
    bench.list('Cours');
    expect(conflicts(bench.engine.context)).toMatchObject([{ originalPath: 'Cours/a.txt' }]);
  });
});

describe('a deletion on one side', () => {
  it('there, of what was edited here: it comes back', () => {
    edit('Cours/a.txt', 'edited');
    bench.server.remove('Cours/a.txt');
    expectBoth({ 'Cours/': '', 'Cours/a.txt': 'edited' });
  });

  it('here, of what was edited there: it reappears', () => {
    bench.unlink('Cours/a.txt');
    bench.server.write('Cours/a.txt', 'edited there');
    expectBoth({ 'Cours/': '', 'Cours/a.txt': 'edited there' });
  });

  it('there, of the folder above: the folder comes back with what was edited', () => {
    bench.server.write('Cours/clean.txt', 'clean');
    bench.settle();
    edit('Cours/a.txt', 'edited');
    bench.server.remove('Cours');
    expectBoth({ 'Cours/': '', 'Cours/a.txt': 'edited' });
  });

  it('there, of a folder that is shared: what was edited is kept in a folder of one’s own', () => {
    bench.server.permit('Cours', 'SRGDNVCK');
    bench.settle();
    edit('Cours/new.txt', 'unsent');
    bench.server.remove('Cours');
    expectBoth({ 'Cours/': '', 'Cours/new.txt': 'unsent' });
  });

  it('here, of a folder into which something has come there: the folder reappears with it', () => {
    bench.unlink('Cours/a.txt');
    bench.rmdir('Cours');
    bench.server.write('Cours/new.txt', 'new there');
    const { here, there } = both();
    expect(there).toMatchObject({ 'Cours/new.txt': 'new there' });
    expect(here).toEqual(there);
  });
});

describe('one name', () => {
  it('created on both sides: theirs keeps it, mine stands beside it', () => {
    edit('Cours/new.txt', 'mine');
    bench.server.write('Cours/new.txt', 'their new one');
    expectBoth({
      'Cours/': '',
      'Cours/a.txt': 'base',
      'Cours/new (copy).txt': 'mine',
      'Cours/new.txt': 'their new one',
    });
  });

  it('created on both sides with the same content is one file', () => {
    edit('Cours/new.txt', 'equal');
    bench.server.write('Cours/new.txt', 'equal');
    expectBoth({ 'Cours/': '', 'Cours/a.txt': 'base', 'Cours/new.txt': 'equal' });
  });

  it('created as a folder on both sides is one folder with what both have put there', () => {
    bench.mkdir('Fach');
    edit('Fach/mine.txt', 'mine');
    bench.server.makeFolder('Fach');
    bench.server.write('Fach/theirs.txt', 'theirs');
    const { here, there } = both();
    expect(there).toMatchObject({ 'Fach/mine.txt': 'mine', 'Fach/theirs.txt': 'theirs' });
    expect(here).toEqual(there);
  });

  it('of a file here and a folder there: the file stands beside it', () => {
    edit('thing', 'a file');
    bench.server.makeFolder('thing');
    expectBoth({ 'Cours/': '', 'Cours/a.txt': 'base', 'thing (copy)': 'a file', 'thing/': '' });
  });

  it('of a folder here and a file there: the folder stands beside it', () => {
    bench.mkdir('thing');
    edit('thing/in.txt', 'in it');
    bench.server.write('thing', 'a file');
    expectBoth({
      'Cours/': '',
      'Cours/a.txt': 'base',
      thing: 'a file',
      'thing (copy)/': '',
      'thing (copy)/in.txt': 'in it',
    });
  });

  it('of a folder that became a file there: what is unsent in it stands beside it', () => {
    edit('Cours/unsent.txt', 'unsent');
    bench.server.remove('Cours');
    bench.server.write('Cours', 'a file now');
    expectBoth({
      Cours: 'a file now',
      'Cours (copy)/': '',
      'Cours (copy)/unsent.txt': 'unsent',
    });
  });

  it('of a file that became a folder there: what is unsent stands beside it', () => {
    edit('Cours/a.txt', 'unsent');
    bench.server.remove('Cours/a.txt');
    bench.server.makeFolder('Cours/a.txt');
    expectBoth({ 'Cours/': '', 'Cours/a (copy).txt': 'unsent', 'Cours/a.txt/': '' });
  });
});

describe('a file renamed on both sides', () => {
  it('has the name that was given here', () => {
    bench.rename('Cours/a.txt', 'Cours/mine.txt');
    bench.server.move('Cours/a.txt', 'Cours/theirs.txt');
    expectBoth({ 'Cours/': '', 'Cours/mine.txt': 'base' });
  });

  it('and edited on both is a conflict at the name that was given here', () => {
    bench.rename('Cours/a.txt', 'Cours/mine.txt');
    edit('Cours/mine.txt', 'edited here');
    bench.server.move('Cours/a.txt', 'Cours/theirs.txt');
    bench.server.write('Cours/theirs.txt', 'and there');
    expectBoth({
      'Cours/': '',
      'Cours/mine (copy).txt': 'edited here',
      'Cours/mine.txt': 'and there',
    });
  });
});
