/** Lines that are too long for their terminal. */
import { expect, it, onTestFinished, vi } from 'vitest';
import { hanging } from '../../src/cli/hanging.js';
import { print, printJson } from '../../src/cli/print.js';

it.each([
  ['stays as it is where nothing is to be kept within', undefined, 'one two three four'],
  ['goes on below its beginning', 12, 'one two\n    three\n    four'],
  ['stays in one line that is just long enough', 22, 'one two three four'],
  ['breaks no word, however long', 5, 'one\n    two\n    three\n    four'],
])('a text %s', (_, columns, shown) => {
  expect(hanging('one two three four', 4, columns)).toBe(shown);
});

it('counts what is shown of a coloured text', () => {
  const red = '\u001b[31mone two\u001b[0m three';
  expect(hanging(red, 0, 13)).toBe(red);
  expect(hanging(red, 0, 12)).toBe('\u001b[31mone two\u001b[0m\nthree');
});

it('what commands answer breaks between words on a narrow terminal, and JSON stays JSON', () => {
  const { isTTY, columns } = process.stdout;
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  Object.assign(process.stdout, { isTTY: true, columns: 20 });
  onTestFinished(() => {
    Object.assign(process.stdout, { isTTY, columns });
    write.mockRestore();
  });
  print('This would be given up:\n  notes.txt: exists only here');
  printJson({ path: 'a name that is longer than the line' }, 0);
  expect(write.mock.calls.map(([text]) => text)).toEqual([
    'This would be given\nup:\n  notes.txt: exists\n  only here\n',
    '{"path":"a name that is longer than the line"}\n',
  ]);
});
