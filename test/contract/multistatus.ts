/** Reads the rows of a 207 answer, names with the prefixes that the contracts use. */
import { SaxesParser, type SaxesTagNS } from 'saxes';

export interface Listed {
  /** As written by the server. */
  readonly href: string;
  /** Prefixed name → inner text; nested elements as `<prefix:name>`. */
  readonly found: Record<string, string>;
  readonly missing: readonly string[];
  /** Prefixed name → status of its propstat. */
  readonly statuses: Readonly<Record<string, number>>;
}

const PREFIXES: Readonly<Record<string, string>> = {
  'DAV:': 'd',
  'http://owncloud.org/ns': 'oc',
  'http://nextcloud.org/ns': 'nc',
  'http://open-collaboration-services.org/ns': 'ocs',
};

interface Building {
  href: string;
  found: Record<string, string>;
  missing: string[];
  statuses: Record<string, number>;
}

export function parseRows(xml: string): Listed[] {
  const rows: Building[] = [];
  const path: string[] = [];
  let properties: Record<string, string> = {};
  const parser = new SaxesParser({ xmlns: true });
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', (tag: SaxesTagNS) => {
    const name = `${PREFIXES[tag.uri] ?? tag.uri}:${tag.local}`;
    path.push(name);
    if (name === 'd:response') rows.push({ href: '', found: {}, missing: [], statuses: {} });
    if (name === 'd:propstat') properties = {};
    const [property] = path.slice(4);
    if (property !== undefined && path[3] === 'd:prop') {
      properties[property] = (properties[property] ?? '') + (path.length > 5 ? `<${name}>` : '');
    }
  });
  parser.on('text', (text) => {
    const row = rows.at(-1);
    if (row === undefined) return;
    const [property] = path.slice(4);
    if (path.at(-1) === 'd:href' && path.length === 3) row.href += text;
    else if (property !== undefined && path[3] === 'd:prop')
      properties[property] = (properties[property] ?? '') + text;
    else if (path[3] === 'd:status') takeStatus(row, properties, text);
  });
  parser.on('closetag', () => void path.pop());
  parser.write(xml).close();
  return rows;
}

function takeStatus(row: Building, properties: Record<string, string>, line: string): void {
  const status = Number(/^HTTP\/1\.1 (\d+)/.exec(line)?.[1]);
  for (const name of Object.keys(properties)) row.statuses[name] = status;
  if (status === 200) Object.assign(row.found, properties);
  else row.missing.push(...Object.keys(properties));
}
