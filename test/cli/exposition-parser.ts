/**
 * Prometheus's text form 0.0.4, read as strictly as its description is written: what a scraper would
 * overlook is an error here.
 */

export interface ParsedSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface ParsedFamily {
  readonly type: string;
  readonly help: string;
  readonly samples: readonly ParsedSample[];
}

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const PAIR = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\\\|\\"|\\n)*)"(?:,|$)/;
const SAMPLE = new RegExp(`^(${NAME})(?:\\{(.*)\\})? (\\S+)$`);
const VALUE = /^(?:[+-]?(?:\d+\.?\d*(?:e[+-]?\d+)?|Inf)|NaN)$/i;

export function parseExposition(text: string): ReadonlyMap<string, ParsedFamily> {
  if (!text.endsWith('\n')) throw new Error('the last line has no end');
  const families = new Map<string, ParsedFamily>();
  for (const block of text.split(/^(?=# HELP )/m)) {
    const [head = '', second = '', ...lines] = block.slice(0, -1).split('\n');
    const [, name = '', help = ''] = fit(head, new RegExp(`^# HELP (${NAME}) (.+)$`));
    const [, of, type = ''] = fit(second, /^# TYPE (\S+) (counter|gauge|histogram)$/);
    if (of !== name) throw new Error(`${name} has the type of ${of}`);
    if (families.has(name)) throw new Error(`${name} comes twice`);
    const samples = lines.map((line) => parseSample(line));
    families.set(name, { type, help, samples });
    checkFamily(name, type, samples);
  }
  return families;
}

/** The one value of these labels, whatever others it has. */
export function valueOf(
  families: ReadonlyMap<string, ParsedFamily>,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number {
  const family = families.get(name) ?? families.get(name.replace(/_(bucket|sum|count)$/, ''));
  const found = family?.samples.filter(
    (sample) =>
      sample.name === name &&
      Object.entries(labels).every(([key, value]) => sample.labels[key] === value),
  );
  if (found?.length !== 1) throw new Error(`${found?.length ?? 0} samples of ${name}`);
  return found[0]?.value ?? NaN;
}

function parseSample(line: string): ParsedSample {
  const [, name = '', inner = '', value = ''] = fit(line, SAMPLE);
  fit(value, VALUE);
  const labels: Record<string, string> = {};
  for (let rest = inner; rest !== '';) {
    const [pair, key = '', text = ''] = fit(rest, PAIR);
    if (key in labels) throw new Error(`two labels ${key}: ${line}`);
    labels[key] = text.replace(/\\(.)/g, (_, letter: string) => (letter === 'n' ? '\n' : letter));
    rest = rest.slice(pair.length);
  }
  return { name, labels, value: Number(value.replace('+Inf', 'Infinity')) };
}

function checkFamily(name: string, type: string, samples: readonly ParsedSample[]): void {
  const seen = new Set(samples.map((sample) => JSON.stringify([sample.name, sample.labels])));
  if (seen.size !== samples.length) throw new Error(`${name} has a sample twice`);
  if (samples.length === 0) throw new Error(`${name} has no sample`);
  if ((type === 'counter') !== name.endsWith('_total')) throw new Error(`${name} is a ${type}`);
  if (type === 'histogram') checkHistogram(name, samples);
  else if (samples.some((sample) => sample.name !== name)) throw new Error(`strangers in ${name}`);
}

/** The buckets of each series grow to its count. */
function checkHistogram(name: string, samples: readonly ParsedSample[]): void {
  const series = new Map<string, ParsedSample[]>();
  for (const sample of samples) {
    const { le, ...labels } = sample.labels;
    if ((le !== undefined) !== (sample.name === `${name}_bucket`)) throw new Error(`le in ${name}`);
    const key = JSON.stringify(labels);
    series.set(key, [...(series.get(key) ?? []), sample]);
  }
  for (const all of series.values()) {
    const buckets = all.slice(0, -2);
    const [sum, count] = all.slice(-2);
    if (sum?.name !== `${name}_sum` || count?.name !== `${name}_count`) {
      throw new Error(`${name} does not end with sum and count`);
    }
    const bounds = buckets.map(({ labels }) => Number(labels['le']?.replace('+Inf', 'Infinity')));
    ascend(name, bounds);
    ascend(
      name,
      buckets.map(({ value }) => value),
    );
    if (bounds.at(-1) !== Infinity || buckets.at(-1)?.value !== count.value) {
      throw new Error(`the last bucket of ${name} does not hold all`);
    }
  }
}

function ascend(name: string, values: readonly number[]): void {
  if (values.some((value, at) => !(value >= (values[at - 1] ?? 0)))) {
    throw new Error(`${name} does not ascend: ${values.join(' ')}`);
  }
}

function fit(text: string, pattern: RegExp): RegExpExecArray {
  const match = pattern.exec(text);
  if (match === null) throw new Error(`not of the form ${pattern.source}: ${text}`);
  return match;
}
