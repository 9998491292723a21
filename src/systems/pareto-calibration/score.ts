import { z } from "zod";
import { harmoniserFromJson } from "#assess/harmoniser.ts";
import type { Ctx } from "#core/contracts.ts";
import { defineOperation } from "#core/operation.ts";
import { RiskRow, riskRows } from "./calibrate.ts";
import { exampleRows } from "./example.ts";
import exampleModel from "./example-model.json" with { type: "json" };
import { cutWarning, featurise } from "./features.ts";
import { Model } from "./fit.ts";
import { Row, tableOf } from "./rows.ts";

const ITEMS_MAX = 1_000_000;

export const ScoreInput = z.strictObject({
  model: Model.describe("what `calibrate` gave back as `model`"),
  items: z.array(Row).min(1).max(ITEMS_MAX),
});
export type ScoreInput = z.infer<typeof ScoreInput>;

export const ScoreOutput = z.strictObject({
  risk: z.array(RiskRow.shape.risk),
  harmonizerLabel: z.array(z.string()),
  rows: z.array(RiskRow),
  warnings: z.array(z.string()),
});
export type ScoreOutput = z.infer<typeof ScoreOutput>;

/** Rules and votes are not needed any more: h reads the item alone. */
async function run({ model, items }: ScoreInput, ctx: Ctx): Promise<ScoreOutput> {
  ctx.signal.throwIfAborted();
  const table = tableOf({ rows: items, proposals: [], rules: [], classes: model.classes });
  const { matrix, truncated } = await featurise(table.documents, model.features);
  const harmoniser = harmoniserFromJson(model.harmoniser);
  const rows = riskRows(table, model, Float64Array.from(harmoniser.probabilities(matrix)));
  return {
    risk: rows.map(({ risk }) => risk),
    harmonizerLabel: rows.map(({ harmonizerLabel }) => harmonizerLabel),
    rows,
    warnings: [...table.warnings, ...cutWarning(truncated)],
  };
}

export const score = defineOperation({
  id: "pareto-calibration.score",
  summary: "Risk of answers on new items, with a model that `calibrate` fitted",
  input: ScoreInput,
  output: ScoreOutput,
  rows: { key: "items", row: Row, outKey: "rows" },
  example: { model: Model.parse(exampleModel), items: exampleRows.slice(0, 3) },
  run,
});
