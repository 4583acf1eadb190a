/**
 * Power cuts in the middle of real work on a real mount whose cache is on a disk of its own. What
 * programs synced (fsync of the file and of its folder) is there at the next start and in the end on
 * the server, whole and not older, and nobody else worked there, so that is in no conflict.
 * `NUAGE_CUTS` cuts more often.
 */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, it } from 'vitest';
import { openSqlite } from '../../src/cache/sqlite.js';
import type { DiskKind } from '../support/mounted-nuage.js';
import { type Break, breakAtWork, MS_PER_BREAK_MAX } from './busy-work.js';

const CUTS = Number(process.env['NUAGE_CUTS'] ?? 2);

function canHaveDisk(kind: DiskKind): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  try {
    execFileSync('bash', ['-c', `losetup -f && command -v mkfs.${kind} && command -v python3`]);
    return true;
  } catch {
    return false;
  }
}

/** The database was last open before the machine started: the rig cannot start the machine again. */
function markEarlierBoot(data: string): void {
  const [account = ''] = fs.readdirSync(path.join(data, 'nuage-mount'));
  const db = openSqlite(path.join(data, 'nuage-mount', account, 'nuage.sqlite'));
  db.prepare("UPDATE meta SET value = 'an earlier one' WHERE key = 'cache.boot'").run();
  db.close();
}

describe.each<DiskKind>(['ext4', 'xfs'])('a power cut on %s', (disk) => {
  const cut: Break = {
    name: `cut on ${disk}`,
    disk,
    isSynced: true,
    happens: async (mounted) => {
      await mounted.cutPower();
      markEarlierBoot(mounted.data);
    },
  };

  it.runIf(canHaveDisk(disk))(
    `costs nothing that was synced, ${CUTS} times`,
    () => breakAtWork(CUTS, cut),
    (CUTS + 1) * MS_PER_BREAK_MAX,
  );
});
