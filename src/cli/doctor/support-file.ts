/**
 * The file for those who help: what was found, of which machine, and the last warnings of the log.
 * Neither passwords, which we never have in a text, nor names of users, folders and files.
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { SUPPORT_LOG_LINES_MAX } from '../../limits.js';
import { accountFolder, knownAccounts } from '../account-folder.js';
import { LOG_FOLDER, LOG_NAME } from '../log-file.js';
import type { Finding } from './finding.js';

export function writeSupportFile(
  file: string,
  version: string,
  findings: readonly Finding[],
): void {
  const hide = hider();
  const report = {
    version,
    time: new Date().toISOString(),
    node: process.version,
    system: `${os.type()} ${os.release()} ${process.arch}`,
    findings: findings.map((finding) => ({
      ...finding,
      message: hide(finding.message),
      advice: finding.advice === undefined ? undefined : hide(finding.advice),
    })),
    log: logLines().map(hide),
  };
  fs.writeFileSync(file, `${JSON.stringify(report, undefined, 2)}\n`, { mode: 0o600, flag: 'wx' });
}

/** Longer names first: one may hold another. */
function hider(): (text: string) => string {
  const names = new Map<string, string>();
  knownAccounts().forEach(({ mountPoint, user }, index) => {
    if (mountPoint !== undefined) {
      names.set(mountPoint, `<folder ${index + 1}>`);
      names.set(path.basename(mountPoint), `<folder ${index + 1}>`);
    }
    names.set(user, `<user ${index + 1}>`);
  });
  names.set(os.homedir(), '<home>');
  names.set(os.userInfo().username, '<login>');
  const longestFirst = [...names].sort(([a], [b]) => b.length - a.length);
  return (text) => longestFirst.reduce((told, [name, shown]) => told.replaceAll(name, shown), text);
}

/** Without the details of the records, which may name files. */
function logLines(): readonly string[] {
  const lines = knownAccounts().flatMap(({ url, user }) => {
    const file = path.join(accountFolder(url, user), LOG_FOLDER, LOG_NAME);
    return fs.existsSync(file) ? fs.readFileSync(file, 'utf8').split('\n') : [];
  });
  return lines
    .map((line) => /^(\S+ (?:error|warn) +[\w-]+: [^{]*)/.exec(line)?.[1]?.trimEnd())
    .filter((line) => line !== undefined)
    .slice(-SUPPORT_LOG_LINES_MAX);
}
