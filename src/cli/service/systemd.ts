/** By systemd's user manager: the usual desktop on Linux. */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { SYSTEMCTL_MS_MAX } from '../../limits.js';
import { CommandError, EXIT } from '../exit-codes.js';
import { enableText } from '../messages/enable.js';
import { configHome } from '../config/config-path.js';
import { ownCommand, type Service } from './service.js';
import { instanceOf, UNIT, unitText } from './systemd-unit.js';

const WANTS = 'default.target.wants';

export const systemdService: Service = {
  kind: 'systemd',

  file: unitFile,

  isEnabled: (mountPoint) => fs.existsSync(path.join(unitFolder(), WANTS, unitOf(mountPoint))),

  enable(mountPoint, isMounted) {
    if (!isPackaged()) {
      fs.mkdirSync(unitFolder(), { recursive: true });
      fs.writeFileSync(unitFile(), unitText(ownCommand(), dataHome()));
    }
    systemctl('daemon-reload');
    systemctl('enable', unitOf(mountPoint));
    if (!isMounted) systemctl('start', unitOf(mountPoint));
  },

  disable(mountPoint) {
    systemctl('disable', '--now', unitOf(mountPoint));
    if (anyInstance()) return;
    fs.rmSync(path.join(unitFolder(), UNIT), { force: true });
    systemctl('daemon-reload');
  },
};

/** Whether this user has a manager that listens: not in a container, nor on a system without it. */
export function hasSystemd(): boolean {
  const runtime = process.env['XDG_RUNTIME_DIR'];
  return runtime !== undefined && fs.existsSync(path.join(runtime, 'systemd', 'private'));
}

/** The Debian package brings the unit, for those who keep their data where it is usual. */
const PACKAGED_UNIT = path.join('/usr/lib/systemd/user', UNIT);

function isPackaged(): boolean {
  const isOurs = ownCommand()[0] === '/usr/bin/nuage-mount';
  return isOurs && Object.keys(dataHome()).length === 0 && fs.existsSync(PACKAGED_UNIT);
}

function dataHome(): Readonly<Record<string, string>> {
  const folder = process.env['XDG_DATA_HOME'];
  return folder === undefined ? {} : { XDG_DATA_HOME: folder };
}

function unitFolder(): string {
  return path.join(configHome(), 'systemd', 'user');
}

function unitFile(): string {
  return isPackaged() ? PACKAGED_UNIT : path.join(unitFolder(), UNIT);
}

function unitOf(mountPoint: string): string {
  return UNIT.replace('@', `@${instanceOf(mountPoint)}`);
}

function anyInstance(): boolean {
  const folder = path.join(unitFolder(), WANTS);
  const names = fs.existsSync(folder) ? fs.readdirSync(folder) : [];
  return names.some((name) => name.startsWith(UNIT.slice(0, UNIT.indexOf('@') + 1)));
}

/** @throws CommandError with what it says. */
function systemctl(...args: readonly string[]): void {
  const { status, stderr, error } = spawnSync(
    'systemctl',
    ['--user', '--no-ask-password', ...args],
    {
      encoding: 'utf8',
      timeout: SYSTEMCTL_MS_MAX,
    },
  );
  if (status === 0) return;
  const said = error?.message ?? stderr.trim();
  const unit = args.at(-1) ?? '';
  throw new CommandError(
    EXIT.UNEXPECTED,
    enableText.systemdRefused({ what: args.join(' '), said }),
    unit.includes('@') ? enableText.systemdLog({ unit }) : undefined,
  );
}
