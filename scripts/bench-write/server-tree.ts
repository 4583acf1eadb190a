/** What stands on a server, asked for beside the mounts, so that their own requests are counted. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Account } from '../bench-common/servers.js';

/** Between two looks: often enough for tenths of seconds, seldom enough not to be a load. */
const LOOK_PAUSE_MS = 250;
const WAIT_MS_MAX = 300_000;

const QUESTION = `<?xml version="1.0"?><d:propfind xmlns:d="DAV:">
<d:prop><d:getcontentlength/></d:prop></d:propfind>`;

/** Bytes by path below the folder; 0 for folders. */
export type Tree = ReadonlyMap<string, number>;

export class ServerFolder {
  readonly #address: string;
  readonly #authorization: string;

  /** @param name of a folder in the root of the account. */
  constructor({ url, user, password }: Account, name: string) {
    this.#address = `${url}/remote.php/dav/files/${user}/${name}`;
    this.#authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  }

  async create(path = ''): Promise<void> {
    await this.#ask('MKCOL', path);
  }

  async remove(): Promise<void> {
    await this.#ask('DELETE', '');
  }

  /** @throws when what is there is not what was waited for within minutes. */
  async waitFor(path: string, isMeant: (tree: Tree) => boolean): Promise<void> {
    const deadline = Date.now() + WAIT_MS_MAX;
    while (!isMeant(await this.#tree(path))) {
      if (Date.now() > deadline) throw new Error('the server has not been told of it');
      await pause(LOOK_PAUSE_MS);
    }
  }

  async #tree(path: string): Promise<Tree> {
    const text = await (await this.#ask('PROPFIND', path, QUESTION)).text();
    const root = new URL(`${this.#address}/${path}/`).pathname;
    const rows = text.split(/<(?:d:)?response>/i).slice(1);
    return new Map(
      rows.map((row) => {
        const href = /<(?:d:)?href>([^<]*)</i.exec(row)?.[1] ?? '';
        const bytes = /<(?:d:)?getcontentlength>(\d+)</i.exec(row)?.[1] ?? '0';
        return [decodeURIComponent(href.slice(root.length)).replace(/\/$/, ''), Number(bytes)];
      }),
    );
  }

  async #ask(method: string, path: string, body?: string): Promise<Response> {
    const answer = await fetch(path === '' ? this.#address : `${this.#address}/${path}`, {
      method,
      headers: { authorization: this.#authorization, depth: 'infinity' },
      ...(body === undefined ? {} : { body }),
    });
    if (answer.ok) return answer;
    throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  }
}
