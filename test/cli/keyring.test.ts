/** D-Bus and the Secret Service, against a stand-in of both on a socket. */
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { rememberAccount } from '../../src/cli/account-folder.js';
import { ANSWER, decode, encode, ERROR, type Message, SIGNAL } from '../../src/cli/dbus/message.js';
import { type DBusValue, Reader, Variant, Writer } from '../../src/cli/dbus/wire.js';
import {
  forgetPassword,
  keepPassword,
  keptPassword,
} from '../../src/cli/secrets/kept-passwords.js';
import { examineLogins } from '../../src/cli/doctor/logins.js';
import { keyringState, secretService } from '../../src/cli/secrets/secret-service.js';

const OWNER = { url: 'https://a.fr', user: 'jeanne' };

let folder: string;
let service: StandIn;

beforeEach(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'nuage-keyring-'));
  vi.stubEnv('XDG_DATA_HOME', folder);
  service = await StandIn.start(path.join(folder, 'bus'));
  vi.stubEnv('DBUS_SESSION_BUS_ADDRESS', `unix:path=${path.join(folder, 'bus')},guid=00ff`);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await service.close();
  fs.rmSync(folder, { recursive: true });
});

type Reply = readonly [signature: string, ...body: readonly DBusValue[]];

/** A bus with one service: a keyring of one collection, which may be locked. */
class StandIn {
  readonly items = new Map<string, { attributes: string; secret: Buffer }>();
  collection = '/collection';
  isLocked = false;
  dismisses = false;
  readonly #server: net.Server;
  readonly #sockets = new Set<net.Socket>();

  private constructor() {
    this.#server = net.createServer((socket) => this.#serve(socket));
  }

  static async start(file: string): Promise<StandIn> {
    const service = new StandIn();
    await new Promise<void>((resolve) => service.#server.listen(file, resolve));
    return service;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #serve(socket: net.Socket): void {
    this.#sockets.add(socket);
    let unread = Buffer.alloc(0);
    let isBegun = false;
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      unread = Buffer.concat([unread, bytes]);
      const begin = unread.indexOf('BEGIN\r\n');
      if (!isBegun && begin < 0) {
        expect(unread.toString()).toBe(
          `\0AUTH EXTERNAL ${Buffer.from(String(process.getuid?.())).toString('hex')}\r\n`,
        );
        socket.write('OK 00ff\r\n');
        unread = Buffer.alloc(0);
        return;
      }
      if (!isBegun) unread = unread.subarray(begin + 7);
      isBegun = true;
      for (let next = decode(unread); next !== undefined; next = decode(unread)) {
        unread = unread.subarray(next.length);
        this.#answer(socket, next.message);
      }
    });
  }

  #answer(socket: net.Socket, message: Message): void {
    const reply = this.#reply(message);
    const head = { replySerial: message.serial };
    if (reply === undefined) {
      const fields = { ...head, errorName: 'org.example.No' };
      socket.write(encode({ type: ERROR, serial: 1, fields, body: [] }));
      return;
    }
    const [signature, ...body] = reply;
    // In two pieces, as a socket may deliver it.
    const bytes = encode({ type: ANSWER, serial: 1, fields: { ...head, signature }, body });
    socket.write(bytes.subarray(0, 20));
    setImmediate(() => {
      socket.write(bytes.subarray(20));
      if (message.fields.member === 'Prompt') this.#complete(socket);
    });
  }

  #complete(socket: net.Socket): void {
    if (!this.dismisses) this.isLocked = false;
    const fields = {
      path: '/prompt',
      interface: 'org.freedesktop.Secret.Prompt',
      member: 'Completed',
      signature: 'bv',
    };
    const body = [this.dismisses, new Variant('ao', [])];
    socket.write(encode({ type: SIGNAL, serial: 2, fields, body }));
  }

  #reply({ fields, body }: Message): Reply | undefined {
    switch (fields.member) {
      case 'Hello':
        return ['s', ':1.7'];
      case 'AddMatch':
        return [''];
      case 'Get':
        expect(body).toEqual(['org.freedesktop.Secret.Collection', 'Locked']);
        return fields.path === '/collection' ? ['v', new Variant('b', this.isLocked)] : undefined;
      case 'OpenSession':
        return ['vo', new Variant('s', ''), '/session'];
      case 'ReadAlias':
        return ['o', this.collection];
      case 'Unlock':
        return this.isLocked ? ['aoo', [], '/prompt'] : ['aoo', body[0] as DBusValue, '/'];
      case 'Prompt':
        return [''];
      case 'CreateItem': {
        const properties = new Map(body[0] as [string, Variant][]);
        const attributes = properties.get('org.freedesktop.Secret.Item.Attributes');
        const [session, , secret] = body[1] as [string, Buffer, Buffer];
        expect(session).toBe('/session');
        this.items.set('/item', { attributes: JSON.stringify(attributes?.value), secret });
        return ['oo', '/item', '/'];
      }
      case 'SearchItems': {
        const found = [...this.items].filter(
          ([, { attributes }]) => attributes === JSON.stringify(body[0]),
        );
        const paths = found.map(([at]) => at);
        return this.isLocked ? ['aoao', [], paths] : ['aoao', paths, []];
      }
      case 'GetSecret': {
        const secret = this.items.get(String(fields.path))?.secret ?? Buffer.alloc(0);
        return ['(oayays)', ['/session', Buffer.alloc(0), secret, 'text/plain']];
      }
      case 'Delete':
        this.items.delete(String(fields.path));
        return ['o', '/'];
      case undefined:
      default:
        return undefined;
    }
  }
}

describe('a value of D-Bus', () => {
  it.each<[string, DBusValue]>([
    ['y', 7],
    ['b', true],
    ['u', 4_000_000_000],
    ['i', -5],
    ['s', 'été'],
    ['g', 'a{sv}'],
    ['ay', Buffer.from([1, 2, 3])],
    ['as', ['a', 'bcd', '']],
    ['a{sv}', [['key', new Variant('(iu)', [-1, 2])]]],
    ['(oayays)', ['/a', Buffer.alloc(0), Buffer.from('x'), 't']],
    ['aa{ss}', [[['a', 'b']], []]],
  ])('of type %s is read as it was written', (type, value) => {
    const writer = new Writer();
    writer.write('y', 1);
    writer.write(type, value);
    const reader = new Reader(writer.bytes());
    reader.read('y');
    expect(reader.read(type)).toEqual(value);
    expect(reader.position).toBe(writer.length);
  });

  it('is refused where the bytes end before it, or the type is none', () => {
    expect(() => new Reader(Buffer.from([9, 0, 0, 0, 65])).read('s')).toThrow(/no sense/);
    expect(() => new Reader(Buffer.alloc(8)).read('(i')).toThrow(/no sense/);
    expect(() => new Writer().write('z', 1)).toThrow(/no sense/);
    expect(() => decode(Buffer.from('GET / HTTP/1.1\r\n'))).toThrow(/no sense/);
  });
});

describe('the keyring', () => {
  it('keeps, replaces and forgets a password, and no file has it', async () => {
    expect(await secretService.find(OWNER)).toBeUndefined();
    expect(await keepPassword(OWNER, 'sécret-1')).toBe('keyring');
    expect(await keptPassword(OWNER, 'keyring')).toBe('sécret-1');
    await keepPassword(OWNER, 'sécret-2');
    expect(await keptPassword(OWNER, 'keyring')).toBe('sécret-2');
    expect(await secretService.find({ ...OWNER, user: 'anne' })).toBeUndefined();
    expect(fs.existsSync(path.join(folder, 'nuage-mount'))).toBe(false);
    await forgetPassword(OWNER, 'keyring');
    expect(await keptPassword(OWNER, 'keyring')).toBeUndefined();
  });

  it('that is locked is unlocked by its own question', async () => {
    await keepPassword(OWNER, 'sécret');
    service.isLocked = true;
    expect(await keptPassword(OWNER, 'keyring')).toBe('sécret');
  });

  it('that stays locked is no reason to take the password for forgotten', async () => {
    await keepPassword(OWNER, 'sécret');
    service.isLocked = true;
    service.dismisses = true;
    await expect(keptPassword(OWNER, 'keyring')).rejects.toMatchObject({ kind: 'forbidden' });
  });

  it.each(['no bus', 'no collection'])(
    'that is not there, with %s, is a private file',
    async (what) => {
      if (what === 'no bus') vi.stubEnv('DBUS_SESSION_BUS_ADDRESS', 'unix:path=/nonexistent');
      else service.collection = '/';
      expect(await keepPassword(OWNER, 'sécret')).toBe('file');
      expect(await keptPassword(OWNER, 'file')).toBe('sécret');
      const [account = ''] = fs.readdirSync(path.join(folder, 'nuage-mount'));
      const file = path.join(folder, 'nuage-mount', account, 'password');
      expect(fs.statSync(file).mode & 0o777).toBe(0o600);
      await forgetPassword(OWNER, 'file');
      expect(fs.existsSync(file)).toBe(false);
    },
  );

  it('tells how it is, and asks nobody anything for it', async () => {
    expect(await keyringState()).toBe('open');
    service.isLocked = true;
    expect(await keyringState()).toBe('locked');
    expect(service.isLocked).toBe(true);
    service.collection = '/';
    expect(await keyringState()).toBe('none');
    vi.stubEnv('DBUS_SESSION_BUS_ADDRESS', 'unix:path=/nonexistent');
    expect(await keyringState()).toBe('no-bus');
  });

  it('that is locked is not opened for doctor, which would wait for an answer', async () => {
    rememberAccount({ ...OWNER, secret: 'keyring' });
    await keepPassword(OWNER, 'sécret');
    service.isLocked = true;
    expect((await examineLogins()).findings).toMatchObject([{ check: 'login', state: 'warning' }]);
    expect(service.isLocked).toBe(true);
  });
});
