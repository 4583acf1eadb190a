/** What makes a mount come with the login: the files that `enable` writes for each system. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { SaxesParser } from 'saxes';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { entryText } from '../../src/cli/service/autostart-entry.js';
import { agentText } from '../../src/cli/service/launch-agent-text.js';
import { instanceOf, unitText } from '../../src/cli/service/systemd-unit.js';
import { sendDatagram } from '../../src/fuse/datagram.js';
import { Home } from './command.js';

vi.setConfig({ testTimeout: 120_000 });

const execute = promisify(execFile);

const FOLDERS = ['/home/jeanne/Nuage', '/home/jeanne/Mon Nuage', '/tmp/.é-$HOME %f/"x"\\', '/'];

function has(program: string): boolean {
  const folders = (process.env['PATH'] ?? '').split(':');
  return folders.some((folder) => fs.existsSync(path.join(folder, program)));
}

let home: Home;

beforeEach(() => {
  home = new Home();
});
afterEach(() => home.close());

describe('the systemd user unit', () => {
  it.runIf(has('systemd-analyze'))('passes systemd-analyze verify', async () => {
    const unit = home.at('nuage-mount@.service');
    const command = [process.execPath, '/opt/a b/100%/main.js'];
    fs.writeFileSync(unit, unitText(command, { XDG_DATA_HOME: '/home/jeanne/Mes "données" 100%' }));
    const instance = home.at(`nuage-mount@${instanceOf('/home/jeanne/Mon Nuage')}.service`);
    fs.copyFileSync(unit, instance);
    const { stdout, stderr } = await execute('systemd-analyze', ['verify', '--man=no', instance], {
      env: { ...process.env, SYSTEMD_LOG_LEVEL: 'warning' },
    });
    const ours = `${stdout}${stderr}`.split('\n').filter((line) => line.includes('nuage-mount'));
    expect(ours).toEqual([]);
  });

  it.runIf(has('systemd-escape'))('names its instance as systemd-escape does', async () => {
    for (const folder of FOLDERS) {
      const { stdout } = await execute('systemd-escape', ['--path', '--', folder]);
      expect(instanceOf(folder)).toBe(stdout.trimEnd());
    }
  });
});

describe('readiness', () => {
  it.runIf(has('python3'))('reaches the socket that systemd listens on', async () => {
    const listener = `
import os, socket
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.bind(os.environ["AT"]); s.settimeout(10)
print("bound", flush=True); print(s.recv(99).decode().strip())`;
    for (const at of [home.at('notify'), `@nuage-${path.basename(home.path)}`]) {
      const bound = at.replace(/^@/, '\\0');
      const source = listener.replace(
        'os.environ["AT"]',
        JSON.stringify(bound).replace('\\\\', '\\'),
      );
      const child = execFile('python3', ['-c', source]);
      const lines = createInterface({ input: child.stdout ?? process.stdin })[
        Symbol.asyncIterator
      ]();
      expect((await lines.next()).value).toBe('bound');
      sendDatagram(at, 'READY=1\n');
      expect((await lines.next()).value).toBe('READY=1');
      if (child.exitCode === null) await once(child, 'exit');
    }
  });

  it.runIf(has('python3'))('is told once the mount answers', async () => {
    const said = await notified();
    expect(said).toEqual(['READY=1', 'STOPPING=1']);
  });
});

/** What a service that mounts the embedded Nuage and is ended with SIGTERM tells systemd. */
async function notified(): Promise<readonly string[]> {
  const listener = `
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.bind(sys.argv[1]); s.settimeout(50)
print("bound", flush=True)
for _ in range(2): print(s.recv(99).decode().strip(), flush=True)`;
  const socket = home.at('notify');
  const systemd = home.startOther(['python3', '-c', listener, socket]);
  await systemd.said('bound');
  const demo = home.start(['demo', home.at('Ici')], { env: { NOTIFY_SOCKET: socket } });
  await systemd.said('READY');
  expect(home.mounts()).toEqual([home.at('Ici')]);
  demo.child.kill('SIGTERM');
  const { stdout } = await systemd.ended;
  await demo.ended;
  return stdout.trim().split('\n').slice(1);
}

describe('the autostart entry', () => {
  it.runIf(has('gio'))('starts exactly the words of the command', async () => {
    for (const folder of FOLDERS) {
      const out = home.at('said');
      const command = ['/bin/sh', '-c', `printf '%s' "$0" >${out}`, folder];
      const file = home.at('entry.desktop');
      fs.writeFileSync(file, entryText(command, 'Nuage'));
      await execute('gio', ['launch', file]);
      for (let looks = 0; looks < 100 && !fs.existsSync(out); looks += 1) {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      expect(fs.readFileSync(out, 'utf8')).toBe(folder);
      fs.rmSync(out);
    }
  });

  it.runIf(has('desktop-file-validate'))('is valid', async () => {
    const file = home.at('entry.desktop');
    fs.writeFileSync(
      file,
      entryText(['/usr/bin/nuage-mount', 'mount', '/home/j/Mon Nuage'], 'Nuage'),
    );
    await execute('desktop-file-validate', [file]);
  });
});

describe('the launch agent', () => {
  it('is a property list whose arguments are the words of the command', () => {
    const words: string[] = [];
    const parser = new SaxesParser();
    let text = '';
    parser.on('text', (piece) => (text += piece));
    parser.on('opentag', () => (text = ''));
    parser.on('closetag', ({ name }) => {
      if (name === 'string') words.push(text);
    });
    const command = ['/usr/local/bin/node', '/a & b/<c>.js', 'mount', '/Users/j/Mon Nuage'];
    parser.write(agentText('nuage-mount.x', command)).close();
    expect(words).toEqual(['nuage-mount.x', ...command]);
  });
});

describe('enable and disable', () => {
  /** An account that was mounted there before. */
  function remember(folder: string): void {
    const account = home.at('data', 'nuage-mount', 'prof@localhost-12345678');
    fs.mkdirSync(account, { recursive: true, mode: 0o700 });
    const known = { url: 'http://localhost:1', user: 'prof', mountPoint: folder };
    fs.writeFileSync(path.join(account, 'account.json'), JSON.stringify(known));
  }

  function entries(): readonly string[] {
    const folder = home.at('.config', 'autostart');
    return fs.existsSync(folder) ? fs.readdirSync(folder) : [];
  }

  it('write an autostart entry where there is no systemd, and take it away', async () => {
    remember(home.folder);
    const enabled = await home.run(['enable']);
    expect(enabled.code).toBe(0);
    expect(enabled.stdout).toContain(home.folder);
    const [entry = ''] = entries();
    const text = fs.readFileSync(home.at('.config', 'autostart', entry), 'utf8');
    expect(text).toContain(`mount --foreground ${home.folder}\n`);
    expect((await home.run(['disable', home.folder])).code).toBe(0);
    expect(entries()).toEqual([]);
    expect((await home.run(['disable', home.folder])).stdout).toContain('was not mounted at login');
  });

  it('refuse a folder on which nothing was ever mounted, and say what to do', async () => {
    const { code, stderr } = await home.run(['enable', home.folder]);
    expect(code).toBe(4);
    expect(stderr).toContain('Mount it once by hand');
  });

  it('ask systemd where it manages the session', async () => {
    remember(home.folder);
    const runtime = home.at('run');
    fs.mkdirSync(path.join(runtime, 'systemd'), { recursive: true });
    fs.writeFileSync(path.join(runtime, 'systemd', 'private'), '');
    // In place of the real one, which needs a login: it notes what it is told.
    const asked = home.at('asked');
    fs.mkdirSync(home.at('bin'));
    fs.writeFileSync(home.at('bin', 'systemctl'), `#!/bin/sh\necho "$*" >>${asked}\n`, {
      mode: 0o755,
    });
    const env = {
      XDG_RUNTIME_DIR: runtime,
      PATH: `${home.at('bin')}:${process.env['PATH'] ?? ''}`,
    };
    expect((await home.run(['enable'], { env })).code).toBe(0);
    const unit = `nuage-mount@${instanceOf(home.folder)}.service`;
    expect(fs.readFileSync(asked, 'utf8').trim().split('\n')).toEqual([
      '--user --no-ask-password daemon-reload',
      `--user --no-ask-password enable ${unit}`,
      `--user --no-ask-password start ${unit}`,
    ]);
    const text = fs.readFileSync(
      home.at('.config', 'systemd', 'user', 'nuage-mount@.service'),
      'utf8',
    );
    expect(text).toContain(`Environment=XDG_DATA_HOME=${home.at('data')}`);
  });
});
