/** By launchd, on macOS. */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { SYSTEMCTL_MS_MAX } from '../../limits.js';
import { CommandError, EXIT } from '../exit-codes.js';
import { enableText } from '../messages/enable.js';
import { agentText } from './launch-agent-text.js';
import { mountCommand, type Service } from './service.js';
import { instanceOf } from './systemd-unit.js';

export const launchAgentService: Service = {
  kind: 'launchd',
  file: agentFile,
  isEnabled: (mountPoint) => fs.existsSync(agentFile(mountPoint)),
  enable(mountPoint, isMounted) {
    const file = agentFile(mountPoint);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, agentText(labelOf(mountPoint), mountCommand(mountPoint)));
    if (!isMounted) launchctl('bootstrap', domain(), file);
  },
  disable(mountPoint) {
    const file = agentFile(mountPoint);
    if (!fs.existsSync(file)) return;
    fs.rmSync(file);
    // Not loaded where the mount was made by hand.
    run('bootout', `${domain()}/${labelOf(mountPoint)}`);
  },
};

function labelOf(mountPoint: string): string {
  return `nuage-mount.${instanceOf(mountPoint).replaceAll('\\', '_')}`;
}

function agentFile(mountPoint: string): string {
  return path.join(os.homedir(), 'Library', 'LaunchAgents', `${labelOf(mountPoint)}.plist`);
}

function domain(): string {
  return `gui/${process.getuid?.() ?? 0}`;
}

function launchctl(...args: readonly string[]): void {
  const { status, stderr, error } = run(...args);
  if (status === 0) return;
  const said = error?.message ?? stderr.trim();
  throw new CommandError(EXIT.UNEXPECTED, enableText.launchdRefused({ said }));
}

function run(...args: readonly string[]) {
  return spawnSync('launchctl', args, { encoding: 'utf8', timeout: SYSTEMCTL_MS_MAX });
}
