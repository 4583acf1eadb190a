/**
 * Our session against libfuse3 in C on the same null file system: both servers and the load pinned
 * to one and the same core, the load changing between them every tenth of a second. Shown are the
 * medians per second of processor time, of server and load together, and the median of the ratios
 * of neighbouring slices: both bear a busy machine.
 *
 * `npx tsx scripts/bench-null/bench.ts [--json] [--seconds 0.1] [--slices 15] [--core 0]`
 * Needs root (or /dev/fuse for everybody), a C compiler, pkg-config and libfuse3-dev.
 */
import type { ChildProcess } from 'node:child_process';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const MEASURES = {
  stat: 'stat/s, uncached',
  open: 'open+close/s',
  read4k: '4 KiB direct reads/s',
  readSequential: 'sequential read, MiB/s',
  writeSequential: 'sequential write, MiB/s',
  write4k: '4 KiB writes/s',
} as const;

type Measure = keyof typeof MEASURES;
/** Of one contender: the figures of its slices, in order. */
type Slices = Readonly<Record<Measure, readonly number[]>>;

interface Contender {
  readonly name: string;
  readonly command: readonly string[];
}

interface Running {
  readonly name: string;
  readonly mountPoint: string;
  readonly file: string;
  readonly server: ChildProcess;
}

const NAMES = Object.keys(MEASURES) as Measure[];

const HERE = dirname(fileURLToPath(import.meta.url));
const MOUNT_WAIT_MS = 10_000;
const LOAD_MS_MAX = 300_000;

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    seconds: { type: 'string', default: '0.1' },
    slices: { type: 'string', default: '15' },
    core: { type: 'string', default: '0' },
  },
});

function compile(folder: string, source: string, flags: readonly string[]): string {
  const program = join(folder, source.replace(/\.c$/, ''));
  execFileSync('cc', ['-O2', '-o', program, join(HERE, source), ...flags]);
  return program;
}

function fuseFlags(): string[] {
  const flags = execFileSync('pkg-config', ['--cflags', '--libs', 'fuse3'], { encoding: 'utf8' });
  return flags.trim().split(/\s+/);
}

/** Starts a server and waits until its mount answers. @returns its file. */
async function start({ name, command }: Contender, folder: string): Promise<Running> {
  const mountPoint = join(folder, name);
  mkdirSync(mountPoint, { recursive: true });
  const server = spawn('taskset', ['-c', values.core, ...command, mountPoint], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const running = { name, mountPoint, file: join(mountPoint, 'file'), server };
  try {
    await untilExists(running.file, server);
    return running;
  } catch (error) {
    await stop(running);
    throw error;
  }
}

async function stop({ mountPoint, server }: Running): Promise<void> {
  spawnSync('umount', ['-l', mountPoint]);
  await ended(server);
}

function emptySlices(): Record<Measure, number[]> {
  const none: Record<string, number[]> = {};
  for (const name of NAMES) none[name] = [];
  return none;
}

/** @returns one entry per file. */
function runLoad(load: string, running: readonly Running[], seconds: string): readonly Slices[] {
  const slices = running.map(emptySlices);
  const served = running.flatMap(({ file, server }) => [file, String(server.pid)]);
  const args = ['-c', values.core, load, seconds, values.slices, ...served];
  const output = execFileSync('taskset', args, { encoding: 'utf8', timeout: LOAD_MS_MAX });
  for (const line of output.trim().split('\n')) {
    const [name = '', index = '', value = ''] = line.split(' ');
    slices[Number(index)]?.[name as Measure].push(Number(value));
  }
  return slices;
}

async function untilExists(file: string, server: ChildProcess): Promise<void> {
  const deadline = performance.now() + MOUNT_WAIT_MS;
  while (!existsSync(file)) {
    if (server.exitCode !== null) throw new Error(`server ended with ${server.exitCode}`);
    if (performance.now() > deadline) throw new Error('the mount does not answer');
    await pause(50);
  }
}

async function ended(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null) return;
  const end = new Promise((resolve) => server.once('exit', resolve));
  const late = pause(5_000, 'late');
  if ((await Promise.race([end, late])) === 'late') server.kill('SIGKILL');
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

function compare(base: Slices, ours: Slices): Record<Measure, Comparison> {
  return Object.fromEntries(
    NAMES.map((name) => {
      const ratios = ours[name].map((value, index) => value / (base[name][index] ?? NaN));
      const row = { base: median(base[name]), ours: median(ours[name]), ratio: median(ratios) };
      return [name, row];
    }),
  ) as Record<Measure, Comparison>;
}

interface Comparison {
  readonly base: number;
  readonly ours: number;
  readonly ratio: number;
}

function print(rows: Readonly<Record<Measure, Comparison>>): void {
  console.log(`${'measure'.padEnd(26)}  libfuse3      ours  ratio`);
  for (const name of NAMES) {
    const { base, ours, ratio } = rows[name];
    const figures = [base, ours].map((figure) => figure.toFixed(0).padStart(8)).join('  ');
    console.log(`${MEASURES[name].padEnd(26)}  ${figures}  ${ratio.toFixed(2).padStart(5)}`);
  }
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-null-'));
  const running: Running[] = [];
  try {
    const load = compile(folder, 'load.c', []);
    const ours = [process.execPath, '--import', 'tsx', join(HERE, 'null-server.ts')];
    const base = [compile(folder, 'null-fs.c', fuseFlags())];
    running.push(await start({ name: 'libfuse3-mount', command: base }, folder));
    running.push(await start({ name: 'our-mount', command: ours }, folder));
    // Once for the optimising compiler, not counted.
    runLoad(load, running, values.seconds);
    const [inC, inTypeScript] = runLoad(load, running, values.seconds);
    if (inC === undefined || inTypeScript === undefined) throw new Error('no figures');
    const rows = compare(inC, inTypeScript);
    if (values.json) console.log(JSON.stringify(rows, null, 2));
    else print(rows);
  } finally {
    for (const server of running) await stop(server);
    rmSync(folder, { recursive: true, force: true });
  }
}

await main();
