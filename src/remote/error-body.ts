/**
 * The body of a refusal: `<d:error><s:exception>Sabre\DAV\Exception\X</s:exception><s:message>…`.
 * The exception class tells what happened; the message is translated, and for people.
 */
import { SaxesParser } from 'saxes';

export interface DavError {
  /** Last part of the class name: `FileLocked`. */
  readonly exception: string | undefined;
  readonly message: string | undefined;
}

const SABRE = 'http://sabredav.org/ns';
const MESSAGE_CHARS_MAX = 200;

/** Anything that is no such body has neither exception nor message. */
export function parseDavError(text: string): DavError {
  let exception: string | undefined;
  let message: string | undefined;
  let current = '';
  const parser = new SaxesParser({ xmlns: true });
  parser.on('doctype', () => parser.fail('no DTD'));
  parser.on('opentag', () => {
    current = '';
  });
  parser.on('text', (piece) => {
    current += piece;
  });
  parser.on('closetag', (tag) => {
    if (tag.uri !== SABRE) return;
    if (tag.local === 'exception') exception ??= classOf(current);
    else if (tag.local === 'message') message ??= sanitised(current);
  });
  try {
    parser.write(text).close();
  } catch {
    return { exception, message };
  }
  return { exception, message };
}

function classOf(name: string): string | undefined {
  return /([A-Za-z0-9_]{1,80})$/.exec(name.trim())?.[1];
}

/** One line without control characters: it ends up in logs and on terminals. */
function sanitised(text: string): string | undefined {
  const line = text
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim()
    .slice(0, MESSAGE_CHARS_MAX);
  return line === '' ? undefined : line;
}
