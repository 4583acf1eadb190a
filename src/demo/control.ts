/**
 * Faults and settings for another process: a second port on the loopback interface, whose address
 * holds a secret. `POST <controlUrl>/<command>` with a JSON body answers JSON.
 *
 * Commands: `fault` (a FaultRule) → `{id}` · `unfault` `{id}` · `clear` · `network` (parts of a
 * NetworkPace) · `settings` (parts of NuageSettings) · `quota` `{bytes|null}` · `rescan` ·
 * `lock` `{path}` and parts of a LockOwner, `unlock` `{path}` (as somebody else does) ·
 * `requests` → all records · `clear-requests` · `hits` `{id}` → `{hits}` ·
 * `listeners` → `{count}` · `cut-listeners`.
 */
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import type { Account } from './account.js';
import { closeServer, listen } from './listening.js';
import type { LockOwner } from './file-locks.js';
import type { NotifyPush } from './notify-push.js';
import type { FaultRule, Faults, NetworkPace } from './faults.js';
import type { RequestLog } from './request-log.js';
import type { NuageSettings, NuageState } from './state.js';

export interface Controlled {
  readonly state: NuageState;
  readonly faults: Faults;
  readonly requests: RequestLog;
  readonly push: NotifyPush;
}

type Command = (target: Controlled, input: Record<string, unknown>) => unknown;

// The bodies come from our own tests, by the types named above: they are not checked again.
const COMMANDS: Readonly<Record<string, Command>> = {
  fault: ({ faults }, input) => ({ id: faults.add(input as unknown as FaultRule) }),
  unfault: ({ faults }, input) => faults.remove(Number(input['id'])),
  hits: ({ faults }, input) => ({ hits: faults.hits(Number(input['id'])) }),
  clear: ({ faults }) => faults.clear(),
  network: ({ faults }, input) => Object.assign(faults.network, input as Partial<NetworkPace>),
  settings: ({ state }, input) => Object.assign(state.settings, input as Partial<NuageSettings>),
  quota: ({ state }, input) => {
    const bytes = input['bytes'];
    firstAccount(state).quotaBytes = typeof bytes === 'number' ? bytes : undefined;
  },
  lock: ({ state }, input) => {
    const { fileLocks, node } = fileAt(state, input);
    fileLocks.take(node, { ...COLLEAGUE, ...(input as Partial<LockOwner>) });
  },
  unlock: ({ state }, input) => {
    const { fileLocks, node } = fileAt(state, input);
    fileLocks.giveBack(node);
  },
  rescan: ({ state }) => firstAccount(state).watch.rescan(),
  requests: ({ requests }) => requests.all,
  listeners: ({ push }) => ({ count: push.connections }),
  'cut-listeners': ({ push }) => push.cutAll(),
  'clear-requests': ({ requests }) => requests.clear(),
};

const COLLEAGUE: LockOwner = { id: 'collegue', displayName: 'Dominique Bernard', type: 0 };

function fileAt(state: NuageState, { path }: Record<string, unknown>) {
  const { tree, fileLocks, watch } = firstAccount(state);
  watch.applyChanges();
  const node = tree.find(tree.files, String(path));
  if (node === undefined) throw new RangeError(`no such file: ${String(path)}`);
  return { fileLocks, node };
}

function firstAccount(state: NuageState): Account {
  const [account] = state.accounts.values();
  if (account === undefined) throw new RangeError('a server without accounts');
  return account;
}

export async function startControl(
  target: Controlled,
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const secret = randomBytes(16).toString('hex');
  const server = createServer((request, response) => {
    const [, given, name = ''] = (request.url ?? '').split('/');
    const command = given === secret ? COMMANDS[name] : undefined;
    const answer = async () => {
      if (command === undefined) throw new RangeError(`no such command: ${name}`);
      const input = request.headers['content-length'] === '0' ? {} : await json(request);
      return command(target, input as Record<string, unknown>) ?? {};
    };
    answer().then(
      (result) => response.end(JSON.stringify(result)),
      (error: unknown) => {
        response.statusCode = 400;
        response.end(JSON.stringify({ error: String(error) }));
      },
    );
  });
  const port = await listen(server, 0);
  return { url: `http://127.0.0.1:${port}/${secret}`, close: () => closeServer(server) };
}
