/**
 * Every size, offset and number of the wire protocol, compared with the system's `linux/fuse.h` by
 * a C program that is compiled here. What a header older than 7.45 does not know is left out.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as constants from '../../src/fuse/constants.js';
import { INIT } from '../../src/fuse/init-flags.js';
import * as structsIn from '../../src/fuse/structs-in.js';
import * as structsOut from '../../src/fuse/structs-out.js';

const HEADER = '/usr/include/linux/fuse.h';
const hasCompiler = spawnSync('cc', ['--version']).status === 0;
const canCompare = process.platform === 'linux' && hasCompiler && existsSync(HEADER);

/** The protocol minor with which a field, opcode or notification came; older ones are all known. */
const SINCE: Readonly<Record<string, number>> = {
  fuse_copy_file_range_out: 45,
  'fuse_in_header.total_extlen': 38,
  'fuse_in_header.padding': 38,
  'fuse_init_in.flags2': 36,
  'fuse_init_out.flags2': 36,
  'fuse_attr.flags': 32,
  'fuse_open_in.open_flags': 33,
  'fuse_create_in.open_flags': 33,
  'fuse_setxattr_in.setxattr_flags': 33,
  'fuse_setxattr_in.padding': 33,
  'fuse_notify_inval_entry_out.flags': 38,
  'fuse_open_out.backing_id': 40,
  FUSE_SYNCFS: 34,
  FUSE_STATX: 39,
  FUSE_COPY_FILE_RANGE_64: 45,
};

/** All that came after 7.38, in the order of the rows: what an older header may leave out. */
const LATER: readonly (readonly [since: number, what: string])[] = [
  [40, 'fuse_open_out.backing_id'],
  [45, 'size of fuse_copy_file_range_out'],
  [45, 'fuse_copy_file_range_out.bytes_copied'],
  [39, 'FUSE_STATX'],
  [45, 'FUSE_COPY_FILE_RANGE_64'],
  [39, 'FUSE_DIRECT_IO_ALLOW_MMAP'],
];

/** Structs of which our table holds only the head, with where the head ends. */
const HEADS: Readonly<Record<string, string>> = {
  fuse_init_in: 'offsetof(struct fuse_init_in, flags2) + 4',
  fuse_init_out: 'offsetof(struct fuse_init_out, flags2) + 4',
  fuse_entry_out: 'offsetof(struct fuse_entry_out, attr)',
  fuse_attr_out: 'offsetof(struct fuse_attr_out, attr)',
  fuse_kstatfs: 'offsetof(struct fuse_kstatfs, spare)',
};

/** What is counted in bytes without a table, as C knows it. */
const SIZES: Readonly<Record<string, readonly [expression: string, ours: number]>> = {
  'sizeof fuse_init_out': ['sizeof(struct fuse_init_out)', structsOut.INIT_OUT_BYTES],
  'sizeof fuse_entry_out': ['sizeof(struct fuse_entry_out)', structsOut.ENTRY_OUT_BYTES],
  'sizeof fuse_attr_out': ['sizeof(struct fuse_attr_out)', structsOut.ATTR_OUT_BYTES],
  'sizeof fuse_statfs_out': ['sizeof(struct fuse_statfs_out)', structsOut.STATFS_OUT_BYTES],
  'short fuse_setxattr_in': ['FUSE_COMPAT_SETXATTR_IN_SIZE', structsIn.SETXATTR_IN_SHORT_BYTES],
  'name of a dirent': ['FUSE_NAME_OFFSET', structsOut.DIRENT.size],
  'head of a direntplus': [
    'FUSE_NAME_OFFSET_DIRENTPLUS',
    structsOut.ENTRY_OUT_BYTES + structsOut.DIRENT.size,
  ],
};

/** Our names of numbers that stand alone, and those of the header. */
const SINGLE: Readonly<Record<string, number>> = {
  FUSE_KERNEL_VERSION: constants.KERNEL_MAJOR,
  FUSE_ROOT_ID: constants.ROOT_INODE,
  FUSE_GETATTR_FH: constants.GETATTR_FH,
  FUSE_FSYNC_FDATASYNC: constants.FSYNC_FDATASYNC,
  FUSE_WRITE_KILL_SUIDGID: constants.WRITE_KILL_SUIDGID,
  FUSE_OPEN_KILL_SUIDGID: constants.OPEN_KILL_SUIDGID,
  RENAME_NOREPLACE: constants.RENAME_NOREPLACE,
  RENAME_EXCHANGE: constants.RENAME_EXCHANGE,
};

interface AnyLayout {
  readonly name: string;
  readonly size: number;
  readonly at: Readonly<Record<string, number>>;
}

interface Row {
  readonly what: string;
  readonly ours: bigint;
  readonly expression: string;
  /** A preprocessor condition. */
  readonly condition: string;
}

function isLayout(value: unknown): value is AnyLayout {
  return typeof value === 'object' && value !== null && 'at' in value && 'size' in value;
}

function since(name: string): string {
  const [struct = name] = name.split('.');
  return `FUSE_KERNEL_MINOR_VERSION >= ${SINCE[name] ?? SINCE[struct] ?? 0}`;
}

function layoutRows(layouts: readonly AnyLayout[]): Row[] {
  return layouts.flatMap(({ name, size, at }) => [
    {
      what: `size of ${name}`,
      ours: BigInt(size),
      expression: HEADS[name] ?? `sizeof(struct ${name})`,
      condition: since(`${name}.flags2`),
    },
    ...Object.entries(at).map(([field, offset]) => ({
      what: `${name}.${field}`,
      ours: BigInt(offset),
      expression: `offsetof(struct ${name}, ${field})`,
      condition: since(`${name}.${field}`),
    })),
  ]);
}

/** Enumerators cannot be asked by #ifdef, macros can. */
function numberRows(prefix: string, table: object, isMacro: boolean): Row[] {
  return Object.entries(table as Readonly<Record<string, number | bigint>>).map(
    ([name, value]) => ({
      what: `${prefix}${name}`,
      ours: BigInt(value),
      expression: `${prefix}${name}`,
      condition: isMacro ? `defined(${prefix}${name})` : since(`${prefix}${name}`),
    }),
  );
}

const rows: readonly Row[] = [
  ...layoutRows(
    ([...Object.values(structsIn), ...Object.values(structsOut)] as unknown[]).filter(isLayout),
  ),
  ...numberRows('FUSE_', constants.OPCODE, false),
  ...numberRows('FATTR_', constants.FATTR, true),
  ...numberRows('FOPEN_', constants.FOPEN, true),
  ...numberRows('FUSE_NOTIFY_', constants.NOTIFY, false),
  ...numberRows('FUSE_', INIT, true),
  ...numberRows('', SINGLE, true),
  ...Object.entries(SIZES).map(([what, [expression, ours]]) => ({
    what,
    ours: BigInt(ours),
    expression,
    condition: '1',
  })),
];

function program(): string {
  const lines = rows.map(
    (row, index) =>
      `#if ${row.condition}\n\tprintf("${index} %llu\\n", (unsigned long long)(${row.expression}));\n#endif`,
  );
  return [
    '#include <stddef.h>',
    '#include <stdio.h>',
    '#include <linux/fs.h>',
    '#include <linux/fuse.h>',
    'int main(void)\n{',
    '\tprintf("minor %d\\n", FUSE_KERNEL_MINOR_VERSION);',
    ...lines,
    '\treturn 0;\n}',
  ].join('\n');
}

describe.skipIf(!canCompare)('the wire protocol (needs cc and linux/fuse.h)', () => {
  const header = new Map<string, bigint>();
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'fuse-header-'));
    writeFileSync(join(folder, 'header.c'), program());
    const binary = join(folder, 'header');
    execFileSync('cc', ['-o', binary, join(folder, 'header.c')], { timeout: 60_000 });
    const output = execFileSync(binary, { encoding: 'utf8', timeout: 10_000 });
    for (const line of output.trim().split('\n')) {
      const [key = '', value = ''] = line.split(' ');
      header.set(key, BigInt(value));
    }
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('is that of the header in every size, offset and number', () => {
    const different = rows.flatMap(({ what, ours }, index) => {
      const inC = header.get(String(index));
      return inC === undefined || inC === ours ? [] : [{ what, ours, inC }];
    });
    expect(different).toEqual([]);
  });

  it('is compared completely, except for what the header is too old to know', () => {
    const minor = Number(header.get('minor'));
    const left = rows.filter((_, index) => !header.has(String(index))).map(({ what }) => what);
    // A condition that never holds must not hide a row.
    if (minor < 38) expect(left.length).toBeLessThan(rows.length / 5);
    else expect(left).toEqual(LATER.filter(([since]) => minor < since).map(([, what]) => what));
  });
});
