import { z } from "zod";
import { ABSTAIN, mostProbable, riskOf, sourceStatistics } from "#assess/votes.ts";
import type { Ctx } from "#core/contracts.ts";
import { Problem } from "#core/errors.ts";
import { defineOperation } from "#core/operation.ts";
import { Rule } from "#core/project.ts";
import { exampleRows } from "./example.ts";
import { failureProblem } from "./failures.ts";
import { cutWarning, featuresOf, featurise } from "./features.ts";
import { type Fit, fitSources, Model } from "./fit.ts";
import { GoldReport, goldReport, SELECTION_GOLD_MIN } from "./gold-report.ts";
import { Options, scalariserOf } from "./options.ts";
import { calibrated } from "./risk.ts";
import { classesOf, ProposalOf, Row, type Table, tableOf } from "./rows.ts";
import { perSource, SourceReport, warningsOf } from "./source-report.ts";
import { sourcesOf, votesOf } from "./sources.ts";

const ITEMS_MAX = 1_000_000;

export const CalibrateInput = z.strictObject({
  items: z.array(Row).min(1).max(ITEMS_MAX),
  proposals: z
    .array(ProposalOf)
    .default([])
    .describe("proposals kept apart from the items; one here wins over the row's own"),
  rules: z
    .array(Rule)
    .default([])
    .describe("declarative voters; a row's `votes` are added to them"),
  classes: z
    .array(z.string().min(1))
    .min(2)
    .refine((classes) => new Set(classes).size === classes.length, "classes without repeats")
    .optional()
    .describe("the label set; every label that occurs when absent"),
  ...Options.omit({ correctionShare: true }).shape,
  isotonic: z.boolean().default(false).describe("map the risk by isotonic regression on gold"),
  seed: z.int().nonnegative().default(1),
});
export type CalibrateInput = z.infer<typeof CalibrateInput>;

/** One item's result, as a line of the output file. */
export const RiskRow = z.strictObject({
  id: z.string(),
  label: z.string().nullable(),
  /** Probability that the label is wrong; null where none was proposed. */
  risk: z.number().min(0).max(1).nullable(),
  harmonizerLabel: z.string(),
  probability: z.number().min(0).max(1),
});
export type RiskRow = z.infer<typeof RiskRow>;

export const CalibrateOutput = z.strictObject({
  risk: z.array(RiskRow.shape.risk),
  harmonizerLabel: z.array(z.string()),
  rows: z.array(RiskRow),
  perSource: z.record(z.string(), SourceReport),
  model: Model,
  report: z.strictObject({
    items: z.int(),
    proposed: z.int(),
    abstained: z.int(),
    classes: z.array(z.string()),
    scalariser: z.string(),
    /** What stopped the training: no claim of "label-free" without it. */
    select: z.enum(["weak", "gold", "none"]),
    learningRate: z.number(),
    weightDecay: z.number(),
    epochs: z.int(),
    truncated: z.int(),
    gold: GoldReport.nullable(),
  }),
  warnings: z.array(z.string()),
});
export type CalibrateOutput = z.infer<typeof CalibrateOutput>;

const optionsOf = (input: CalibrateInput): Options =>
  Options.parse(
    Object.fromEntries(
      Object.keys(Options.shape).map((name) => [name, input[name as keyof CalibrateInput]]),
    ),
  );

async function run(input: CalibrateInput, ctx: Ctx): Promise<CalibrateOutput> {
  const { items: rows, proposals, rules } = input;
  const classes = classesOf({ classes: input.classes, rows, proposals, rules });
  const table = tableOf({ rows, proposals, rules, classes });
  const options = optionsOf(input);
  const gold = table.rows.map(({ gold }) => classes.indexOf(gold ?? ""));
  if (options.select === "gold") checkGold(gold);
  ctx.progress({ done: 0, total: 3, label: "reading items" });
  const { matrix, truncated } = await featurise(table.documents, options);
  const sources = sourcesOf(
    table.proposals,
    rules.map(({ id }) => id),
  );
  const votes = votesOf(table.proposals, sources, classes);
  ctx.progress({ done: 1, total: 3, label: "fitting the harmoniser" });
  const rng = ctx.rng.split(input.seed);
  const fitted = fitSources({ features: matrix, votes, options, gold, rng, signal: ctx.signal });
  if (!fitted.ok) throw failureProblem(fitted.error, (row) => table.rows[row]?.id);
  ctx.progress({ done: 2, total: 3, label: "scoring" });
  const fit = fitted.value;
  const probabilities = Float64Array.from(fit.harmoniser.probabilities(matrix));
  const labels = table.proposals.map(({ output }) => classes.indexOf(output ?? ""));
  const raw = riskOf(probabilities, classes.length, labels);
  const judged = goldReport({
    risk: raw,
    labels,
    gold,
    fresh: (row) => !fit.selectedOn.has(row),
    isotonic: input.isotonic,
    rng: rng.split("isotonic"),
  });
  const model: Model = {
    system: "pareto-calibration",
    classes,
    sources,
    features: featuresOf(options),
    harmoniser: fit.harmoniser.toJSON(),
    calibrator: judged.calibrator,
  };
  const out = riskRows(table, model, probabilities);
  const about = { sources, votes, fit, statistics: sourceStatistics(votes) };
  const own = new Set(table.proposals.map(({ source }) => source.id));
  return {
    risk: out.map(({ risk }) => risk),
    harmonizerLabel: out.map(({ harmonizerLabel }) => harmonizerLabel),
    rows: out,
    perSource: perSource({ ...about, probabilities }),
    model,
    report: {
      ...counted(labels),
      classes,
      scalariser: scalariserOf(options),
      ...settingsOf(fit),
      truncated,
      gold: judged.report,
    },
    warnings: [
      ...table.warnings,
      ...warningsOf({ ...about, own, labels, classes }),
      ...cutWarning(truncated),
      ...judged.warnings,
    ],
  };
}

function counted(labels: readonly number[]) {
  const abstained = labels.filter((label) => label === ABSTAIN).length;
  return { items: labels.length, proposed: labels.length - abstained, abstained };
}

function settingsOf({ harmoniser }: Fit) {
  const { by: select, learningRate, weightDecay, epochs } = harmoniser.chosen;
  return { select, learningRate, weightDecay, epochs };
}

function checkGold(gold: readonly number[]): void {
  const known = gold.filter((label) => label !== ABSTAIN).length;
  if (known >= SELECTION_GOLD_MIN) return;
  throw new Problem("bad-input", "Too few gold labels to select by", {
    expected: `at least ${SELECTION_GOLD_MIN} items with gold, half of them to select by`,
    got: `${known}`,
    hint: 'Use select: "weak", which needs none.',
  });
}

/** One output row an item. `probabilities`: [items * classes], h(x). */
export function riskRows(table: Table, model: Model, probabilities: Float64Array): RiskRow[] {
  const { classes } = model;
  const k = classes.length;
  const best = mostProbable(probabilities, k);
  return table.proposals.map(({ itemId, output }, i) => {
    const label = output === null ? ABSTAIN : classes.indexOf(output);
    const top = best[i] as number;
    return {
      id: itemId,
      label: output,
      risk:
        label === ABSTAIN ? null : calibrated(model, 1 - (probabilities[i * k + label] as number)),
      harmonizerLabel: classes[top] as string,
      probability: Math.min(1, probabilities[i * k + top] as number),
    };
  });
}

export const calibrate = defineOperation({
  id: "pareto-calibration.calibrate",
  summary: "One risk per answer of a model, from cheap noisy rules, without gold labels",
  input: CalibrateInput,
  output: CalibrateOutput,
  rows: { key: "items", row: Row, outKey: "rows" },
  example: { items: [...exampleRows] },
  run,
});
