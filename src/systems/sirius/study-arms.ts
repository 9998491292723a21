import type { Eviction } from "#learn/episodes/eviction.ts";
import { EVICTIONS } from "#learn/episodes/eviction.ts";
import type { Learning, Plan } from "./study-rounds.ts";
import type { Weighting } from "./weigh.ts";

/** Steps of pressing on the board that the person tolerates before taking over (W). */
export const REACTIONS = [8, 25] as const;
export type Reaction = (typeof REACTIONS)[number];
/** Where memories, the control and the MuJoCo twin are run: with the slow person. */
export const SLOW: Reaction = 25;

const weighted = (
  weighting: Weighting,
  more: Partial<Extract<Learning, { kind: "weighted" }>> = {},
): Plan => ({
  learning: { kind: "weighted", weighting, preWindow: true, preIntervention: 0, ...more },
});

/** What is run for either person, by the first part of an arm's id. */
export const PLANS = {
  bc: weighted("none"),
  hg: { learning: { kind: "human-only" } },
  iwr: weighted("iwr"),
  "iwr-clip": { ...weighted("iwr"), clipNorm: 1 },
  sirius: weighted("sirius"),
  "no-pre": weighted("sirius", { preWindow: false }),
  "pre-002": weighted("sirius", { preIntervention: 0.002 }),
  shuffled: { learning: { kind: "shuffled" } },
} satisfies Readonly<Record<string, Plan>>;

/** Of all that would be recorded if every episode were kept. */
export const MEMORY_SHARE = 0.3;

export const memoryPlans = (episodes: number): Readonly<Record<string, Plan>> =>
  Object.fromEntries(
    EVICTIONS.map((strategy: Eviction) => [
      `memory-${strategy}`,
      {
        ...weighted("sirius"),
        memory: { strategy, capacity: Math.max(1, Math.round(MEMORY_SHARE * episodes)) },
      },
    ]),
  );

/** Run where the slot is seen as it is, and trying again is worth nothing. */
export const CONTROLS = ["bc", "iwr", "sirius"] as const;
/** Run in MuJoCo. */
export const TRANSFERRED = ["bc", "hg", "iwr", "sirius"] as const;
