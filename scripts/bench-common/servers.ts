/** The servers that are measured: the embedded Nuage, and one named by the environment. */
import type { ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { isChange, Line, type Pace, type Traffic } from './line.js';
import { end, firstLine, run, start } from './processes.js';
import { rcloneEnvironment } from './rclone.js';

const PROJECT = path.resolve(import.meta.dirname, '../..');

export interface Account {
  readonly url: string;
  readonly user: string;
  readonly password: string;
}

export interface Server extends Account {
  readonly name: string;
  /** Since the server was started. */
  traffic(): Promise<Traffic>;
  close(): Promise<void>;
}

/** @param folder is served as it is. @param latencyMs is added to every request. */
export async function embeddedServer(folder: string, latencyMs: number): Promise<Server> {
  const main = path.join(PROJECT, 'dist/demo/main.js');
  const child = start(process.execPath, [main, '--json', '--with-parent', '--folder', folder]);
  const told = JSON.parse(await firstLine(child, /^\{/)) as Account & { controlUrl: string };
  const control = async (command: string, input: object = {}): Promise<unknown> => {
    const body = JSON.stringify(input);
    return (await fetch(`${told.controlUrl}/${command}`, { method: 'POST', body })).json();
  };
  await control('network', { latencyMs });
  let [requests, changes, bytes] = [0, 0, 0];
  return {
    name: `embedded server, ${latencyMs} ms per request`,
    url: told.url,
    user: told.user,
    password: told.password,
    traffic: async () => {
      const records = (await control('requests')) as { method: string; sentBytes: number }[];
      await control('clear-requests');
      requests += records.length;
      changes += records.filter(({ method }) => isChange(method)).length;
      for (const { sentBytes } of records) bytes += sentBytes;
      return { requests, changes, bytes };
    },
    close: () => closeChild(child),
  };
}

async function closeChild(child: ChildProcess): Promise<void> {
  child.stdin?.end();
  await end(child);
}

/** The same account at the end of a line, or on no line at all, where its requests are counted. */
export async function throughLine(account: Account, name: string, pace?: Pace): Promise<Server> {
  const line = await Line.to(account.url, pace);
  const { user, password } = account;
  return {
    name,
    url: line.url,
    user,
    password,
    traffic: () => Promise.resolve(line.traffic()),
    close: () => line.close(),
  };
}

/** Named by `NUAGE_TEST_URL`, `NUAGE_TEST_USER` and `NUAGE_TEST_PASSWORD`. */
export function namedAccount(): Account | undefined {
  const [url, user, password] = ['URL', 'USER', 'PASSWORD'].map(
    (part) => process.env[`NUAGE_TEST_${part}`],
  );
  if (url === undefined || user === undefined || password === undefined) return undefined;
  return { url: url.replace(/\/+$/, ''), user, password };
}

/** Puts the content on a server whose folder is not at hand; what is there already is not sent. */
export async function upload(account: Account, folder: string): Promise<void> {
  const env = await rcloneEnvironment(account);
  for (const name of fs.readdirSync(folder)) {
    const args = ['copy', path.join(folder, name), `nuage:${name}`, '--size-only'];
    await run('rclone', [...args, '--transfers', '8', '--timeout', '10m'], { env });
  }
}

export async function removeUploaded(account: Account, folder: string): Promise<void> {
  const env = await rcloneEnvironment(account);
  for (const name of fs.readdirSync(folder))
    await run('rclone', ['purge', `nuage:${name}`], { env });
}
