/** The embedded `notify_push`, by the protocol that the app's own documentation describes. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { WebSocket } from 'undici';
import { expect, it, onTestFinished } from 'vitest';
import { startNuage, type Nuage } from '../../src/demo/server.js';
import { Client } from './client.js';

class Listener {
  readonly heard: string[] = [];
  isClosed = false;
  readonly #socket: WebSocket;

  constructor(nuage: Nuage, words: readonly string[]) {
    this.#socket = new WebSocket(`${nuage.url.replace('http', 'ws')}/push/ws`);
    this.#socket.addEventListener('open', () => {
      for (const word of words) this.#socket.send(word);
    });
    this.#socket.addEventListener('message', ({ data }) => this.heard.push(String(data)));
    this.#socket.addEventListener('error', () => undefined);
    this.#socket.addEventListener('close', () => (this.isClosed = true));
    onTestFinished(() => this.#socket.close());
  }

  send(word: string): void {
    this.#socket.send(word);
  }

  async until(holds: () => boolean): Promise<void> {
    for (let tries = 0; !holds(); tries += 1) {
      if (tries > 400) throw new Error(`heard only ${this.heard.join(', ')}`);
      await pause(10);
    }
  }
}

async function pushing(): Promise<Nuage> {
  const nuage = await startNuage({ settings: { notifyPush: true } });
  onTestFinished(() => nuage.close());
  return nuage;
}

async function listening(nuage: Nuage): Promise<Listener> {
  const listener = new Listener(nuage, [nuage.user, nuage.password]);
  await listener.until(() => listener.heard.length > 0);
  expect(listener.heard.splice(0)).toEqual(['authenticated']);
  return listener;
}

async function capabilities(nuage: Nuage): Promise<Record<string, unknown>> {
  const response = await new Client(nuage).send('GET', '/ocs/v2.php/cloud/capabilities', {
    headers: { 'ocs-apirequest': 'true' },
  });
  const answer = (await response.json()) as {
    ocs: { data: { capabilities: Record<string, unknown> } };
  };
  return answer.ocs.data.capabilities;
}

it('is not offered, and not there, unless it is switched on', async () => {
  const nuage = await startNuage();
  onTestFinished(() => nuage.close());
  expect(await capabilities(nuage)).not.toHaveProperty('notify_push');
  const listener = new Listener(nuage, []);
  await listener.until(() => listener.isClosed);
});

it('is offered with its address', async () => {
  const nuage = await pushing();
  expect(await capabilities(nuage)).toMatchObject({
    notify_push: { endpoints: { websocket: `${nuage.url.replace('http', 'ws')}/push/ws` } },
  });
});

it('tells of a change by a client, at once', async () => {
  const nuage = await pushing();
  const listener = await listening(nuage);
  await new Client(nuage).status('PUT', 'new.txt', { body: 'x' });
  await listener.until(() => listener.heard.length > 0);
  expect(listener.heard).toEqual(['notify_file']);
});

it('gathers what follows', async () => {
  const nuage = await pushing();
  const listener = await listening(nuage);
  const client = new Client(nuage);
  for (let file = 0; file < 20; file += 1) await client.status('PUT', `${file}.txt`, { body: 'x' });
  await listener.until(() => listener.heard.length >= 2);
  expect(listener.heard.length).toBeLessThan(10);
});

it('tells of a change in the folder on the disk, which nobody has asked for', async () => {
  const nuage = await pushing();
  const listener = await listening(nuage);
  writeFileSync(path.join(nuage.folder, 'foreign.txt'), 'x');
  await listener.until(() => listener.heard.includes('notify_file'));
});

it('names the ids to who asks for them', async () => {
  const nuage = await pushing();
  const listener = await listening(nuage);
  listener.send('listen notify_file_id');
  const client = new Client(nuage);
  await client.status('PUT', 'new.txt', { body: 'x' });
  await listener.until(() => listener.heard.length > 0);
  expect(listener.heard[0]).toMatch(/^notify_file_id \[\d+\]$/);
});

it('tells nothing of one account to another', async () => {
  const nuage = await startNuage({
    settings: { notifyPush: true },
    otherUsers: [{ name: 'autre', password: 'secret' }],
  });
  onTestFinished(() => nuage.close());
  const other = new Listener(nuage, ['autre', 'secret']);
  const own = await listening(nuage);
  await new Client(nuage).status('PUT', 'new.txt', { body: 'x' });
  await own.until(() => own.heard.length > 0);
  expect(other.heard).toEqual(['authenticated']);
});

it('sends away who has the wrong password', async () => {
  const nuage = await pushing();
  const listener = new Listener(nuage, [nuage.user, 'wrong']);
  await listener.until(() => listener.isClosed);
  expect(listener.heard).toEqual(['err: Invalid credentials']);
});
