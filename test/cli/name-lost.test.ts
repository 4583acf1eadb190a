/** A running mount whose server's name cannot be looked up any more, and then again. */
import fs from 'node:fs';
import path from 'node:path';
import { expect, it, vi } from 'vitest';
import type { NuageProcess } from '../demo/nuage-process.js';
import { eachAtHome } from './at-home.js';
import { type Home, until } from './command.js';

// Several processes each, on machines that do other things as well.
vi.setConfig({ testTimeout: 120_000 });

const NAME = 'nuage.example';

let nuage: NuageProcess;
let home: Home;

eachAtHome((server, folder) => {
  nuage = server;
  home = folder;
});

/** Stands in for the resolver of the machine, in the process that it is given to. */
function resolver(lost: string): string {
  const code = `
    import dns from 'node:dns';
    import fs from 'node:fs';
    dns.lookup = (name, options, callback) => {
      const code = name !== '${NAME}' ? 'ENOTFOUND' : fs.existsSync('${lost}') ? 'EAI_AGAIN' : '';
      const error = Object.assign(new Error('getaddrinfo ' + code), { code, hostname: name });
      const found = options.all ? [[{ address: '127.0.0.1', family: 4 }]] : ['127.0.0.1', 4];
      setImmediate(() => (code === '' ? callback(null, ...found) : callback(error)));
    };
  `;
  const file = home.at('resolver.mjs');
  fs.writeFileSync(file, code);
  return `--import ${file}`;
}

async function status(): Promise<string> {
  return (await home.run(['status', home.folder])).stdout;
}

it('is offline until it can be looked up again, and goes on by itself', async () => {
  for (const name of ['lu.txt', 'pas lu.txt']) {
    fs.writeFileSync(path.join(nuage.folder, name), 'bonjour');
  }
  const lost = home.at('lost');
  const url = nuage.url.replace('127.0.0.1', NAME);
  const env = { NUAGE_PASSWORD: nuage.password, NODE_OPTIONS: resolver(lost) };
  const args = [home.folder, '--server', url, '--user', nuage.user, '--insecure'];
  expect(await home.run(args, { env })).toMatchObject({ code: 0, stderr: '' });
  const read = (name: string): Promise<string> =>
    fs.promises.readFile(path.join(home.folder, name), 'utf8');
  expect(await read('lu.txt')).toBe('bonjour');

  fs.writeFileSync(lost, '');
  // Connections outlive their name: the next one needs it.
  await nuage.fault({ action: { kind: 'drop', at: 'before' } });
  await fs.promises.writeFile(path.join(home.folder, 'nouveau.txt'), 'écrit');
  await vi.waitFor(async () => expect(await status()).toContain('EAI_AGAIN'), { timeout: 60_000 });
  const begun = performance.now();
  await expect(read('pas lu.txt')).rejects.toMatchObject({ code: 'ENETUNREACH' });
  expect(performance.now() - begun).toBeLessThan(10_000);
  expect(await read('lu.txt')).toBe('bonjour');

  await nuage.control('clear');
  fs.rmSync(lost);
  await until(() => fs.existsSync(path.join(nuage.folder, 'nouveau.txt')), 60_000);
  expect(await read('pas lu.txt')).toBe('bonjour');
  expect(await status()).toContain('online since');
});
