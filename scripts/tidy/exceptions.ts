/**
 * Findings that stand, each with its reason. The list may only shrink: an exception that excuses
 * nothing is itself a finding.
 */
import type { Finding } from './project.js';

export interface Exception {
  readonly rule: string;
  readonly file: string;
  /** Part of the message, where only one finding of the file is excused. */
  readonly about?: string;
  readonly reason: string;
}

export const EXCEPTIONS: readonly Exception[] = [
  {
    rule: 'dead-exports',
    file: 'src/cache/content-row.ts',
    about: '`CONTENT_SQL`',
    reason: 'the query plans of all statements are tested',
  },
  {
    rule: 'dead-exports',
    file: 'src/cache/content-recovery.ts',
    about: '`RECOVERY_SQL`',
    reason: 'the query plans of all statements are tested',
  },
  {
    rule: 'dead-exports',
    file: 'src/cache/sent-table.ts',
    about: '`SENT_SQL`',
    reason: 'the query plans of all statements are tested',
  },
  {
    rule: 'dead-exports',
    file: 'src/fuse/mount-table.ts',
    about: '`parseMountInfo`',
    reason: 'what the kernel may write there cannot be brought about on the machine of a test',
  },
  {
    rule: 'file-size',
    file: 'src/limits.ts',
    reason: 'a list of constants, which is better in one place than in two',
  },
  {
    rule: 'bounds',
    file: 'src/fuse/constants.ts',
    reason: 'numbers that the kernel fixes, as linux/fuse.h has them; we choose none of them',
  },
  {
    rule: 'bounds',
    file: 'src/fuse/operation.ts',
    about: 'NO_REPLY',
    reason: 'a mark outside the range of errnos, which bounds nothing',
  },
  {
    rule: 'bounds',
    file: 'src/demo/tree.ts',
    about: 'FIRST_ID',
    reason: 'a file id of a made-up account is content, not a bound',
  },
  {
    rule: 'bounds',
    file: 'src/demo/content-bytes.ts',
    reason: 'sizes and random numbers of made-up documents are content, not bounds',
  },
  {
    rule: 'bounds',
    file: 'src/demo/content.ts',
    reason: 'sizes and dates of made-up documents are content, not bounds',
  },
];

export function applyExceptions(
  findings: readonly Finding[],
  exceptions: readonly Exception[],
): Finding[] {
  const left = findings.filter((each) => !exceptions.some((one) => excuses(one, each)));
  const idle = exceptions.filter((one) => !findings.some((each) => excuses(one, each)));
  const stale = idle.map(({ rule, file, about = 'this file' }) => ({
    file,
    line: 1,
    rule: 'exceptions',
    message: `the exception of ${about} from ${rule} excuses nothing any more: remove it`,
  }));
  return [...left, ...stale];
}

function excuses({ rule, file, about = '' }: Exception, finding: Finding): boolean {
  return rule === finding.rule && file === finding.file && finding.message.includes(about);
}
