/** Sizes as people type them. */

const UNIT_BYTES: Readonly<Record<string, number>> = {
  '': 1,
  K: 1024,
  M: 1024 ** 2,
  G: 1024 ** 3,
  T: 1024 ** 4,
};

/** `10G`, `500M`, `1.5 GiB`; units are powers of 1024. Undefined for what is no size. */
export function parseSize(typed: string): number | undefined {
  const [, number, unit] = /^(\d+(?:\.\d+)?)\s*(?:([KMGT])i?)?B?$/i.exec(typed.trim()) ?? [];
  const bytes = UNIT_BYTES[unit?.toUpperCase() ?? ''];
  return number === undefined || bytes === undefined
    ? undefined
    : Math.floor(Number(number) * bytes);
}
