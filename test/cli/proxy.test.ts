import { describe, expect, it } from 'vitest';
import { proxyFor } from '../../src/cli/proxy/environment.js';
import { NuageError } from '../../src/errors.js';

const PROXY = 'http://proxy.example:3128';
const both = { HTTPS_PROXY: PROXY, HTTP_PROXY: 'http://plain.example:8080' };

describe('the proxy for a server', () => {
  it.each([
    ['by its scheme', 'https://nuage.example', both, 'proxy.example:3128'],
    ['by its scheme, http', 'http://nuage.example', both, 'plain.example:8080'],
    ['in lower case first', 'https://a.example', { ...both, https_proxy: 'low:1' }, 'low:1'],
    ['that is empty', 'https://a.example', { ...both, https_proxy: '' }, undefined],
    ['that nobody names', 'https://a.example', {}, undefined],
    ['of the other scheme only', 'https://a.example', { HTTP_PROXY: PROXY }, undefined],
  ])('%s', (_, server, variables, host) => {
    expect(proxyFor(server, variables)?.host).toBe(host);
  });

  it.each(['http://127.0.0.1:8080', 'http://localhost', 'https://[::1]:8443', 'https://127.1.2.3'])(
    'is never asked for this machine itself: %s',
    (server) => {
      expect(proxyFor(server, both)).toBeUndefined();
    },
  );

  it.each([
    ['*', true],
    ['nuage.example.org', true],
    ['NUAGE.example.org', true],
    ['example.org', true],
    ['.example.org', true],
    ['*.example.org', true],
    ['a.fr, example.org', true],
    ['a.fr example.org', true],
    ['example.org:443', true],
    ['example.org:8443', false],
    ['ample.org', false],
    ['nuage.example.org.fr', false],
    ['', false],
    [',', false],
    ['.', false],
  ])('NO_PROXY=%s exempts nuage.example.org: %s', (list, isExempt) => {
    const found = proxyFor('https://nuage.example.org', { ...both, NO_PROXY: list });
    expect(found === undefined).toBe(isExempt);
  });

  it.each([
    ['10.1.2.3', '10.0.0.0/8', true],
    ['11.1.2.3', '10.0.0.0/8', false],
    ['10.1.2.3', '10.0.0.0/99', false],
    ['[fd00::1]', 'fd00::/8', true],
    ['nuage.example', '10.0.0.0/8', false],
  ])('of %s, where %s is exempt: %s', (host, list, isExempt) => {
    const found = proxyFor(`https://${host}`, { ...both, NO_PROXY: list });
    expect(found === undefined).toBe(isExempt);
  });

  it.each(['socks5://jean:secret@proxy', 'http://', 'http://jean:%zz@proxy'])(
    'is refused without repeating what may be a password: %s',
    (text) => {
      const look = () => proxyFor('https://a.example', { HTTPS_PROXY: text });
      expect(look).toThrow(NuageError);
      expect(look).toThrow(/^HTTPS_PROXY (is|names) no/);
    },
  );
});
