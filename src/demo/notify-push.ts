/**
 * The `notify_push` app of a Nextcloud, at `/push/ws`: the client sends its name and its password,
 * is told `authenticated`, and then `notify_file` after changes: the first at once, what follows
 * gathered. With `listen notify_file_id` it is told the ids. Off unless the settings say so.
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import {
  DEMO_PUSH_GATHER_MS,
  DEMO_PUSH_LOGIN_MS_MAX,
  DEMO_PUSH_LOOK_MS,
  DEMO_PUSH_PING_MS,
} from '../limits.js';
import type { Account } from './account.js';
import type { NuageState } from './state.js';
import { ServerSocket } from './websocket.js';

const PUSH_PATH = '/push/ws';

/** As the capabilities name it. */
export function pushCapability(origin: string): Record<string, unknown> {
  return {
    type: ['files', 'activities', 'notifications'],
    endpoints: {
      websocket: `${origin.replace(/^http/, 'ws')}${PUSH_PATH}`,
      pre_auth: `${origin}/index.php/apps/notify_push/pre_auth`,
    },
  };
}

interface Client {
  readonly account: Account;
  readonly socket: ServerSocket;
  wantsIds: boolean;
}

export class NotifyPush {
  readonly #state: NuageState;
  readonly #clients = new Set<Client>();
  readonly #timers = new Set<NodeJS.Timeout>();
  /** Gathered since the last message, by account. */
  readonly #held = new Map<Account, Set<number>>();

  constructor(state: NuageState) {
    this.#state = state;
    for (const account of state.accounts.values()) {
      account.tree.onChanged = (id) => this.#changed(account, id);
    }
    // What other programs change in the folder is found here, as nobody may ask for it.
    this.#every(DEMO_PUSH_LOOK_MS, () => this.#look());
    this.#every(DEMO_PUSH_PING_MS, () => {
      for (const { socket } of this.#clients) socket.ping();
    });
  }

  get connections(): number {
    return this.#clients.size;
  }

  accept(request: IncomingMessage, stream: Duplex): void {
    const { settings } = this.#state;
    if (!settings.notifyPush || request.url?.split('?')[0] !== PUSH_PATH) {
      stream.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    const said: string[] = [];
    let client: Client | undefined;
    const socket = ServerSocket.accept(request, stream, {
      message: (text) => {
        if (client !== undefined) {
          if (text === 'listen notify_file_id') client.wantsIds = true;
          return;
        }
        said.push(text);
        if (said.length === 2 && socket !== undefined) client = this.#login(socket, said);
      },
      closed: () => {
        if (client !== undefined) this.#clients.delete(client);
      },
    });
    this.#once(DEMO_PUSH_LOGIN_MS_MAX, () => {
      if (client !== undefined || socket === undefined) return;
      socket.send('Authentication timeout');
      socket.close();
    });
  }

  /** The lines of all clients are cut, as by a restart of the app. */
  cutAll(): void {
    for (const { socket } of this.#clients) socket.cut();
  }

  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    for (const { socket } of this.#clients) socket.close();
  }

  #login(socket: ServerSocket, [name = '', password = '']: readonly string[]): Client | undefined {
    const account = this.#state.accounts.get(name.toLowerCase());
    if (account?.acceptsPassword(password) !== true) {
      this.#state.failedLogins += 1;
      socket.send('err: Invalid credentials');
      socket.close();
      return undefined;
    }
    const client: Client = { account, socket, wantsIds: false };
    this.#clients.add(client);
    socket.send('authenticated');
    return client;
  }

  #look(): void {
    if (this.#clients.size === 0) return;
    for (const { account } of this.#clients) account.watch.applyChanges();
  }

  #changed(account: Account, id: number): void {
    const held = this.#held.get(account);
    if (held !== undefined) {
      held.add(id);
      return;
    }
    this.#held.set(account, new Set());
    this.#tell(account, [id]);
    this.#once(DEMO_PUSH_GATHER_MS, () => this.#release(account));
  }

  #release(account: Account): void {
    const held = this.#held.get(account);
    this.#held.delete(account);
    if (held === undefined || held.size === 0) return;
    this.#held.set(account, new Set());
    this.#tell(account, [...held]);
    this.#once(DEMO_PUSH_GATHER_MS, () => this.#release(account));
  }

  #tell(account: Account, ids: readonly number[]): void {
    for (const client of this.#clients) {
      if (client.account !== account) continue;
      client.socket.send(client.wantsIds ? `notify_file_id ${JSON.stringify(ids)}` : 'notify_file');
    }
  }

  #once(delayMs: number, run: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      run();
    }, delayMs);
    this.#timers.add(timer.unref());
  }

  #every(intervalMs: number, run: () => void): void {
    this.#timers.add(setInterval(run, intervalMs).unref());
  }
}
