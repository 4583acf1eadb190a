/** `doctor`: looks for what is wrong, and says how to mend it. */
import path from 'node:path';
import type { Finding, State } from './doctor/finding.js';
import { examineLogins } from './doctor/logins.js';
import { examineMachine } from './doctor/machine.js';
import { examineMounts } from './doctor/mounts.js';
import { examineServers } from './doctor/servers.js';
import { writeSupportFile } from './doctor/support-file.js';
import { CommandError, EXIT } from './exit-codes.js';
import { hanging, terminalColumns } from './hanging.js';
import { doctorText as text } from './messages/doctor.js';
import { resolveMountPoint } from './mount-point.js';
import { ownVersion } from './own-version.js';

export interface DoctorOptions {
  readonly json: boolean;
  readonly repair: boolean;
  readonly report: string | undefined;
}

export async function doctor(dir: string | undefined, options: DoctorOptions): Promise<void> {
  const mountPoint = dir === undefined ? undefined : resolveMountPoint(dir);
  const machine = await examineMachine();
  const servers = await examineServers();
  const logins = await examineLogins();
  const wrong = new Set([...servers.wrong, ...logins.wrong]);
  const mounts = await examineMounts({ mountPoint, repair: options.repair, wrong });
  const findings = [...machine, ...servers.findings, ...logins.findings, ...mounts];
  process.stdout.write(options.json ? jsonOf(findings) : show(findings));
  if (options.report !== undefined) report(options.report, findings);
  const count = findings.filter(({ state }) => state === 'error').length;
  if (count > 0) throw new CommandError(EXIT.UNEXPECTED, text.errors({ count }));
}

function report(given: string, findings: readonly Finding[]): void {
  const file = path.resolve(given);
  try {
    writeSupportFile(file, ownVersion(), findings);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandError(EXIT.UNEXPECTED, text.reportFails({ file, reason }));
  }
  process.stderr.write(`${text.reportWritten({ file })}\n`);
}

function jsonOf(findings: readonly Finding[]): string {
  return `${JSON.stringify({ version: 1, findings }, undefined, 2)}\n`;
}

const MARKS: Readonly<Record<State, () => string>> = {
  ok: text.markOk,
  warning: text.markWarning,
  error: text.markError,
};

const COLOURS: Readonly<Record<State, string>> = { ok: '32', warning: '33', error: '31' };

function show(findings: readonly Finding[]): string {
  const width = Math.max(...Object.values(MARKS).map((mark) => mark().length));
  const lines = findings.flatMap(({ state, message, advice }) => {
    const fitted = (text: string, indent: number): string =>
      hanging(text, indent, terminalColumns());
    const mark = coloured(state, MARKS[state]().padEnd(width));
    const line = `${mark}  ${fitted(message, width + 2)}`;
    if (advice === undefined) return [line];
    return [line, `${' '.repeat(width)}  → ${fitted(advice, width + 4)}`];
  });
  return `${lines.join('\n')}\n`;
}

function coloured(state: State, mark: string): string {
  const isPlain = !process.stdout.isTTY || process.env['NO_COLOR'] !== undefined;
  return isPlain ? mark : `\u001B[${COLOURS[state]}m${mark}\u001B[0m`;
}
