/**
 * Power cuts in the middle of real work on a real mount whose cache is on a disk of its own. What
 * programs synced (fsync of the file and of its folder) is there at the next start and in the end on
 * the server, whole and not older, and nobody else worked there, so there is no conflict.
 * `NUAGE_CUTS` cuts more often.
 */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { openSqlite } from '../../src/cache/sqlite.js';
import { isConflictName } from '../../src/sync/conflict.js';
import { type DiskKind, MountedNuage } from '../support/mounted-nuage.js';
import { type Acknowledged, copyOut, expectKept, reader, workUntil } from './busy-work.js';

const CUTS = Number(process.env['NUAGE_CUTS'] ?? 2);
const MS_PER_CUT_MAX = 60_000;

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

describe.each<DiskKind>(['ext4', 'xfs'])('a power cut on %s', (kind) => {
  it.runIf(canHaveDisk(kind))(
    `costs nothing that was synced, ${CUTS} times`,
    async () => {
      const mounted = await MountedNuage.start({
        arguments: ['--poll-interval', '2'],
        disk: kind,
      });
      const acknowledged: Acknowledged = new Map();
      try {
        for (let cut = 1; cut <= CUTS; cut += 1) {
          const happens = (): Promise<void> => mounted.cutPower();
          const work = await workUntil(mounted, cut, { isSynced: true, happens });
          for (const [name, save] of work) acknowledged.set(name, save);
          markEarlierBoot(mounted.data);
          await mounted.mount();
          const copy = await copyOut(mounted);
          expectKept(acknowledged, reader(copy), `after cut ${cut}`);
          fs.rmSync(copy, { recursive: true });
        }
        await mounted.sync();
        const { folder } = mounted.server;
        expectKept(acknowledged, reader(folder), 'on the server');
        expect(fs.readdirSync(folder).filter(isConflictName), 'no false conflict').toEqual([]);
        console.log(`${CUTS} cuts on ${kind}, ${acknowledged.size} files`);
      } finally {
        await mounted.close();
      }
    },
    CUTS * MS_PER_CUT_MAX + MS_PER_CUT_MAX,
  );
});
