/** XML in and out: request bodies become a small tree, answers are written as text. */
import { SaxesParser } from 'saxes';
import { DEMO_XML_BODY_BYTES_MAX, XML_DEPTH_MAX } from '../limits.js';

export interface XmlElement {
  /** `{namespace}local`, the notation of Clark. */
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: XmlElement[];
  text: string;
}

/** Throws an `Error` on anything that is not well formed, too long or too deep. */
export function parseXml(body: string): XmlElement {
  if (body.length > DEMO_XML_BODY_BYTES_MAX) throw new Error('the request body is too long');
  const parser = new SaxesParser({ xmlns: true });
  const stack: XmlElement[] = [];
  let root: XmlElement | undefined;
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', (tag) => {
    // A name is looked up in every element around it: deep nesting would cost its square.
    if (stack.length >= XML_DEPTH_MAX) throw new Error('the request body is nested too deeply');
    const attributes: Record<string, string> = {};
    for (const [key, attribute] of Object.entries(tag.attributes))
      attributes[key] = attribute.value;
    const element = { name: `{${tag.uri}}${tag.local}`, attributes, children: [], text: '' };
    stack.at(-1)?.children.push(element);
    root ??= element;
    stack.push(element);
  });
  parser.on('text', (text) => {
    const top = stack.at(-1);
    if (top !== undefined) top.text += text;
  });
  parser.on('closetag', () => void stack.pop());
  parser.write(body).close();
  if (root === undefined) throw new Error('the request body holds no element');
  return root;
}

export function childNamed(element: XmlElement, name: string): XmlElement | undefined {
  return element.children.find((child) => child.name === name);
}

const SPECIAL = /[&<>"]/;

export function escapeXml(text: string): string {
  if (!SPECIAL.test(text)) return text;
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

const DAV_NAMESPACE = 'DAV:';
const OWNCLOUD_NAMESPACE = 'http://owncloud.org/ns';
const NEXTCLOUD_NAMESPACE = 'http://nextcloud.org/ns';

const PREFIXES: Readonly<Record<string, string>> = {
  [DAV_NAMESPACE]: 'd',
  [OWNCLOUD_NAMESPACE]: 'oc',
  [NEXTCLOUD_NAMESPACE]: 'nc',
  'http://sabredav.org/ns': 's',
};

export const MULTISTATUS_OPEN =
  '<?xml version="1.0"?>\n<d:multistatus xmlns:d="DAV:" xmlns:s="http://sabredav.org/ns" ' +
  'xmlns:oc="http://owncloud.org/ns" xmlns:nc="http://nextcloud.org/ns">';
export const MULTISTATUS_CLOSE = '</d:multistatus>';

export interface TagNames {
  readonly open: string;
  readonly close: string;
  readonly empty: string;
}

/** The tags of a property given in Clark notation; a foreign namespace is declared in place. */
export function tagsOf(clark: string): TagNames {
  const end = clark.indexOf('}');
  const namespace = clark.slice(1, end);
  const local = clark.slice(end + 1);
  const prefix = PREFIXES[namespace];
  if (prefix !== undefined) {
    const name = `${prefix}:${local}`;
    return { open: `<${name}>`, close: `</${name}>`, empty: `<${name}/>` };
  }
  const start = `<x1:${local} xmlns:x1="${escapeXml(namespace)}"`;
  return { open: `${start}>`, close: `</x1:${local}>`, empty: `${start}/>` };
}
