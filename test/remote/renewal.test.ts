/** Connections that lead nowhere any more do not delay what comes after. */
import { expect, it } from 'vitest';
import { kindOf, multistatus, never, remoteOn, SELF, sendXml, serve } from './support.js';

it('asks again by a new connection what hung in an old one, and drops idle ones', async () => {
  const sockets = new Set<unknown>();
  let isHanging = false;
  const server = await serve((request, response) => {
    sockets.add(request.socket);
    if (isHanging) return;
    sendXml(response, multistatus(SELF));
  });
  const remote = remoteOn(server.url);
  await remote.rootState(never());
  isHanging = true;
  const state = remote.rootState(never());
  const written = kindOf(remote.setModified('a', 1_700_000_000, never()));
  while (server.requests.length < 3) await new Promise((resolve) => setTimeout(resolve, 10));
  isHanging = false;
  remote.renewConnections();
  expect(await state).toMatchObject({ etag: 'root' });
  await written;
  expect(sockets.size).toBeGreaterThan(2);
});
