/** Bytes count as read only when they are of the right version, place and length. */
import type http from 'node:http';
import { describe, expect, it } from 'vitest';
import type { ReadRange, Remote } from '../../src/remote/remote.js';
import { kindOf, never, remoteOn, serve, type Handler } from './support.js';

const BYTES = Buffer.from(Array.from({ length: 10_000 }, (_, index) => index % 251));

async function readFrom(remote: Remote, range: Omit<ReadRange, 'etag'>): Promise<Buffer> {
  const into = Buffer.alloc(BYTES.length);
  let upTo = range.start;
  const onData = (chunk: Uint8Array, offset: number): void => {
    expect(offset).toBe(upTo);
    into.set(chunk, offset);
    upTo = offset + chunk.length;
  };
  await remote.read('f', { ...range, etag: 'v1' }, onData, never());
  return into.subarray(range.start, upTo);
}

async function readOf(handler: Handler, range: Omit<ReadRange, 'etag'>): Promise<Buffer> {
  const server = await serve(handler);
  return readFrom(remoteOn(server.url), range);
}

function answer(status: number, headers: http.OutgoingHttpHeaders, body: Buffer): Handler {
  return (_, response) => response.writeHead(status, headers).end(body);
}

function part(start: number, end: number, total: number | string = BYTES.length): Handler {
  return answer(
    206,
    { etag: '"v1"', 'content-range': `bytes ${start}-${end - 1}/${total}` },
    BYTES.subarray(start, end),
  );
}

describe('a right answer', () => {
  it('brings a range', async () => {
    expect(await readOf(part(100, 300), { start: 100, end: 300 })).toEqual(
      BYTES.subarray(100, 300),
    );
  });

  it('brings the rest, with the total known or not', async () => {
    for (const total of [BYTES.length, '*']) {
      const bytes = await readOf(part(9_000, 10_000, total), { start: 9_000, end: undefined });
      expect(bytes).toEqual(BYTES.subarray(9_000));
    }
  });

  it('may be the whole file with 200 when the whole file was wanted', async () => {
    const whole = answer(200, { etag: '"v1"', 'content-length': '10000' }, BYTES);
    expect(await readOf(whole, { start: 0, end: undefined })).toEqual(BYTES);
    expect(await readOf(whole, { start: 0, end: 10_000 })).toEqual(BYTES);
  });

  it('may come with a weak ETag, which says the same', async () => {
    const weak = answer(200, { etag: 'W/"v1"' }, BYTES);
    expect(await readOf(weak, { start: 0, end: undefined })).toEqual(BYTES);
  });

  it('of an empty file has no length and no range', async () => {
    const empty = answer(200, { etag: '"v1"' }, Buffer.alloc(0));
    expect(await readOf(empty, { start: 0, end: undefined })).toHaveLength(0);
  });

  it('is asked for with If-Match, the range, and no compression', async () => {
    const server = await serve(part(100, 300));
    await readFrom(remoteOn(server.url), { start: 100, end: 300 });
    expect(server.requests[0]?.headers).toMatchObject({
      'if-match': '"v1"',
      range: 'bytes=100-299',
      'accept-encoding': 'identity',
    });
  });

  it('of no bytes needs no request', async () => {
    const server = await serve(part(0, 1));
    expect(await readFrom(remoteOn(server.url), { start: 5, end: 5 })).toHaveLength(0);
    expect(server.requests).toHaveLength(0);
  });
});

describe('another version', () => {
  const range = { start: 100, end: 300 };
  const cases: Record<string, Handler> = {
    'is told by 412': answer(412, {}, Buffer.alloc(0)),
    'is told by its ETag': answer(
      206,
      { etag: '"v2"', 'content-range': 'bytes 100-299/10000' },
      BYTES.subarray(100, 300),
    ),
    'is told by its length: it ends within the range': part(100, 200, 200),
    'is told by 416: it ends before the range': answer(416, {}, Buffer.alloc(0)),
  };
  for (const [title, handler] of Object.entries(cases)) {
    it(title, async () => expect(await kindOf(readOf(handler, range))).toBe('precondition'));
  }

  it('is told by an empty 200, as after a cut overwrite', async () => {
    const torn = answer(200, { etag: '"v1"', 'content-length': '0' }, Buffer.alloc(0));
    expect(await kindOf(readOf(torn, { start: 0, end: 300 }))).toBe('precondition');
  });
});

describe('a wrong answer is refused before any of its bytes counts', () => {
  const range = { start: 100, end: 300 };
  const headers = { etag: '"v1"', 'content-range': 'bytes 100-299/10000' };
  const cases: Record<string, Handler> = {
    'everything instead of a range': answer(200, { etag: '"v1"' }, BYTES),
    'a range that begins earlier': part(0, 300),
    'a range that begins later': part(101, 300),
    'a range that goes on': part(100, 400),
    'a range that stops for no reason': part(100, 200),
    'no Content-Range': answer(206, { etag: '"v1"' }, BYTES.subarray(100, 300)),
    'a Content-Range of nonsense': answer(
      206,
      { etag: '"v1"', 'content-range': 'bytes */10000' },
      BYTES.subarray(100, 300),
    ),
    'a backward Content-Range': answer(
      206,
      { etag: '"v1"', 'content-range': 'bytes 100-50/10000' },
      BYTES.subarray(100, 300),
    ),
    'a length that is not that of the range': answer(
      206,
      { ...headers, 'content-length': '150' },
      BYTES.subarray(100, 250),
    ),
    'a coding': answer(206, { ...headers, 'content-encoding': 'gzip' }, BYTES.subarray(100, 300)),
    'no ETag': answer(206, { 'content-range': 'bytes 100-299/10000' }, BYTES.subarray(100, 300)),
  };
  for (const [title, handler] of Object.entries(cases)) {
    it(title, async () => {
      const server = await serve(handler);
      let received = 0;
      const read = remoteOn(server.url).read(
        'f',
        { ...range, etag: 'v1' },
        (chunk) => (received += chunk.length),
        never(),
      );
      expect(await kindOf(read)).toBe('protocol');
      expect(received).toBe(0);
    });
  }

  it('more bytes than promised', async () => {
    const handler: Handler = (_, response) => {
      response.writeHead(206, headers);
      response.end(BYTES.subarray(100, 500));
    };
    expect(await kindOf(readOf(handler, range))).toBe('protocol');
  });

  it('a login page of the network', async () => {
    const page = answer(200, { 'content-type': 'text/html' }, Buffer.from('<html>'));
    expect(await kindOf(readOf(page, range))).toBe('offline');
  });
});

describe('a line that breaks in the middle', () => {
  /** Serves the asked range, and cuts it after `bytes`. */
  function cutting(bytes: number): Handler {
    return (request, response) => {
      const match = /bytes=(\d+)-(\d*)/.exec(request.headers.range ?? 'bytes=0-');
      const start = Number(match?.[1]);
      const end = match?.[2] === '' ? BYTES.length : Number(match?.[2]) + 1;
      response.writeHead(206, {
        etag: '"v1"',
        'content-range': `bytes ${start}-${end - 1}/${BYTES.length}`,
        'content-length': end - start,
      });
      const piece = BYTES.subarray(start, Math.min(start + bytes, end));
      if (start + bytes >= end) response.end(piece);
      else response.write(piece, () => setTimeout(() => response.destroy(), 5));
    };
  }

  it('is taken up again where it broke, as often as it brings something', async () => {
    const server = await serve(cutting(2_000));
    expect(await readFrom(remoteOn(server.url), { start: 0, end: 10_000 })).toEqual(BYTES);
    expect(server.requests.map(({ headers }) => headers.range)).toEqual([
      'bytes=0-9999',
      'bytes=2000-9999',
      'bytes=4000-9999',
      'bytes=6000-9999',
      'bytes=8000-9999',
    ]);
  });

  it('is given up when it brings nothing any more', async () => {
    const server = await serve(cutting(0));
    const read = readFrom(remoteOn(server.url), { start: 0, end: 10_000 });
    expect(await kindOf(read)).toBe('offline');
    expect(server.requests).toHaveLength(3);
  });

  it('never mixes two versions', async () => {
    const server = await serve((request, response) => {
      if (server.requests.length === 1) cutting(2_000)(request, response);
      else response.writeHead(412).end();
    });
    const read = readFrom(remoteOn(server.url), { start: 0, end: 10_000 });
    expect(await kindOf(read)).toBe('precondition');
  });
});

it('an abort ends a stream at once, and nothing is handed on afterwards', async () => {
  const server = await serve((_, response) => {
    response.writeHead(206, { etag: '"v1"', 'content-range': 'bytes 0-9999/10000' });
    response.write(BYTES.subarray(0, 1_000));
  });
  const controller = new AbortController();
  let received = 0;
  const onData = (chunk: Uint8Array): void => {
    received += chunk.length;
    controller.abort();
  };
  const range = { etag: 'v1', start: 0, end: 10_000 };
  const read = remoteOn(server.url).read('f', range, onData, controller.signal);
  expect(await kindOf(read)).toBe('aborted');
  expect(received).toBe(1_000);
});
