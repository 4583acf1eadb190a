/** Programs that the benchmark runs: with a time limit each, and none that outlives it. */
import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

const COMMAND_MS_MAX = 600_000;
const START_MS_MAX = 60_000;
const END_MS_MAX = 30_000;

const started = new Set<ChildProcess>();

// Mounts end with their process.
process.once('exit', () => {
  for (const child of started) child.kill('SIGTERM');
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

export interface RunOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly input?: string;
}

/** @returns its standard output. @throws when it fails or takes too long. */
export async function run(
  program: string,
  args: readonly string[],
  { env = process.env, input }: RunOptions = {},
): Promise<string> {
  const stdin = input === undefined ? 'ignore' : 'pipe';
  const child = spawn(program, args, { env, stdio: [stdin, 'pipe', 'pipe'] });
  const timer = setTimeout(() => child.kill('SIGKILL'), COMMAND_MS_MAX);
  let [output, errors] = ['', ''];
  child.stdout?.on('data', (piece) => (output += String(piece)));
  child.stderr?.on('data', (piece) => (errors += String(piece)));
  child.stdin?.end(input);
  const [code] = (await once(child, 'close')) as [number | null];
  clearTimeout(timer);
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code}: ${errors}`);
  return output;
}

/** @param script for bash; its output is thrown away. */
export async function timed(script: string, options: RunOptions = {}): Promise<number> {
  return seconds(() => run('bash', ['-euc', script], options));
}

export async function seconds(action: () => Promise<unknown>): Promise<number> {
  const before = performance.now();
  await action();
  return (performance.now() - before) / 1000;
}

export function start(
  program: string,
  args: readonly string[],
  options: SpawnOptions = {},
): ChildProcess {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'], ...options });
  started.add(child);
  child.once('exit', () => started.delete(child));
  return child;
}

export async function firstLine(child: ChildProcess, wanted: RegExp): Promise<string> {
  if (child.stdout === null) throw new Error('no output to wait for');
  const timer = setTimeout(() => child.kill('SIGKILL'), START_MS_MAX);
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      if (wanted.test(line)) return line;
    }
    throw new Error('the process ended before it was ready');
  } finally {
    clearTimeout(timer);
  }
}

export async function end(
  child: ChildProcess,
  signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM',
): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  const timer = setTimeout(() => child.kill('SIGKILL'), END_MS_MAX);
  child.kill(signal);
  await ended;
  clearTimeout(timer);
}
