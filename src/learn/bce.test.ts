import { expect, test } from "vitest";
import { rngOf } from "#core/rng.ts";
import { bce, yesNoOdds } from "./bce.ts";
import { freshPolicy } from "./threes.fixture.ts";

const tokens = { yes: 1, no: 2 };
const options = { steps: 80, batch: 4, learningRate: 0.02, tokens, rng: rngOf(2) };

test("a judge tells yes from no, and is unsure where its teachers were", async () => {
  const rows = [
    { prompt: [0, 3], yes: 1 },
    { prompt: [0, 4, 4], yes: 0 },
    { prompt: [0, 0], yes: 0.5 },
  ];
  const judge = await bce(freshPolicy, rows, options);
  const odds = yesNoOdds(
    judge,
    rows.map(({ prompt }) => prompt),
    tokens,
  );
  expect(odds[0]).toBeGreaterThan(2);
  expect(odds[1]).toBeLessThan(-2);
  expect(Math.abs(odds[2] ?? Number.NaN)).toBeLessThan(1);
});

test("what is no probability is refused", async () => {
  const rows = [{ prompt: [0], yes: 1.5 }];
  await expect(bce(freshPolicy, rows, options)).rejects.toThrow("a probability");
});
