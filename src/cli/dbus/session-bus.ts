/**
 * The desktop's session bus: calls and signals, over a Unix socket. Why not a package: those that
 * are maintained bring five others along, and what is needed of D-Bus are these three files.
 */
import net from 'node:net';
import path from 'node:path';
import { NuageError } from '../../errors.js';
import { DBUS_ANSWER_MS_MAX } from '../../limits.js';
import { within } from '../within.js';
import { ANSWER, CALL, decode, encode, ERROR, type Message, SIGNAL } from './message.js';
import type { DBusValue } from './wire.js';

export interface Call {
  readonly destination: string;
  readonly path: string;
  readonly interface: string;
  readonly member: string;
  readonly signature?: string;
  readonly body?: readonly DBusValue[];
}

export interface SignalMatch {
  readonly path: string;
  readonly interface: string;
  readonly member: string;
}

const BUS = 'org.freedesktop.DBus';

export class SessionBus {
  readonly #socket: net.Socket;
  readonly #waiting = new Map<number, (message: Message | undefined) => void>();
  readonly #listeners = new Set<(message: Message) => void>();
  #serial = 0;
  #unread = Buffer.alloc(0);

  private constructor(socket: net.Socket) {
    this.#socket = socket;
  }

  /** @throws kind `not-supported` where there is no such bus. */
  static async connect(variables = process.env): Promise<SessionBus> {
    const socket = net.connect(addressOf(variables));
    try {
      await within(DBUS_ANSWER_MS_MAX, authenticate(socket));
    } catch (error) {
      socket.destroy();
      throw new NuageError('not-supported', 'there is no session bus', { cause: error });
    }
    const bus = new SessionBus(socket);
    socket.on('data', (bytes) => bus.#take(bytes));
    socket.on('error', () => bus.#lose());
    socket.on('close', () => bus.#lose());
    // A bus that stays open must not keep the process.
    socket.unref();
    await bus.call({
      destination: BUS,
      path: '/org/freedesktop/DBus',
      interface: BUS,
      member: 'Hello',
    });
    return bus;
  }

  /** @throws kind `not-found` where the service is not there, `io` for an error that it answers. */
  async call({ body = [], signature, ...fields }: Call): Promise<readonly DBusValue[]> {
    const serial = ++this.#serial;
    const all = signature === undefined ? fields : { ...fields, signature };
    const answered = new Promise<Message | undefined>((resolve) => {
      this.#waiting.set(serial, resolve);
      this.#socket.ref();
      this.#socket.write(encode({ type: CALL, serial, fields: all, body }));
    });
    const message = await within(DBUS_ANSWER_MS_MAX, answered);
    this.#waiting.delete(serial);
    if (this.#waiting.size === 0) this.#socket.unref();
    const details = { op: fields.member };
    if (message === undefined)
      throw new NuageError('timeout', 'the desktop does not answer', details);
    if (message.type === ANSWER) return message.body;
    const name = String(message.fields.errorName);
    const kind =
      name.endsWith('.ServiceUnknown') || name.endsWith('.NameHasNoOwner') ? 'not-found' : 'io';
    throw new NuageError(kind, `the desktop answers ${name}`, details);
  }

  /** The first signal that fits, from now on; undefined after `ms`. Asks for it before `begin`. */
  async signalAfter(
    match: SignalMatch,
    ms: number,
    begin: () => Promise<unknown>,
  ): Promise<readonly DBusValue[] | undefined> {
    const rule = `type='signal',path='${match.path}',interface='${match.interface}'`;
    let listener: ((message: Message) => void) | undefined;
    const seen = new Promise<readonly DBusValue[]>((resolve) => {
      listener = ({ fields, body }) => {
        const { path: at, member } = fields;
        if (at === match.path && member === match.member) resolve(body);
      };
      this.#listeners.add(listener);
    });
    await this.call({
      destination: BUS,
      path: '/org/freedesktop/DBus',
      interface: BUS,
      member: 'AddMatch',
      signature: 's',
      body: [rule],
    });
    this.#socket.ref();
    try {
      await begin();
      return await within(ms, seen);
    } finally {
      if (listener !== undefined) this.#listeners.delete(listener);
      this.#socket.unref();
    }
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(bytes: Buffer): void {
    this.#unread = Buffer.concat([this.#unread, bytes]);
    try {
      for (let next = decode(this.#unread); next !== undefined; next = decode(this.#unread)) {
        this.#unread = this.#unread.subarray(next.length);
        this.#dispatch(next.message);
      }
    } catch {
      this.#socket.destroy();
    }
  }

  #dispatch(message: Message): void {
    if (message.type === SIGNAL) for (const listener of this.#listeners) listener(message);
    if (message.type !== ANSWER && message.type !== ERROR) return;
    this.#waiting.get(Number(message.fields.replySerial))?.(message);
  }

  #lose(): void {
    for (const resolve of this.#waiting.values()) resolve(undefined);
    this.#waiting.clear();
  }
}

/** `unix:path=/run/user/1000/bus`; where nothing is said, systemd's usual place. */
function addressOf(variables: Readonly<Record<string, string | undefined>>): net.IpcNetConnectOpts {
  const given = variables['DBUS_SESSION_BUS_ADDRESS'] ?? '';
  const [, kind, name = ''] = /(?:^|;)unix:(?:[^;]*,)?(path|abstract)=([^,;]+)/.exec(given) ?? [];
  if (kind !== undefined) {
    const unescaped = decodeURIComponent(name);
    return { path: kind === 'abstract' ? `\0${unescaped}` : unescaped };
  }
  const runtime = variables['XDG_RUNTIME_DIR'];
  if (runtime !== undefined && given === '') return { path: path.join(runtime, 'bus') };
  throw new NuageError('not-supported', 'there is no session bus');
}

/** We are who the socket says (EXTERNAL). */
async function authenticate(socket: net.Socket): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  const uid = Buffer.from(String(process.getuid?.() ?? 0)).toString('hex');
  socket.write(`\0AUTH EXTERNAL ${uid}\r\n`);
  const answer = await new Promise<Buffer>((resolve, reject) => {
    socket.once('data', resolve);
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('closed')));
  });
  if (!answer.toString().startsWith('OK ')) throw new Error(answer.toString().trim());
  socket.write('BEGIN\r\n');
}
