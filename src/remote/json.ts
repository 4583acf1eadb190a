/** Reads fields of JSON from outside: undefined for whatever has another type. */
export type Json = Readonly<Record<string, unknown>>;

export function objectAt(from: Json, name: string): Json | undefined {
  const value = Object.hasOwn(from, name) ? from[name] : undefined;
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? (value as Json) : undefined;
}

export function stringAt(from: Json, name: string): string | undefined {
  const value = Object.hasOwn(from, name) ? from[name] : undefined;
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Finite only. */
export function numberAt(from: Json, name: string): number | undefined {
  const value = Object.hasOwn(from, name) ? from[name] : undefined;
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** The strings of a list, at most `itemsMax` of them. */
export function stringsAt(from: Json, name: string, itemsMax: number): string[] {
  const value = Object.hasOwn(from, name) ? from[name] : undefined;
  if (!Array.isArray(value)) return [];
  return value.slice(0, itemsMax).filter((item): item is string => typeof item === 'string');
}
