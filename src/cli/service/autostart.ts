/** By the desktop itself, where no systemd manages the session: an entry of XDG autostart. */
import fs from 'node:fs';
import path from 'node:path';
import { entryText } from './autostart-entry.js';
import { configHome } from '../config/config-path.js';
import { mountCommand, type Service } from './service.js';
import { instanceOf } from './systemd-unit.js';

export const autostartService: Service = {
  kind: 'autostart',
  file: entryFile,
  isEnabled: (mountPoint) => fs.existsSync(entryFile(mountPoint)),
  enable(mountPoint) {
    const file = entryFile(mountPoint);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, entryText(mountCommand(mountPoint), path.basename(mountPoint)));
  },
  disable(mountPoint) {
    fs.rmSync(entryFile(mountPoint), { force: true });
  },
};

function entryFile(mountPoint: string): string {
  return path.join(configHome(), 'autostart', `nuage-mount-${instanceOf(mountPoint)}.desktop`);
}
