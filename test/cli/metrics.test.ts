/** `status --metrics`: a scraper can read it, and the numbers are those of what was done. */
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { expose, type MountMetrics } from '../../src/cli/metrics/exposition.js';
import { Histogram } from '../../src/histogram.js';
import type { NuageProcess } from '../demo/nuage-process.js';
import { eachAtHome } from './at-home.js';
import type { Home } from './command.js';
import { parseExposition, type ParsedFamily, valueOf } from './exposition-parser.js';

// Several processes each, on machines that do other things as well.
vi.setConfig({ testTimeout: 120_000 });

describe('the exposition', () => {
  function metricsOf(mountPoint: string, value: number): MountMetrics {
    const sample = { suffix: '', labels: {}, value } as const;
    return {
      mountPoint,
      families: [
        { name: 'nuage_online', type: 'gauge', help: 'On.', samples: [sample] },
        { name: 'nuage_quota_free_bytes', type: 'gauge', help: 'Free.', samples: [] },
      ],
    };
  }

  it('names each family once, whatever the folders of the mounts are called', () => {
    const odd = '/home/a"b\\c\nd';
    const families = parseExposition(expose([metricsOf('/home/é', 1), metricsOf(odd, 0)]));
    expect([...families.keys()]).toEqual(['nuage_online']);
    expect(valueOf(families, 'nuage_online', { mount: '/home/é' })).toBe(1);
    expect(valueOf(families, 'nuage_online', { mount: odd })).toBe(0);
  });
});

describe('a histogram', () => {
  it('counts what equals a bound below it, and what is beyond all of them in the last', () => {
    const histogram = new Histogram([0.1, 1]);
    for (const value of [0, 0.1, 0.2, 1, 5]) histogram.observe(value);
    expect(histogram.read()).toEqual({
      buckets: [
        { bound: 0.1, count: 2 },
        { bound: 1, count: 4 },
        { bound: Infinity, count: 5 },
      ],
      count: 5,
      sum: expect.closeTo(6.3) as number,
    });
  });
});

describe('a mount', () => {
  let nuage: NuageProcess;
  let home: Home;

  eachAtHome((server, folder) => {
    nuage = server;
    home = folder;
  });

  async function metrics(): Promise<ReadonlyMap<string, ParsedFamily>> {
    const { code, stdout, stderr } = await home.run(['status', '--metrics', home.folder]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return parseExposition(stdout);
  }

  it('counts what the kernel asks, what the server is asked, and what waits', async () => {
    await home.mount(nuage);
    const file = path.join(home.folder, 'mesures.bin');
    await fs.promises.writeFile(file, Buffer.alloc(300_000, 7));
    await home.run(['sync']);
    const sent = await metrics();
    expect(valueOf(sent, 'nuage_http_requests_total', { method: 'PUT', status: '2xx' })).toBe(1);
    expect(valueOf(sent, 'nuage_http_sent_bytes_total')).toBeGreaterThanOrEqual(300_000);
    const puts = valueOf(sent, 'nuage_http_request_duration_seconds_count', { method: 'PUT' });
    expect(puts).toBe(1);
    const created = { operation: 'create', le: '+Inf' };
    expect(valueOf(sent, 'nuage_operation_duration_seconds_bucket', created)).toBe(1);
    expect(valueOf(sent, 'nuage_queue_changes')).toBe(0);
    expect(valueOf(sent, 'nuage_online')).toBe(1);

    await nuage.fault({ method: 'PUT', action: { kind: 'respond', status: 423 }, times: 100 });
    await fs.promises.writeFile(path.join(home.folder, 'refusé.txt'), 'x');
    await home.run(['sync']);
    const refused = await metrics();
    expect(valueOf(refused, 'nuage_queue_changes')).toBe(1);
    expect(valueOf(refused, 'nuage_queue_refused')).toBe(1);
    const locked = { method: 'PUT', status: '4xx' };
    expect(valueOf(refused, 'nuage_http_requests_total', locked)).toBeGreaterThan(0);
  });

  it('has no metric that is not documented, and documents none that it has not', async () => {
    await home.mount(nuage);
    const doc = fs.readFileSync(path.resolve(import.meta.dirname, '../../docs/METRICS.md'), 'utf8');
    const documented = [...doc.matchAll(/^\| `(nuage_\w+)` +\| (\w+)/gm)];
    const types = Object.fromEntries(documented.map(([, name, type]) => [name ?? '', type]));
    const told = [...(await metrics())].map(([name, { type }]) => [name, type]);
    const optional = { nuage_quota_used_bytes: 'gauge', nuage_quota_free_bytes: 'gauge' };
    expect({ ...Object.fromEntries(told), ...optional }).toEqual(types);
  });

  it('tells reads that found their bytes here from those that did not', async () => {
    fs.writeFileSync(path.join(nuage.folder, 'lu.bin'), Buffer.alloc(200_000, 1));
    await home.mount(nuage);
    const before = await metrics();
    expect(valueOf(before, 'nuage_cache_reads_total', { result: 'miss' })).toBe(0);
    const file = path.join(home.folder, 'lu.bin');
    expect(await fs.promises.readFile(file)).toHaveLength(200_000);
    const first = await metrics();
    expect(valueOf(first, 'nuage_cache_reads_total', { result: 'miss' })).toBeGreaterThan(0);
    const read = { mount: home.folder, operation: 'read' };
    const misses = valueOf(first, 'nuage_cache_reads_total', { result: 'miss' });
    expect(valueOf(first, 'nuage_operation_waited_total', read)).toBe(misses);
    const bytes = ['hit', 'miss'].map((result) =>
      valueOf(first, 'nuage_cache_read_bytes_total', { result }),
    );
    expect(bytes.reduce((sum, each) => sum + each)).toBeGreaterThanOrEqual(200_000);
    expect(valueOf(first, 'nuage_http_received_bytes_total')).toBeGreaterThanOrEqual(200_000);
  });
});
