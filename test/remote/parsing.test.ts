/** The small readers of what a server says: addresses, paths, properties, cookies, dates. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NuageError } from '../../src/errors.js';
import { CookieJar } from '../../src/remote/cookies.js';
import { MultistatusParser, type MultistatusRow } from '../../src/remote/multistatus.js';
import { DavRoot, refusalOfName } from '../../src/remote/paths.js';
import { checksumOf, fileIdOf, sizeOf, unquoteEtag } from '../../src/remote/properties.js';
import { parseRetryAfter } from '../../src/remote/retry.js';
import { parseServerAddress, rebased } from '../../src/remote/server-address.js';
import { multistatus, row } from './support.js';

const ROOT_SEGMENTS = ['remote.php', 'dav', 'files', 'prof'];

describe('paths', () => {
  const root = new DavRoot(new URL('https://nuage.example'), ROOT_SEGMENTS);

  it('come back as they went, whatever they hold', () => {
    const name = fc
      .string({ unit: 'binary', minLength: 1, maxLength: 40 })
      .map((text) => text.normalize('NFC'))
      .filter((text) => !/\p{Cs}/u.test(text) && refusalOfName(text) === undefined);
    const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => names.join('/'));
    fc.assert(
      fc.property(path, (text) => {
        const address = root.address(text);
        expect(address).toMatch(/^[\x21-\x7e]+$/);
        expect(root.pathOf(address)).toEqual({ path: text });
        expect(root.pathOf(`${address}/`)).toEqual({ path: text });
      }),
    );
  });

  it('never come out of a hostile address with a dot segment, a slash too many or a NUL', () => {
    const piece = fc.constantFrom('/', '..', '.', '%2f', '%2e', '%00', '%', 'a', '\\', '?', '//');
    const prefix = fc.constantFrom('/remote.php/dav/files/prof', '', 'http://nuage.example');
    fc.assert(
      fc.property(prefix, fc.array(piece, { maxLength: 8 }), (start, pieces) => {
        const place = root.pathOf(start + pieces.join(''));
        if ('refused' in place || place.path === '') return;
        for (const name of place.path.split('/')) expect(refusalOfName(name)).toBeUndefined();
      }),
      { numRuns: 2_000 },
    );
  });

  it('that could leave the root are not sent', () => {
    for (const path of ['..', 'a/../b', '/a', 'a/', 'a//b', 'a\0b']) {
      expect(() => root.address(path)).toThrow(NuageError);
    }
  });
});

describe('a listing cut into pieces at any place', () => {
  const text = multistatus(
    row({ href: '/é/1', extra: '<oc:checksums><oc:checksum>SHA1:ab</oc:checksum></oc:checksums>' }),
    row({ href: '/d%20/', folder: true }),
    '<d:response><d:href>/x</d:href><d:propstat><d:prop><d:getetag/><oc:size>5</oc:size></d:prop>' +
      '<d:status>HTTP/1.1 404 Not Found</d:status></d:propstat></d:response>',
  );

  function parse(pieces: Iterable<Uint8Array>): MultistatusRow[] {
    const rows: MultistatusRow[] = [];
    const parser = new MultistatusParser({
      onRow: (parsed) => rows.push(parsed),
      bytesMax: 10_000,
      rowsMax: 3,
      details: {},
    });
    for (const piece of pieces) parser.write(piece);
    parser.end();
    return rows;
  }

  it('is the same listing', () => {
    const bytes = Buffer.from(text);
    const whole = parse([bytes]);
    expect(whole.map(({ href }) => href)).toEqual(['/é/1', '/d%20/', '/x']);
    expect(whole[0]?.values.get('oc:checksums')).toBe('SHA1:ab');
    expect(whole[1]?.values.get('d:resourcetype')).toBe('collection');
    expect(whole[2]?.failures.get('oc:size')).toBe(404);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 17 }), (size) => {
        const pieces = [];
        for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size));
        expect(parse(pieces)).toEqual(whole);
      }),
    );
  });

  it('is refused beyond its bounds in rows and in bytes', () => {
    const four = multistatus(...Array.from({ length: 4 }, () => row({ href: '/a' })));
    expect(() => parse([Buffer.from(four)])).toThrow('more rows');
    expect(() => parse([Buffer.from(`${text}${' '.repeat(10_000)}`)])).toThrow('more bytes');
  });
});

describe('properties', () => {
  it('file ids lose padding and instance', () => {
    expect(fileIdOf('28223')).toBe('28223');
    expect(fileIdOf('00028223oclybg69ax4j')).toBe('28223');
    expect(fileIdOf('123456789012oclybg69ax4j')).toBe('123456789012');
    for (const bad of [undefined, '', '0', 'abc', '-1', '1.5', '../1', '9'.repeat(300)]) {
      expect(fileIdOf(bad)).toBeUndefined();
    }
  });

  it('ETags lose quotes and weakness, and nothing that breaks a header passes', () => {
    expect(unquoteEtag('"6b046b1e992ad"')).toBe('6b046b1e992ad');
    expect(unquoteEtag('W/"x"')).toBe('x');
    for (const bad of [undefined, '', '""', '"a"b"', '"a\nb"', '"é"', `"${'a'.repeat(300)}"`]) {
      expect(unquoteEtag(bad)).toBeUndefined();
    }
  });

  it('sizes are exact', () => {
    expect(sizeOf('0')).toBe(0);
    expect(sizeOf('9007199254740991')).toBe(9_007_199_254_740_991);
    for (const bad of ['9007199254740993', '-1', '', '1.0', '0x10', ' 1', '١']) {
      expect(sizeOf(bad)).toBeUndefined();
    }
  });

  it('of several checksums the first counts, in one spelling', () => {
    expect(checksumOf('sha1:ABCD MD5:ef')).toBe('SHA1:abcd');
    for (const bad of [undefined, '', 'SHA1', 'SHA1:', 'SHA1:xyz', ':ab']) {
      expect(checksumOf(bad)).toBe('');
    }
  });
});

describe('Retry-After', () => {
  const clock = { now: () => Date.UTC(2026, 0, 1), monotonic: () => 0 };
  it('may be seconds or a date, and is bounded', () => {
    expect(parseRetryAfter('7', clock)).toBe(7_000);
    expect(parseRetryAfter('Thu, 01 Jan 2026 00:00:30 GMT', clock)).toBe(30_000);
    expect(parseRetryAfter('Thu, 01 Jan 1970 00:00:00 GMT', clock)).toBe(0);
    expect(parseRetryAfter('Thu, 01 Jan 2099 00:00:00 GMT', clock)).toBe(3_600_000);
    for (const bad of [undefined, '', 'soon', '-5', '1.5']) {
      expect(parseRetryAfter(bad, clock)).toBeUndefined();
    }
  });
});

describe('the address that the user types', () => {
  const parse = (text: string, allowInsecure = false): string => {
    const { origin, segments } = parseServerAddress(text, { allowInsecure });
    return [origin.origin, ...segments].join('/');
  };

  it('may lack the scheme, and may be a page of the browser', () => {
    expect(parse('nuage.example')).toBe('https://nuage.example');
    expect(parse('https://nuage.example/index.php/apps/files/')).toBe('https://nuage.example');
    expect(parse('https://nuage.example/cloud/remote.php/dav')).toBe('https://nuage.example/cloud');
    expect(parse('https://nuage.example:8443/a%20b/')).toBe('https://nuage.example:8443/a b');
  });

  it('is plain http only to this machine, or when told so', () => {
    for (const local of ['http://127.0.0.1:80', 'http://localhost', 'http://[::1]:8080']) {
      expect(parse(local)).toContain('http://');
    }
    for (const far of [
      'http://nuage.example',
      'http://127.0.0.1.evil.example',
      'http://10.0.0.1',
    ]) {
      expect(() => parse(far)).toThrow('unprotected');
      expect(parse(far, true)).toContain('http://');
    }
  });

  it('holds no password, no other scheme, no nonsense', () => {
    for (const bad of ['https://a:b@nuage.example', 'ftp://a', 'https://', 'https://a/%zz', '']) {
      expect(() => parse(bad)).toThrow(NuageError);
    }
  });

  it('is where the URLs that the server gives lead, whatever host they name', () => {
    const server = parseServerAddress('https://nuage.example:8443', { allowInsecure: false });
    expect(rebased(server, 'ws://evil.example/push/ws')?.href).toBe(
      'wss://nuage.example:8443/push/ws',
    );
    expect(rebased(server, 'http://nuage.example/s/abc?x=1')?.href).toBe(
      'https://nuage.example:8443/s/abc?x=1',
    );
    expect(rebased(server, 'not a url')).toBeUndefined();
  });
});

describe('cookies', () => {
  let nowMs = 1_000_000;
  const clock = { now: () => nowMs, monotonic: () => 0 };
  const jarOf = (...lines: string[]): CookieJar => {
    const jar = new CookieJar(clock, false);
    jar.store(lines);
    return jar;
  };

  it('are sent back below their path until they expire or are replaced', () => {
    const jar = jarOf('a=1; path=/', 'b=2; path=/dav; Max-Age=10', 'a=3; Path=/');
    expect(jar.header('/')).toBe('a=3');
    expect(jar.header('/dav/x')).toBe('b=2; a=3');
    expect(jar.header('/davx')).toBe('a=3');
    nowMs += 10_000;
    expect(jar.header('/dav/x')).toBe('a=3');
    jar.store(['a=deleted; Max-Age=0']);
    expect(jar.header('/')).toBeUndefined();
  });

  it('that are secure stay off plain http, and those that would break a header stay out', () => {
    expect(jarOf('s=1; Secure').header('/')).toBeUndefined();
    const bad = ['a b=1', 'a=1\r\nX-Evil: 1', '=1', 'a', `a=${'x'.repeat(5_000)}`];
    for (const line of bad) {
      expect(jarOf(line).header('/')).toBeUndefined();
    }
  });

  it('are bounded in number', () => {
    const lines = Array.from({ length: 1_000 }, (_, index) => `c${index}=1`);
    expect(jarOf(...lines).size).toBe(32);
  });
});
