/** One line of text from a socket, bounded. */
import type net from 'node:net';
import { NuageError } from '../errors.js';

/**
 * The first line without its end. Undefined where the other side ends, or the line breaks, before.
 * @throws kind `protocol` for a longer one.
 */
export function firstLine(connection: net.Socket, charsMax: number): Promise<string | undefined> {
  connection.setEncoding('utf8');
  let text = '';
  return new Promise((resolve, reject) => {
    connection.on('error', () => connection.destroy());
    connection.on('close', () => resolve(undefined));
    connection.on('end', () => resolve(undefined));
    connection.on('data', (piece: string) => {
      text += piece;
      const end = text.indexOf('\n');
      if (end >= 0) {
        resolve(text.slice(0, end));
        connection.pause();
      } else if (text.length > charsMax) {
        reject(new NuageError('protocol', 'the line is too long'));
        connection.pause();
      }
    });
  });
}
