/** What is written by the number of the save: whoever reads it can tell which one, and if whole. */
const SIZES = [40, 5_000, 200_000, 1_500_000];

export function knownText(save: number): string {
  const line = `save ${save}\n`;
  const size = SIZES[save % SIZES.length] ?? 0;
  return line.repeat(Math.ceil(size / line.length));
}

/** Undefined when it is not exactly what one of the saves wrote. */
export function saveOf(text: string): number | undefined {
  const digits = /^save (\d+)\n/.exec(text)?.[1];
  if (digits === undefined) return undefined;
  return text === knownText(Number(digits)) ? Number(digits) : undefined;
}
