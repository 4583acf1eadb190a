/**
 * One contract, two kinds of server: the embedded Nuage, and the Nextcloud named by
 * NUAGE_TEST_URL, NUAGE_TEST_USER and NUAGE_TEST_PASSWORD. Requests are plain HTTP, so that what
 * is checked is the server and not our client.
 *
 * With NUAGE_TEST_COLLEGUE and NUAGE_TEST_LOGIN_PASSWORD, a second account of that server, received
 * shares are checked there as well. With NUAGE_TEST_SMALL_USER and NUAGE_TEST_SMALL_PASSWORD, an
 * account of a few MB, so is what happens when it is full.
 */
import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { afterAll, beforeAll, describe } from 'vitest';
import { startNuage, type Nuage } from '../../src/demo/server.js';
import { parseRows, type Listed } from './multistatus.js';

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
  readonly text: string;
  /** The class in `<s:exception>`, without its namespace. */
  readonly exception: string;
}

export interface Sent {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** Undefined: the account under test; false: nobody. */
  readonly as?: { readonly user: string; readonly password: string } | false;
}

/** What is served to the account by somebody else. */
export interface ReceivedShare {
  /** Name in the root of the recipient. */
  readonly name: string;
  readonly file: string;
}

/** What the contract is about: any account, one that is filled in a moment, or locks for others. */
type AccountKind = 'any' | 'small' | 'locking';

/** Somebody else on the embedded server. */
const STRANGER = { name: 'collegue', password: 'unguessed' };

const SMALL_ACCOUNT_BYTES = 1_000_000;

const encodeAll = (relative: string) => relative.split('/').map(encodeURIComponent).join('/');

export class ServerUnderTest {
  readonly name: string;
  readonly #kind: AccountKind;
  #nuage: Nuage | undefined;
  readonly #agent = new Agent({ bodyTimeout: 20_000, headersTimeout: 20_000 });
  readonly #cookies = new Map<string, string>();
  #folders: string[] = [];
  url = '';
  user = '';
  password = '';

  constructor(name: string, kind: AccountKind) {
    this.name = name;
    this.#kind = kind;
  }

  async start(): Promise<void> {
    if (this.name === 'embedded') {
      const quota = this.#kind === 'small' ? { quotaBytes: SMALL_ACCOUNT_BYTES } : {};
      const settings = { fileLocks: this.#kind === 'locking' };
      const others = { otherUsers: [STRANGER] };
      this.#nuage = await startNuage({ name: 'prof', settings, ...others, ...quota });
      const { url, user, password } = this.#nuage;
      Object.assign(this, { url, user, password });
      return;
    }
    this.url = (process.env['NUAGE_TEST_URL'] ?? '').replace(/\/$/, '');
    const who = this.#kind === 'small' ? 'NUAGE_TEST_SMALL' : 'NUAGE_TEST';
    this.user = process.env[`${who}_USER`] ?? '';
    this.password = process.env[`${who}_PASSWORD`] ?? '';
  }

  async stop(): Promise<void> {
    for (const folder of this.#folders) await this.dav('DELETE', folder);
    this.#folders = [];
    await this.#agent.close();
    await this.#nuage?.close();
  }

  /** A fresh folder of the account; removed at the end. */
  async folder(): Promise<string> {
    const name = `contract-${randomUUID()}`;
    const made = await this.dav('MKCOL', name);
    if (made.status !== 201) throw new Error(`no folder: ${made.status} ${made.text}`);
    this.#folders.push(name);
    return name;
  }

  /** The address of a file, as a path. */
  at(relative: string): string {
    return `/remote.php/dav/files/${encodeURIComponent(this.user)}/${encodeAll(relative)}`;
  }

  upload(relative: string): string {
    return `/remote.php/dav/uploads/${encodeURIComponent(this.user)}/${encodeAll(relative)}`;
  }

  /** A request on a file of the account; `Destination` is encoded where it is given relative. */
  dav(method: string, relative: string, sent: Sent = {}): Promise<Reply> {
    return this.send(method, this.at(relative), sent);
  }

  move(from: string, to: string, headers: Record<string, string> = {}): Promise<Reply> {
    return this.dav('MOVE', from, { headers: { destination: this.at(to), ...headers } });
  }

  put(relative: string, body: string | Buffer, headers: Record<string, string> = {}) {
    return this.dav('PUT', relative, { body, headers });
  }

  async send(method: string, address: string, sent: Sent = {}): Promise<Reply> {
    const response = await request(this.url + address, {
      method: method as 'GET',
      dispatcher: this.#agent,
      headers: { ...this.#credentials(sent), ...sent.headers },
      body: sent.body ?? null,
    });
    const body = Buffer.from(await response.body.arrayBuffer());
    if (sent.as === undefined) this.#keepCookies(response.headers['set-cookie']);
    const text = body.toString();
    const exception = /<s:exception>(?:[^<]*\\)?([^<\\]*)</.exec(text)?.[1] ?? '';
    return { status: response.statusCode, headers: response.headers, body, text, exception };
  }

  /** The answer of one PROPFIND by href, decoded and relative to what was asked. */
  async list(relative: string, depth: string, names: readonly string[]): Promise<Listed[]> {
    const answer = await this.dav('PROPFIND', relative, {
      headers: { depth, 'content-type': 'application/xml' },
      body: propfindBody(names),
    });
    if (answer.status !== 207) throw new Error(`PROPFIND ${relative}: ${answer.status}`);
    return parseRows(answer.text);
  }

  async properties(relative: string, names: readonly string[]): Promise<Record<string, string>> {
    const [row] = await this.list(relative, '0', names);
    return row?.found ?? {};
  }

  async etag(relative: string): Promise<string> {
    return (await this.properties(relative, ['d:getetag']))['d:getetag'] ?? '';
  }

  async fileId(relative: string): Promise<string> {
    return (await this.properties(relative, ['oc:fileid']))['oc:fileid'] ?? '';
  }

  /** Another account of this server; undefined where none is known. */
  get otherUser(): string | undefined {
    return this.#nuage === undefined ? process.env['NUAGE_TEST_COLLEGUE'] : STRANGER.name;
  }

  /** Whether the server has the app files_lock. */
  async locksFiles(): Promise<boolean> {
    const answer = await this.send('GET', '/ocs/v2.php/cloud/capabilities?format=json', {
      headers: { 'ocs-apirequest': 'true' },
    });
    const { ocs } = JSON.parse(answer.text) as {
      ocs: { data: { capabilities: { files: { locking?: string } } } };
    };
    return ocs.data.capabilities.files.locking !== undefined;
  }

  /** @returns whether somebody else has locked the file, which only the embedded server can do. */
  lockAsSomebody(file: string): boolean {
    if (this.#nuage === undefined) return false;
    const { tree, fileLocks } = this.#nuage.account;
    const node = tree.find(tree.files, file);
    if (node === undefined) throw new Error(`${file} is not there`);
    const somebody = { id: STRANGER.name, displayName: 'Dominique Bernard', type: 0 };
    return fileLocks.take(node, somebody).isTaken;
  }

  /** Bytes that the account can still take; exact, unlike the property. */
  async freeBytes(): Promise<number> {
    const answer = await this.send('GET', '/ocs/v2.php/cloud/user?format=json', {
      headers: { 'ocs-apirequest': 'true' },
    });
    const { ocs } = JSON.parse(answer.text) as { ocs: { data: { quota: { free: number } } } };
    return ocs.data.quota.free;
  }

  /** Somebody else shares a new folder with one file; undefined where there is no second user. */
  async receiveShare(permissions: number): Promise<ReceivedShare | undefined> {
    const name = `contract-share-${permissions}-${randomUUID().slice(0, 8)}`;
    const file = `${name}/cours.txt`;
    if (this.#nuage !== undefined) {
      const folder = path.join(this.#nuage.folder, name);
      mkdirSync(folder);
      writeFileSync(path.join(folder, 'cours.txt'), 'bonjour');
      this.#nuage.rescan();
      this.#nuage.account.receiveShare({ path: name, permissions, owner: 'collegue' });
      return { name, file };
    }
    return this.#shareFromColleague(name, permissions);
  }

  async #shareFromColleague(name: string, permissions: number): Promise<ReceivedShare | undefined> {
    const user = process.env['NUAGE_TEST_COLLEGUE'];
    const password = process.env['NUAGE_TEST_LOGIN_PASSWORD'];
    if (user === undefined || password === undefined) return undefined;
    const as = { user, password };
    const folder = `/remote.php/dav/files/${user}/${name}`;
    await this.send('MKCOL', folder, { as });
    await this.send('PUT', `${folder}/cours.txt`, { as, body: 'bonjour' });
    const form = { path: `/${name}`, shareType: '0', shareWith: this.user };
    const shared = await this.send('POST', '/ocs/v2.php/apps/files_sharing/api/v1/shares', {
      as,
      headers: { 'ocs-apirequest': 'true', 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ ...form, permissions: String(permissions) }).toString(),
    });
    if (shared.status !== 200) throw new Error(`no share: ${shared.status} ${shared.text}`);
    this.#ownersFolders.push({ as, folder });
    await this.#waitForShare(name);
    return { name, file: `${name}/cours.txt` };
  }

  /** The owner puts another file into a share. */
  async ownerAdds(share: ReceivedShare, name: string): Promise<void> {
    if (this.#nuage !== undefined) {
      writeFileSync(path.join(this.#nuage.folder, share.name, name), 'neu');
      this.#nuage.rescan();
      return;
    }
    const owned = this.#ownersFolders.find(({ folder }) => folder.endsWith(`/${share.name}`));
    if (owned === undefined) throw new Error(`${share.name} is not shared with us`);
    const { as, folder } = owned;
    await this.send('PUT', `${folder}/${name}`, { as, body: 'neu' });
  }

  /** The first requests after the sharing may still be answered without it. */
  async #waitForShare(name: string): Promise<void> {
    for (let tries = 0; tries < 50; tries += 1) {
      const { text } = await this.dav('PROPFIND', '', { headers: { depth: '1' } });
      const inside = await this.dav('PROPFIND', name, { headers: { depth: '0' } });
      if (text.includes(name) && inside.status === 207) return;
      await pause(100);
    }
    throw new Error(`the share ${name} does not appear`);
  }

  readonly #ownersFolders: { as: { user: string; password: string }; folder: string }[] = [];

  async removeShares(): Promise<void> {
    for (const { as, folder } of this.#ownersFolders) await this.send('DELETE', folder, { as });
    this.#ownersFolders.length = 0;
  }

  #credentials({ as }: Sent): Record<string, string> {
    if (as === false) return {};
    const { user, password } = as ?? this;
    const basic = Buffer.from(`${user}:${password}`).toString('base64');
    const headers: Record<string, string> = { authorization: `Basic ${basic}` };
    if (as === undefined && this.#cookies.size > 0) {
      headers['cookie'] = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    }
    return headers;
  }

  #keepCookies(given: string | string[] | undefined): void {
    for (const cookie of given === undefined ? [] : [given].flat()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      this.#cookies.set(name, value);
    }
  }
}

export function propfindBody(names: readonly string[]): string {
  const tags = names.map((name) => `<${name}/>`).join('');
  return (
    '<?xml version="1.0"?><d:propfind xmlns:d="DAV:" xmlns:oc="http://owncloud.org/ns" ' +
    'xmlns:nc="http://nextcloud.org/ns" xmlns:ocs="http://open-collaboration-services.org/ns">' +
    `<d:prop>${tags}</d:prop></d:propfind>`
  );
}

/** Describes the contract once per server at hand. */
export function contract(
  title: string,
  define: (server: ServerUnderTest) => void,
  kind: AccountKind = 'any',
): void {
  const names = ['embedded'];
  const account = kind === 'small' ? process.env['NUAGE_TEST_SMALL_USER'] : '';
  if (process.env['NUAGE_TEST_URL'] !== undefined && account !== undefined) {
    names.push('named by NUAGE_TEST_URL');
  }
  for (const name of names) {
    describe(`${title} (server ${name})`, () => {
      const server = new ServerUnderTest(name, kind);
      beforeAll(() => server.start());
      afterAll(() => server.stop());
      define(server);
    });
  }
}
