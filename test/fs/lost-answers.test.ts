/**
 * An upload whose answer never came, and a user who goes on meanwhile: what has arrived of it is
 * our own, neither news of anybody nor a conflict.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BUSY_WRITER_UPLOAD_MS, SERVER_COPY_BYTES_MIN } from '../../src/limits.js';
import { EngineBench, type OpenFile } from '../support/engine-bench.js';
import { saveUnheard } from './unheard.js';

let bench: EngineBench;

beforeEach(() => {
  bench = new EngineBench();
});

afterEach(() => bench.close());

function expectBoth(tree: Readonly<Record<string, string>>): void {
  expect(Object.fromEntries(bench.server.tree())).toEqual(tree);
  expect(Object.fromEntries(bench.tree())).toEqual(tree);
}

const RESTARTS = ['none', 'clean', 'killed'] as const;

function restart(how: (typeof RESTARTS)[number]): void {
  if (how !== 'none') bench.restart(how);
}

describe.each([
  ['new', false],
  ['known to the server', true],
])('a file that is %s, saved again before it is known what came of the last save', (_, isKnown) => {
  beforeEach(() => {
    if (isKnown) {
      bench.server.write('a', 'before');
      bench.read('a');
    }
    bench.settle();
  });

  it.each(
    RESTARTS.flatMap((how) => [
      [how, 'in place', 'the second version'] as const,
      [how, 'in place', 'two'] as const,
      [how, 'by renaming', 'the second version'] as const,
      [how, 'by renaming', 'two'] as const,
    ]),
  )('is no conflict (restart: %s, saved %s as "%s")', (how, way, text) => {
    saveUnheard(bench, 'a', 'one');
    const id = bench.server.fileId('a');
    if (way === 'in place') {
      bench.write('a', text);
    } else {
      bench.write('a.new', text);
      bench.rename('a.new', 'a');
    }
    restart(how);
    bench.settle();
    expectBoth({ a: text });
    expect(bench.server.fileId('a'), 'its identity').toBe(id);
  });

  it.each(RESTARTS)('is no conflict when several answers are lost (restart: %s)', (how) => {
    for (const text of ['one', 'another', 'the third']) {
      bench.server.lostAnswers = 1;
      bench.write('a', text);
      bench.advance(40_000);
      for (let answers = 0; answers < 5 && bench.step(); answers += 1);
    }
    bench.write('a', 'the last version');
    restart(how);
    bench.settle();
    expectBoth({ a: 'the last version' });
  });

  it.each(RESTARTS)('is gone when it is deleted instead (restart: %s)', (how) => {
    saveUnheard(bench, 'a', 'one');
    bench.unlink('a');
    restart(how);
    bench.settle();
    expectBoth({});
  });

  it.each(RESTARTS)('has one name when it is renamed instead (restart: %s)', (how) => {
    saveUnheard(bench, 'a', 'one');
    bench.rename('a', 'b');
    restart(how);
    bench.settle();
    expectBoth({ b: 'one' });
  });

  it.each(RESTARTS)('stays beside a new one of its name (restart: %s)', (how) => {
    saveUnheard(bench, 'a', 'one');
    bench.rename('a', 'b');
    bench.write('a', 'another');
    restart(how);
    bench.settle();
    expectBoth({ a: 'another', b: 'one' });
  });

  it('is a conflict all the same when somebody has changed it since', () => {
    saveUnheard(bench, 'a', 'one');
    bench.server.write('a', 'theirs, after ours');
    bench.write('a', 'the second version');
    bench.settle();
    const texts = [...bench.server.tree().values()];
    expect(texts.sort()).toEqual(['the second version', 'theirs, after ours']);
  });
});

describe('the identity of what has arrived', () => {
  it('goes with the file that was sent, where that has another name when it is met', () => {
    saveUnheard(bench, 'a', 'one');
    const id = bench.server.fileId('a');
    bench.rename('a', 'b');
    bench.write('a', 'another');
    bench.server.failuresOf.set('put', 'server');
    bench.settle();
    bench.server.failuresOf.clear();
    bench.settle();
    expectBoth({ a: 'another', b: 'one' });
    expect(bench.server.fileId('b')).toBe(id);
  });

  it('stays with the name where the file that was sent is gone', () => {
    saveUnheard(bench, 'a', 'one');
    const id = bench.server.fileId('a');
    bench.unlink('a');
    bench.write('a', 'another');
    bench.settle();
    expectBoth({ a: 'another' });
    expect(bench.server.fileId('a')).toBe(id);
  });

  it('is nobody’s where the file that was sent stays on this machine from now on', () => {
    saveUnheard(bench, 'a', 'one');
    bench.rename('a', 'a~');
    bench.settle();
    expect([...bench.server.tree()]).toEqual([]);
    expect([...bench.tree()]).toEqual([['a~', 'one']]);
  });
});

it('a file that somebody has moved meanwhile is no conflict when it is saved again', () => {
  bench.server.write('a', 'before');
  bench.read('a');
  bench.settle();
  saveUnheard(bench, 'a', 'one');
  bench.server.move('a', 'b');
  bench.write('a', 'the second version');
  bench.settle();
  expectBoth({ b: 'the second version' });
});

describe('a file that was sent under a passing name', () => {
  it.each(RESTARTS)('leaves nothing of that name behind (restart: %s)', (how) => {
    bench.server.write('a', 'before');
    bench.read('a');
    const id = bench.server.fileId('a');
    bench.settle();
    saveUnheard(bench, 'a.new', 'after');
    bench.rename('a.new', 'a');
    restart(how);
    bench.settle();
    expectBoth({ a: 'after' });
    expect(bench.server.fileId('a'), 'its identity').toBe(id);
  });
});

describe('a file that is replaced while it is being sent', () => {
  it.each([
    ['and its answer comes', 0],
    ['and its answer is lost', 1],
  ])('keeps its identity (%s)', (_, lost) => {
    bench.server.write('a', 'before');
    bench.read('a');
    const id = bench.server.fileId('a');
    bench.settle();
    bench.server.holds = ({ op }) => op === 'put';
    bench.write('a', 'one');
    bench.advance(2_000);
    while (bench.step());
    bench.write('a.new', 'the second version');
    bench.rename('a.new', 'a');
    bench.server.holds = () => false;
    bench.server.lostAnswers = lost;
    bench.settle();
    expectBoth({ a: 'the second version' });
    expect(bench.server.fileId('a'), 'its identity').toBe(id);
  });
});

it('a file that is replaced while it is being sent stays pinned', () => {
  bench.server.write('a', 'before');
  bench.read('a');
  const { pins } = bench.engine.context.tree;
  pins.add(bench.lookup('a'));
  bench.settle();
  bench.server.holds = ({ op }) => op === 'put';
  bench.write('a', 'one');
  bench.advance(2_000);
  while (bench.step());
  bench.write('a.new', 'the second version');
  bench.rename('a.new', 'a');
  bench.server.holds = () => false;
  bench.settle();
  expectBoth({ a: 'the second version' });
  expect(pins.all()).toEqual([bench.lookup('a')]);
});

describe('whoever waits until all is sent', () => {
  /** The server is reached again, and has been asked for nothing yet but whether it is there. */
  function comeOnline(): void {
    bench.server.holds = ({ op }) => op !== 'root-state';
    const isOnline = (): boolean => bench.engine.context.sync.connection.online;
    for (let second = 0; second < 100 && !isOnline(); second += 1) {
      bench.advance(1_000);
      while (bench.step());
    }
    expect(isOnline()).toBe(true);
    bench.server.holds = () => false;
  }

  function flushAll(): void {
    const done = vi.fn();
    bench.engine.flush(done);
    for (let round = 0; round < 50 && done.mock.calls.length === 0; round += 1) {
      if (!bench.step()) bench.advance(100);
    }
    expect(done).toHaveBeenCalledOnce();
  }

  it.each([
    ['renamed', () => bench.rename('a', 'b'), { b: 'one' }],
    ['deleted', () => bench.unlink('a'), {}],
  ] as const)('waits for what has arrived of a file that was %s', (_, change, tree) => {
    saveUnheard(bench, 'a', 'one');
    change();
    comeOnline();
    flushAll();
    expect(Object.fromEntries(bench.server.tree())).toEqual(tree);
  });

  it('waits no longer for what has not arrived', () => {
    bench.server.failuresOf.set('put', 'timeout');
    bench.write('a', 'one');
    bench.advance(2_000);
    while (bench.step());
    bench.server.failuresOf.clear();
    bench.unlink('a');
    comeOnline();
    flushAll();
  });
});

describe('a copy that the server has made, which nobody heard of', () => {
  const TEXT = 'x'.repeat(SERVER_COPY_BYTES_MIN);

  beforeEach(() => {
    bench.server.write('source', TEXT);
    bench.read('source');
    bench.server.lostAnswers = 1;
    bench.copy('source', 'copy');
    expect(bench.server.has('copy')).toBe(true);
  });

  it.each(RESTARTS)('has one name when it is renamed (restart: %s)', (how) => {
    bench.rename('copy', 'other');
    restart(how);
    bench.settle();
    expectBoth({ source: TEXT, other: TEXT });
  });

  it.each(RESTARTS)('is gone when it is deleted (restart: %s)', (how) => {
    bench.unlink('copy');
    restart(how);
    bench.settle();
    expectBoth({ source: TEXT });
  });

  it.each(RESTARTS)('is no conflict when it is written to (restart: %s)', (how) => {
    bench.write('copy', 'mine');
    restart(how);
    bench.settle();
    expectBoth({ source: TEXT, copy: 'mine' });
  });

  it('is known before its own time is set', () => {
    bench.server.setTime('copy', bench.server.time('source'));
    bench.unlink('copy');
    bench.settle();
    expectBoth({ source: TEXT });
  });

  it('is somebody else’s once it was refused', () => {
    bench.settle();
    bench.server.refuse('source', 'quota');
    bench.copy('source', 'refused');
    bench.server.refuse('source', undefined);
    bench.unlink('refused');
    bench.settle();
    bench.server.write('refused', TEXT, { mtime: bench.server.time('source') });
    bench.list('');
    bench.settle();
    expectBoth({ source: TEXT, copy: TEXT, refused: TEXT });
  });
});

describe('a folder that was made unheard', () => {
  beforeEach(() => {
    bench.settle();
    bench.server.lostAnswers = 1;
    bench.mkdir('d');
    bench.advance(2_000);
    while (bench.step());
    expect(bench.server.has('d')).toBe(true);
  });

  it.each(RESTARTS)('has one name when it is renamed (restart: %s)', (how) => {
    bench.write('d/a', 'in it');
    bench.rename('d', 'e');
    restart(how);
    bench.settle();
    expectBoth({ 'e/': '', 'e/a': 'in it' });
  });

  it.each(RESTARTS)('is gone when it is removed (restart: %s)', (how) => {
    bench.rmdir('d');
    restart(how);
    bench.settle();
    expectBoth({});
  });

  it.each(RESTARTS)('gives its name to a file (restart: %s)', (how) => {
    bench.rmdir('d');
    bench.write('d', 'a file');
    restart(how);
    bench.settle();
    expectBoth({ d: 'a file' });
  });

  it('stays where it is with what somebody else has put into it', () => {
    bench.server.write('d/theirs', 'theirs');
    bench.rename('d', 'e');
    bench.settle();
    expectBoth({ 'd/': '', 'd/theirs': 'theirs', 'e/': '' });
  });
});

interface Arrival {
  /** As the tree of the simulated server names it, and shows it once it has arrived. */
  readonly place: string;
  readonly text: string;
  readonly make: () => void;
  readonly meanwhile: () => void;
}

/** The server has it, listings have shown it, and from now on the answer may come. */
function listBeforeAnswer({ place, text, make, meanwhile }: Arrival): void {
  bench.server.makeFolder('f');
  bench.list('f');
  make();
  bench.server.lateAnswers = 1;
  bench.server.holdsAnswers = true;
  bench.advance(2_000);
  while (bench.step());
  expect(bench.server.tree().get(place)).toBe(text);
  meanwhile();
  bench.server.write('f/other', 'somebody else’s');
  for (let poll = 0; poll < 3; poll += 1) {
    bench.advance(40_000);
    while (bench.step());
  }
  bench.server.holdsAnswers = false;
}

describe.each([
  ['heard', 0],
  ['unheard', 1],
])(
  'a file whose upload has arrived and is still to be answered (the next one is %s)',
  (_, lost) => {
    function saveAndList(meanwhile: () => void): void {
      const make = (): void => bench.write('f/a', 'one');
      listBeforeAnswer({ place: 'f/a', text: 'one', make, meanwhile });
      bench.step();
      bench.server.lostAnswers = lost;
      const waiting = bench.engine.context.tree.pending({ afterChange: 0, limit: 10 });
      const ids = waiting.flatMap(({ base }) => base?.fileId ?? []);
      expect([...new Set(ids)], 'who has which of the server’s files').toEqual(ids);
      bench.settle();
    }

    it('is replaced by renaming', () => {
      saveAndList(() => {
        bench.write('f/a.new', 'the second version');
        bench.rename('f/a.new', 'f/a');
      });
      expectBoth({ 'f/': '', 'f/a': 'the second version', 'f/other': 'somebody else’s' });
    });

    it('is removed and made again', () => {
      saveAndList(() => {
        bench.unlink('f/a');
        bench.write('f/a', 'the second version');
      });
      expectBoth({ 'f/': '', 'f/a': 'the second version', 'f/other': 'somebody else’s' });
    });

    it('is removed', () => {
      saveAndList(() => bench.unlink('f/a'));
      expectBoth({ 'f/': '', 'f/other': 'somebody else’s' });
    });

    it('is renamed, with another in its place', () => {
      saveAndList(() => {
        bench.rename('f/a', 'f/b');
        bench.write('f/a', 'the second version');
      });
      expectBoth({
        'f/': '',
        'f/a': 'the second version',
        'f/b': 'one',
        'f/other': 'somebody else’s',
      });
    });
  },
);

describe('a folder that was made and is still to be answered', () => {
  function makeAndList(meanwhile: () => void): void {
    const make = (): void => bench.mkdir('f/d');
    listBeforeAnswer({ place: 'f/d/', text: '', make, meanwhile });
    bench.settle();
  }

  it('is removed and made again', () => {
    makeAndList(() => {
      bench.rmdir('f/d');
      bench.mkdir('f/d');
    });
    expectBoth({ 'f/': '', 'f/d/': '', 'f/other': 'somebody else’s' });
  });

  it('is renamed, with another in its place', () => {
    makeAndList(() => {
      bench.rename('f/d', 'f/e');
      bench.mkdir('f/d');
    });
    expectBoth({ 'f/': '', 'f/d/': '', 'f/e/': '', 'f/other': 'somebody else’s' });
  });
});

describe('what somebody has moved before our upload of it was answered', () => {
  function moveAndList(at: string, to: string, meanwhile: () => void = () => undefined): void {
    bench.server.makeFolder('e');
    const isFolder = at.endsWith('/');
    const make = (): void => {
      bench.list('e');
      if (isFolder) bench.mkdir(at.slice(0, -1));
      else bench.write(at, 'one');
    };
    const move = (): void => bench.server.move(at.replace(/\/$/u, ''), to);
    listBeforeAnswer({ place: at, text: isFolder ? '' : 'one', make, meanwhile: move });
    meanwhile();
    bench.step();
    bench.settle();
  }

  it.each(['f/B', 'e/B'])('is one file, at its new place %s', (to) => {
    moveAndList('f/a', to);
    expectBoth({ 'e/': '', 'f/': '', 'f/other': 'somebody else’s', [to]: 'one' });
    const ino = bench.engine.context.tree.byFileId(bench.server.fileId(to))?.ino;
    expect(bench.lookup(to)).toBe(ino);
  });

  it('is one folder', () => {
    moveAndList('f/d/', 'e/D');
    expectBoth({ 'e/': '', 'e/D/': '', 'f/': '', 'f/other': 'somebody else’s' });
  });

  it.each(RESTARTS)('loses nothing that was written to it since (restart: %s)', (how) => {
    moveAndList('f/a', 'e/B', () => {
      bench.write('f/a', 'the second version');
      restart(how);
    });
    expect([...bench.server.tree().values()]).toContain('the second version');
    expectBoth(Object.fromEntries(bench.server.tree()));
  });

  it('is two where a program has opened what a listing showed, and then writes', () => {
    let file: OpenFile | undefined;
    moveAndList('f/a', 'e/B', () => (file = bench.open('e/B')));
    if (file === undefined) throw new Error('nothing was opened');
    bench.writeHandle(file, 0, 'the second version');
    bench.closeHandle(file);
    bench.settle();
    const others = { 'e/': '', 'f/': '', 'f/other': 'somebody else’s' };
    expectBoth({ ...others, 'e/B': 'the second version', 'f/a': 'one' });
  });

  it('is two where the user has noted something about what a listing showed', () => {
    moveAndList('f/a', 'e/B', () => {
      const { tree } = bench.engine.context;
      tree.setXattr(bench.lookup('e/B'), 'user.note', Buffer.from('mine'));
    });
    expectBoth({ 'e/': '', 'e/B': 'one', 'f/': '', 'f/a': 'one', 'f/other': 'somebody else’s' });
  });

  it('stays where somebody has moved it, although it is deleted here', () => {
    moveAndList('f/a', 'e/B', () => bench.unlink('f/a'));
    expectBoth({ 'e/': '', 'e/B': 'one', 'f/': '', 'f/other': 'somebody else’s' });
  });

  it('stays pinned', () => {
    moveAndList('f/a', 'e/B', () => bench.engine.context.sync.pinning.pin(bench.lookup('e/B')));
    expect(bench.engine.context.tree.pins.has(bench.lookup('e/B'))).toBe(true);
  });

  it.each([
    ['one file', (): void => undefined, { 'e/B': 'copied' }],
    // The copy was given up, so what it was made into is still as empty as it was made.
    [
      'two where it was renamed here',
      (): void => bench.rename('e/B', 'e/C'),
      { 'e/C': 'copied', 'f/a': '' },
    ],
  ])('is %s, if the server had copied it', (_, meanwhile, files) => {
    const text = 'x'.repeat(SERVER_COPY_BYTES_MIN);
    bench.server.makeFolder('e');
    bench.server.write('source', text);
    const make = (): void => {
      bench.list('e');
      bench.copyAndGiveUp('source', 'f/a');
    };
    const move = (): void => bench.server.move('f/a', 'e/B');
    listBeforeAnswer({ place: 'f/a', text, make, meanwhile: move });
    meanwhile();
    bench.settle();
    const short = [...bench.server.tree()].map(([at, held]) => [
      at,
      held === text ? 'copied' : held,
    ]);
    const others = { 'e/': '', 'f/': '', 'f/other': 'somebody else’s', source: 'copied' };
    expect(Object.fromEntries(short)).toEqual({ ...others, ...files });
    expect(bench.tree()).toEqual(bench.server.tree());
  });

  it('is two where the user has gone on with what a listing showed', () => {
    moveAndList('f/a', 'e/B', () => bench.write('e/B', 'the second version'));
    expectBoth({
      'e/': '',
      'e/B': 'the second version',
      'f/': '',
      'f/a': 'one',
      'f/other': 'somebody else’s',
    });
  });
});

describe('a file that arrived unheard and is deleted while it is open for writing', () => {
  function writeUnheard(): OpenFile {
    bench.server.makeFolder('f');
    bench.list('f');
    const file = bench.create('f/a');
    bench.writeHandle(file, 0, 'one');
    bench.syncHandle(file);
    bench.server.lostAnswers = 1;
    // As long as a file that is being written without pause waits.
    bench.pass((2 * BUSY_WRITER_UPLOAD_MS) / 1_000);
    expect(bench.server.read('f/a')).toBe('one');
    bench.writeHandle(file, 0, 'one more');
    bench.syncHandle(file);
    bench.unlink('f/a');
    return file;
  }

  it('goes from the server', () => {
    const file = writeUnheard();
    bench.settle();
    expectBoth({ 'f/': '' });
    bench.closeHandle(file);
  });

  it('goes with its folder', () => {
    const file = writeUnheard();
    bench.rmdir('f');
    bench.settle();
    expectBoth({});
    bench.closeHandle(file);
  });

  it('gives its place to another', () => {
    const file = writeUnheard();
    bench.write('f/a', 'another');
    bench.settle();
    expectBoth({ 'f/': '', 'f/a': 'another' });
    bench.closeHandle(file);
  });
});
