/** Time comes in from outside, so that tests run under a simulated clock. */
export interface Clock {
  /** Wall clock, milliseconds since the epoch, with a fraction. For dates shown to a user. */
  now(): number;
  /** Never goes back, milliseconds. For deadlines and back-off. */
  monotonic(): number;
}

export const systemClock: Clock = {
  now: () => performance.timeOrigin + performance.now(),
  monotonic: () => performance.now(),
};
