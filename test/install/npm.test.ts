/** The package as npm makes it and installs it for a user: the program that comes out of it works. */
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Home } from '../cli/command.js';

const execute = promisify(execFile);

const PROJECT = path.resolve(import.meta.dirname, '../..');
/** Where npm may not reuse what is compiled already, it compiles SQLite. */
const INSTALL_MS_MAX = 400_000;

let home: Home;
let program: string;

beforeAll(async () => {
  home = new Home();
  const file = await pack();
  await install(file, []);
  program = home.at('prefix', 'bin', 'nuage-mount');
}, INSTALL_MS_MAX);

afterAll(() => home.close());

async function pack(): Promise<string> {
  const options = ['--json', '--pack-destination', home.path];
  const { stdout } = await execute('npm', ['pack', '--silent', ...options], { cwd: PROJECT });
  const [packed] = JSON.parse(stdout.slice(stdout.indexOf('['))) as [{ filename: string }];
  return home.at(packed.filename);
}

async function install(file: string, options: readonly string[]): Promise<void> {
  const settings = ['--prefix', home.at('prefix'), '--prefer-offline', '--no-audit', '--no-fund'];
  const env = { ...process.env, npm_config_better_sqlite3_local_prebuilds: await prebuilt() };
  await execute('npm', ['install', '-g', ...settings, ...options, file], { env, cwd: home.path });
}

/**
 * A folder with SQLite as this machine has compiled it already, in the form in which the module's
 * own install script looks for one to download.
 */
async function prebuilt(): Promise<string> {
  const module = path.join(PROJECT, 'node_modules/better-sqlite3');
  const text = fs.readFileSync(path.join(module, 'package.json'), 'utf8');
  const { version } = JSON.parse(text) as { version: string };
  const { platform, arch, versions } = process;
  const name = `better-sqlite3-v${version}-node-v${versions.modules}-${platform}-${arch}.tar.gz`;
  const folder = home.at('prebuilt');
  fs.mkdirSync(folder, { recursive: true });
  const built = 'build/Release/better_sqlite3.node';
  await execute('tar', ['-czf', path.join(folder, name), '-C', module, built]);
  return folder;
}

function installed(...names: readonly string[]): string {
  return path.join(home.at('prefix', 'lib', 'node_modules', 'nuage-mount'), ...names);
}

describe('the package installed by npm', { timeout: 120_000 }, () => {
  it('tells its version', async () => {
    const { version } = JSON.parse(fs.readFileSync(path.join(PROJECT, 'package.json'), 'utf8')) as {
      version: string;
    };
    const { code, stdout } = await home.runOther([program, '--version']);
    expect(code).toBe(0);
    expect(stdout).toBe(`${version}\n`);
  });

  it('mounts the embedded Nuage, whose files are read through it, and unmounts', async () => {
    const demo = home.startOther([program, 'demo', home.at('Ici')]);
    await demo.said('Ctrl-C here');
    const { stdout } = await home.runOther(['cat', home.at('Ici', 'À lire d’abord !.txt')]);
    expect(stdout).toContain('Élève');
    const { code } = await home.runOther([program, 'unmount', home.at('Ici')]);
    expect(code).toBe(0);
    expect((await demo.ended).code).toBe(0);
    expect(home.mounts()).toEqual([]);
  });

  it('holds what it needs and nothing of the workshop', () => {
    const names = fs.readdirSync(installed());
    expect(names.sort()).toEqual(
      [
        'CHANGELOG.md',
        'LICENSE',
        'README.md',
        'dist',
        'docs',
        'node_modules',
        'package.json',
      ].sort(),
    );
    expect(fs.existsSync(installed('node_modules', 'typescript'))).toBe(false);
  });

  it('says what to do where the compiled part of SQLite is missing', async () => {
    // The one for this Node.js and the one for others.
    const parts = [
      installed('node_modules', 'better-sqlite3', 'build'),
      installed('node_modules', 'better-sqlite3-napi', 'prebuilds'),
    ];
    for (const part of parts) fs.renameSync(part, `${part}.aside`);
    try {
      const { code, stderr } = await home.runOther([program, 'demo', home.at('Sans')]);
      expect(code).toBe(1);
      expect(stderr).toMatch(/^nuage-mount: the SQLite module for Node.js v\S+ is missing\n/m);
      expect(stderr).toContain('--allow-scripts=better-sqlite3');
      expect(home.mounts()).toEqual([]);
    } finally {
      for (const part of parts) fs.renameSync(`${part}.aside`, part);
    }
  });
});
