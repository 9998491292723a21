import { z } from "zod";
import type { Ctx } from "#core/contracts.ts";
import { Episode, StepSegment } from "#core/episode.ts";
import { defineOperation } from "#core/operation.ts";
import { episodeRows, gatherEpisodes, RejectedEpisode } from "#learn/episodes/check-episodes.ts";
import { exampleEpisodes } from "./example.ts";
import { SplitOptions } from "./rows.ts";
import { splitEpisodes } from "./split-episodes.ts";

/** Cuts below this are worth a person's look. */
const DOUBTFUL = 0.8;

export const SplitInput = z.strictObject({ episodes: episodeRows, ...SplitOptions });
export type SplitInput = z.infer<typeof SplitInput>;

const CutRow = z.strictObject({
  interventionId: z.int(),
  /** Rows of the take-over, `end` not included; the correction begins at row `at`. */
  start: z.int(),
  end: z.int(),
  at: z.int(),
  confidence: z.number().min(0).max(1),
  by: z.enum(["person", "familiarity"]),
});

export const SplitOutput = z.strictObject({
  rows: z.array(
    z.strictObject({
      id: z.string(),
      cuts: z.array(CutRow),
      /** [steps] null where nobody had taken over. */
      segments: z.array(StepSegment.nullable()),
    }),
  ),
  report: z.strictObject({ takeOvers: z.int(), doubtful: z.int(), neverFamiliar: z.int() }),
  rejected: z.array(RejectedEpisode),
  warnings: z.array(z.string()),
});
export type SplitOutput = z.infer<typeof SplitOutput>;

async function run(input: SplitInput, ctx: Ctx): Promise<SplitOutput> {
  ctx.signal.throwIfAborted();
  const { good: episodes, rejected, warnings } = gatherEpisodes(input.episodes);
  const split = splitEpisodes(episodes, input);
  const cuts = split.flatMap((one) => one.cuts);
  return {
    rows: split.map(({ episode, cuts }) => ({
      id: episode.id,
      cuts: [...cuts],
      segments: episode.rows.map(({ segment }) => segment ?? null),
    })),
    report: {
      takeOvers: cuts.length,
      doubtful: cuts.filter(({ confidence }) => confidence < DOUBTFUL).length,
      neverFamiliar: cuts.filter(({ at, end }) => at === end).length,
    },
    rejected,
    warnings,
  };
}

export const split = defineOperation({
  id: "rac.split",
  summary: "Where each take-over turns from getting back to getting on",
  input: SplitInput,
  output: SplitOutput,
  rows: { key: "episodes", row: Episode, outKey: "rows" },
  example: { episodes: [...exampleEpisodes] },
  run,
});
