/**
 * The embedded Nuage: a small Nextcloud over a plain folder, for the demonstration and the tests.
 * The folder is the truth and may be changed by other programs; ids, versions, trash and uploads
 * stand beside it in `<folder>.nuage`. It listens on the loopback interface alone.
 */
import { DEMO_CHUNK_BYTES_MAX, DEMO_HEADERS_MS_MAX, DEMO_KEEP_ALIVE_MS } from '../limits.js';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync, mkdirSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { systemClock, type Clock } from '../clock.js';
import { Account, type AccountOptions } from './account.js';
import { startControl } from './control.js';
import { closeServer, listen } from './listening.js';
import { Faults } from './faults.js';
import { RequestHandler } from './request-handler.js';
import { LoginFlows } from './login-flow.js';
import { NotifyPush } from './notify-push.js';
import type { Share } from './permissions.js';
import { RequestLog } from './request-log.js';
import { Sessions } from './sessions.js';
import type { NuageSettings, NuageState } from './state.js';

export interface NuageUser {
  readonly name: string;
  readonly password: string;
  readonly displayName?: string;
  /** Undefined is unlimited. */
  readonly quotaBytes?: number;
  readonly shares?: readonly Share[];
}

export interface NuageOptions extends Partial<NuageUser> {
  /** The first user's files. Without it a temporary folder that `close` removes. */
  readonly folder?: string;
  /** 0 or none: any free port. */
  readonly port?: number;
  /** Further accounts; their files stand beside the first user's. */
  readonly otherUsers?: readonly NuageUser[];
  readonly settings?: Partial<NuageSettings>;
  readonly clock?: Clock;
}

export interface Nuage {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  readonly user: string;
  readonly password: string;
  /** The user's files; may be changed by anybody at any time. */
  readonly folder: string;
  /** JSON over HTTP for another process: see control.ts. The address holds its secret. */
  readonly controlUrl: string;
  readonly faults: Faults;
  readonly requests: RequestLog;
  /** May be changed at any time. */
  readonly settings: NuageSettings;
  readonly push: NotifyPush;
  /** The first account is the one of `user`. */
  readonly account: Account;
  /** Compares the whole data folder with what is known: for a test that cannot wait. */
  rescan(): void;
  close(): Promise<void>;
}

const DEFAULT_SETTINGS: NuageSettings = {
  maintenance: false,
  bodyBytesMax: 1024 ** 3,
  bruteForceProtection: false,
  urlsWithoutPort: false,
  keepsCutUploads: false,
  chunkBytesMax: DEMO_CHUNK_BYTES_MAX,
  bulkUpload: true,
  notifyPush: false,
  fileLocks: false,
  lockSeconds: 0,
  extraCapabilities: {},
};

export async function startNuage(options: NuageOptions = {}): Promise<Nuage> {
  const clock = options.clock ?? systemClock;
  const temporary =
    options.folder === undefined ? mkdtempSync(path.join(os.tmpdir(), 'nuage-')) : undefined;
  const folder = options.folder ?? path.join(temporary ?? '', 'files');
  const stateFolder = `${folder}.nuage`;
  mkdirSync(stateFolder, { recursive: true, mode: 0o700 });
  const first = firstUser(options);
  const settings = { ...DEFAULT_SETTINGS, ...options.settings };
  const account = openAccount(first, { folder, stateFolder, clock, lockSettings: settings });
  const others = (options.otherUsers ?? []).map((user) => {
    const own = path.join(stateFolder, 'users', user.name);
    const where = { folder: own, stateFolder: `${own}.nuage`, clock, lockSettings: settings };
    return openAccount(user, where);
  });
  const instanceId = persistentInstanceId(stateFolder);
  const state: NuageState = {
    clock,
    instanceId,
    accounts: new Map([account, ...others].map((each) => [each.name.toLowerCase(), each])),
    sessions: new Sessions(instanceId),
    loginFlows: new LoginFlows(),
    settings,
    failedLogins: 0,
  };
  const faults = new Faults(clock);
  const requests = new RequestLog();
  const handler = new RequestHandler(state, faults, requests);
  const server = createServer((request, response) => void handler.handle(request, response));
  const push = new NotifyPush(state);
  server.on('upgrade', (request, stream) => push.accept(request, stream));
  configure(server);
  const port = await listen(server, options.port ?? 0);
  const url = `http://127.0.0.1:${port}`;
  const control = await startControl({ state, faults, requests, push });
  return {
    url,
    user: first.name,
    password: first.password,
    folder,
    controlUrl: control.url,
    faults,
    requests,
    settings: state.settings,
    push,
    account,
    rescan: () => account.watch.rescan(),
    close: async () => {
      push.close();
      await Promise.all([closeServer(server), control.close()]);
      for (const each of state.accounts.values()) each.close();
      if (temporary !== undefined) rmSync(temporary, { recursive: true, force: true });
    },
  };
}

function firstUser(options: NuageOptions): NuageUser {
  const { name = 'prof', password = randomBytes(18).toString('base64url') } = options;
  const { displayName = 'Camille Martin', quotaBytes, shares = [] } = options;
  const user = { name, password, displayName, shares };
  return quotaBytes === undefined ? user : { ...user, quotaBytes };
}

function openAccount(
  user: NuageUser,
  where: Pick<AccountOptions, 'folder' | 'stateFolder' | 'clock' | 'lockSettings'>,
): Account {
  const { name, password, displayName = user.name, quotaBytes, shares = [] } = user;
  return new Account({ name, password, displayName, quotaBytes, shares, ...where });
}

/** Ten characters behind the file ids; a client that sees another one starts over. */
function persistentInstanceId(stateFolder: string): string {
  const file = path.join(stateFolder, 'instance');
  try {
    return readFileSync(file, 'utf8');
  } catch {
    const id = `oc${randomBytes(5).toString('hex')}`;
    writeFileSync(file, id);
    return id;
  }
}

function configure(server: Server): void {
  server.keepAliveTimeout = DEMO_KEEP_ALIVE_MS;
  // Uploads last as long as they last.
  server.requestTimeout = 0;
  server.headersTimeout = DEMO_HEADERS_MS_MAX;
}
