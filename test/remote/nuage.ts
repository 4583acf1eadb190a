/** An embedded Nuage with an account on it, both ended with the test. */
import { onTestFinished } from 'vitest';
import { startNuage, type Nuage, type NuageOptions } from '../../src/demo/server.js';
import type { NextcloudOptions } from '../../src/remote/nextcloud.js';
import type { Remote } from '../../src/remote/remote.js';
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

/** A new file. */
export async function put(remote: Remote, path: string, text: string): Promise<string> {
  const bytes = Buffer.from(text);
  const options = { signal: never(), onProgress: () => undefined };
  const { etag } = await remote.write(path, sourceOf(bytes), uploadOf(bytes), options);
  return etag;
}
