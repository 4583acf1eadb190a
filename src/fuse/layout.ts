/**
 * The structs of `linux/fuse.h` as tables: each field's offset follows from the types before it by
 * the C rules. A test compares every size and offset with the system's own header.
 */

export type Scalar = 'u16' | 'u32' | 'i32' | 'u64' | 'i64';

const SCALAR_BYTES = { u16: 2, u32: 4, i32: 4, u64: 8, i64: 8 } as const;

export interface Layout<F extends Readonly<Record<string, Scalar>>> {
  /** Name of the struct in `linux/fuse.h`. */
  readonly name: string;
  /** sizeof, in bytes. */
  readonly size: number;
  /** offsetof, in bytes. */
  readonly at: { readonly [K in keyof F]: number };
}

export function layout<F extends Readonly<Record<string, Scalar>>>(
  name: string,
  fields: F,
): Layout<F> {
  const at: Record<string, number> = {};
  let end = 0;
  let widest = 1;
  for (const [field, scalar] of Object.entries(fields)) {
    const bytes = SCALAR_BYTES[scalar];
    end = alignTo(end, bytes);
    at[field] = end;
    end += bytes;
    widest = Math.max(widest, bytes);
  }
  return { name, size: alignTo(end, widest), at: at as Layout<F>['at'] };
}

export function alignTo(value: number, bytes: number): number {
  return Math.ceil(value / bytes) * bytes;
}
