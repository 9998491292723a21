/** Time is an argument: composition roots pass `systemClock`, tests and studies a clock they move themselves. */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  nowMs(): number;
}

export const systemClock: Clock = { nowMs: () => Date.now() };

export interface ManualClock extends Clock {
  advance(ms: number): void;
}

/** A clock that stands still until it is moved. */
export function manualClock(startMs = 0): ManualClock {
  let now = startMs;
  return {
    nowMs: () => now,
    advance: (ms) => {
      now += ms;
    },
  };
}
