/**
 * The Keychain of macOS, by its own program. The password goes in by standard input, where
 * `security -i` reads commands: arguments can be read by everybody. Not tried on macOS yet.
 */
import { spawnSync } from 'node:child_process';
import { NuageError } from '../../errors.js';
import type { SecretOwner, SecretStore } from './secret-store.js';

/** Of `security` where there is no such item. */
const NOT_FOUND = 44;

export const keychain: SecretStore = {
  keep(owner, password) {
    const words = ['add-generic-password', '-U', ...namesOf(owner), '-w', password];
    const result = spawnSync('security', ['-i'], { input: `${words.map(inQuotes).join(' ')}\n` });
    if (result.status !== 0) return Promise.reject(failed('keep'));
    return Promise.resolve();
  },

  find(owner) {
    const result = spawnSync('security', ['find-generic-password', ...namesOf(owner), '-w']);
    if (result.status === NOT_FOUND) return Promise.resolve(undefined);
    if (result.status !== 0) return Promise.reject(failed('find'));
    return Promise.resolve(result.stdout.toString('utf8').replace(/\n$/, ''));
  },

  forget(owner) {
    spawnSync('security', ['delete-generic-password', ...namesOf(owner)]);
    return Promise.resolve();
  },
};

function namesOf({ url, user }: SecretOwner): readonly string[] {
  return ['-s', `nuage-mount ${url}`, '-a', user];
}

function inQuotes(word: string): string {
  return `"${word.replace(/["\\]/g, '\\$&')}"`;
}

function failed(op: string): NuageError {
  return new NuageError('io', 'the Keychain refuses', { op });
}
