/**
 * Whether one stream fills the line. Over a long way it often does not: what TCP sends before it
 * hears back is bounded, so one connection brings no more than that per round trip, whatever the
 * line could bring. More streams join on trial, and stay where all bring clearly more.
 */
import {
  TEAM_GAIN_MIN,
  TEAM_RATE_BYTES_PER_MS_MAX,
  TEAM_SAMPLE_MS,
  TEAM_STEADY_SHARE,
  TEAM_TRIAL_MS,
} from '../limits.js';

export type TeamVerdict = 'join' | 'leave' | 'stay';

export interface TeamSituation {
  readonly now: number;
  /** All that has been brought. */
  readonly bytes: number;
  /** The reader waits for the line, and much is left to read. */
  readonly couldUseMore: boolean;
}

interface Trial {
  readonly rateBefore: number;
  readonly since: number;
  readonly bytes: number;
}

export class StreamTeam {
  #sampledAt: number | undefined;
  #sampledBytes = 0;
  #rate = 0;
  #trial: Trial | undefined;
  /** Others have joined, be it in vain. Once is enough for what is left. */
  #isTogether = false;

  /** Asked again and again while a stream runs. */
  judge({ now, bytes, couldUseMore }: TeamSituation): TeamVerdict {
    if (this.#trial !== undefined) return this.#judgeTrial(this.#trial, now, bytes);
    const before = this.#rate;
    if (!this.#sample(now, bytes) || this.#isTogether || !couldUseMore) return 'stay';
    const isSteady = before > 0 && Math.abs(this.#rate - before) < before * TEAM_STEADY_SHARE;
    if (!isSteady || this.#rate > TEAM_RATE_BYTES_PER_MS_MAX) return 'stay';
    this.#trial = { rateBefore: this.#rate, since: now, bytes };
    this.#isTogether = true;
    return 'join';
  }

  #judgeTrial(trial: Trial, now: number, bytes: number): TeamVerdict {
    const elapsedMs = now - trial.since;
    if (elapsedMs < TEAM_TRIAL_MS) return 'stay';
    this.#trial = undefined;
    const rate = (bytes - trial.bytes) / elapsedMs;
    return rate >= trial.rateBefore * TEAM_GAIN_MIN ? 'stay' : 'leave';
  }

  /** @returns whether a stretch of time has passed and its rate is known. */
  #sample(now: number, bytes: number): boolean {
    if (this.#sampledAt === undefined || now - this.#sampledAt < TEAM_SAMPLE_MS) {
      this.#sampledAt ??= now;
      return false;
    }
    this.#rate = (bytes - this.#sampledBytes) / (now - this.#sampledAt);
    this.#sampledAt = now;
    this.#sampledBytes = bytes;
    return true;
  }
}
