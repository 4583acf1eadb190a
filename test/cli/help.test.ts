/** `--help` of each command: what may be typed, with examples, in both languages. */
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { OTHER_COMMANDS } from '../../src/cli/command-names.js';
import { Home } from './command.js';

// A process for each, on machines that do other things as well.
vi.setConfig({ testTimeout: 120_000 });

const COLUMNS = 100;

let home: Home;

beforeAll(() => {
  home = new Home();
});
afterAll(() => home.close());

it.each([
  ['English', 'C.UTF-8', 'Examples:'],
  ['French', 'fr_FR.UTF-8', 'Exemples :'],
])('of each command ends with examples of it, in %s', async (_, locale, heading) => {
  for (const command of ['mount', ...OTHER_COMMANDS]) {
    const env = { LC_ALL: locale };
    const { code, stdout, stderr } = await home.run([command, '--help'], { env });
    expect({ code, stderr }, command).toEqual({ code: 0, stderr: '' });
    const [, examples = '', ...others] = stdout.replaceAll('\u00A0', ' ').split(heading);
    const typed = command === 'mount' ? '~/Nuage' : command.replace('umount', 'unmount');
    expect(examples, command).toContain(`nuage-mount ${typed}`);
    expect(others, command).toEqual([]);
    for (const line of stdout.split('\n')) expect(line.length, line).toBeLessThanOrEqual(COLUMNS);
  }
});
