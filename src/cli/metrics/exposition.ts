/** Prometheus's text form, version 0.0.4: each family once, whichever mounts it tells of. */
import type { Family, Sample } from './families.js';

export interface MountMetrics {
  readonly mountPoint: string;
  readonly families: readonly Family[];
}

export function expose(mounts: readonly MountMetrics[]): string {
  const families = new Map<string, Family>();
  for (const { mountPoint, families: own } of mounts) {
    for (const family of own) {
      const before = families.get(family.name)?.samples ?? [];
      const samples = family.samples.map((sample) => labelled(sample, mountPoint));
      families.set(family.name, { ...family, samples: [...before, ...samples] });
    }
  }
  return [...families.values()].map((family) => written(family)).join('');
}

function labelled(sample: Sample, mount: string): Sample {
  return { ...sample, labels: { mount, ...sample.labels } };
}

function written({ name, type, help, samples }: Family): string {
  if (samples.length === 0) return '';
  const lines = samples.map(({ suffix, labels, value }) => {
    const pairs = Object.entries(labels).map(([key, text]) => `${key}="${escaped(text)}"`);
    return `${name}${suffix}{${pairs.join(',')}} ${value}\n`;
  });
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`;
}

/** Of a label; our own words of help need none. */
function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
