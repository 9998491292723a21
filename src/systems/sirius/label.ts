import { z } from "zod";
import type { Ctx } from "#core/contracts.ts";
import { Episode } from "#core/episode.ts";
import { defineOperation } from "#core/operation.ts";
import { episodeRows, gatherEpisodes, RejectedEpisode } from "#learn/episodes/check-episodes.ts";
import { classCounts, frameClasses } from "#learn/episodes/frame-classes.ts";
import { exampleEpisodes } from "./example.ts";
import { weightWarnings } from "./remembered.ts";
import {
  ByClass,
  ClassOptions,
  FrameClassName,
  rulesOf,
  SHARES_FIT,
  sharesFit,
  targetOf,
  WeightsReport,
} from "./rows.ts";
import { weighFrames } from "./weigh.ts";

export const LabelInput = z
  .strictObject({ episodes: episodeRows, ...ClassOptions })
  .refine(sharesFit, SHARES_FIT);
export type LabelInput = z.infer<typeof LabelInput>;

export const LabelOutput = z.strictObject({
  rows: z.array(
    z.strictObject({
      id: z.string(),
      counts: ByClass,
      /** [steps] */
      classes: z.array(FrameClassName),
    }),
  ),
  weights: WeightsReport,
  rejected: z.array(RejectedEpisode),
  warnings: z.array(z.string()),
});
export type LabelOutput = z.infer<typeof LabelOutput>;

async function run(input: LabelInput, ctx: Ctx): Promise<LabelOutput> {
  ctx.signal.throwIfAborted();
  const { good: episodes, rejected, warnings } = gatherEpisodes(input.episodes);
  const rules = rulesOf(input);
  const { counts, weights } = weighFrames(episodes, {
    weighting: "sirius",
    rules,
    target: targetOf(input),
  });
  return {
    rows: episodes.map((episode) => {
      const classes = frameClasses(episode, rules);
      return { id: episode.id, counts: classCounts([classes]), classes };
    }),
    weights: { counts, ...weights },
    rejected,
    warnings: [...warnings, ...weightWarnings(weights)],
  };
}

export const label = defineOperation({
  id: "sirius.label",
  summary: "The class of every step and what it would weigh, before anything is trained",
  input: LabelInput,
  output: LabelOutput,
  rows: { key: "episodes", row: Episode, outKey: "rows" },
  example: { episodes: [...exampleEpisodes] },
  run,
});
