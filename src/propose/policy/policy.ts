import type { Rng } from "#core/rng.ts";

/** What acts in a world: an observation in, an action out. */
export interface Policy {
  /** Before an episode, and when a person hands back: forgets what was planned. */
  reset(): void;
  /** [action size] each in [-1, 1]; a new array. */
  act(observation: ArrayLike<number>, rng: Rng): Float64Array;
}
