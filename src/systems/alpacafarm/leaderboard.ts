import { z } from "zod";
import type { Ctx } from "#core/contracts.ts";
import { Problem } from "#core/errors.ts";
import { Interval } from "#core/measurement.ts";
import { defineOperation } from "#core/operation.ts";
import { clusteredBootstrap, clustersOf } from "#measure/bootstrap.ts";
import { lengthControlledWinRate } from "#measure/length-controlled.ts";
import { exampleOutputs } from "./example.ts";
import { codingOf, FarmRow, questionOf } from "./rows.ts";

const ROWS_MAX = 1_000_000;
const PERCENT = 100;
const RESAMPLES = 1999;

export const LeaderboardInput = z.strictObject({
  pairs: z.array(FarmRow).min(1).max(ROWS_MAX),
  reference: z.string().min(1).describe("the generator that all are compared with"),
});

const Row = z.strictObject({
  generator: z.string(),
  /** Percent, a tie counting half, as alpaca_eval reports it. */
  win_rate: z.number(),
  /** Of the win rate over instructions, percent. */
  standard_error: z.number().nullable(),
  /** Over instructions, percent. */
  interval: Interval,
  n_wins: z.int(),
  n_wins_base: z.int(),
  n_draws: z.int(),
  n_total: z.int(),
  /** Mean characters of its outputs, and of the reference's beside them. */
  length: z.number(),
  length_reference: z.number(),
  /** What the win rate would be at equal lengths, percent; null where lengths do not differ. */
  length_controlled_win_rate: z.number().nullable(),
});
export const LeaderboardOutput = z.strictObject({
  rows: z.array(Row),
  excluded: z.strictObject({
    /** Instructions without a judged output of the reference beside it. */
    withoutReference: z.int(),
    unjudged: z.int(),
  }),
  warnings: z.array(z.string()),
});

/** One comparison of a generator with the reference. */
interface Duel {
  readonly question: string;
  readonly verdict: number;
  readonly length: number;
  readonly referenceLength: number;
}

async function run({ pairs, reference }: z.infer<typeof LeaderboardInput>, ctx: Ctx) {
  const coded = codingOf(pairs);
  const duels = new Map<string, Duel[]>();
  const excluded = { withoutReference: 0, unjudged: 0 };
  pairs.forEach((pair, row) => {
    const first = pair.generator_1 ?? reference;
    const second = pair.generator_2;
    if (second === undefined)
      throw new Problem("bad-input", "A leaderboard needs to know what wrote each output", {
        at: { row, field: "generator_2" },
        expected: "the name of a generator",
        got: "nothing",
      });
    const wins = coded.secondWins[row];
    if (wins === undefined) {
      excluded.unjudged++;
      return;
    }
    if ((first === reference) === (second === reference)) {
      excluded.withoutReference++;
      return;
    }
    const ours = first === reference ? second : first;
    const [length, referenceLength] =
      first === reference
        ? [pair.output_2.length, pair.output_1.length]
        : [pair.output_1.length, pair.output_2.length];
    const verdict = first === reference ? wins : 1 - wins;
    const list = duels.get(ours) ?? [];
    list.push({ question: questionOf(pair), verdict, length, referenceLength });
    duels.set(ours, list);
  });
  if (duels.size === 0)
    throw new Problem("bad-input", `Nothing was compared with "${reference}"`, {
      at: { field: "reference" },
      expected: "a generator that stands on one side of some judged pairs",
      got: reference,
    });
  const rows = [...duels]
    .map(([generator, own]) => rowOf(generator, own, ctx))
    .sort((a, b) => b.win_rate - a.win_rate || (a.generator < b.generator ? -1 : 1));
  return { rows, excluded, warnings: coded.note === null ? [] : [coded.note] };
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

function rowOf(generator: string, duels: readonly Duel[], { rng }: Ctx): z.infer<typeof Row> {
  const verdicts = duels.map(({ verdict }) => verdict);
  const rate = mean(verdicts);
  const questions = new Map<string, number[]>();
  for (const { question, verdict } of duels)
    questions.set(question, [...(questions.get(question) ?? []), verdict]);
  const spread = mean([...questions.values()].map((own) => (mean(own) - rate) ** 2));
  const { interval } = clusteredBootstrap(
    (indices) => mean(Array.from(indices, (i) => verdicts[i] as number)),
    clustersOf(duels.map(({ question }) => question)),
    { rng: rng.split(generator), resamples: RESAMPLES },
  );
  const controlled = lengthControlledWinRate(
    duels.map(({ verdict, length, referenceLength }) => ({
      verdict,
      lengthDifference: length - referenceLength,
    })),
  );
  return {
    generator,
    win_rate: PERCENT * rate,
    standard_error: questions.size < 2 ? null : PERCENT * Math.sqrt(spread / (questions.size - 1)),
    interval: { ...interval, low: PERCENT * interval.low, high: PERCENT * interval.high },
    n_wins: verdicts.filter((verdict) => verdict === 1).length,
    n_wins_base: verdicts.filter((verdict) => verdict === 0).length,
    n_draws: verdicts.filter((verdict) => verdict === 0.5).length,
    n_total: verdicts.length,
    length: mean(duels.map(({ length }) => length)),
    length_reference: mean(duels.map(({ referenceLength }) => referenceLength)),
    length_controlled_win_rate: controlled.lengthSd === null ? null : PERCENT * controlled.winRate,
  };
}

export const leaderboard = defineOperation({
  id: "alpacafarm.leaderboard",
  summary: "Win rates of generators against a reference, with intervals and lengths",
  input: LeaderboardInput,
  output: LeaderboardOutput,
  rows: { key: "pairs", row: FarmRow, outKey: "rows" },
  example: { pairs: exampleOutputs, reference: "base" },
  run,
});
