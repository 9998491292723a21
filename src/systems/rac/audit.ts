import { z } from "zod";
import type { Ctx } from "#core/contracts.ts";
import { Episode } from "#core/episode.ts";
import { Interval } from "#core/measurement.ts";
import { defineOperation } from "#core/operation.ts";
import { episodeRows, gatherEpisodes, RejectedEpisode } from "#learn/episodes/check-episodes.ts";
import { episodeStatistics, roundStatistics } from "#learn/episodes/episode-statistics.ts";
import { wilson } from "#measure/proportion.ts";
import { exampleEpisodes } from "./example.ts";
import { SplitOptions } from "./rows.ts";
import { splitEpisodes } from "./split-episodes.ts";

export const AuditInput = z.strictObject({ episodes: episodeRows, ...SplitOptions });
export type AuditInput = z.infer<typeof AuditInput>;

const Share = z.strictObject({ value: z.number(), interval: Interval, n: z.int() });

export const AuditOutput = z.strictObject({
  rows: z.array(
    z.strictObject({
      id: z.string(),
      round: z.int(),
      end: z.string(),
      humanShare: z.number(),
      recoverySteps: z.int(),
      correctionSteps: z.int(),
    }),
  ),
  /** Share of all episodes that hold one or more. */
  withRecovery: Share,
  withCorrection: Share,
  rounds: z.array(
    z.strictObject({
      round: z.int(),
      episodes: z.int(),
      takeOvers: z.int(),
      humanSteps: z.int(),
      recoverySteps: z.int(),
      correctionSteps: z.int(),
      /** Steps of correction for each of recovery; null without recovery. */
      correctionsPerRecovery: z.number().nullable(),
    }),
  ),
  rejected: z.array(RejectedEpisode),
  warnings: z.array(z.string()),
});
export type AuditOutput = z.infer<typeof AuditOutput>;

async function run(input: AuditInput, ctx: Ctx): Promise<AuditOutput> {
  ctx.signal.throwIfAborted();
  const { good: episodes, rejected, warnings } = gatherEpisodes(input.episodes);
  const cut = splitEpisodes(episodes, input)
    .map(({ episode }) => episode)
    .filter(({ end }) => end !== "discarded");
  const each = cut.map((episode) => ({ episode, ...episodeStatistics(episode) }));
  const share = (holds: (one: (typeof each)[number]) => boolean) => {
    const count = each.filter(holds).length;
    const n = each.length;
    return { value: n === 0 ? 0 : count / n, interval: wilson(count, n), n };
  };
  return {
    rows: each.map(({ episode, humanShare, recoverySteps, correctionSteps }) => ({
      id: episode.id,
      round: episode.round,
      end: episode.end,
      ...{ humanShare, recoverySteps, correctionSteps },
    })),
    withRecovery: share(({ recoverySteps }) => recoverySteps > 0),
    withCorrection: share(({ correctionSteps }) => correctionSteps > 0),
    rounds: roundStatistics(cut).map((of) => ({
      round: of.round,
      episodes: of.episodes,
      takeOvers: of.takeOvers,
      humanSteps: of.humanSteps,
      recoverySteps: of.recoverySteps,
      correctionSteps: of.correctionSteps,
      correctionsPerRecovery: of.correctionsPerRecovery,
    })),
    rejected,
    warnings,
  };
}

export const audit = defineOperation({
  id: "rac.audit",
  summary: "How much recovery and correction a set of recordings holds, round by round",
  input: AuditInput,
  output: AuditOutput,
  rows: { key: "episodes", row: Episode, outKey: "rows" },
  example: { episodes: [...exampleEpisodes] },
  run,
});
