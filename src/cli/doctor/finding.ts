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

/** What was found, and what of it is the reason where a mount cannot reach its server. */
export interface Examined {
  readonly findings: readonly Finding[];
  /** Those something is wrong with: addresses of servers, names of accounts. */
  readonly wrong: readonly string[];
}

export function examined(each: ReadonlyMap<string, readonly Finding[]>): Examined {
  const wrong = [...each].filter(([, found]) => found.some(({ state }) => state === 'error'));
  return { findings: [...each.values()].flat(), wrong: wrong.map(([name]) => name) };
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
