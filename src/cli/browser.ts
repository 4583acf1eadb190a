/** Opens a page, or a folder, with the program that the desktop has for it. */
import { spawn } from 'node:child_process';
import { BROWSER_START_MS_MAX } from '../limits.js';
import { within } from './within.js';

/** False where nothing can be opened; the caller then says where to look. */
export async function openWithDesktop(target: string): Promise<boolean> {
  const isMac = process.platform === 'darwin';
  const { DISPLAY = '', WAYLAND_DISPLAY = '' } = process.env;
  // Without a screen, xdg-open would start a browser in this very terminal.
  if (!isMac && DISPLAY === '' && WAYLAND_DISPLAY === '') return false;
  const child = spawn(isMac ? 'open' : 'xdg-open', [target], { stdio: 'ignore', detached: true });
  child.unref();
  const failed = new Promise<boolean>((resolve) => {
    child.once('error', () => resolve(true));
    child.once('exit', (code) => resolve(code !== 0));
  });
  return (await within(BROWSER_START_MS_MAX, failed)) !== true;
}
