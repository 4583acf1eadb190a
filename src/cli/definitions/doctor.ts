/** How `doctor` is typed: its arguments and options. */
import type { Argv } from 'yargs';
import { doctorText as text } from '../messages/doctor.js';
import { flag, json, mountedFolder } from './arguments.js';

export function addDoctor(y: Argv): Argv {
  return y.command('doctor [dir]', text.about(), doctorOptions, async ({ dir, ...options }) =>
    (await import('../doctor-command.js')).doctor(dir, options),
  );
}

function doctorOptions(y: Argv) {
  return json(mountedFolder(y))
    .option('repair', flag(text.aboutRepair()))
    .option('report', { type: 'string', requiresArg: true, describe: text.aboutReport() });
}
