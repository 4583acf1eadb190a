/**
 * `node dist/demo/main.js --folder DIR [--port N] [--json] [--with-parent] [--user NAME]
 *  [--quota BYTES] [--content [--files N] [--big BYTES]] [--generate FILES]`
 *
 * Runs the embedded Nuage until SIGTERM, SIGINT or, with `--with-parent`, until its standard input
 * closes. The password comes from `NUAGE_PASSWORD`, never from the arguments; without it one is
 * made up and printed.
 */
import { existsSync, readdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { generateTree, SHARED_FOLDER, writeTeacherContent } from './content.js';
import { SHARE_READ_ONLY } from './permissions.js';
import { startNuage, type Nuage } from './server.js';

const { values } = parseArgs({
  options: {
    folder: { type: 'string' },
    port: { type: 'string', default: '0' },
    user: { type: 'string', default: 'prof' },
    quota: { type: 'string' },
    content: { type: 'boolean', default: false },
    files: { type: 'string' },
    big: { type: 'string' },
    generate: { type: 'string' },
    json: { type: 'boolean', default: false },
    'with-parent': { type: 'boolean', default: false },
  },
});

async function main(): Promise<void> {
  const { folder } = values;
  if (folder !== undefined) fill(folder);
  const password = process.env['NUAGE_PASSWORD'];
  const nuage = await startNuage({
    name: values.user,
    port: Number(values.port),
    shares: [{ path: SHARED_FOLDER, permissions: SHARE_READ_ONLY, owner: 'direction' }],
    ...(folder === undefined ? {} : { folder }),
    ...(password === undefined ? {} : { password }),
    ...(values.quota === undefined ? {} : { quotaBytes: Number(values.quota) }),
  });
  process.stdout.write(values.json ? jsonLine(nuage) : plainLines(nuage));
  await untilTold();
  await nuage.close();
}

/** An empty or missing folder gets lifelike content, a filled one is served as it is. */
function fill(folder: string): void {
  if (existsSync(folder) && readdirSync(folder).length > 0) return;
  if (values.content) {
    writeTeacherContent(folder, {
      ...(values.files === undefined ? {} : { files: Number(values.files) }),
      ...(values.big === undefined ? {} : { bigFileBytes: Number(values.big) }),
    });
  }
  if (values.generate !== undefined) generateTree(folder, { files: Number(values.generate) });
}

function jsonLine(nuage: Nuage): string {
  const { url, user, password, folder, controlUrl } = nuage;
  return `${JSON.stringify({ url, user, password, folder, controlUrl })}\n`;
}

function plainLines({ url, user, password, folder }: Nuage): string {
  return `Nuage: ${url}\nUser: ${user}\nPassword: ${password}\nFolder: ${folder}\n`;
}

function untilTold(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGTERM', resolve);
    process.once('SIGINT', resolve);
    if (!values['with-parent']) return;
    process.stdin.once('end', resolve);
    process.stdin.once('error', resolve);
    process.stdin.resume();
  });
}

await main();
process.exit(0);
