import { z } from "zod";
import type { Ctx } from "#core/contracts.ts";
import { Episode } from "#core/episode.ts";
import { Problem } from "#core/errors.ts";
import { defineOperation } from "#core/operation.ts";
import { episodeRows, gatherEpisodes, RejectedEpisode } from "#learn/episodes/check-episodes.ts";
import {
  allRuns,
  type HumanOnly,
  humanOnlyRuns,
  trainingFrames,
} from "#learn/episodes/training-runs.ts";
import { cloneBehaviour } from "#learn/imitation/clone.ts";
import { lossCurve } from "#learn/imitation/loss-curve.ts";
import { PolicyModel, type PolicySpec } from "#propose/policy/model.ts";
import { exampleEpisodes } from "./example.ts";
import { SplitOptions } from "./rows.ts";
import { splitEpisodes } from "./split-episodes.ts";

export const FitInput = z
  .strictObject({
    episodes: episodeRows,
    ...SplitOptions,
    filter: z
      .enum(["human-only", "human-any", "all"])
      .default("human-only")
      .describe(
        "`human-only`: whole take-overs and demonstrations; `human-any`: unfinished take-overs too; `all`: the policy's steps as well",
      ),
    alone: z
      .boolean()
      .default(true)
      .describe("learn from roll-outs that finished the whole task with nobody's help"),
    objective: z
      .enum(["flow", "mse"])
      .default("flow")
      .describe("flow matching over chunks of actions, or squared error of one action"),
    chunk: z.int().min(1).max(100).default(8).describe("actions planned at a time, with `flow`"),
    execute: z
      .int()
      .min(1)
      .max(100)
      .default(4)
      .describe("of those, how many are done before the policy looks again"),
    hidden: z
      .array(z.int().min(1).max(1024))
      .min(1)
      .max(8)
      .optional()
      .describe("units of each layer; 128, 128 with `flow`, 64, 64 with `mse` where absent"),
    steps: z.int().min(1).max(200_000).default(2000).describe("steps of the optimiser"),
    batch: z.int().min(1).max(4096).default(64),
    learningRate: z.number().positive().max(1).default(0.003),
    seed: z.int().nonnegative().default(1),
  })
  .refine(({ chunk, execute }) => execute <= chunk, {
    path: ["execute"],
    message: "no more than the chunk",
  });
export type FitInput = z.infer<typeof FitInput>;

export const FitOutput = z.strictObject({
  model: PolicyModel,
  rows: z.array(
    z.strictObject({
      id: z.string(),
      /** Steps of it that were learned from. */
      frames: z.int(),
      /** Succeeded with nobody's help, and is learned from for that. */
      alone: z.boolean(),
      /** Take-overs that were not learned from. */
      partial: z.array(
        z.strictObject({
          interventionId: z.int(),
          because: z.enum(["no-recovery", "no-correction", "cut-short", "not-real"]),
        }),
      ),
    }),
  ),
  curves: z.strictObject({ loss: z.array(z.number()) }),
  report: z.strictObject({ frames: z.int(), alone: z.int(), partial: z.int() }),
  rejected: z.array(RejectedEpisode),
  warnings: z.array(z.string()),
});
export type FitOutput = z.infer<typeof FitOutput>;

export interface FitHooks {
  /** Told of every step of the optimiser. */
  readonly onStep?: (report: { readonly step: number; readonly loss: number }) => void;
}

const policyOf = ({ objective, chunk, execute, hidden }: FitInput): PolicySpec =>
  objective === "mse"
    ? { kind: "mlp", hidden: hidden ?? [64, 64] }
    : { kind: "flow", hidden: hidden ?? [128, 128], chunk, execute, eulerSteps: 10 };

/**
 * A policy from demonstrations, recoveries and corrections. Throws a `bad-input` problem when nothing
 * is left to learn from, or when take-overs have to be cut and too few demonstrations say where.
 */
export async function fitRac(
  input: FitInput,
  ctx: Ctx,
  { onStep }: FitHooks = {},
): Promise<FitOutput> {
  const { good: episodes, rejected, warnings } = gatherEpisodes(input.episodes);
  const cut =
    input.filter === "human-only"
      ? splitEpisodes(episodes, input).map(({ episode }) => episode)
      : episodes;
  const chosen: HumanOnly =
    input.filter === "all"
      ? { runs: allRuns(cut), alone: [], partial: [] }
      : humanOnlyRuns(cut, {
          alone: input.alone,
          takeOvers: input.filter === "human-only" ? "whole" : "any",
        });
  if (chosen.runs.length === 0)
    throw new Problem("bad-input", "No step is left to learn from", {
      expected: "demonstrations, or take-overs with a recovery and a correction",
      got: `${episodes.length} episodes without, ${chosen.partial.length} take-overs left out`,
      hint: 'Set filter to "human-any" to learn from unfinished take-overs too.',
    });
  const { steps, batch, learningRate } = input;
  const { model, losses } = await cloneBehaviour(trainingFrames(chosen.runs), {
    policy: policyOf(input),
    ...{ steps, batch, learningRate },
    rng: ctx.rng.split(input.seed).split("clone"),
    signal: ctx.signal,
    onStep: (report) => {
      onStep?.(report);
      if (report.step % 100 === 0)
        ctx.progress({ done: report.step, total: steps, label: `step ${report.step}` });
    },
  });
  const alone = new Set(chosen.alone);
  const frames = new Map<string, number>();
  for (const { episode, start, end } of chosen.runs)
    frames.set(episode.id, (frames.get(episode.id) ?? 0) + end - start);
  return {
    model,
    rows: cut.map(({ id }) => ({
      id,
      frames: frames.get(id) ?? 0,
      alone: alone.has(id),
      partial: chosen.partial
        .filter(({ episodeId }) => episodeId === id)
        .map(({ interventionId, because }) => ({ interventionId, because })),
    })),
    curves: { loss: lossCurve(losses) },
    report: {
      frames: [...frames.values()].reduce((sum, count) => sum + count, 0),
      alone: chosen.alone.length,
      partial: chosen.partial.length,
    },
    rejected,
    warnings,
  };
}

export const fit = defineOperation({
  id: "rac.fit",
  summary: "A policy from demonstrations, recoveries and corrections",
  input: FitInput,
  output: FitOutput,
  rows: { key: "episodes", row: Episode, outKey: "rows" },
  example: { episodes: [...exampleEpisodes], steps: 100, hidden: [16] },
  run: (input: FitInput, ctx: Ctx) => fitRac(input, ctx),
});
