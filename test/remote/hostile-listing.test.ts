/** What a hostile or broken server may put into a listing, and what becomes of it. */
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { LogRecord } from '../../src/log.js';
import {
  kindOf,
  listAll,
  listRoot,
  loggerInto,
  multistatus,
  never,
  remoteOn,
  ROOT,
  row,
  SELF,
  sendXml,
  serve,
} from './support.js';

const GOOD = row({ href: `${ROOT}/bon.txt` });

async function namesBeside(...rows: string[]): Promise<string[]> {
  const entries = await listRoot(multistatus(SELF, ...rows, GOOD));
  return entries.map((entry) => entry.path);
}

describe('a name that could leave its folder is hidden, and its neighbours stay', () => {
  const hidden: Record<string, string> = {
    'two dots': `${ROOT}/..`,
    'two dots, escaped': `${ROOT}/%2e%2e`,
    'dots within a path': `${ROOT}/a/../../../etc/passwd`,
    'one dot': `${ROOT}/.`,
    'an escaped slash': `${ROOT}/etc%2fpasswd`,
    'an escaped slash behind dots': `${ROOT}/..%2f..%2fetc%2fpasswd`,
    'a NUL': `${ROOT}/a%00b`,
    'a line feed': `${ROOT}/a%0ab`,
    'an escape character': `${ROOT}/a%1b[2Jb`,
    'an empty name': `${ROOT}//a`,
    'bytes that are no UTF-8': `${ROOT}/%ff%fe`,
    'an overlong slash': `${ROOT}/a%c0%afb`,
    'a broken escape': `${ROOT}/%zz`,
    'a name of 300 bytes': `${ROOT}/${'x'.repeat(300)}`,
    'another host': `http://evil.example${ROOT}/stolen.txt`,
    'another host without scheme': `//evil.example${ROOT}/stolen.txt`,
    'another scheme': `file://${ROOT}/stolen.txt`,
    'another account': '/remote.php/dav/files/collegue/secret.txt',
    'an account whose name begins alike': `${ROOT}2/secret.txt`,
    'another part of the server': '/etc/passwd',
    'a relative address': 'bon2.txt',
    'a query': `${ROOT}/a?b`,
    'a grandchild in a listing of children': `${ROOT}/a/b`,
    nothing: '',
  };
  for (const [title, href] of Object.entries(hidden)) {
    it(title, async () => {
      expect(await namesBeside(row({ href }))).toEqual(['', 'bon.txt']);
    });
  }
});

describe('a row that says too little is hidden', () => {
  const rows: Record<string, string> = {
    'no file id': row({ href: `${ROOT}/a`, id: '' }),
    'a file id of letters': row({ href: `${ROOT}/a`, id: 'abc;drop' }),
    'a negative size': row({ href: `${ROOT}/a`, size: '-1' }),
    'a size beyond all numbers': row({ href: `${ROOT}/a`, size: '99999999999999999999' }),
    'a size that is no number': row({ href: `${ROOT}/a`, size: '1e3' }),
    'no ETag': row({ href: `${ROOT}/a`, etag: '' }),
    'an ETag with a line feed': row({ href: `${ROOT}/a`, etag: '"a&#10;X-Evil: 1"' }),
    'an endless ETag': row({ href: `${ROOT}/a`, etag: `"${'a'.repeat(1000)}"` }),
  };
  for (const [title, text] of Object.entries(rows)) {
    it(title, async () => expect(await namesBeside(text)).toEqual(['', 'bon.txt']));
  }
});

describe('what is merely odd gets a sane value', () => {
  it('a date that is none becomes 0', async () => {
    const [, entry] = await listRoot(
      multistatus(SELF, row({ href: `${ROOT}/a`, mtime: 'yesterday' })),
    );
    expect(entry?.mtime).toBe(0);
  });

  it('an odd checksum, upload time and permission are left out', async () => {
    const extra =
      '<oc:checksums><oc:checksum>nonsense</oc:checksum></oc:checksums>' +
      '<nc:upload_time>soon</nc:upload_time><oc:permissions>r&#10;w</oc:permissions>';
    const [, entry] = await listRoot(multistatus(SELF, row({ href: `${ROOT}/a`, extra })));
    expect(entry).toMatchObject({ checksum: '', uploadTime: 0, permissions: '' });
  });

  it('a folder of unknown size has size 0', async () => {
    const [, entry] = await listRoot(
      multistatus(SELF, row({ href: `${ROOT}/d/`, folder: true, size: '-2' })),
    );
    expect(entry).toMatchObject({ path: 'd', isFolder: true, size: 0 });
  });

  it('a name that is listed twice is there once', async () => {
    expect(await namesBeside(GOOD)).toEqual(['', 'bon.txt']);
  });

  it('a name in decomposed form is composed', async () => {
    expect(await namesBeside(row({ href: `${ROOT}/e%cc%81` }))).toEqual(['', '\u00e9', 'bon.txt']);
  });

  it('the same host with another or no port is our own', async () => {
    const names = await namesBeside(row({ href: `http://127.0.0.1${ROOT}/a` }));
    expect(names).toEqual(['', 'a', 'bon.txt']);
  });
});

describe('a listing that cannot be believed fails as a whole', () => {
  const bodies: Record<string, string | Buffer> = {
    'a document type': `<!DOCTYPE d:multistatus>${multistatus(SELF)}`,
    'an entity of its own': multistatus(SELF, row({ href: `${ROOT}/&boom;` })),
    'an entity bomb': `<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]>${multistatus(SELF)}`,
    'an external entity':
      `<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>` +
      multistatus(SELF, row({ href: `${ROOT}/&b;` })),
    'elements without end': multistatus(SELF) + '<a>'.repeat(1000),
    'elements nested without end': `${multistatus(SELF).slice(0, -16)}${'<d:a>'.repeat(100)}`,
    'an end in the middle': multistatus(SELF, GOOD).slice(0, -60),
    'an end before the last tag': multistatus(SELF, GOOD).slice(0, -2),
    nothing: '',
    'another document': '<?xml version="1.0"?><html><body>Bonjour</body></html>',
    'bytes that are no UTF-8': Buffer.concat([
      Buffer.from(multistatus(SELF).slice(0, -16)),
      Buffer.from([0xff, 0xfe]),
    ]),
    'an attribute without end': `<d:multistatus xmlns:d="DAV:" a="${'a'.repeat(400_000)}`,
    'a text without end': `<d:multistatus xmlns:d="DAV:">${'a'.repeat(400_000)}`,
    'a row without a name': multistatus(SELF, '<d:response></d:response>'),
    'children without their folder': multistatus(GOOD),
    'another folder': multistatus(row({ href: `${ROOT}/d/`, folder: true }), GOOD),
    'no row': multistatus(),
    'elements of another namespace': multistatus(SELF).replace('DAV:', 'EVIL:'),
  };
  for (const [title, body] of Object.entries(bodies)) {
    it(title, async () => expect(await kindOf(listRoot(body))).toBe('protocol'));
  }

  it('a row that the server could not read, since absence would mean deletion', async () => {
    const broken =
      `<d:response><d:href>${ROOT}/x</d:href>` +
      '<d:status>HTTP/1.1 500 Internal Server Error</d:status></d:response>';
    expect(await kindOf(listRoot(multistatus(SELF, broken)))).toBe('server');
  });

  it('a body that is cut by the connection', async () => {
    const server = await serve((_, response) => {
      response.writeHead(207, { 'content-type': 'application/xml', 'content-length': '100000' });
      response.write(multistatus(SELF), () => response.destroy());
    });
    expect(await kindOf(listAll(remoteOn(server.url), ''))).toBe('offline');
  });
});

describe('an answer of another kind is no listing', () => {
  const login = '<!DOCTYPE html><html><body>Connectez-vous au Wi-Fi</body></html>';

  it('a login page of the network means offline, with status 200 and with 207', async () => {
    for (const status of [200, 207]) {
      const server = await serve((_, response) => {
        response.writeHead(status, { 'content-type': 'text/html' });
        response.end(login);
      });
      expect(await kindOf(listAll(remoteOn(server.url), ''))).toBe('offline');
    }
  });

  it('an XML answer with status 200 is refused', async () => {
    const server = await serve((_, response) => {
      response.writeHead(200, { 'content-type': 'application/xml' });
      response.end(multistatus(SELF));
    });
    expect(await kindOf(listAll(remoteOn(server.url), ''))).toBe('protocol');
  });

  it('a name that the server lists without id or ETag is not there', async () => {
    const href = `${ROOT}/x.part`;
    const server = await serve((_, response) =>
      sendXml(response, multistatus(row({ href, etag: '""' }).replace(/<oc:fileid>.*?id>/, ''))),
    );
    expect(await kindOf(remoteOn(server.url).stat('x.part', never()))).toBe('not-found');
  });
});

describe('compressed listings', () => {
  async function listCoded(body: Buffer, coding: string): Promise<number> {
    const server = await serve((_, response) => {
      response.writeHead(207, { 'content-type': 'application/xml', 'content-encoding': coding });
      response.end(body);
    });
    return (await listAll(remoteOn(server.url), '')).length;
  }

  it('are unfolded', async () => {
    expect(await listCoded(gzipSync(multistatus(SELF, GOOD)), 'gzip')).toBe(2);
  });

  it('fail when they are cut or no gzip at all', async () => {
    const whole = gzipSync(multistatus(SELF, GOOD));
    expect(await kindOf(listCoded(whole.subarray(0, -12), 'gzip'))).toBe('protocol');
    expect(await kindOf(listCoded(Buffer.from('nonsense'), 'gzip'))).toBe('protocol');
    expect(await kindOf(listCoded(whole, 'br'))).toBe('protocol');
  });

  it('fail as soon as a bomb unfolds to an endless token', async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024, 'a'));
    expect(bomb.length).toBeLessThan(100_000);
    expect(await kindOf(listCoded(bomb, 'gzip'))).toBe('protocol');
  });
});

it('says how many entries are hidden, and why', async () => {
  const records: LogRecord[] = [];
  const body = multistatus(SELF, row({ href: `${ROOT}/..` }), row({ href: `${ROOT}/%00` }), GOOD);
  const server = await serve((_, response) => sendXml(response, body));
  await listAll(remoteOn(server.url, { logger: loggerInto(records) }), '');
  const warning = records.find((record) => record.level === 'warn');
  expect(warning?.fields).toEqual({
    path: '',
    reasons: { 'dot segment': 1, 'forbidden character': 1 },
  });
});

it('hands a large listing on in bounded pieces, complete and in order', async () => {
  const rows = Array.from({ length: 2_500 }, (_, index) =>
    row({ href: `${ROOT}/f${index}`, id: String(index + 10) }),
  );
  const server = await serve((_, response) => sendXml(response, multistatus(SELF, ...rows)));
  const pieces: string[][] = [];
  const onEntries = (piece: readonly { path: string }[]): void => {
    pieces.push(piece.map((entry) => entry.path));
  };
  await remoteOn(server.url).list('', '1', { take: onEntries }, never());
  expect(pieces.map((piece) => piece.length)).toEqual([1000, 1000, 501]);
  expect(pieces.flat().at(-1)).toBe('f2499');
});
