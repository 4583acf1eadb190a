import { describe, expect, it } from 'vitest';
import {
  documentOf,
  isLockFileName,
  isOfficeDocument,
  lockFileNameOf,
  lockFileText,
} from '../../src/sync/lock-names.js';

const FOLDER = [
  'report.docx',
  'rapport.docx',
  'compte-rendu.docx',
  'notes.xlsx',
  'longtableau.xlsx',
  'a.odt',
  'thèse finale.odt',
  'x#.odt',
];

describe('the document of a lock file', () => {
  it.each<[lockFile: string, document: string | undefined]>([
    ['.~lock.a.odt#', 'a.odt'],
    ['.~lock.x#.odt#', 'x#.odt'],
    ['.~lock.thèse finale.odt#', 'thèse finale.odt'],
    ['.~lock.gone.odt#', 'gone.odt'],
    ['.~a.odt', 'a.odt'],
    ['.~gone.odt', 'gone.odt'],
    // Word leaves out two letters of eight, one of seven, none of less.
    ['~$mpte-rendu.docx', 'compte-rendu.docx'],
    ['~$apport.docx', 'rapport.docx'],
    ['~$report.docx', 'report.docx'],
    ['~$èse finale.odt', 'thèse finale.odt'],
    // Excel leaves out none.
    ['~$longtableau.xlsx', 'longtableau.xlsx'],
    ['~$ngtableau.xlsx', undefined],
    ['~$tes.xlsx', undefined],
    // Against the rule, and yet only one can be meant.
    ['~$compte-rendu.docx', 'compte-rendu.docx'],
    ['~$ompte-rendu.docx', 'compte-rendu.docx'],
    ['~$gone.docx', undefined],
  ])('%s is %s', (lockFile, document) => {
    expect(documentOf(lockFile, () => FOLDER)).toBe(document);
  });

  it('of two letters less is found where it can mean one file only', () => {
    expect(documentOf('~$port.docx', () => ['report.docx'])).toBe('report.docx');
    expect(documentOf('~$port.docx', () => ['report.docx', 'apport.docx'])).toBeUndefined();
    expect(documentOf('~$port.docx', () => ['report.docx', 'port.docx'])).toBe('port.docx');
    expect(
      documentOf('~$rapport.docx', () => ['1_rapport.docx', '2_rapport.docx']),
    ).toBeUndefined();
  });

  it('is none where the name is no lock file', () => {
    for (const name of ['a.odt', '~a.odt', '.a.odt', '~$', '.~', 'lock.a.odt#']) {
      expect(isLockFileName(name)).toBe(false);
      expect(documentOf(name, () => [...FOLDER, ''])).toBeUndefined();
    }
  });
});

describe('the lock file that is shown', () => {
  it('is named as LibreOffice names it, and speaks of the document', () => {
    expect(lockFileNameOf('x#.odt')).toBe('.~lock.x#.odt#');
    for (const name of FOLDER) expect(documentOf(lockFileNameOf(name), () => [])).toBe(name);
  });

  it('holds five fields, of which none ends early', () => {
    const since = new Date(2026, 0, 5, 9, 7);
    const note = {
      ownerName: 'Bernard, D.; \\o/',
      owner: 'dominique',
      host: 'nuage.example',
      since,
    };
    const text = lockFileText(note);
    expect(text).toBe('Bernard\\, D.\\; \\\\o/,dominique,nuage.example,05.01.2026 09:07,;');
  });
});

describe('an office document', () => {
  it.each(['a.odt', 'a.ODS', 'a.docx', 'a.xls', 'a.pptx', 'a.rtf', 'a.csv'])('is %s', (name) => {
    expect(isOfficeDocument(name)).toBe(true);
  });

  it.each(['a.txt', 'a.jpg', 'odt', 'a.odt.txt', 'a.pdf'])('is not %s', (name) => {
    expect(isOfficeDocument(name)).toBe(false);
  });
});
