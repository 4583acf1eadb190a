/**
 * The desktop's keyring by its common interface, the Secret Service (GNOME Keyring, KWallet,
 * KeePassXC): https://specifications.freedesktop.org/secret-service-spec/0.2/
 *
 * The session is `plain`: the password crosses the user's own bus as it is, which only the user's
 * own programs can read, as they could ask the keyring itself.
 */
import { NuageError } from '../../errors.js';
import { KEYRING_PROMPT_MS_MAX } from '../../limits.js';
import { SessionBus } from '../dbus/session-bus.js';
import { type DBusValue, textOf, Variant } from '../dbus/wire.js';
import type { SecretStore, SecretOwner } from './secret-store.js';

const SERVICE = 'org.freedesktop.secrets';
const ROOT = '/org/freedesktop/secrets';
const NOTHING = '/';

export const secretService: SecretStore = {
  async keep(owner, password) {
    await withKeyring(async (keyring) => {
      const collection = await keyring.defaultCollection();
      await keyring.unlock([collection]);
      const properties: DBusValue = [
        [
          'org.freedesktop.Secret.Item.Label',
          new Variant('s', `Nuage: ${owner.user} (${owner.url})`),
        ],
        ['org.freedesktop.Secret.Item.Attributes', new Variant('a{ss}', attributesOf(owner))],
      ];
      const secret = [keyring.session, Buffer.alloc(0), Buffer.from(password), 'text/plain'];
      const [, prompt] = await keyring.call(collection, 'Collection', {
        member: 'CreateItem',
        signature: 'a{sv}(oayays)b',
        body: [properties, secret, true],
      });
      await keyring.prompt(prompt);
    });
  },

  find(owner) {
    return withKeyring(async (keyring) => {
      const [item] = await keyring.itemsOf(owner);
      if (item === undefined) return undefined;
      await keyring.unlock([item]);
      const [secret] = await keyring.call(item, 'Item', {
        member: 'GetSecret',
        signature: 'o',
        body: [keyring.session],
      });
      const [, , value] = secret as readonly DBusValue[];
      return Buffer.isBuffer(value) ? value.toString('utf8') : undefined;
    });
  },

  async forget(owner) {
    await withKeyring(async (keyring) => {
      for (const item of await keyring.itemsOf(owner)) {
        const [prompt] = await keyring.call(item, 'Item', { member: 'Delete' });
        await keyring.prompt(prompt);
      }
    });
  },
};

/** `locked`: who wants a password is asked for the keyring's own first. */
export type KeyringState = 'open' | 'locked' | 'none' | 'no-bus';

/** Nothing pops up for it. */
export async function keyringState(): Promise<KeyringState> {
  const bus = await orUndefined(SessionBus.connect());
  if (bus === undefined) return 'no-bus';
  try {
    const isLocked = await orUndefined(Keyring.open(bus).then((keyring) => keyring.isLocked()));
    if (isLocked === undefined) return 'none';
    return isLocked ? 'locked' : 'open';
  } finally {
    bus.close();
  }
}

/** Where the desktop does not have what was asked for. */
async function orUndefined<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof NuageError) return undefined;
    throw error;
  }
}

function attributesOf({ url, user }: SecretOwner): DBusValue {
  return [
    ['application', 'nuage-mount'],
    ['server', url],
    ['user', user],
  ];
}

interface Method {
  readonly member: string;
  readonly signature?: string;
  readonly body?: readonly DBusValue[];
}

class Keyring {
  readonly #bus: SessionBus;
  readonly session: string;

  private constructor(bus: SessionBus, session: string) {
    this.#bus = bus;
    this.session = session;
  }

  static async open(bus: SessionBus): Promise<Keyring> {
    const [, session] = await callService(bus, ROOT, 'Service', {
      member: 'OpenSession',
      signature: 'sv',
      body: ['plain', new Variant('s', '')],
    });
    return new Keyring(bus, textOf(session));
  }

  call(path: string, part: string, method: Method): Promise<readonly DBusValue[]> {
    return callService(this.#bus, path, part, method);
  }

  async defaultCollection(): Promise<string> {
    const method = { member: 'ReadAlias', signature: 's', body: ['default'] };
    const [collection] = await this.call(ROOT, 'Service', method);
    if (collection !== undefined && collection !== NOTHING) return textOf(collection);
    throw new NuageError('not-supported', 'there is no keyring yet');
  }

  async isLocked(): Promise<boolean> {
    const [locked] = await this.#bus.call({
      destination: SERVICE,
      path: await this.defaultCollection(),
      interface: 'org.freedesktop.DBus.Properties',
      member: 'Get',
      signature: 'ss',
      body: ['org.freedesktop.Secret.Collection', 'Locked'],
    });
    return locked instanceof Variant && locked.value === true;
  }

  async itemsOf(owner: SecretOwner): Promise<readonly string[]> {
    const [open, locked] = await this.call(ROOT, 'Service', {
      member: 'SearchItems',
      signature: 'a{ss}',
      body: [attributesOf(owner)],
    });
    return [...(open as readonly string[]), ...(locked as readonly string[])];
  }

  /** Asks the user where that is needed. */
  async unlock(objects: readonly string[]): Promise<void> {
    const method = { member: 'Unlock', signature: 'ao', body: [objects] };
    const [, prompt] = await this.call(ROOT, 'Service', method);
    await this.prompt(prompt);
  }

  /** @throws kind `forbidden` where the user declines, or does nothing. */
  async prompt(prompt: DBusValue | undefined): Promise<void> {
    if (prompt === undefined || prompt === NOTHING) return;
    const path = textOf(prompt);
    const match = { path, interface: 'org.freedesktop.Secret.Prompt', member: 'Completed' };
    const completed = await this.#bus.signalAfter(match, KEYRING_PROMPT_MS_MAX, () =>
      this.call(path, 'Prompt', { member: 'Prompt', signature: 's', body: [''] }),
    );
    if (completed?.[0] === false) return;
    throw new NuageError('forbidden', 'the keyring was not unlocked');
  }
}

function callService(
  bus: SessionBus,
  path: string,
  part: string,
  method: Method,
): Promise<readonly DBusValue[]> {
  return bus.call({
    destination: SERVICE,
    path,
    interface: `org.freedesktop.Secret.${part}`,
    ...method,
  });
}

async function withKeyring<T>(use: (keyring: Keyring) => Promise<T>): Promise<T> {
  const bus = await SessionBus.connect();
  try {
    return await use(await Keyring.open(bus));
  } finally {
    bus.close();
  }
}
