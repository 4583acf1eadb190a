/** Listening for changes: what is heard, what ends it, and to whom the password goes. */
import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { Nuage } from '../../src/demo/server.js';
import type { PushNews, Remote } from '../../src/remote/remote.js';
import { nuageAccount, put } from './nuage.js';
import { kindOf, never, serve } from './support.js';

const ON = { settings: { notifyPush: true } } as const;

async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; !holds(); tries += 1) {
    if (tries > 400) throw new Error('it never came');
    await pause(10);
  }
}

function pushUrl(nuage: Nuage): string {
  return `${nuage.url.replace('http', 'ws')}/push/ws`;
}

function listening(remote: Remote, url: string, signal = never()) {
  const heard: PushNews[] = [];
  return { heard, ended: kindOf(remote.listen(url, (news) => heard.push(news), signal)) };
}

it('hears that the line stands, and of every change', async () => {
  const { nuage, remote } = await nuageAccount(ON);
  const info = await remote.connect(never());
  expect(info.pushUrl).toBe(pushUrl(nuage));
  const controller = new AbortController();
  const { heard, ended } = listening(remote, pushUrl(nuage), controller.signal);
  await until(() => heard.length === 1);
  await put(remote, 'a.txt', 'x');
  await until(() => heard.length === 2);
  expect(heard).toEqual(['ready', 'changed']);
  controller.abort();
  expect(await ended).toBe('aborted');
  await until(() => nuage.push.connections === 0);
});

it('ends when the line is cut', async () => {
  const { nuage, remote } = await nuageAccount(ON);
  const { heard, ended } = listening(remote, pushUrl(nuage));
  await until(() => heard.length === 1);
  nuage.push.cutAll();
  expect(await ended).toBe('offline');
});

it('ends where nothing of the kind is there', async () => {
  const { nuage, remote } = await nuageAccount();
  expect(await listening(remote, pushUrl(nuage)).ended).toBe('offline');
});

it('tells a refused password from a broken line', async () => {
  const { nuage, remote } = await nuageAccount(ON, { password: 'wrong' });
  expect(await listening(remote, pushUrl(nuage)).ended).toBe('unauthenticated');
});

it('does not go on where it was given up before', async () => {
  const { nuage, remote } = await nuageAccount(ON);
  expect(await listening(remote, pushUrl(nuage), AbortSignal.abort()).ended).toBe('aborted');
});

it('never tells the password to another server, nor without its encryption', async () => {
  const { remote } = await nuageAccount(ON);
  const other = await serve((_, response) => response.end());
  const url = other.url.replace('http', 'ws');
  expect(await listening(remote, `${url}/push/ws`).ended).toBe('not-permitted');
  expect(await listening(remote, `${url.replace('ws:', 'wss:')}/push/ws`).ended).toBe(
    'not-permitted',
  );
  expect(other.requests).toEqual([]);
});

it('keeps the addresses that a server gives on the host of the account', async () => {
  const { nuage, remote } = await nuageAccount({
    settings: {
      extraCapabilities: {
        notify_push: { endpoints: { websocket: 'wss://evil.example/push/ws' } },
      },
    },
  });
  expect((await remote.connect(never())).pushUrl).toBe(pushUrl(nuage));
});
