/**
 * The requests in what a client sends on one connection: counts them, and puts the server's own
 * name into `Host`, which a Nextcloud checks. Knows bodies by their `Content-Length` alone.
 */
const HEAD_END = '\r\n\r\n';

export class RequestHeads {
  readonly #host: string;
  readonly #onRequest: (method: string) => void;
  #head = Buffer.alloc(0);
  #bodyBytesLeft = 0;

  constructor(host: string, onRequest: (method: string) => void) {
    this.#host = host;
    this.#onRequest = onRequest;
  }

  /** @returns what is to be sent on; an unfinished head is kept until its end has come. */
  pass(piece: Buffer): Buffer {
    const passed: Buffer[] = [];
    let rest = piece;
    while (rest.length > 0) {
      if (this.#bodyBytesLeft > 0) {
        const body = rest.subarray(0, this.#bodyBytesLeft);
        this.#bodyBytesLeft -= body.length;
        passed.push(body);
        rest = rest.subarray(body.length);
        continue;
      }
      this.#head = Buffer.concat([this.#head, rest]);
      const end = this.#head.indexOf(HEAD_END);
      if (end < 0) break;
      rest = this.#head.subarray(end + HEAD_END.length);
      passed.push(Buffer.from(this.#finish(this.#head.toString('latin1', 0, end)), 'latin1'));
      this.#head = Buffer.alloc(0);
    }
    return Buffer.concat(passed);
  }

  #finish(head: string): string {
    if (/\r\ntransfer-encoding:/i.test(head)) throw new RangeError('a body without a length');
    this.#bodyBytesLeft = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);
    this.#onRequest(head.slice(0, head.indexOf(' ')));
    return head.replace(/\r\nhost:[^\r]*/i, `\r\nhost: ${this.#host}`) + HEAD_END;
  }
}
