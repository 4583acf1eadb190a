/**
 * Saves files in a folder until it is told of an error or killed, and says on standard output what
 * was done, one line each: `<name> <number of the save>`. Half of the files are saved over and over,
 * by a temporary file and a rename; the others once, and closed. With `synced`, file and folder are
 * on the disk before it says so.
 */
import fs from 'node:fs';
import path from 'node:path';
import { knownText } from './known-text.js';

const [folder = '', first = '0', how] = process.argv.slice(2);
const isSynced = how === 'synced';
const FILES = 6;

for (let number = Number(first); ; number += 1) {
  const isSafeSave = number % 2 === 0;
  const name = isSafeSave ? `over-${number % FILES}.txt` : `once-${number}.txt`;
  const target = path.join(folder, name);
  write(isSafeSave ? `${target}.new` : target, knownText(number));
  if (isSafeSave) fs.renameSync(`${target}.new`, target);
  if (isSynced) sync(folder);
  fs.writeSync(1, `${name} ${number}\n`);
}

function write(file: string, text: string): void {
  const fd = fs.openSync(file, 'w');
  fs.writeSync(fd, text);
  if (isSynced) fs.fsyncSync(fd);
  fs.closeSync(fd);
}

function sync(of: string): void {
  const fd = fs.openSync(of, 'r');
  fs.fsyncSync(fd);
  fs.closeSync(fd);
}
