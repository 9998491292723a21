import { z } from "zod";
import type { Ctx } from "#core/contracts.ts";
import { Episode } from "#core/episode.ts";
import { defineOperation } from "#core/operation.ts";
import { episodeRows, gatherEpisodes, RejectedEpisode } from "#learn/episodes/check-episodes.ts";
import { EVICTIONS, evict } from "#learn/episodes/eviction.ts";
import { exampleEpisodes } from "./example.ts";
import { rememberedOf } from "./remembered.ts";

const Strategy = z.enum(EVICTIONS);

export const EvictInput = z.strictObject({
  episodes: episodeRows,
  capacity: z.int().positive().describe("episodes that may stay"),
  strategies: z
    .array(Strategy)
    .min(1)
    .default([...EVICTIONS])
    .describe("which orders of eviction to show"),
  seed: z.int().nonnegative().default(1).describe("of uniform eviction"),
});
export type EvictInput = z.infer<typeof EvictInput>;

export const EvictOutput = z.strictObject({
  rows: z.array(
    z.strictObject({
      id: z.string(),
      round: z.int(),
      humanShare: z.number(),
      /** When it would go under each strategy, from 1; absent where it stays. */
      goes: z.partialRecord(Strategy, z.int().positive()),
    }),
  ),
  rejected: z.array(RejectedEpisode),
  warnings: z.array(z.string()),
});
export type EvictOutput = z.infer<typeof EvictOutput>;

async function run(input: EvictInput, ctx: Ctx): Promise<EvictOutput> {
  ctx.signal.throwIfAborted();
  const { good: episodes, rejected, warnings } = gatherEpisodes(input.episodes);
  const remembered = episodes.map(rememberedOf);
  const rng = ctx.rng.split(input.seed);
  const plans = input.strategies.map((strategy) => {
    const { evicted } = evict(remembered, { capacity: input.capacity, strategy, rng });
    return { strategy, place: new Map(evicted.map((id, i) => [id, i + 1])) };
  });
  const rows = remembered.map((one) => ({
    ...one,
    goes: Object.fromEntries(
      plans.flatMap(({ strategy, place }) => {
        const at = place.get(one.id);
        return at === undefined ? [] : [[strategy, at]];
      }),
    ),
  }));
  return { rows, rejected, warnings };
}

export const evictPreview = defineOperation({
  id: "sirius.evict",
  summary: "Which episodes a full memory would let go, under each strategy",
  input: EvictInput,
  output: EvictOutput,
  rows: { key: "episodes", row: Episode, outKey: "rows" },
  example: { episodes: [...exampleEpisodes], capacity: 4 },
  run,
});
