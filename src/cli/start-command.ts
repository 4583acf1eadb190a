/** `nuage-mount` alone: the next step of whoever has just installed it, or sits down to work. */
import os from 'node:os';
import path from 'node:path';
import { chooseAccount, loggedIn } from './choose-account.js';
import { runningMounts } from './control-client.js';
import { CommandError, EXIT } from './exit-codes.js';
import { login } from './login-command.js';
import { generalText } from './messages/general.js';
import { helpText } from './messages/help.js';
import { startText as text } from './messages/login.js';
import { mount } from './mount-command.js';
import { status } from './status-command.js';
import { askYesNo, isInteractive } from './terminal.js';

const USUAL_FOLDER = 'Nuage';

export async function start(): Promise<void> {
  if ((await runningMounts()).length > 0) {
    await status(undefined, { json: false, metrics: false, watch: false, exitCode: false });
    return;
  }
  if (loggedIn().length === 0) {
    await begin();
    return;
  }
  const { url, user, mountPoint } = chooseAccount(undefined);
  await mountOn(mountPoint ?? usualFolder(), { url, user });
}

async function begin(): Promise<void> {
  if (!isInteractive()) {
    throw new CommandError(EXIT.USAGE, helpText.whichCommand(), generalText.seeHelp());
  }
  process.stderr.write(`${text.welcome()}\n\n`);
  const account = await login({
    server: undefined,
    user: undefined,
    appPassword: false,
    caFile: undefined,
    insecure: false,
  });
  const folder = usualFolder();
  if (await askYesNo(text.mountQuestion({ folder }), true)) await mountOn(folder, account);
}

function usualFolder(): string {
  return path.join(os.homedir(), USUAL_FOLDER);
}

function mountOn(dir: string, { url: server, user }: { url: string; user: string }): Promise<void> {
  return mount({ dir, server, user, foreground: false, insecure: false, ...UNTYPED }, undefined);
}

const UNTYPED = {
  account: undefined,
  passwordFile: undefined,
  allowOther: undefined,
  readOnly: undefined,
  fsType: undefined,
  caFile: undefined,
  cacheSize: undefined,
  minFree: undefined,
  confirmDeletions: undefined,
  pollInterval: undefined,
  uploadDelay: undefined,
  uploadLimit: undefined,
  downloadLimit: undefined,
  logLevel: undefined,
  logNames: undefined,
} as const;
