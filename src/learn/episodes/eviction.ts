import { Problem } from "#core/errors.ts";
import type { Rng } from "#core/rng.ts";

/**
 * Which episodes of a full memory go first (Sirius, Liu et al. 2023, section IV-C):
 * `lfi` those with the least intervention, `mfi` with the most, `fifo` the oldest, `filo` the newest,
 * `uniform` any.
 */
export const EVICTIONS = ["lfi", "mfi", "fifo", "filo", "uniform"] as const;
export type Eviction = (typeof EVICTIONS)[number];

/** What a memory knows of an episode. Episodes come in the order they were recorded. */
export interface Remembered {
  readonly id: string;
  readonly round: number;
  /**
   * Share of its steps that a person did. A demonstration is all a person's: 1, so that `lfi` keeps
   * it longest.
   */
  readonly humanShare: number;
}

export interface EvictionPlan {
  /** In the order recorded. */
  readonly kept: string[];
  /** In the order they go. */
  readonly evicted: string[];
}

/**
 * What has to go for at most `capacity` episodes to be left. Ties go by age, the oldest first
 * (`filo`: the newest).
 *
 * @throws Problem `bad-input` for a capacity below one episode, or two episodes of one id.
 */
export function evict(
  episodes: readonly Remembered[],
  how: { readonly capacity: number; readonly strategy: Eviction; readonly rng: Rng },
): EvictionPlan {
  const { capacity, strategy, rng } = how;
  if (!Number.isSafeInteger(capacity) || capacity < 1)
    throw new Problem("bad-input", "The memory is too small for a single episode", {
      expected: "a capacity of 1 or more episodes, a whole number",
      got: String(capacity),
    });
  const ids = episodes.map(({ id }) => id);
  const seen = new Set<string>();
  const twice = ids.find((id) => seen.size === seen.add(id).size);
  if (twice !== undefined)
    throw new Problem("bad-input", "Two episodes have the same id", { got: twice });
  const order = evictionOrder(episodes, strategy, rng);
  const evicted = order.slice(0, Math.max(0, episodes.length - capacity)).map(({ id }) => id);
  const gone = new Set(evicted);
  return { kept: ids.filter((id) => !gone.has(id)), evicted };
}

/** All episodes, the first to go first. */
function evictionOrder(
  episodes: readonly Remembered[],
  strategy: Eviction,
  rng: Rng,
): Remembered[] {
  const byAge = episodes.map((episode, at) => ({ episode, at }));
  const sorted = (key: (episode: Remembered) => number, age: 1 | -1 = 1) =>
    byAge
      .toSorted((a, b) => key(a.episode) - key(b.episode) || age * (a.at - b.at))
      .map(({ episode }) => episode);
  if (strategy === "lfi") return sorted(({ humanShare }) => humanShare);
  if (strategy === "mfi") return sorted(({ humanShare }) => -humanShare);
  if (strategy === "fifo") return sorted(({ round }) => round);
  if (strategy === "filo") return sorted(({ round }) => -round, -1);
  return rng.split("evict").shuffle(episodes);
}
