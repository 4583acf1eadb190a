/**
 * Bytes of a document that a program recognises by its name: a head of the format, a line of its
 * own, and a body that documents of one format share. Deterministic, a few microseconds each.
 */
const KIB = 1024;

const HEADS: Readonly<Record<string, string>> = {
  pdf: '%PDF-1.7\n%\u00e2\u00e3\u00cf\u00d3\n',
  jpg: '\u00ff\u00d8\u00ff\u00e0\u0000\u0010JFIF\u0000\u0001\u0001\u0000\u0000\u0001\u0000\u0001',
  odt: 'PK\u0003\u0004\u0014\u0000\u0000\u0000\u0000\u0000',
  ods: 'PK\u0003\u0004\u0014\u0000\u0000\u0000\u0000\u0000',
  odp: 'PK\u0003\u0004\u0014\u0000\u0000\u0000\u0000\u0000',
};

/** Bytes of a typical document; a text is as long as its lines. */
const SIZES: Readonly<Record<string, number>> = {
  pdf: 24 * KIB,
  jpg: 48 * KIB,
  odt: 12 * KIB,
  ods: 8 * KIB,
  odp: 32 * KIB,
};

const NOISE_BYTES = 64 * KIB;
const noise = makeNoise();

export function documentBytes(name: string, seed: number): Buffer {
  if (name.startsWith('vide.')) return Buffer.alloc(0);
  const extension = name.slice(name.lastIndexOf('.') + 1).toLowerCase();
  const line = `${name} – document ${seed}\n`;
  const head = HEADS[extension];
  if (head === undefined) return Buffer.from(textLines(line, seed));
  const start = Buffer.concat([Buffer.from(head, 'latin1'), Buffer.from(line)]);
  // Sizes differ from file to file, by up to a quarter.
  const size = Math.floor((SIZES[extension] ?? 4 * KIB) * (1 + (seed % 97) / 400));
  return Buffer.concat([start, noise.subarray(seed % 64, (seed % 64) + size - start.length)]);
}

function textLines(line: string, seed: number): string {
  return line + 'Élève ; note ; remarque\n'.repeat(1 + (seed % 40));
}

/** Does not compress, as real scans do not. A linear congruential generator (Numerical Recipes). */
function makeNoise(): Buffer {
  const bytes = Buffer.alloc(NOISE_BYTES);
  let state = 1;
  for (let at = 0; at < bytes.length; at += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[at] = state >>> 24;
  }
  return bytes;
}
