/** This machine: Node.js, FUSE, the disk, what the kernel allows, the keyring. */
import fs from 'node:fs';
import path from 'node:path';
import { DEVICE_PATH } from '../../fuse/mount.js';
import { DOCTOR_FREE_BYTES_MIN, DISK_FREE_BYTES_DEFAULT, OPEN_FILES_MIN } from '../../limits.js';
import { stateRoot } from '../account-folder.js';
import { doctorText as text } from '../messages/doctor.js';
import { humanBytes } from '../messages/figures.js';
import { nearest } from '../mount-point.js';
import { keyringState } from '../secrets/secret-service.js';
import { failure, type Finding, ok, warning } from './finding.js';

/** As package.json asks for. */
const NODE_MIN = [20, 19] as const;

export async function examineMachine(): Promise<readonly Finding[]> {
  return [node(), ...fuse(), disk(), openFiles(), await keyring()].filter(
    (finding) => finding !== undefined,
  );
}

function node(): Finding {
  const { version, versions } = process;
  const [major = 0, minor = 0] = versions.node.split('.').map(Number);
  const isNew = major > NODE_MIN[0] || (major === NODE_MIN[0] && minor >= NODE_MIN[1]);
  return isNew
    ? ok('node', text.node({ version }))
    : failure('node', text.nodeOld({ version }), text.nodeAdvice());
}

function fuse(): readonly Finding[] {
  if (process.platform !== 'linux') return [];
  return [device(), helper(), allowOther()];
}

function device(): Finding {
  if (!fs.existsSync(DEVICE_PATH)) {
    return failure('fuse', text.noDevice({ device: DEVICE_PATH }), text.installFuse());
  }
  try {
    fs.accessSync(DEVICE_PATH, fs.constants.R_OK | fs.constants.W_OK);
    return ok('fuse', text.device({ device: DEVICE_PATH }));
  } catch {
    const advice = text.openDevice({ device: DEVICE_PATH });
    return failure('fuse', text.deviceClosed({ device: DEVICE_PATH }), advice);
  }
}

/** An ordinary user mounts through it, which takes root's rights. */
function helper(): Finding {
  const folders = `${process.env['PATH'] ?? ''}:/usr/bin:/bin`.split(':');
  const program = folders
    .map((folder) => path.join(folder, 'fusermount3'))
    .find((file) => fs.existsSync(file));
  if (program === undefined) return failure('fusermount', text.noHelper(), text.installFuse());
  const { mode, uid } = fs.statSync(program);
  const isSetUid = (mode & 0o4000) !== 0 && uid === 0;
  if (isSetUid || process.geteuid?.() === 0) return ok('fusermount', text.helper({ program }));
  return failure('fusermount', text.helperPowerless({ program }), text.reinstallFuse());
}

function allowOther(): Finding {
  const file = '/etc/fuse.conf';
  const lines = fs.existsSync(file) ? fs.readFileSync(file, 'utf8').split('\n') : [];
  const isAllowed = lines.some((line) => line.trim() === 'user_allow_other');
  return ok('allow-other', isAllowed ? text.othersAllowed() : text.othersNotAllowed({ file }));
}

function disk(): Finding {
  const folder = nearest(stateRoot());
  const { bavail, bsize } = fs.statfsSync(folder);
  const free = bavail * bsize;
  const told = { free: humanBytes(free), folder };
  if (free < DOCTOR_FREE_BYTES_MIN) return failure('disk', text.disk(told), text.freeDisk());
  if (free < DISK_FREE_BYTES_DEFAULT) return warning('disk', text.disk(told), text.freeDisk());
  return ok('disk', text.disk(told));
}

/** Each open file of a program is one of ours as well. */
function openFiles(): Finding | undefined {
  const file = '/proc/self/limits';
  if (!fs.existsSync(file)) return undefined;
  const limits = fs.readFileSync(file, 'utf8');
  const [, hard = ''] = /^Max open files\s+\S+\s+(\S+)/m.exec(limits) ?? [];
  const count = hard === 'unlimited' ? Number.MAX_SAFE_INTEGER : Number(hard);
  if (count >= OPEN_FILES_MIN) return ok('open-files', text.openFiles({ limit: hard }));
  return warning('open-files', text.openFiles({ limit: hard }), text.raiseOpenFiles());
}

/** Asked without anything popping up. Without its bus there are no notifications either. */
async function keyring(): Promise<Finding | undefined> {
  if (process.platform !== 'linux') return undefined;
  switch (await keyringState()) {
    case 'open':
      return ok('keyring', text.keyring());
    case 'locked':
      return warning('keyring', text.keyringLocked(), text.unlockKeyring());
    case 'none':
      return warning('keyring', text.noKeyring(), text.installKeyring());
    case 'no-bus':
      return warning('keyring', text.noBus(), text.busAdvice());
  }
}
