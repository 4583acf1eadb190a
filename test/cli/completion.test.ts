/** Completion and the manual page, tried in the programs that read them. */
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { OTHER_COMMANDS } from '../../src/cli/command-names.js';
import { Home } from './command.js';

vi.setConfig({ testTimeout: 120_000 });

const execute = promisify(execFile);

function has(program: string): boolean {
  const folders = (process.env['PATH'] ?? '').split(':');
  return folders.some((folder) => fs.existsSync(path.join(folder, program)));
}

let home: Home;

beforeEach(() => {
  home = new Home();
});
afterEach(() => home.close());

async function fileFor(shell: string): Promise<string> {
  const { code, stdout, stderr } = await home.run(['completion', shell]);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  const file = home.at(`completion.${shell}`);
  fs.writeFileSync(file, stdout);
  return file;
}

describe('completion', () => {
  it('in bash offers commands, the options of each, and files', async () => {
    const file = await fileFor('bash');
    fs.mkdirSync(home.at('Mon Nuage'));
    const complete = async (...words: readonly string[]): Promise<readonly string[]> => {
      const script = `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _nuage_mount
        printf '%s\\n' "\${COMPREPLY[@]}"`;
      const options = { cwd: home.path };
      const { stdout } = await execute('bash', ['-c', script, 'bash', file, ...words], options);
      return stdout.trim().split('\n');
    };
    expect(await complete('nuage-mount', 'stat')).toEqual(['status']);
    expect(await complete('nuage-mount', 'status', '--j')).toEqual(['--json']);
    expect(await complete('nuage-mount', 'unmount', 'Mon')).toEqual(['Mon Nuage']);
    expect(await complete('nuage-mount', '~/Nuage', '--read')).toEqual(['--read-only']);
    expect(await complete('nuage-mount', 'completion', 'z')).toEqual(['zsh']);
    const kept = await complete('nuage-mount', 'conflicts', '--keep', '');
    expect(kept).toEqual(['mine', 'theirs', 'both']);
  });

  it.runIf(has('fish'))('in fish offers commands with what they do, and options', async () => {
    const file = await fileFor('fish');
    const complete = async (typed: string): Promise<string> => {
      const script = `source ${file}; complete -C '${typed}'`;
      const env = { ...process.env, HOME: home.path };
      return (await execute('fish', ['--no-config', '-c', script], { env })).stdout;
    };
    expect(await complete('nuage-mount doct')).toMatch(/^doctor\t\S/);
    expect(await complete('nuage-mount doctor --rep')).toMatch(/--repair\t[\s\S]*--report\t/);
  });

  it.runIf(has('zsh'))('in zsh is registered for the command', async () => {
    const file = await fileFor('zsh');
    const script = `autoload -U compinit; compinit -u -D; source ${file}; print $_comps[nuage-mount]`;
    const { stdout } = await execute('zsh', ['-f', '-c', script]);
    expect(stdout.trim()).toBe('_nuage-mount');
  });

  it.runIf(has('zsh'))('in zsh works from the first key on, where it is installed', async () => {
    fs.renameSync(await fileFor('zsh'), home.at('_nuage-mount'));
    const script = `
      zmodload zsh/zpty
      zpty -b shell zsh -f -i
      zpty -w shell 'PS1=; fpath=(${home.path} $fpath); autoload -U compinit; compinit -u -D'
      zpty -w shell 'print re''ady'
      zpty -r shell seen '*ready*'
      zpty -n -w shell $'nuage-mount status --ex\t'
      zpty -r shell seen '*exit-code*'
      zpty -d shell
      print -r -- $seen`;
    const options = { timeout: 60_000, env: { ...process.env, TERM: 'dumb' } };
    const { stdout } = await execute('zsh', ['-f', '-c', script], options);
    expect(stdout).toContain('--exit-code');
  });

  it('knows every command', async () => {
    for (const shell of ['bash', 'zsh', 'fish', 'man']) {
      const text = fs.readFileSync(await fileFor(shell), 'utf8').replaceAll('\\-', '-');
      for (const name of OTHER_COMMANDS) expect(text, shell).toContain(name);
    }
  });
});

describe('the manual page', () => {
  it.runIf(has('man'))('is read by man without a complaint', async () => {
    const file = await fileFor('man');
    const { stdout, stderr } = await execute('man', ['-l', '--warnings=w', file], {
      env: { ...process.env, MANWIDTH: '80', LC_ALL: 'C.UTF-8' },
    });
    expect(stderr).toBe('');
    expect(stdout).toContain('NUAGE-MOUNT(1)');
    expect(stdout).toContain('EXIT STATUS');
  });
});
