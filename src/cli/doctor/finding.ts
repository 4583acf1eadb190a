/** What `doctor` says of one thing that it has looked at. */

export type State = 'ok' | 'warning' | 'error';

export interface Finding {
  /** Which check: a word for scripts. */
  readonly check: string;
  readonly state: State;
  /** A sentence. */
  readonly message: string;
  /** How it is mended. */
  readonly advice?: string | undefined;
}

export function ok(check: string, message: string): Finding {
  return { check, state: 'ok', message };
}

export function warning(check: string, message: string, advice?: string): Finding {
  return { check, state: 'warning', message, advice };
}

export function failure(check: string, message: string, advice?: string): Finding {
  return { check, state: 'error', message, advice };
}
