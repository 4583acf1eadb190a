/** `config`: shows, changes and opens the configuration. */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { runningMounts } from './control-client.js';
import { parseConfig, readConfig, requireKey, requireValue } from './config/config-file.js';
import { CONFIG_KEY_NAMES, type ConfigKey, keyOf } from './config/config-keys.js';
import { configPath } from './config/config-path.js';
import { changeConfig, tomlLine, writeConfig } from './config/edit-config.js';
import { accountName, type ConfigSources, effective } from './config/effective.js';
import { CommandError, EXIT } from './exit-codes.js';
import { configKeyText, configText as text, originText } from './messages/config.js';

export interface ConfigOptions {
  readonly key: string | undefined;
  readonly value: string | undefined;
  readonly account: string | undefined;
  readonly path: boolean;
  readonly edit: boolean;
  readonly unset: boolean;
  readonly json: boolean;
}

export async function config(options: ConfigOptions): Promise<void> {
  const { key, value, account } = options;
  if (options.path) print(configPath());
  else if (options.edit) edit();
  else if (key === undefined && options.unset) throw new CommandError(EXIT.USAGE, text.whichKey());
  else if (key !== undefined && (value !== undefined || options.unset)) {
    set(requireKey(key, account), value, account);
  } else await show(key === undefined ? CONFIG_KEY_NAMES : [requireKey(key, undefined)], options);
}

async function show(
  keys: readonly ConfigKey[],
  { key, account, json }: ConfigOptions,
): Promise<void> {
  const sources = await sourcesFor(account);
  const rows = keys.map((name) => ({ name, ...effective(name, sources) }));
  if (json) {
    print(
      JSON.stringify(Object.fromEntries(rows.map(({ name, ...row }) => [name, row])), undefined, 2),
    );
  } else if (key !== undefined) {
    for (const { value } of rows) print(String(value));
  } else {
    const shown = rows.map(({ name, value }) => tomlLine(name, value));
    const column = Math.max(...shown.map((line) => line.length));
    const file = configPath();
    print(`# ${fs.existsSync(file) ? text.fileIs({ file }) : text.noFileYet({ file })}`);
    for (const [index, { name, origin }] of rows.entries()) {
      print(`\n# ${configKeyText[name]()}`);
      print(`${(shown[index] ?? '').padEnd(column)}  # ${originText[origin]()}`);
    }
    print(`\n# ${text.accountSection({ account: sources.account ?? EXAMPLE_ACCOUNT })}`);
  }
}

const EXAMPLE_ACCOUNT = 'jean.dupont@nuage03.apps.education.fr';

/** Of the account that is named, or the only one that is mounted, with what its mount was told. */
async function sourcesFor(account: string | undefined): Promise<ConfigSources> {
  const mounts = await runningMounts();
  const named = mounts.filter((mount) => account === undefined || accountName(mount) === account);
  const mount = named.length === 1 ? named[0] : undefined;
  return {
    config: readConfig(),
    account: account ?? (mount === undefined ? undefined : accountName(mount)),
    typed: mount?.typed ?? {},
  };
}

function set(key: ConfigKey, typed: string | undefined, account: string | undefined): void {
  const value = typed === undefined ? undefined : requireValue(key, keyOf(key).kind.parse(typed));
  changeConfig({ key, value, account });
  print(value === undefined ? text.unsetDone({ key }) : text.set({ key, value: String(value) }));
  if (keyOf(key).perAccount) print(text.atNextMount());
}

/** Looked at afterwards, so that a slip is told at once. */
function edit(): void {
  const file = configPath();
  if (!fs.existsSync(file)) writeConfig(template());
  const { VISUAL, EDITOR } = process.env;
  const editors = [VISUAL, EDITOR, 'sensible-editor', 'nano', 'vi'];
  for (const editor of editors.filter((one) => one !== undefined && one !== '')) {
    const [program = '', ...args] = (editor ?? '').split(' ');
    const { error, status } = spawnSync(program, [...args, file], { stdio: 'inherit' });
    if (error !== undefined) continue;
    if (status !== 0)
      throw new CommandError(EXIT.UNEXPECTED, text.editorFailed({ editor: program }));
    parseConfig(fs.readFileSync(file, 'utf8'));
    return;
  }
  throw new CommandError(EXIT.UNEXPECTED, text.noEditor());
}

/** All defaults, each behind a `#`. */
function template(): string {
  const lines = CONFIG_KEY_NAMES.flatMap((name) => [
    `# ${configKeyText[name]()}`,
    `# ${tomlLine(name, keyOf(name).initial)}`,
    '',
  ]);
  const heading = text.accountSection({ account: EXAMPLE_ACCOUNT });
  return `${lines.join('\n')}\n# ${heading}\n`;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
