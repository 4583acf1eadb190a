/**
 * The embedded Nuage as a process of its own, for tests whose own thread blocks (a mount, the
 * engine): a synchronous call on one's own mount would stop the server that must answer it.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { FaultRule, NetworkPace } from '../../src/demo/faults.js';
import type { RequestRecord } from '../../src/demo/request-log.js';
import type { NuageSettings } from '../../src/demo/state.js';
import { compiledDemo } from '../support/compiled.js';

const START_MS_MAX = 20_000;
const END_MS_MAX = 5_000;

export interface NuageProcessOptions {
  /** The user's files; a temporary folder of the server without it. */
  readonly folder?: string;
  /** Filled with lifelike content when it is empty. */
  readonly content?: { readonly files?: number; readonly bigFileBytes?: number };
  readonly quotaBytes?: number;
  /** To start a killed server again where it was. */
  readonly port?: number;
  readonly password?: string;
  readonly user?: string;
}

export class NuageProcess {
  readonly url: string;
  readonly user: string;
  readonly password: string;
  readonly folder: string;
  readonly #controlUrl: string;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, told: Readonly<Record<string, string>>) {
    this.#child = child;
    this.url = told['url'] ?? '';
    this.user = told['user'] ?? '';
    this.password = told['password'] ?? '';
    this.folder = told['folder'] ?? '';
    this.#controlUrl = told['controlUrl'] ?? '';
  }

  /** Also ends by itself when this process ends. */
  static async start(options: NuageProcessOptions = {}): Promise<NuageProcess> {
    const child = spawn(process.execPath, [compiledDemo(), ...argumentsOf(options)], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: {
        ...process.env,
        ...(options.password === undefined ? {} : { NUAGE_PASSWORD: options.password }),
      },
    });
    const timer = setTimeout(() => child.kill('SIGKILL'), START_MS_MAX);
    try {
      for await (const line of createInterface({ input: child.stdout })) {
        return new NuageProcess(child, JSON.parse(line) as Record<string, string>);
      }
      throw new Error('the embedded Nuage ended before it was ready');
    } finally {
      clearTimeout(timer);
    }
  }

  /** Returns the number of the rule. */
  async fault(rule: FaultRule): Promise<number> {
    const { id } = (await this.control('fault', rule)) as { id: number };
    return id;
  }

  async hits(id: number): Promise<number> {
    const { hits } = (await this.control('hits', { id })) as { hits: number };
    return hits;
  }

  async requests(): Promise<readonly RequestRecord[]> {
    return (await this.control('requests')) as RequestRecord[];
  }

  network(pace: Partial<NetworkPace>): Promise<unknown> {
    return this.control('network', pace);
  }

  settings(settings: Partial<NuageSettings>): Promise<unknown> {
    return this.control('settings', settings);
  }

  /** Any command of src/demo/control.ts. */
  async control(command: string, input: object = {}): Promise<unknown> {
    const response = await fetch(`${this.#controlUrl}/${command}`, {
      method: 'POST',
      body: JSON.stringify(input),
    });
    return response.json();
  }

  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async close(): Promise<void> {
    await this.#end('SIGTERM');
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill(signal);
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), END_MS_MAX);
    await exited;
    clearTimeout(timer);
  }
}

function argumentsOf({ folder, content, quotaBytes, port, user }: NuageProcessOptions): string[] {
  const parts = ['--json', '--with-parent'];
  if (folder !== undefined) parts.push('--folder', folder);
  if (port !== undefined) parts.push('--port', String(port));
  if (user !== undefined) parts.push('--user', user);
  if (quotaBytes !== undefined) parts.push('--quota', String(quotaBytes));
  if (content !== undefined) {
    parts.push('--content');
    if (content.files !== undefined) parts.push('--files', String(content.files));
    if (content.bigFileBytes !== undefined) parts.push('--big', String(content.bigFileBytes));
  }
  return parts;
}
