/** The version of this program. */
import fs from 'node:fs';

/** The same place from `src/cli` and from `dist/cli`. */
export function ownVersion(): string {
  const file = new URL('../../package.json', import.meta.url);
  const { version } = JSON.parse(fs.readFileSync(file, 'utf8')) as { version: string };
  return version;
}
