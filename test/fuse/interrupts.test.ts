/** A read that waits, on a real mount: signals, deadlines, waking, the end of the mount. */
import type { ChildProcess } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Outcome } from './memfs-process.js';
import { MemfsProcess, run } from './memfs-process.js';

const PROMPT_MS = 1_000;
/** Long enough for `cat` to have asked; it has after a few milliseconds. */
const READING_MS = 300;

let memfs: MemfsProcess;

beforeEach(async () => {
  memfs = await MemfsProcess.start();
});

afterEach(async () => {
  await memfs.close();
});

interface Reader {
  readonly child: ChildProcess;
  readonly outcome: Promise<Outcome>;
}

async function startReader(name: string): Promise<Reader> {
  await writeFile(memfs.path(name), 'content');
  let started: (child: ChildProcess) => void = () => undefined;
  const child = new Promise<ChildProcess>((resolve) => (started = resolve));
  const outcome = run('cat', [memfs.path(name)], { started });
  const reader = { child: await child, outcome };
  await pause(READING_MS);
  return reader;
}

describe('a program whose read waits', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)('ends at once by %s', async (signal) => {
    const { child, outcome } = await startReader('parks');
    expect(child.exitCode).toBeNull();
    const start = performance.now();
    child.kill(signal);
    expect((await outcome).signal).toBe(signal);
    expect(performance.now() - start).toBeLessThan(PROMPT_MS);
    await memfs.told('nobody waits', ({ event, key }) => event === 'unwaited' && key === 'parks');
  });

  it('goes on when it is woken', async () => {
    const { outcome } = await startReader('parks');
    await mkdir(memfs.path('wake:parks'));
    expect(await outcome).toMatchObject({ code: 0, stdout: 'content' });
    expect(memfs.count('unwaited')).toBe(0);
  });

  it('gets the error of the deadline when nothing comes', async () => {
    const start = performance.now();
    const { outcome } = await startReader('parks-briefly');
    const { code, stderr } = await outcome;
    expect(code).toBe(1);
    expect(stderr).toContain('Connection timed out');
    expect(performance.now() - start).toBeGreaterThan(300);
    expect(performance.now() - start).toBeLessThan(300 + READING_MS + PROMPT_MS);
  });

  it('does not hold up other files', async () => {
    const { child, outcome } = await startReader('parks');
    await writeFile(memfs.path('free'), 'free');
    expect(await run('cat', [memfs.path('free')])).toMatchObject({ code: 0, stdout: 'free' });
    child.kill('SIGKILL');
    await outcome;
  });

  it('is released by an unmount by force', async () => {
    const { outcome } = await startReader('parks');
    const start = performance.now();
    await run('umount', ['-f', memfs.mountPoint]);
    expect((await outcome).code).toBe(1);
    expect(performance.now() - start).toBeLessThan(PROMPT_MS);
  });
});
