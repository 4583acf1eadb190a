/**
 * `package-lock.json` fits `package.json` and names no host: without "resolved" npm takes each
 * package from the registry that the machine is set to, and "integrity" still proves its content.
 */
import type { Finding, Project } from './project.js';

const LOCK = 'package-lock.json';
const MANIFEST = 'package.json';

interface Entry {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly link?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
}

interface Lock {
  readonly lockfileVersion?: number;
  readonly packages?: Readonly<Record<string, Entry>>;
}

/** What the lock file repeats of the manifest. */
const REPEATED = [
  'name',
  'version',
  'license',
  'bin',
  'engines',
  'os',
  'dependencies',
  'devDependencies',
  'optionalDependencies',
  'peerDependencies',
];

export function checkLockFile({ texts }: Project): Finding[] {
  const manifest = texts.find(({ path }) => path === MANIFEST)?.text;
  if (manifest === undefined) return [];
  const text = texts.find(({ path }) => path === LOCK)?.text;
  const report = (message: string, line = 1): Finding => ({
    file: LOCK,
    line,
    rule: 'lock',
    message,
  });
  if (text === undefined) return [report(`${MANIFEST} has no lock file beside it`)];
  const lock = JSON.parse(text) as Lock;
  const packages = lock.packages ?? {};
  if (lock.lockfileVersion !== 3) return [report('not a lock file of version 3')];
  const lineOf = (key: string) =>
    text.slice(0, Math.max(text.indexOf(`${JSON.stringify(key)}: {`), 0)).split('\n').length;
  return [
    ...rootDifferences(JSON.parse(manifest) as object, packages['']).map((what) => report(what)),
    ...Object.entries(packages).flatMap(([place, entry]) =>
      entryFaults(place, entry, packages).map((what) => report(what, lineOf(place))),
    ),
  ];
}

function rootDifferences(manifest: object, root: Entry | undefined): string[] {
  const asked = manifest as Readonly<Record<string, unknown>>;
  const locked = (root ?? {}) as Readonly<Record<string, unknown>>;
  return REPEATED.filter((key) => sorted(asked[key]) !== sorted(locked[key])).map(
    (key) => `"${key}" differs from ${MANIFEST}: run npm install`,
  );
}

/** Two objects with the same fields give the same text. */
function sorted(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  return JSON.stringify(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function entryFaults(place: string, entry: Entry, packages: Lock['packages'] & object): string[] {
  const found: string[] = [];
  if (entry.resolved !== undefined) found.push(`"resolved" of ${place} names a host`);
  const isPackage = place !== '' && entry.link !== true;
  if (isPackage && entry.version === undefined) found.push(`${place} has no version`);
  if (isPackage && entry.integrity === undefined) found.push(`${place} has no integrity`);
  for (const name of Object.keys(entry.dependencies ?? {})) {
    if (!isFound(name, place, packages)) found.push(`${name}, which ${place} needs, is missing`);
  }
  return found;
}

/** As Node looks for it: beside the package, then in each folder above. */
function isFound(name: string, from: string, packages: object): boolean {
  for (let place = from; ;) {
    if (`${place === '' ? '' : `${place}/`}node_modules/${name}` in packages) return true;
    if (place === '') return false;
    const above = place.lastIndexOf('/node_modules/');
    place = above < 0 ? '' : place.slice(0, above);
  }
}
