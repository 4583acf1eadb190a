import { describe, expect, it } from 'vitest';
import type { ServerInfo } from '../../src/remote/remote.js';
import { hasForbiddenCharacter, isLocalName, patternOf } from '../../src/sync/local-names.js';

const SERVER: ServerInfo = {
  userId: 'prof',
  displayName: 'Prof',
  version: '32.0.1',
  chunkBytesMax: 0,
  parallelChunksMax: 1,
  bulkUpload: false,
  keepsDeleted: true,
  locksFiles: false,
  forbiddenNames: ['.htaccess'],
  forbiddenBasenames: ['con'],
  forbiddenCharacters: ['\\', '/', ':'],
  forbiddenExtensions: ['.part', '.filepart'],
  pushUrl: undefined,
};

describe('a name that stays on this machine', () => {
  it.each([
    '.~lock.cours.odt#',
    '~$cours.docx',
    '.cours.txt.swp',
    'cours.txt~',
    '.goutputstream-ABC123',
    '.Trash-1000',
    '.DS_Store',
    '._photo.jpg',
    'Thumbs.db',
  ])('is %s', (name) => {
    expect(isLocalName(name, { server: undefined, wanted: [] })).toBe(true);
  });

  it.each(['cours.odt', '.git', 'index.lock', 'a.swp.txt', 'Trash', '.config', 'a~b'])(
    'is not %s',
    (name) => {
      expect(isLocalName(name, { server: SERVER, wanted: [] })).toBe(false);
    },
  );

  it.each(['.htaccess', '.HTACCESS', 'film.part', 'con', 'CON.txt'])(
    'is %s, which this server refuses',
    (name) => {
      expect(isLocalName(name, { server: SERVER, wanted: [] })).toBe(true);
      expect(isLocalName(name, { server: undefined, wanted: [] })).toBe(false);
    },
  );
});

describe('a character that the server refuses', () => {
  it('is on its own list, or a control character', () => {
    expect(hasForbiddenCharacter('a:b', SERVER)).toBe(true);
    expect(hasForbiddenCharacter('a:b', undefined)).toBe(false);
    expect(hasForbiddenCharacter('a\nb', SERVER)).toBe(true);
    expect(hasForbiddenCharacter('é & # % + 🎓', SERVER)).toBe(false);
  });
});

describe('a pattern of the user', () => {
  it.each([
    ['*.aux', 'thèse.aux', true],
    ['*.aux', 'thèse.aux.pdf', false],
    ['brouillon-?', 'brouillon-1', true],
    ['brouillon-?', 'brouillon-12', false],
    ['a.b', 'axb', false],
    ['[x]', '[x]', true],
    ['*.AUX', 'thèse.aux', false],
    ['e\u0301t*', '\u00e9té', true],
  ])('%s of %s: %s', (glob, name, isLocal) => {
    const wanted = [patternOf(glob)];
    expect(isLocalName(name, { server: undefined, wanted })).toBe(isLocal);
  });
});
