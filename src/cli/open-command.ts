/** `open`: the mounted folder in the file manager, or a page of it in the browser. */
import { openWithDesktop } from './browser.js';
import { ask, findMount } from './control-client.js';
import { CommandError, EXIT } from './exit-codes.js';
import { findPlace } from './find-place.js';
import { openText as text } from './messages/open.js';

export async function open(given: string | undefined): Promise<void> {
  const target =
    given === undefined ? (await findMount(undefined)).mountPoint : await pageOf(given);
  if (!(await openWithDesktop(target))) process.stdout.write(`${target}\n`);
}

async function pageOf(given: string): Promise<string> {
  const { mount, ino, shown } = await findPlace(given);
  const { url } = await ask(mount, { op: 'page', ino });
  if (url !== null) return url;
  throw new CommandError(EXIT.QUEUE, text.noPage({ path: shown }), text.notSentYet());
}
