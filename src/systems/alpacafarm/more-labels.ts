import { z } from "zod";
import { heldOutPairs } from "#assess/reward/held-out-pairs.ts";
import { type PairTable, pairTable, tableSpec } from "#assess/reward/pair-table.ts";
import { BUCKETS_DEFAULT, constantColumns, featurise } from "#assess/reward/reply-features.ts";
import { HEAD_TRAINING } from "#assess/reward/reward-head.ts";
import { fitRewardModel, memberScores } from "#assess/reward/reward-model.ts";
import type { Ctx } from "#core/contracts.ts";
import { Interval } from "#core/measurement.ts";
import { defineOperation } from "#core/operation.ts";
import { type ErrorPoint, forecastError } from "#learn/forecast.ts";
import { wilson } from "#measure/proportion.ts";
import { examplePairs } from "./example.ts";
import { codingOf, FarmRow, type SecondWins } from "./rows.ts";

const PAIRS_MAX = 50_000;
/** Sizes tried, as shares of all labels to learn from. */
const SHARES = [0.1, 0.18, 0.32, 0.56, 1];
const LABELS_MIN = 8;
const LEVEL = 0.95;

export const MoreLabelsInput = z.strictObject({
  pairs: z.array(FarmRow).min(1).max(PAIRS_MAX),
  more: z
    .array(z.int().positive())
    .min(1)
    .max(20)
    .default([500, 1000, 2000])
    .describe("how many further labels to forecast for"),
  repeats: z.int().min(1).max(20).default(3).describe("draws of each smaller number of labels"),
  heldOut: z.number().min(0.05).max(0.5).default(0.25),
  seed: z.int().nonnegative().default(1),
});

const Point = z.strictObject({
  labels: z.int(),
  /** Share of held-out pairs that the reward model puts in the right order. */
  accuracy: z.number(),
  interval: Interval,
});
export const MoreLabelsOutput = z.strictObject({
  rows: z.array(Point),
  /** Null where the curve has too few points to go on from. */
  forecast: z.array(Point).nullable(),
  heldOut: z.int(),
  warnings: z.array(z.string()),
});

/** Rows as comparisons of a chosen and another reply; unjudged ones and ties fall out. */
function comparisonsOf(pairs: readonly FarmRow[], secondWins: readonly (SecondWins | undefined)[]) {
  return pairs.flatMap((pair, row) => {
    const wins = secondWins[row];
    if (wins === undefined) return [];
    const prompt = pair.input ? `${pair.instruction}\n\n${pair.input}` : pair.instruction;
    const answers = [pair.output_1, pair.output_2];
    if (answers.includes("")) return [];
    const preference = wins === 0.5 ? null : wins;
    return [{ id: String(row), prompt, answers, preference }];
  });
}

async function run(input: z.infer<typeof MoreLabelsInput>, ctx: Ctx) {
  const coded = codingOf(input.pairs);
  const table = pairTable(comparisonsOf(input.pairs, coded.secondWins));
  const rng = ctx.rng.split(input.seed);
  const held = heldOutPairs(table, input.heldOut, rng.split("held-out"));
  const training = Array.from(table.ids.keys()).filter((pair) => !held.has(pair));
  const sizes = [...new Set(SHARES.map((share) => Math.floor(share * training.length)))].filter(
    (size) => size >= LABELS_MIN,
  );
  const accuracyWith = reader(table, held, ctx);
  const rows: z.infer<typeof Point>[] = [];
  const measured: ErrorPoint[] = [];
  for (const [at, labels] of sizes.entries()) {
    ctx.progress({ done: at, total: sizes.length, label: `learning from ${labels} labels` });
    const own = rng.split(labels);
    const repeats = labels === training.length ? 1 : input.repeats;
    let right = 0;
    for (let r = 0; r < repeats; r++)
      right += accuracyWith(own.split(r).shuffle(training).slice(0, labels), own.split(r));
    const accuracy = right / repeats;
    rows.push({ labels, accuracy, interval: wilson(Math.round(accuracy * held.size), held.size) });
    // Adding one of each outcome keeps a perfect score from being certain.
    const p = (accuracy * held.size + 1) / (held.size + 2);
    const standardError = Math.sqrt((p * (1 - p)) / held.size);
    measured.push({ corrections: labels, error: 1 - accuracy, standardError });
  }
  const at = input.more.map((more) => training.length + more);
  const forecast = forecastError(measured, { at, level: LEVEL });
  return {
    rows,
    forecast:
      forecast?.map(({ corrections, error, low, high }) => ({
        labels: corrections,
        accuracy: 1 - error,
        interval: {
          low: Math.max(0, 1 - high),
          high: Math.min(1, 1 - low),
          level: LEVEL,
          method: "power-law",
        },
      })) ?? null,
    heldOut: held.size,
    warnings: [
      ...(coded.note === null ? [] : [coded.note]),
      ...table.warnings,
      ...(forecast === null ? ["Too few labels to say what more would buy."] : []),
    ],
  };
}

/** How many held-out pairs, as a share, a reward model learned from these pairs gets right. */
function reader(table: PairTable, held: ReadonlySet<number>, { signal }: Ctx) {
  const spec = tableSpec(table, BUCKETS_DEFAULT);
  const features = featurise(table.replies, spec);
  constantColumns(features, spec); // says so where nothing tells replies apart
  return (pairs: readonly number[], rng: Ctx["rng"]): number => {
    const chosen = Uint32Array.from(pairs, (pair) => 2 * pair);
    const model = fitRewardModel(
      { features, chosen, rejected: chosen.map((row) => row + 1) },
      { ...HEAD_TRAINING, members: 1, bootstrap: false },
      { rng, reference: features, signal },
    );
    const [scores] = memberScores(model, features);
    let right = 0;
    for (const pair of held) {
      const lead = scores === undefined ? 0 : at(scores, 2 * pair) - at(scores, 2 * pair + 1);
      right += lead > 0 ? 1 : lead === 0 ? 0.5 : 0;
    }
    return right / held.size;
  };
}

const at = (values: Float64Array, i: number): number => values[i] as number;

export const moreLabels = defineOperation({
  id: "alpacafarm.moreLabels",
  summary: "What more labels would buy: a reward model's accuracy by labels, and a forecast",
  input: MoreLabelsInput,
  output: MoreLabelsOutput,
  rows: { key: "pairs", row: FarmRow, outKey: "rows" },
  example: { pairs: [...examplePairs], more: [100, 1000] },
  run,
});
