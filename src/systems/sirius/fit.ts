import { z } from "zod";
import type { Ctx } from "#core/contracts.ts";
import { Episode } from "#core/episode.ts";
import { Problem } from "#core/errors.ts";
import { defineOperation } from "#core/operation.ts";
import { episodeRows, gatherEpisodes, RejectedEpisode } from "#learn/episodes/check-episodes.ts";
import { EVICTIONS, evict } from "#learn/episodes/eviction.ts";
import { FRAME_CLASSES, type FrameClass } from "#learn/episodes/frame-classes.ts";
import { cloneBehaviour } from "#learn/imitation/clone.ts";
import { lossCurve } from "#learn/imitation/loss-curve.ts";
import { PolicyModel, PolicySpec } from "#propose/policy/model.ts";
import { policyRunner } from "#propose/policy/runner.ts";
import { exampleEpisodes } from "./example.ts";
import { rememberedOf, weightWarnings } from "./remembered.ts";
import { ClassOptions, rulesOf, SHARES_FIT, sharesFit, targetOf, WeightsReport } from "./rows.ts";
import { WEIGHTINGS, type Weighed, weighFrames } from "./weigh.ts";

/** More frames than this add nothing to the mean error of a class. */
const CHECKED_FRAMES_MAX = 20_000;

export const FitInput = z
  .strictObject({
    episodes: episodeRows,
    ...ClassOptions,
    weighting: z
      .enum(WEIGHTINGS)
      .default("sirius")
      .describe("`iwr` and `none` are what the method is compared with"),
    keep: z
      .enum(["success", "all"])
      .default("success")
      .describe("learn from episodes the person and the robot finished together, or from all"),
    capacity: z.int().positive().optional().describe("episodes the memory holds; all where absent"),
    eviction: z
      .enum(EVICTIONS)
      .default("lfi")
      .describe("which episodes a full memory lets go first"),
    policy: PolicySpec.default({ kind: "mlp", hidden: [64, 64] }),
    steps: z.int().min(1).max(200_000).default(2000).describe("steps of the optimiser"),
    batch: z.int().min(1).max(4096).default(64),
    learningRate: z.number().positive().max(1).default(0.003),
    seed: z.int().nonnegative().default(1),
  })
  .refine(sharesFit, SHARES_FIT);
export type FitInput = z.infer<typeof FitInput>;

export const FitOutput = z.strictObject({
  model: PolicyModel,
  weights: WeightsReport,
  rows: z.array(
    z.strictObject({
      id: z.string(),
      learnedFrom: z.boolean(),
      /** Why not: thrown away, not finished, or out of a full memory. */
      because: z.enum(["discarded", "no-success", "evicted"]).nullable(),
    }),
  ),
  /** Ids, in the order they went. */
  evicted: z.array(z.string()),
  curves: z.strictObject({ loss: z.array(z.number()) }),
  report: z.strictObject({
    episodes: z.int(),
    frames: z.int(),
    /** Mean squared error of an action's numbers, on what was learned from; classes with steps only. */
    errorByClass: z.partialRecord(z.enum(FRAME_CLASSES), z.number()),
  }),
  rejected: z.array(RejectedEpisode),
  warnings: z.array(z.string()),
});
export type FitOutput = z.infer<typeof FitOutput>;

export interface FitHooks {
  /** Told of every step of the optimiser. */
  readonly onStep?: (report: { readonly step: number; readonly loss: number }) => void;
}

/**
 * A policy from demonstrations and from shifts in which people took over, every step weighted by its
 * class. Throws a `bad-input` problem when nothing is left to learn from.
 */
export async function fitSirius(
  input: FitInput,
  ctx: Ctx,
  { onStep }: FitHooks = {},
): Promise<FitOutput> {
  const { good: episodes, rejected, warnings } = gatherEpisodes(input.episodes);
  const rng = ctx.rng.split(input.seed);
  const chosen = chooseEpisodes(episodes, input, ctx);
  const weighed = weighFrames(chosen.learned, {
    weighting: input.weighting,
    rules: rulesOf(input),
    target: targetOf(input),
  });
  const { steps, batch, learningRate, policy } = input;
  const { model, losses } = await cloneBehaviour(weighed.data, {
    ...{ policy, steps, batch, learningRate },
    rng: rng.split("clone"),
    signal: ctx.signal,
    onStep: (report) => {
      onStep?.(report);
      if (report.step % 100 === 0)
        ctx.progress({ done: report.step, total: steps, label: `step ${report.step}` });
    },
  });
  const { counts, weights } = weighed;
  return {
    model,
    weights: { counts, ...weights },
    rows: chosen.rows,
    evicted: chosen.evicted,
    curves: { loss: lossCurve(losses) },
    report: {
      episodes: chosen.learned.length,
      frames: weighed.classes.length,
      errorByClass: errorByClass(model, weighed, ctx),
    },
    rejected,
    warnings: [...warnings, ...(input.weighting === "sirius" ? weightWarnings(weights) : [])],
  };
}

type Because = FitOutput["rows"][number]["because"];

function chooseEpisodes(
  episodes: readonly Episode[],
  { keep, capacity, eviction, seed }: FitInput,
  { rng }: Ctx,
): {
  readonly learned: readonly Episode[];
  readonly rows: FitOutput["rows"];
  readonly evicted: string[];
} {
  const unfit = (episode: Episode): Because => {
    if (episode.end === "discarded") return "discarded";
    const shown = episode.rows.every(({ source }) => source === "demo");
    return keep === "all" || shown || episode.end === "success" ? null : "no-success";
  };
  const fit = episodes.filter((episode) => unfit(episode) === null);
  if (fit.length === 0)
    throw new Problem("bad-input", "No episode is left to learn from", {
      expected: "demonstrations, or episodes that ended in success",
      got: `${episodes.length} episodes that did not`,
      hint: 'Set keep to "all" to learn from unfinished ones too.',
    });
  const { evicted } = evict(fit.map(rememberedOf), {
    capacity: capacity ?? fit.length,
    strategy: eviction,
    rng: rng.split(seed),
  });
  const gone = new Set(evicted);
  const because = (episode: Episode): Because =>
    unfit(episode) ?? (gone.has(episode.id) ? "evicted" : null);
  return {
    learned: fit.filter(({ id }) => !gone.has(id)),
    rows: episodes.map((episode) => ({
      id: episode.id,
      learnedFrom: because(episode) === null,
      because: because(episode),
    })),
    evicted,
  };
}

function errorByClass(
  model: PolicyModel,
  { data, classes }: Weighed,
  { rng }: Ctx,
): Partial<Record<FrameClass, number>> {
  const policy = policyRunner(model);
  const draws = rng.split("check");
  const sums = { demo: 0, robot: 0, "pre-intervention": 0, intervention: 0 };
  const seen = { ...sums };
  const step = Math.max(1, Math.ceil(classes.length / CHECKED_FRAMES_MAX));
  for (let f = 0; f < classes.length; f += step) {
    const one = classes[f] as FrameClass;
    policy.reset();
    const observed = data.observations.subarray(
      f * model.observations,
      (f + 1) * model.observations,
    );
    policy.act(observed, draws).forEach((value, j) => {
      sums[one] += (value - (data.actions[f * model.actions + j] as number)) ** 2 / model.actions;
    });
    seen[one] += 1;
  }
  return Object.fromEntries(
    FRAME_CLASSES.filter((one) => seen[one] > 0).map((one) => [one, sums[one] / seen[one]]),
  );
}

export const fit = defineOperation({
  id: "sirius.fit",
  summary: "A policy from demonstrations and shifts, people's steps weighted up",
  input: FitInput,
  output: FitOutput,
  rows: { key: "episodes", row: Episode, outKey: "rows" },
  example: { episodes: [...exampleEpisodes], steps: 200, policy: { kind: "mlp", hidden: [8] } },
  run: (input: FitInput, ctx: Ctx) => fitSirius(input, ctx),
});
