/** A folder of the account, and its trash, looked at beside both clients. */
import type { Account } from '../bench-common/servers.js';
import { nameOf, type Tree } from './contents.js';

export class AccountFolder {
  readonly #address: string;
  readonly #trash: string;
  readonly #authorization: string;

  /** @param name of a folder in the root of the account. */
  constructor({ url, user, password }: Account, name: string) {
    this.#address = `${url}/remote.php/dav/files/${encodeURIComponent(user)}/${name}`;
    this.#trash = `${url}/remote.php/dav/trashbin/${encodeURIComponent(user)}/trash/`;
    this.#authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  }

  async create(): Promise<void> {
    await this.#ask('MKCOL', this.#address);
  }

  async remove(): Promise<void> {
    await this.#ask('DELETE', this.#address);
  }

  async tree(): Promise<Tree> {
    const root = `${new URL(this.#address).pathname}/`;
    const tree = new Map<string, string>();
    for (const href of await this.#list(this.#address, 'infinity')) {
      if (href === root) continue;
      const name = decodeURIComponent(href.slice(root.length));
      tree.set(name, name.endsWith('/') ? '' : await this.#read(href));
    }
    return tree;
  }

  /** Contents of the files (not of the folders) that were deleted since then. */
  async trashed(since: Date): Promise<readonly string[]> {
    const contents: string[] = [];
    for (const href of await this.#list(this.#trash, '1')) {
      const [, seconds = '0'] = /\.d(\d+)$/.exec(href) ?? [];
      if (Number(seconds) * 1_000 >= since.getTime()) contents.push(await this.#read(href));
    }
    return contents;
  }

  async #list(address: string, depth: string): Promise<readonly string[]> {
    const text = await (await this.#ask('PROPFIND', address, depth)).text();
    return [...text.matchAll(/<d:href>([^<]*)</g)].map(([, href = '']) => href);
  }

  async #read(href: string): Promise<string> {
    const answer = await this.#ask('GET', new URL(href, this.#address).href);
    return nameOf(Buffer.from(await answer.arrayBuffer()));
  }

  async #ask(method: string, address: string, depth = '0'): Promise<Response> {
    const headers = { authorization: this.#authorization, depth };
    const answer = await fetch(address, { method, headers });
    if (answer.ok) return answer;
    throw new Error(`${method} ${address}: ${answer.status} ${await answer.text()}`);
  }
}
