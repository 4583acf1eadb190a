/** `log --follow`: what is added to the log shows, across its turning over, until Ctrl-C. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createLog, LOG_NAME } from '../../src/cli/log-file.js';
import { LogFollower } from '../../src/cli/log-follow.js';
import { LOG_FILE_BYTES_MAX } from '../../src/limits.js';
import type { NuageProcess } from '../demo/nuage-process.js';
import { eachAtHome } from './at-home.js';
import { type Home, until } from './command.js';

vi.setConfig({ testTimeout: 120_000 });

describe('a follower', () => {
  let folder: string;
  let file: string;
  let follower: LogFollower;

  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'nuage-log-'));
    file = path.join(folder, LOG_NAME);
  });
  afterEach(() => {
    follower.close();
    fs.rmSync(folder, { recursive: true });
  });

  it('begins at the end of what is there', () => {
    fs.writeFileSync(file, 'old\n');
    follower = new LogFollower(file);
    expect(follower.next()).toEqual([]);
    fs.appendFileSync(file, 'new\nnewer\n');
    expect(follower.next()).toEqual(['new', 'newer']);
    expect(follower.next()).toEqual([]);
  });

  it('shows a line when it is whole, to the letter', () => {
    follower = new LogFollower(file);
    const bytes = Buffer.from('été\n');
    fs.writeFileSync(file, bytes.subarray(0, 4));
    expect(follower.next()).toEqual([]);
    fs.appendFileSync(file, bytes.subarray(4));
    expect(follower.next()).toEqual(['été']);
  });

  it('misses no line of a log that is turned over, however much follows', () => {
    const log = createLog({ folder, level: 'info', names: false, terminalLevel: undefined });
    const pad = 'x'.repeat(LOG_FILE_BYTES_MAX / 8);
    const write = (number: number): void => {
      const message = `record ${number} ${pad}`;
      log({ time: 0, level: 'info', scope: 'test', message, fields: undefined });
    };
    write(0);
    follower = new LogFollower(file);
    const seen: string[] = [];
    for (let number = 1; number <= 30; number += 1) {
      write(number);
      if (number % 4 === 0) seen.push(...follower.next());
    }
    seen.push(...follower.next());
    expect(fs.existsSync(`${file}.2`)).toBe(true);
    const numbers = seen.map((line) => Number(/record (\d+)/.exec(line)?.[1]));
    expect(numbers).toEqual(Array.from({ length: 30 }, (_, at) => at + 1));
  });
});

describe('the command', () => {
  let nuage: NuageProcess;
  let home: Home;

  eachAtHome((server, own) => {
    nuage = server;
    home = own;
  });

  it('shows what a mount notes, as it notes it, until Ctrl-C', async () => {
    await home.mount(nuage);
    const follower = home.start(['log', '--follow', '--lines', '1']);
    await until(() => follower.stdout !== '');
    expect(follower.stdout.trimEnd().split('\n')).toHaveLength(1);
    expect(follower.stdout).not.toContain('ended');
    await home.run(['unmount', home.folder]);
    await until(() => follower.stdout.includes('ended'));
    follower.child.kill('SIGINT');
    await follower.ended;
    expect(follower.child.signalCode).toBe('SIGINT');
    expect(follower.stderr).toBe('');
  });
});
