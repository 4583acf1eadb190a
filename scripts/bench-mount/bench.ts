/**
 * The mount against the local disk, side by side in one run: `npx tsx scripts/bench-mount/bench.ts`
 * after a build. Each figure is the median of interleaved rounds, so that a busy machine slows both.
 *
 * The embedded Nuage serves a plain folder, so the very same files are read here and there.
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';

const PROJECT = path.resolve(import.meta.dirname, '../..');
const PROGRAM = path.join(PROJECT, 'dist/cli/main.js');
const ROUNDS = 7;
const MIB = 1024 * 1024;
const READ_BYTES = 512 * MIB;
const COPY_BYTES = 256 * MIB;
const TREE_FILES = 5_000;
const KNOWN_FILES = 100_000;
const WAIT_MS_MAX = 120_000;

interface Server {
  readonly url: string;
  readonly user: string;
  readonly password: string;
  readonly folder: string;
  readonly child: ChildProcess;
}

interface Mount {
  readonly child: ChildProcess;
  readonly startedMs: number;
}

const work = fs.mkdtempSync(path.join(os.tmpdir(), 'nuage-bench-'));
const mountPoint = path.join(work, 'mount');
const environment = { ...process.env, XDG_DATA_HOME: path.join(work, 'state') };

async function firstLine(child: ChildProcess, wanted: RegExp): Promise<string> {
  if (child.stdout === null) throw new Error('no output to wait for');
  const timer = setTimeout(() => child.kill('SIGKILL'), WAIT_MS_MAX);
  for await (const line of createInterface({ input: child.stdout })) {
    if (!wanted.test(line)) continue;
    clearTimeout(timer);
    return line;
  }
  throw new Error('the process ended before it was ready');
}

async function startServer(name: string, files: number): Promise<Server> {
  const folder = path.join(work, name);
  const main = path.join(PROJECT, 'dist/demo/main.js');
  const args = [main, '--json', '--with-parent', '--folder', folder, '--generate', String(files)];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const told = JSON.parse(await firstLine(child, /^\{/)) as Omit<Server, 'child'>;
  return { ...told, child };
}

async function stopServer({ child }: Server): Promise<void> {
  child.stdin?.end();
  await once(child, 'exit');
}

async function mount(server: Server): Promise<Mount> {
  const before = performance.now();
  const child = spawn(
    process.execPath,
    [
      PROGRAM,
      ...['mount', mountPoint, '--foreground', '--log-level', 'error'],
      ...['--server', server.url, '--user', server.user],
    ],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...environment, NUAGE_PASSWORD: server.password },
    },
  );
  await firstLine(child, /is mounted on/);
  return { child, startedMs: performance.now() - before };
}

async function unmount({ child }: Mount): Promise<void> {
  child.kill('SIGTERM');
  await once(child, 'exit');
}

function seconds(command: string, folder: string): number {
  const before = performance.now();
  execFileSync('bash', ['-c', command], { cwd: folder, stdio: 'ignore', env: environment });
  return (performance.now() - before) / 1000;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

/** @param prepare runs before each measured command, unmeasured, on both sides. */
function compare(what: string, command: string, folders: [string, string], prepare = 'true'): void {
  const [here, local] = folders;
  const times: { mounted: number[]; local: number[] } = { mounted: [], local: [] };
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [side, folder] of [
      ['mounted', here],
      ['local', local],
    ] as const) {
      seconds(prepare, folder);
      times[side].push(seconds(command, folder));
    }
  }
  const [mounted, plain] = [median(times.mounted), median(times.local)];
  report(
    what,
    `${mounted.toFixed(3)} s`,
    `${plain.toFixed(3)} s`,
    `${(mounted / plain).toFixed(2)}×`,
  );
}

function report(what: string, ...figures: readonly string[]): void {
  console.log([what.padEnd(44), ...figures.map((figure) => figure.padStart(12))].join(''));
}

function residentMebibytes(pid: number | undefined): number {
  const status = fs.readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? NaN) / 1024;
}

async function compareWithDisk(): Promise<void> {
  const server = await startServer('files', TREE_FILES);
  const big = path.join(server.folder, 'big.bin');
  execFileSync('dd', ['if=/dev/urandom', `of=${big}`, 'bs=1M', `count=${READ_BYTES / MIB}`], {
    stdio: 'ignore',
  });
  const source = path.join(work, 'source.bin');
  execFileSync('dd', ['if=/dev/urandom', `of=${source}`, 'bs=1M', `count=${COPY_BYTES / MIB}`], {
    stdio: 'ignore',
  });
  const mounted = await mount(server);
  const folders: [string, string] = [mountPoint, server.folder];
  const local = path.join(work, 'local');
  fs.mkdirSync(local);
  try {
    report('', 'mounted', 'local disk', 'ratio');
    seconds("find . -printf '%s\\n'", mountPoint);
    compare(`find -printf %s, warm, ${TREE_FILES} files`, "find . -printf '%s\\n'", folders);
    seconds('cat big.bin', mountPoint);
    const read = 'cat big.bin >/dev/null';
    compare(`read ${READ_BYTES / MIB} MiB again`, read, folders);
    compare(`read ${READ_BYTES / MIB} MiB, not in memory`, read, folders, forgetPages());
    // Both sides write when nothing waits for the disk, into memory that was free for a while: a
    // virtual machine gives such memory back, and taking it again costs more than the copy.
    const settle = `rm -f copy.bin; '${process.execPath}' '${PROGRAM}' sync '${mountPoint}'; sync; sleep 5`;
    const copies: [string, string] = [mountPoint, local];
    const copy = `rm -f copy.bin; cp --reflink=never '${source}' copy.bin`;
    compare(`cp ${COPY_BYTES / MIB} MiB into it`, copy, copies, settle);
    seconds('rm -f copy.bin', mountPoint);
  } finally {
    await unmount(mounted);
    await stopServer(server);
  }
}

/** The kernel's pages of the file: for root all of them, else those of the named file alone. */
function forgetPages(): string {
  return process.getuid?.() === 0
    ? 'sync; echo 3 >/proc/sys/vm/drop_caches'
    : 'dd if=big.bin iflag=nocache count=0 status=none';
}

async function measureLargeTree(): Promise<void> {
  const server = await startServer('large', KNOWN_FILES);
  try {
    const first = await mount(server);
    seconds("find . -printf '%s\\n'", mountPoint);
    await unmount(first);
    const again = await mount(server);
    seconds("find . -printf '%s\\n'", mountPoint);
    report(
      `${KNOWN_FILES} known files: memory`,
      `${residentMebibytes(again.child.pid).toFixed(0)} MiB`,
    );
    report('start to mounted, warm cache', `${again.startedMs.toFixed(0)} ms`);
    await unmount(again);
  } finally {
    await stopServer(server);
  }
}

try {
  await compareWithDisk();
  await measureLargeTree();
} finally {
  fs.rmSync(work, { recursive: true, force: true });
}
