/** Shows a notification on the desktop: org.freedesktop.Notifications, on macOS osascript. */
import { spawn } from 'node:child_process';
import { SessionBus } from '../dbus/session-bus.js';
import { Variant } from '../dbus/wire.js';

const SERVICE = 'org.freedesktop.Notifications';
const PATH = '/org/freedesktop/Notifications';
/** As long as the desktop thinks fit. */
const USUAL_TIME = -1;

/** @throws NuageError where there is no desktop to show it. */
export async function showNotice(title: string, text: string): Promise<void> {
  if (process.platform === 'darwin') {
    // Not tried on macOS yet. The texts are arguments of the script, not part of it.
    const script =
      'on run argv\ndisplay notification (item 2 of argv) with title (item 1 of argv)\nend';
    spawn('osascript', ['-e', script, title, text], { stdio: 'ignore' }).on(
      'error',
      () => undefined,
    );
    return;
  }
  const bus = await SessionBus.connect();
  try {
    await bus.call({
      destination: SERVICE,
      path: PATH,
      interface: SERVICE,
      member: 'Notify',
      signature: 'susssasa{sv}i',
      body: [
        'Nuage',
        0,
        'folder-remote',
        title,
        escaped(text),
        [],
        [['desktop-entry', new Variant('s', 'nuage-mount')]],
        USUAL_TIME,
      ],
    });
  } finally {
    bus.close();
  }
}

/** Servers may take the body for markup. */
function escaped(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}
