/** What can be learned of a server without an account: for who looks for what is wrong. */
import type { Clock } from '../clock.js';
import { silentLogger } from '../log.js';
import { checkServer } from './account.js';
import { HttpClient } from './http.js';
import { pageAddress, parseServerAddress } from './server-address.js';

export interface InspectOptions {
  readonly url: string;
  readonly caFile: string | undefined;
  readonly proxy: URL | undefined;
  readonly clock: Clock;
}

export interface InspectedServer {
  readonly version: string;
  /** Milliseconds since the epoch, whole seconds; undefined where it does not tell. */
  readonly time: number | undefined;
}

/** @throws NuageError with why it cannot be used: the line, the certificate, the proxy… */
export async function inspectServer(
  { url, caFile, proxy, clock }: InspectOptions,
  signal: AbortSignal,
): Promise<InspectedServer> {
  const http = new HttpClient({
    // Nothing is told to it.
    server: parseServerAddress(url, { allowInsecure: true }),
    user: '',
    password: '',
    caFile,
    proxy,
    clock,
    random: Math.random,
    logger: silentLogger,
  });
  try {
    const version = await checkServer(http, signal);
    const answer = await http.send({
      method: 'HEAD',
      address: pageAddress(http.server, 'status.php'),
      signal,
      isRepeatable: true,
      isAnonymous: true,
      expected: [200],
    });
    const time = Date.parse(answer.header('date') ?? '');
    await answer.discard();
    return { version, time: Number.isNaN(time) ? undefined : time };
  } finally {
    await http.close();
  }
}
