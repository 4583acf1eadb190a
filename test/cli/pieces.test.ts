/** What the commands are made of, each alone. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  accountFolder,
  announce,
  announced,
  knownAccounts,
  rememberAccount,
  socketPath,
  withdraw,
} from '../../src/cli/account-folder.js';
import { CommandError, connectError, EXIT, mountError } from '../../src/cli/exit-codes.js';
import { createLog } from '../../src/cli/log-file.js';
import { exitMeanings } from '../../src/cli/messages/exit-codes.js';
import {
  checkMountPoint,
  prepareMountPoint,
  removeFolders,
  resolveMountPoint,
} from '../../src/cli/mount-point.js';
import { type MountArguments, mountSettings } from '../../src/cli/mount-settings.js';
import { isProcessAlive } from '../../src/cli/process-alive.js';
import { quoted } from '../../src/cli/quoted.js';
import { canonicalUrl } from '../../src/cli/server-url.js';
import { showStatus } from '../../src/cli/show-status.js';
import { ERROR_KINDS, NuageError } from '../../src/errors.js';
import { LOG_FILE_BYTES_MAX, LOG_FILES_KEPT, SOCKET_PATH_BYTES_MAX } from '../../src/limits.js';
import { Logger } from '../../src/log.js';

let folder: string;

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'nuage-pieces-'));
  vi.stubEnv('XDG_DATA_HOME', folder);
});
afterEach(() => {
  vi.unstubAllEnvs();
  fs.rmSync(folder, { recursive: true });
});

describe('an address', () => {
  it.each([
    ['nuage03.apps.education.fr', 'https://nuage03.apps.education.fr'],
    ['https://Nuage03.Apps.Education.fr/', 'https://nuage03.apps.education.fr'],
    ['https://a.fr/index.php/apps/files/?dir=/x', 'https://a.fr'],
    ['https://a.fr:443/nextcloud/', 'https://a.fr/nextcloud'],
    ['https://a.fr:8443/mon nuage/login', 'https://a.fr:8443/mon%20nuage'],
    ['http://127.0.0.1:8080/', 'http://127.0.0.1:8080'],
  ])('%s is written %s', (typed, canonical) => {
    expect(canonicalUrl(typed, { allowInsecure: false })).toBe(canonical);
    expect(canonicalUrl(canonical, { allowInsecure: false })).toBe(canonical);
  });

  it('goes unprotected to another machine only when that is asked for', () => {
    const url = 'http://nuage.example.org';
    expect(() => canonicalUrl(url, { allowInsecure: false })).toThrow(/unprotected/);
    expect(canonicalUrl(url, { allowInsecure: true })).toBe(url);
  });
});

const MOUNTED = {
  url: 'https://a.fr',
  user: 'jean',
  mountPoint: '/mnt/a',
  caFile: '/etc/ca.pem',
  allowInsecure: true,
};

/** What `nuage-mount /mnt/a --server a.fr --user jean` says. */
const TYPED: MountArguments = {
  dir: '/mnt/a',
  account: undefined,
  server: 'a.fr',
  user: 'jean',
  passwordFile: undefined,
  foreground: false,
  allowOther: false,
  readOnly: false,
  fsType: 'fuse.sshfs',
  caFile: undefined,
  insecure: false,
  minFree: undefined,
  cacheSize: '10G',
  confirmDeletions: 30,
  pollInterval: 30,
  uploadDelay: 1,
  uploadLimit: '500K',
  downloadLimit: undefined,
  logLevel: undefined,
  logNames: undefined,
};

describe('what is typed', () => {
  it('is a mount of that account, quiet on a terminal unless a level is asked for', () => {
    expect(mountSettings(TYPED)).toMatchObject({
      mountPoint: '/mnt/a',
      url: 'https://a.fr',
      user: 'jean',
      pollIntervalMs: 30_000,
      uploadDelayMs: 1_000,
      limits: { uploadBytesPerSecond: 500 * 1024, downloadBytesPerSecond: 0 },
      logLevel: 'info',
      terminalLevel: undefined,
    });
    const foreground = { ...TYPED, foreground: true };
    expect(mountSettings(foreground)).toMatchObject({ logLevel: 'info', terminalLevel: 'warn' });
    const debug = { logLevel: 'debug', terminalLevel: 'debug' };
    expect(mountSettings({ ...foreground, logLevel: 'debug' })).toMatchObject(debug);
  });

  it.each([
    [{ dir: '' }, /name is empty/],
    [{ dir: 'statsu' }, /There is no command statsu/],
    [{ dir: 'logn' }, /There is no command logn/],
    [{ user: '' }, /Which account.*\/mnt\/a/],
    [{ logLevel: 'loud' }, /--log-level takes one of error, warn/],
    [{ pollInterval: 0.5 }, /--poll-interval takes seconds, at least 1/],
    [{ uploadDelay: Number.NaN }, /--upload-delay takes seconds/],
    [{ uploadLimit: 'auto' }, /--upload-limit takes bytes per second such as 500K/],
    [{ downloadLimit: '2M/s' }, /--download-limit takes bytes per second/],
    [{ caFile: '/nowhere/ca.pem' }, /ca\.pem cannot be read/],
    [{ caFile: '/dev/null' }, /no certificate in \/dev\/null/],
  ])('is refused as %j', (part, told) => {
    const refusal = refusalOf(() => mountSettings({ ...TYPED, ...part }));
    expect(refusal.message).toMatch(told);
    expect(refusal.exitCode).toBe(EXIT.USAGE);
    expect(refusal.hint).toMatch(/\S/);
  });

  it('means the account that was mounted there last where it names none', () => {
    const at = accountFolder('https://a.fr', 'jean');
    announce(at, MOUNTED, { pid: 7, socket: '/s', typed: {} });
    const short = { ...TYPED, server: undefined, user: undefined };
    expect(mountSettings(short)).toMatchObject({ url: 'https://a.fr', user: 'jean' });
    expect(() => mountSettings({ ...short, dir: '/mnt/b' })).toThrow(/Which account.*\/mnt\/b/);
  });
});

function refusalOf(refused: () => unknown): CommandError {
  try {
    refused();
  } catch (error) {
    if (error instanceof CommandError) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

describe('a size', () => {
  const cacheBytes = (cacheSize: string): number | undefined =>
    mountSettings({ ...TYPED, cacheSize }).cacheBytesMax;

  it.each([
    ['0', 0],
    ['500M', 500 * 1024 ** 2],
    ['10G', 10 * 1024 ** 3],
    ['1.5 GiB', 1.5 * 1024 ** 3],
    ['2tb', 2 * 1024 ** 4],
    ['4096B', 4096],
  ])('%s is %d bytes', (text, count) => {
    expect(cacheBytes(text)).toBe(count);
  });

  it.each(['', 'G', '-1G', '1X', '1,5G', '10 i', 'Infinity'])('%j is none', (text) => {
    expect(() => cacheBytes(text)).toThrow(/--cache-size takes a size/);
  });
});

describe('an account’s folder', () => {
  it('differs by address and by user, and is one name whatever they hold', () => {
    const names = [
      accountFolder('https://a.fr', 'jean'),
      accountFolder('https://a.fr', 'Jean'),
      accountFolder('https://a.fr/b', 'jean'),
      accountFolder('https://b.fr', 'jean'),
      accountFolder('https://a.fr', '../../jean'),
      accountFolder('https://a.fr', '🦊'.repeat(300)),
    ];
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) {
      expect(path.dirname(name)).toBe(path.join(folder, 'nuage-mount'));
      expect(Buffer.byteLength(path.basename(name))).toBeLessThan(255);
    }
  });

  it('tells what runs there until it is withdrawn, and what ran there afterwards', () => {
    const { url, user, mountPoint } = MOUNTED;
    const at = accountFolder(url, user);
    const running = { pid: 7, socket: '/s', typed: { 'cache-size': '5G' } };
    announce(at, MOUNTED, running);
    expect(announced(at)).toEqual({ url, user, mountPoint, ...running });
    withdraw(at);
    expect(announced(at)).toBe(undefined);
    expect(knownAccounts()).toEqual([{ ...MOUNTED, secret: undefined }]);
    rememberAccount({ url, user, secret: 'file' });
    expect(knownAccounts()).toEqual([{ ...MOUNTED, secret: 'file' }]);
  });

  it.each(['', '{', 'null', '[]', '{"mountPoint":"/a"}'])('is not confused by %j', (text) => {
    fs.writeFileSync(path.join(folder, 'mount.json'), text);
    expect(announced(folder)).toBe(undefined);
  });

  it('has its socket elsewhere, always in one private place, when its path is too long', () => {
    vi.stubEnv('TMPDIR', folder);
    const deep = path.join(folder, 'x'.repeat(SOCKET_PATH_BYTES_MAX));
    const socket = socketPath(deep);
    expect(Buffer.byteLength(socket)).toBeLessThanOrEqual(SOCKET_PATH_BYTES_MAX);
    expect(socketPath(deep)).toBe(socket);
    expect(socketPath(`${deep}y`)).not.toBe(socket);
    expect(fs.statSync(path.dirname(socket)).mode & 0o777).toBe(0o700);
    expect(socketPath(folder)).toBe(path.join(folder, 'control.sock'));
  });
});

describe('a mount point', () => {
  it('is what a chain of links leads to, also when that does not exist yet', () => {
    fs.symlinkSync('b', path.join(folder, 'a'));
    fs.symlinkSync('./c', path.join(folder, 'b'));
    expect(resolveMountPoint(path.join(folder, 'a'))).toBe(path.join(folder, 'c'));
  });

  it('is refused when its links go round', () => {
    fs.symlinkSync('a', path.join(folder, 'a'));
    expect(() => resolveMountPoint(path.join(folder, 'a'))).toThrow(/leads nowhere/);
  });

  it('is made with the folders above it, and they go with it where nobody used them', () => {
    const wanted = path.join(folder, 'a', 'b', 'c');
    checkMountPoint(wanted);
    expect(fs.readdirSync(folder)).toEqual([]);
    const made = prepareMountPoint(wanted);
    expect(fs.statSync(wanted).isDirectory()).toBe(true);
    fs.writeFileSync(path.join(folder, 'a', 'note'), '');
    removeFolders(made);
    expect(fs.readdirSync(folder, { recursive: true })).toEqual(['a', path.join('a', 'note')]);
    expect(prepareMountPoint(path.join(folder, 'a', 'b'))).toHaveLength(1);
    expect(prepareMountPoint(path.join(folder, 'a', 'b'))).toEqual([]);
  });

  it('is refused where the kernel makes no folders', () => {
    expect(() => prepareMountPoint('/proc/nuage')).toThrow(/no folder can be made there|may not/);
  });
});

describe('the log', () => {
  it('keeps a bounded number of bounded files, open to the owner alone', () => {
    const logger = new Logger(
      'test',
      createLog({ folder, level: 'info', terminalLevel: undefined, names: true }),
    );
    const text = 'x'.repeat(LOG_FILE_BYTES_MAX / 4);
    for (let count = 0; count < 4 * (LOG_FILES_KEPT + 2); count += 1) logger.info(text);
    const files = fs.readdirSync(folder).filter((name) => name.startsWith('nuage-mount.log'));
    expect(files).toHaveLength(LOG_FILES_KEPT);
    for (const name of files) {
      const { size, mode } = fs.statSync(path.join(folder, name));
      expect(size).toBeLessThan(1.5 * LOG_FILE_BYTES_MAX);
      expect(mode & 0o077).toBe(0);
    }
  });

  it('holds what is as grave as its level, with the cause of an error', () => {
    const logger = new Logger(
      'test',
      createLog({ folder, level: 'warn', terminalLevel: undefined, names: true }),
    );
    logger.info('unimportant');
    const error = new NuageError('io', 'it broke', { cause: new Error('the disk') });
    logger.error('failed', { error, count: 3n });
    const text = fs.readFileSync(path.join(folder, 'nuage-mount.log'), 'utf8');
    expect(text).not.toContain('unimportant');
    expect(text).toMatch(/error test: failed .*it broke \(the disk\).*"count":"3"/);
  });

  it('does not end the process over a field that is no JSON', () => {
    const logger = new Logger(
      'test',
      createLog({ folder, level: 'info', terminalLevel: undefined, names: true }),
    );
    const circle: Record<string, unknown> = {};
    circle['itself'] = circle;
    logger.info('round', circle);
    const text = fs.readFileSync(path.join(folder, 'nuage-mount.log'), 'utf8');
    expect(text).toMatch(/info {2}test: round \(cannot be shown\)\n$/);
  });
});

describe('a status', () => {
  const status = {
    version: 1 as const,
    transfers: [],
    limits: { uploadBytesPerSecond: 0, downloadBytesPerSecond: 0 },
    conflictCopies: [],
    online: false,
    since: new Date(2026, 10, 23, 18, 45, 2).getTime(),
    reason: {
      kind: 'offline' as const,
      message: 'the server cannot be reached (ENETDOWN)',
      hint: undefined,
    },
    knownEntries: 1204,
    cacheBytes: 4_100_000,
    cacheFull: null,
    quota: { used: 3_000_000_000, available: undefined },
    pendingCount: 3,
    failedCount: 1,
    readers: [
      { program: 'thunar', uid: 1000, bytes: 3_000_000, requests: 30, files: 12 },
      { program: 'cat', uid: 1000, bytes: 5_000, requests: 1, files: 1 },
    ],
    heldDeletions: null,
    locks: [],
    pending: [
      {
        path: 'Élèves/\u001b[2Jnotes.ods',
        action: 'upload' as const,
        bytes: 12_345,
        failure: { kind: 'quota' as const, message: 'no room left', hint: 'Delete something.' },
      },
    ],
    mountPoint: '/home/jean/Nuage',
    url: 'https://a.fr',
    user: 'jean',
    pid: 7,
    stateFolder: '/home/jean/.local/share/nuage-mount/jean@a.fr-1',
  };

  it('names what waits, why, and what to do, and no name steers the terminal', () => {
    expect(showStatus(status)).toBe(`/home/jean/Nuage: jean on https://a.fr (process 7)
  OFFLINE since 23 November 2026 at 18:45
    the server cannot be reached (ENETDOWN).
  known: 1,204 files and folders; kept here: 4.1 MB
  on the server: 3.0 GB used, no limit
  read most since the mount: thunar 3.0 MB (12 files), cat 5.0 kB (1 file)
  log: /home/jean/.local/share/nuage-mount/jean@a.fr-1/log/nuage-mount.log
  3 changes wait to be sent, 1 of them refused so far:
    upload Élèves/?[2Jnotes.ods (12.3 kB)
      no room left. Delete something.
    and 2 more
`);
  });

  it('tells of conflict copies before the changes that wait, whose list follows them', () => {
    expect(showStatus({ ...status, conflictCopies: ['a (2).txt'] })).toMatch(
      /log: .*\n {2}1 conflict copy waits for you: .*\n {2}3 changes wait .*:\n {4}upload /,
    );
  });

  it('names the limits of the bandwidth where there are any', () => {
    const limits = { uploadBytesPerSecond: 512_000, downloadBytesPerSecond: 0 };
    expect(showStatus({ ...status, limits })).toContain(
      '  limited to 512 kB/s sent, any speed received\n',
    );
    expect(showStatus(status)).not.toContain('limited');
  });

  it('names who has locked what for everybody else, others first', () => {
    const locks = [
      { path: 'mien.odt', owner: 'Jean', isMine: true },
      { path: 'cours.odt', owner: 'Dominique\u001b[2J Bernard', isMine: false },
    ];
    expect(showStatus({ ...status, locks })).toContain(
      '    locked by Dominique?[2J Bernard, read only for you: cours.odt\n' +
        '    locked by you, read only for others: mien.odt\n',
    );
    vi.stubEnv('LC_ALL', 'fr');
    onTestFinished(() => void vi.unstubAllEnvs());
    expect(showStatus({ ...status, locks })).toMatch(
      /verrouillé par Dominique\?\[2J Bernard, en lecture seule pour vous\s: cours\.odt\n/,
    );
  });

  it('blames the certificate and not the network, in French as well', () => {
    vi.stubEnv('LC_ALL', 'fr');
    onTestFinished(() => void vi.unstubAllEnvs());
    const reason = { kind: 'offline' as const, message: 'not trusted', tlsFault: 'time' as const };
    const shown = showStatus({ ...status, reason });
    expect(shown).toMatch(
      / {4}le certificat de ce serveur n’est pas valable .* renouveler le sien/,
    );
    expect(shown).not.toContain('Vérifiez votre réseau');
  });

  it('says what to do about a password that is no longer good', () => {
    const reason = {
      kind: 'unauthenticated' as const,
      message: 'the server answers 401 to PROPFIND',
    };
    expect(showStatus({ ...status, reason })).toContain('nuage-mount login');
    expect(showStatus({ ...status, reason, online: true })).not.toContain('password');
  });

  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1_000, '1.0 kB'],
    [123_456_789, '123 MB'],
    [5e15, '5,000 TB'],
  ])('writes %d bytes as %s', (count, text) => {
    expect(showStatus({ ...status, cacheBytes: count })).toContain(`kept here: ${text}\n`);
  });
});

describe('a path that we tell people to type', () => {
  it.each([
    ['/home/jean/Nuage', '/home/jean/Nuage'],
    ['/home/jean/Mon Nuage', "'/home/jean/Mon Nuage'"],
    ["/l'école/$HOME", "'/l'\\''école/$HOME'"],
  ])('%s is %s to a shell', (file, text) => {
    expect(quoted(file)).toBe(text);
  });
});

describe('a process', () => {
  it('is gone when it has ended, also while nobody has asked for its exit code', async () => {
    // The shell becomes a sleep, which never asks after the child it inherits.
    const parent = spawn('sh', ['-c', 'sleep 0.2 & echo $!; exec sleep 60']);
    try {
      const [line] = (await once(parent.stdout, 'data')) as [Buffer];
      const child = Number(String(line));
      expect(isProcessAlive(child)).toBe(true);
      await vi.waitFor(() => expect(isProcessAlive(child)).toBe(false), { timeout: 5_000 });
      expect(() => process.kill(child, 0)).not.toThrow();
      expect(isProcessAlive(parent.pid ?? 0)).toBe(true);
    } finally {
      parent.kill();
    }
    await once(parent, 'exit');
    expect(isProcessAlive(parent.pid ?? 0)).toBe(false);
  });
});

describe('exit codes', () => {
  it('are told apart for every kind of error, and none counts as success', () => {
    for (const kind of ERROR_KINDS) {
      const error = new NuageError(kind, 'it failed');
      expect(connectError(error, 'https://a.fr').exitCode).not.toBe(EXIT.OK);
      expect(mountError(error).exitCode).not.toBe(EXIT.OK);
    }
  });

  it('do not hide a defect', () => {
    const defect = new TypeError('undefined is not a function');
    expect(() => connectError(defect, 'https://a.fr')).toThrow(defect);
    expect(() => mountError(defect)).toThrow(defect);
  });

  it('are listed in the README as `--help` lists them', () => {
    const readme = fs.readFileSync(path.resolve(import.meta.dirname, '../../README.md'), 'utf8');
    for (const [code, meaning] of Object.entries(exitMeanings)) {
      expect(readme).toMatch(new RegExp(`^\\| +${code} +\\| ${escaped(meaning())} +\\|$`, 'm'));
    }
  });
});

function escaped(text: string): string {
  return text.replace(/[()]/g, '\\$&');
}
