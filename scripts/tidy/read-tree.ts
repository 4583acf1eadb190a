/** Reads the text files of a repository from disk; what `.gitignore` names is left out. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { SourceText } from './project.js';

const LEFT_OUT = /^(node_modules|build|dist|\.git|.*\.tsbuildinfo|.*\.tgz)$/;
/** Written by others, word for word. */
const LICENCE = 'LICENSE';

export function readTree(root: string, folder = ''): SourceText[] {
  const entries = readdirSync(join(root, folder), { withFileTypes: true });
  return entries.flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (LEFT_OUT.test(entry.name)) return [];
    if (entry.isDirectory()) return readTree(root, path);
    if (!entry.isFile() || entry.name === LICENCE) return [];
    const text = readFileSync(join(root, path), 'utf8');
    return text.includes('\0') ? [] : [{ path, text }];
  });
}
