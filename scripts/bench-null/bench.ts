/**
 * Our session against libfuse3 in C on the same null file system, in one go: each server and the
 * load pinned to one and the same core, the servers taking turns, the median of the rounds.
 *
 * `npx tsx scripts/bench-null/bench.ts [--json] [--seconds 1] [--rounds 3] [--core 0]`
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
type Figures = Readonly<Record<string, number>>;

interface Contender {
  readonly name: string;
  readonly command: readonly string[];
}

const HERE = dirname(fileURLToPath(import.meta.url));
const MOUNT_WAIT_MS = 10_000;

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    seconds: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '3' },
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

/** Starts the server, runs the load, unmounts. */
async function round(contender: Contender, folder: string, load: string): Promise<Figures> {
  const mountPoint = join(folder, contender.name);
  mkdirSync(mountPoint, { recursive: true });
  const command = ['-c', values.core, ...contender.command, mountPoint];
  const server = spawn('taskset', command, { stdio: ['ignore', 'ignore', 'inherit'] });
  try {
    const file = join(mountPoint, 'file');
    await untilExists(file, server);
    // Once for the optimising compilers of both sides, not counted.
    runLoad(load, file, '0.3');
    return runLoad(load, file, values.seconds);
  } finally {
    spawnSync('umount', ['-l', mountPoint]);
    await ended(server);
  }
}

function runLoad(load: string, file: string, seconds: string): Figures {
  const output = execFileSync('taskset', ['-c', values.core, load, file, seconds], {
    encoding: 'utf8',
    timeout: 120_000,
  });
  const lines = output.trim().split('\n');
  return Object.fromEntries(
    lines.map((line) => {
      const [name = '', value = ''] = line.split(' ');
      return [name, Number(value)];
    }),
  );
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

function print(results: ReadonlyMap<string, Figures>): void {
  const [base = '', ...others] = [...results.keys()];
  console.log(
    ['measure'.padEnd(26), ...results.keys(), ...others.map((n) => `${n}/${base}`)].join('  '),
  );
  for (const measure of Object.keys(MEASURES) as Measure[]) {
    const of = (name: string): number => results.get(name)?.[measure] ?? NaN;
    const cells = [...results.keys()].map((name) => of(name).toFixed(0).padStart(name.length));
    const ratios = others.map((name) => (of(name) / of(base)).toFixed(2).padStart(name.length + 3));
    console.log([MEASURES[measure].padEnd(26), ...cells, ...ratios].join('  '));
  }
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-null-'));
  try {
    const load = compile(folder, 'load.c', []);
    const ours = [process.execPath, '--import', 'tsx', join(HERE, 'null-server.ts')];
    const contenders: Contender[] = [
      { name: 'libfuse3', command: [compile(folder, 'null-fs.c', fuseFlags())] },
      { name: 'ours', command: ours },
    ];
    const rounds = new Map(contenders.map(({ name }) => [name, [] as Figures[]]));
    for (let index = 0; index < Number(values.rounds); index += 1) {
      for (const contender of contenders) {
        rounds.get(contender.name)?.push(await round(contender, folder, load));
      }
    }
    const results = new Map(
      [...rounds].map(([name, figures]) => [
        name,
        Object.fromEntries(
          Object.keys(MEASURES).map((m) => [m, median(figures.map((f) => f[m] ?? NaN))]),
        ),
      ]),
    );
    if (values.json) console.log(JSON.stringify(Object.fromEntries(results), null, 2));
    else print(results);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

await main();
