/** An embedded Nuage with an account on it, both ended with the test. */
import { onTestFinished } from 'vitest';
import { startNuage, type Nuage, type NuageOptions } from '../../src/demo/server.js';
import type { NextcloudOptions } from '../../src/remote/nextcloud.js';
import type { Remote, WriteCondition } from '../../src/remote/remote.js';
import { never, remoteOn, SERVER_INFO, sourceOf, uploadOf } from './support.js';

export interface NuageAccount {
  readonly nuage: Nuage;
  readonly remote: Remote;
}

export async function nuageAccount(
  options: NuageOptions = {},
  remoteOptions: Partial<NextcloudOptions> = {},
): Promise<NuageAccount> {
  const nuage = await startNuage(options);
  onTestFinished(() => nuage.close());
  const remote = remoteOn(nuage.url, {
    user: nuage.user,
    password: nuage.password,
    server: { ...SERVER_INFO, userId: nuage.user },
    ...remoteOptions,
  });
  return { nuage, remote };
}

/** A new file. @param mtime seconds. */
export async function put(
  remote: Remote,
  path: string,
  text: string,
  mtime = 1_700_000_000,
): Promise<string> {
  return write(remote, path, { bytes: Buffer.from(text), condition: { kind: 'absent' }, mtime });
}

export async function overwrite(
  remote: Remote,
  path: string,
  text: string,
  mtime: number,
): Promise<void> {
  const { etag } = await remote.stat(path, never());
  const condition = { kind: 'matches', etag } as const;
  await write(remote, path, { bytes: Buffer.from(text), condition, mtime });
}

interface Written {
  readonly bytes: Buffer;
  readonly condition: WriteCondition;
  readonly mtime: number;
}

async function write(
  remote: Remote,
  path: string,
  { bytes, condition, mtime }: Written,
): Promise<string> {
  const options = { signal: never(), onProgress: () => undefined };
  const metadata = uploadOf(bytes, { condition, mtime });
  const { etag } = await remote.write(path, sourceOf(bytes), metadata, options);
  return etag;
}

export async function textOf(remote: Remote, path: string): Promise<string> {
  const { etag } = await remote.stat(path, never());
  const chunks: Uint8Array[] = [];
  const range = { etag, start: 0, end: undefined };
  await remote.read(path, range, (chunk) => chunks.push(Buffer.from(chunk)), never());
  return Buffer.concat(chunks).toString();
}
