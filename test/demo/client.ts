/** Plain requests to an embedded Nuage of a test. */
import type { Nuage } from '../../src/demo/server.js';

export interface Request {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  readonly signal?: AbortSignal;
}

export class Client {
  readonly #nuage: Pick<Nuage, 'url' | 'user' | 'password'>;

  constructor(nuage: Pick<Nuage, 'url' | 'user' | 'password'>) {
    this.#nuage = nuage;
  }

  get files(): string {
    return `/remote.php/dav/files/${this.#nuage.user}`;
  }

  /** A path that starts with `/remote.php` is taken as it is, others are below the files. */
  send(method: string, target: string, { headers, body, signal }: Request = {}): Promise<Response> {
    const { url, user, password } = this.#nuage;
    const isAddress = /^\/(remote|ocs|status|index)\b/.test(target);
    const address = isAddress ? target : `${this.files}/${target}`;
    const basic = Buffer.from(`${user}:${password}`).toString('base64');
    return fetch(url + address, {
      method,
      headers: { authorization: `Basic ${basic}`, ...headers },
      ...(body === undefined ? {} : { body }),
      ...(signal === undefined ? {} : { signal }),
    });
  }

  async status(method: string, target: string, request: Request = {}): Promise<number> {
    const response = await this.send(method, target, request);
    await response.arrayBuffer();
    return response.status;
  }

  async read(target: string): Promise<string> {
    return (await this.send('GET', target)).text();
  }

  async property(target: string, name: string): Promise<string | undefined> {
    const response = await this.send('PROPFIND', target, {
      headers: { depth: '0' },
      body:
        '<d:propfind xmlns:d="DAV:" xmlns:oc="http://owncloud.org/ns" ' +
        `xmlns:nc="http://nextcloud.org/ns"><d:prop><${name}/></d:prop></d:propfind>`,
    });
    return new RegExp(`<${name}>([^<]*)<`).exec(await response.text())?.[1];
  }

  etag(target: string): Promise<string | undefined> {
    return this.property(target, 'd:getetag');
  }
}
