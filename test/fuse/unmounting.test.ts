/** How a mount comes and goes: as root and as an ordinary user, in order and by accident. */
import { chmod, mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { ErrorKind } from '../../src/errors.js';
import { NuageError } from '../../src/errors.js';
import { mountFuse, mountState, unmountFuse } from '../../src/fuse/mount.js';
import { MemfsProcess, run, sh } from './memfs-process.js';
import { canBeOrdinaryUser, isRoot } from './ordinary-user.js';

const NOBODY = 65_534;
const SUBTYPE = 'nuage-memory';

let memfs: MemfsProcess | undefined;

async function start(options?: Parameters<typeof MemfsProcess.start>[0]): Promise<MemfsProcess> {
  memfs = await MemfsProcess.start(options);
  return memfs;
}

afterEach(async () => {
  await memfs?.close();
  memfs = undefined;
});

describe('the process that serves a mount', () => {
  it.each(['umount', 'fusermount3 -u', 'fusermount3 -uz', 'umount -l', 'umount -f'])(
    'ends by itself after `%s`',
    async (command) => {
      const { mountPoint } = await start();
      await sh(`${command} "${mountPoint}"`);
      expect(await memfs?.ended()).toBe(0);
      expect(memfs?.count('end')).toBe(1);
      expect(memfs?.count('error')).toBe(0);
      expect(memfs?.isMounted()).toBe(false);
    },
  );

  it('refuses to be unmounted while a file is open, and stays', async () => {
    const mounted = await start();
    await writeFile(mounted.path('file'), 'x');
    const script = `exec 5<"${mounted.path('file')}"; umount "${mounted.mountPoint}" 2>&1`;
    const { code, stdout } = await run('bash', ['-c', script]);
    expect(code).not.toBe(0);
    expect(stdout).toContain('busy');
    expect((await stat(mounted.path('file'))).size).toBe(1);
  });

  it('serves who has a file open after a lazy unmount, and ends when it is closed', async () => {
    const mounted = await start();
    await writeFile(mounted.path('file'), 'still here');
    const script = [
      `exec 5<"${mounted.path('file')}"; umount -l "${mounted.mountPoint}"`,
      'sleep 0.2; cat <&5',
    ].join('\n');
    expect(await sh(script)).toBe('still here');
    expect(await mounted.ended()).toBe(0);
  });

  it('is seen as live, then as stale once it was killed, until it is unmounted', async () => {
    const mounted = await start();
    expect(mountState(mounted.mountPoint, 'memory')).toBe('live');
    expect(mountState(mounted.mountPoint, 'other')).toBe('foreign');
    process.kill(mounted.pid, 'SIGKILL');
    await mounted.ended();
    expect(mountState(mounted.mountPoint, 'memory')).toBe('stale');
    await expect(stat(mounted.path('file'))).rejects.toMatchObject({ code: 'ENOTCONN' });
    unmountFuse(mounted.mountPoint, { lazy: true });
    expect(mountState(mounted.mountPoint, 'memory')).toBe('none');
  });
});

describe.runIf(canBeOrdinaryUser)(
  'an ordinary user (whom root becomes, in a readable project)',
  () => {
    it('mounts on a folder of theirs through fusermount3, and uses it', async () => {
      const mounted = await start({ uid: NOBODY });
      const as = { uid: NOBODY };
      await sh(`cd "${mounted.mountPoint}"; echo hello >file; cp file copy; ls -l; rm file`, as);
      expect(await sh(`cat "${mounted.path('copy')}"`, as)).toBe('hello\n');
      expect(await sh(`stat -c %u:%g "${mounted.path('copy')}"`, as)).toBe(`${NOBODY}:${NOBODY}\n`);
      const line = await sh(`grep " ${mounted.mountPoint} " /proc/self/mountinfo`);
      expect(line).toContain(`fuse.${SUBTYPE} memory`);
      expect(line).toContain('nosuid,nodev');
    });

    it('is alone in there, even root is kept out', async () => {
      const mounted = await start({ uid: NOBODY });
      const { code, stderr } = await run('ls', [mounted.mountPoint]);
      expect(code).toBe(2);
      expect(stderr).toContain('Permission denied');
    });

    it('unmounts with fusermount3 -u, which ends the process', async () => {
      const mounted = await start({ uid: NOBODY });
      await sh(`fusermount3 -u "${mounted.mountPoint}"`, { uid: NOBODY });
      expect(await mounted.ended()).toBe(0);
    });

    it('cannot mount on a folder of somebody else, and reads why', async () => {
      const folder = await mkdtemp(join(tmpdir(), 'memfs-theirs-'));
      try {
        await chmod(folder, 0o755);
        const attempt = MemfsProcess.start({ uid: NOBODY, mountPoint: folder });
        await expect(attempt).rejects.toThrow(/fusermount3 refused.*no write access/s);
      } finally {
        await rm(folder, { recursive: true });
      }
    });

    it('cannot let others in when /etc/fuse.conf forbids it, and reads why', async () => {
      const conf = (await run('cat', ['/etc/fuse.conf'])).stdout;
      const attempt = MemfsProcess.start({ uid: NOBODY, allowOther: true });
      if (/^\s*user_allow_other\s*$/m.test(conf)) {
        memfs = await attempt;
        expect(memfs.isMounted()).toBe(true);
      } else {
        await expect(attempt).rejects.toThrow('/etc/fuse.conf forbids it');
      }
    });
  },
);

function kindOf(call: () => unknown): ErrorKind | undefined {
  try {
    call();
    return undefined;
  } catch (error) {
    if (error instanceof NuageError) return error.kind;
    throw error;
  }
}

describe('mounting', () => {
  const options = {
    fsName: 'memory',
    subtype: SUBTYPE,
    readOnly: false,
    allowOther: false,
    uid: 0,
    gid: 0,
  };

  it('names a folder that is missing, a file, a dead mount and a forbidden name', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'memfs-none-'));
    const mount = (mountPoint: string, change: object = {}): ErrorKind | undefined =>
      kindOf(() => mountFuse(mountPoint, { ...options, ...change }));
    try {
      await writeFile(join(folder, 'file'), '');
      expect(mount(join(folder, 'missing'))).toBe('not-found');
      expect(mount(join(folder, 'missing', 'deeper'))).toBe('not-found');
      expect(mount(join(folder, 'file'))).toBe('not-a-folder');
      expect(mount(folder, { subtype: 'a,b' })).toBe('invalid-argument');
      expect(mount(folder, { fsName: 'a\nb' })).toBe('invalid-argument');
      const mounted = await start();
      process.kill(mounted.pid, 'SIGKILL');
      await mounted.ended();
      expect(mount(mounted.mountPoint)).toBe('stale');
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('finds its mount by a path that goes through a symbolic link', async () => {
    const mounted = await start();
    const folder = await mkdtemp(join(tmpdir(), 'memfs-link-'));
    try {
      await symlink(tmpdir(), join(folder, 'link'));
      const name = mounted.mountPoint.slice(tmpdir().length);
      expect(mountState(join(folder, 'link', name), 'memory')).toBe('live');
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it.skipIf(!isRoot)('tells apart what is busy from what is not mounted', async () => {
    const mounted = await start();
    await writeFile(mounted.path('file'), 'x');
    const holder = await startHolder(mounted.path('file'));
    const unmount = (): ErrorKind | undefined =>
      kindOf(() => unmountFuse(mounted.mountPoint, { lazy: false }));
    expect(unmount()).toBe('busy');
    await holder();
    expect(unmount()).toBeUndefined();
    expect(unmount()).toBe('not-found');
  });
});

/** A process that holds the file open. @returns what ends it. */
async function startHolder(file: string): Promise<() => Promise<void>> {
  let outcome: ReturnType<typeof run> | undefined;
  const child = await new Promise<{ kill: (signal: NodeJS.Signals) => boolean }>((resolve) => {
    outcome = run('tail', ['-f', file], { started: resolve });
  });
  await sh('sleep 0.3');
  return async () => {
    child.kill('SIGKILL');
    await outcome;
  };
}
