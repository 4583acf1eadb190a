/**
 * The way to the server while a mount begins. What speaks HTTP is loaded here and not before: a
 * mount that knows its account already answers meanwhile.
 */
import { systemClock } from '../clock.js';
import { NuageError } from '../errors.js';
import { FIRST_CONNECT_MS_MAX } from '../limits.js';
import type { Logger } from '../log.js';
import type { NextcloudOptions } from '../remote/nextcloud.js';
import { RequestCounters } from '../remote/request-counters.js';
import type { Remote, ServerInfo } from '../remote/remote.js';
import { connectError } from './exit-codes.js';
import { serverText } from './messages/server.js';
import { findProxy } from './proxy/find.js';
import type { MountSettings } from './settings.js';

export interface ServerConnectionOptions {
  readonly settings: MountSettings;
  readonly password: string;
  readonly logger: Logger;
}

/**
 * Whether the server takes this login; asked once, as it counts what it refuses.
 * @throws CommandError
 */
export async function checkLogin(options: NextcloudOptions): Promise<ServerInfo> {
  const { createNextcloud } = await import('../remote/nextcloud.js');
  try {
    const remote = createNextcloud(options);
    try {
      return await remote.connect(AbortSignal.timeout(FIRST_CONNECT_MS_MAX));
    } finally {
      await remote.close();
    }
  } catch (error) {
    throw connectError(error, options.url);
  }
}

export class ServerConnection {
  readonly #options: ServerConnectionOptions;
  readonly counters = new RequestCounters();
  #remote: Promise<Remote> | undefined;

  constructor(options: ServerConnectionOptions) {
    this.#options = options;
  }

  /** @throws CommandError for an address, a proxy or a file of certificates that cannot be used. */
  remote(): Promise<Remote> {
    this.#remote ??= this.#load();
    return this.#remote;
  }

  /** @throws CommandError */
  async connect(signal: AbortSignal): Promise<ServerInfo> {
    const remote = await this.remote();
    const deadline = AbortSignal.timeout(FIRST_CONNECT_MS_MAX);
    try {
      return await remote.connect(AbortSignal.any([signal, deadline]));
    } catch (error) {
      const late = new NuageError('timeout', serverText.silent(), { cause: error });
      throw connectError(deadline.aborted ? late : error, this.#options.settings.url);
    }
  }

  async close(): Promise<void> {
    const remote = await this.#remote?.catch(() => undefined);
    await remote?.close();
  }

  async #load(): Promise<Remote> {
    const { settings, password, logger } = this.#options;
    const { url, user, caFile, allowInsecure, limits, locks } = settings;
    const { createNextcloud } = await import('../remote/nextcloud.js');
    const clock = systemClock;
    try {
      const { proxy } = await findProxy(url, process.env);
      return createNextcloud({
        ...{ url, user, password, caFile, proxy, limits, locks, allowInsecure },
        counters: this.counters,
        logger,
        clock,
      });
    } catch (error) {
      throw connectError(error, url);
    }
  }
}
