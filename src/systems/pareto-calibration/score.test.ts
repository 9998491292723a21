import { expect, test } from "vitest";
import { manualClock } from "#core/clock.ts";
import { rngOf } from "#core/rng.ts";
import { calibrate } from "./calibrate.ts";
import { exampleRows } from "./example.ts";
import exampleModel from "./example-model.json" with { type: "json" };
import { ScoreOutput, score } from "./score.ts";

const ctx = () => ({
  rng: rngOf(1),
  clock: manualClock(),
  signal: new AbortController().signal,
  progress: () => undefined,
});

test("a fitted model scores new items as it scored its own", async () => {
  const fitted = await calibrate.run(calibrate.input.parse({ items: exampleRows }), ctx());
  const model = JSON.parse(JSON.stringify(fitted.model));
  const out = await score.run(score.input.parse({ model, items: exampleRows }), ctx());
  expect(ScoreOutput.safeParse(out).error).toBeUndefined();
  expect(out.risk).toEqual(fitted.risk);
  expect(out.harmonizerLabel).toEqual(fitted.harmonizerLabel);
});

test("the committed example model is what calibrate makes of the example rows", async () => {
  const input = calibrate.input.parse({ items: exampleRows, buckets: 64 });
  const { model } = await calibrate.run(input, ctx());
  expect(JSON.parse(JSON.stringify(model))).toEqual(exampleModel);
});

test("the examples of both operations run", async () => {
  const out = await score.run(score.input.parse(score.example), ctx());
  expect(out.rows.map(({ id }) => id)).toEqual(["ticket-001", "ticket-002", "ticket-003"]);
  expect(calibrate.input.safeParse(calibrate.example).success).toBe(true);
});

test("an answer of no known label has no risk, yet the harmoniser's own label", async () => {
  const items = [{ id: "new", text: "I forgot my password", proposal: { label: "praise" } }];
  const out = await score.run(score.input.parse({ model: exampleModel, items }), ctx());
  expect(out.risk).toEqual([null]);
  expect(["account", "billing", "bug"]).toContain(out.harmonizerLabel[0]);
  expect(out.warnings.join()).toContain("outside the label set");
});

test("a model that was cut is refused", async () => {
  const head = { ...exampleModel.harmoniser.head, parameters: "AAAA" };
  const model = { ...exampleModel, harmoniser: { ...exampleModel.harmoniser, head } };
  const input = score.input.parse({ model, items: exampleRows });
  await expect(score.run(input, ctx())).rejects.toThrow("cut or padded");
  expect(score.input.safeParse({ model: {}, items: exampleRows }).success).toBe(false);
});
