/** What is mounted, or was: dead mounts, connection, login, quota, queue, the cache. */
import { DOCTOR_QUOTA_BYTES_MIN } from '../../limits.js';
import type { RunningMount } from '../account-folder.js';
import { accountName } from '../config/effective.js';
import { ask, askStatus, deadMounts, runningMounts } from '../control-client.js';
import type { MountStatus } from '../control-messages.js';
import { CommandError } from '../exit-codes.js';
import { explain } from '../explain.js';
import { doctorText as text } from '../messages/doctor.js';
import { humanBytes } from '../messages/figures.js';
import { clearStale } from '../mount-point.js';
import { quoted } from '../quoted.js';
import { failure, type Finding, ok, warning } from './finding.js';

export interface Examination {
  /** The only one to look at; undefined: all. */
  readonly mountPoint: string | undefined;
  readonly repair: boolean;
  /** Servers and accounts that something is wrong with, which has been told of them. */
  readonly wrong: ReadonlySet<string>;
}

export async function examineMounts(wanted: Examination): Promise<readonly Finding[]> {
  const isWanted = ({ mountPoint }: RunningMount): boolean =>
    wanted.mountPoint === undefined || wanted.mountPoint === mountPoint;
  const running = await runningMounts();
  const dead = deadMounts(running).filter(isWanted);
  const alive = running.filter(isWanted);
  const findings = dead.map(({ mountPoint }) => stale(mountPoint, wanted));
  for (const mount of alive) findings.push(...(await examineMount(mount, wanted)));
  return findings.length > 0 ? findings : [ok('mount', text.noneMounted())];
}

function stale(mountPoint: string, { repair }: Examination): Finding {
  if (!repair) {
    const advice = text.repairStale({ folder: quoted(mountPoint) });
    return failure('stale-mount', text.stale({ folder: mountPoint }), advice);
  }
  clearStale(mountPoint);
  return ok('stale-mount', text.staleCleared({ folder: mountPoint }));
}

async function examineMount(
  mount: RunningMount,
  { repair, wrong }: Examination,
): Promise<readonly Finding[]> {
  try {
    const status = await askStatus(mount);
    return [
      ...(isTold(status, wrong) ? [] : [connection(status)]),
      ...quota(status),
      queue(status),
      ...(repair ? [await checkCache(mount)] : []),
    ];
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return [failure('mount', error.message, error.hint)];
  }
}

/** One cause is one finding. */
function isTold({ online, reason, url, user }: MountStatus, wrong: ReadonlySet<string>): boolean {
  if (online) return false;
  const isRefused = reason?.kind === 'unauthenticated' && wrong.has(accountName({ url, user }));
  return isRefused || wrong.has(url);
}

function connection({ online, reason, mountPoint: folder }: MountStatus): Finding {
  if (online) return ok('mount', text.online({ folder }));
  if (reason?.kind === 'unauthenticated') {
    return failure('login', text.loginRefused({ folder }), text.logInAgain());
  }
  const why = reason === undefined ? undefined : explain(reason);
  const told = text.offline({ folder, reason: why?.reason ?? '' });
  return warning('mount', told, why?.hint ?? text.checkNetwork());
}

function quota({ quota: given }: MountStatus): readonly Finding[] {
  if (given === undefined) return [];
  if (given.available === undefined) return [ok('quota', text.noQuota())];
  const told = text.quota({ free: humanBytes(given.available) });
  return given.available < DOCTOR_QUOTA_BYTES_MIN
    ? [warning('quota', told, text.freeQuota())]
    : [ok('quota', told)];
}

function queue({ pendingCount, failedCount, mountPoint }: MountStatus): Finding {
  if (pendingCount === 0) return ok('queue', text.allSent());
  if (failedCount === 0) return ok('queue', text.queue({ count: pendingCount }));
  const advice = text.seeStatus({ folder: quoted(mountPoint) });
  return warning('queue', text.refused({ count: failedCount }), advice);
}

/** Damage that the server can make good is mended by it. */
async function checkCache(mount: RunningMount): Promise<Finding> {
  const { repaired, lost, files } = await ask(mount, { op: 'cache-check' });
  if (lost.length > 0) {
    const advice = text.seeCheck({ folder: quoted(mount.mountPoint) });
    return failure('cache', text.cacheLost({ count: lost.length }), advice);
  }
  if (repaired.length > 0) return ok('cache', text.cacheRepaired({ count: repaired.length }));
  return ok('cache', text.cacheGood({ count: files }));
}
