import { expect, test } from "vitest";
import { PairRow } from "#assess/reward/pair-row.ts";
import { manualClock } from "#core/clock.ts";
import { Problem } from "#core/errors.ts";
import { rngOf } from "#core/rng.ts";
import { examplePairs } from "./example.ts";
import { FitOutput, fit } from "./fit.ts";

const ctx = () => ({
  rng: rngOf(1),
  clock: manualClock(),
  signal: new AbortController().signal,
  progress: () => undefined,
});

const run = (input: object) => fit.run(fit.input.parse(input), ctx());

async function problemOf(input: object): Promise<Problem> {
  try {
    await run(input);
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new Error("no problem was thrown");
}

/** Replies by two columns; the better has the larger `right`, but for every tenth. */
function pairs(count: number) {
  const rng = rngOf("pairs");
  return Array.from({ length: count }, (_, p) => {
    const [a, b] = [rng.normal(), rng.normal()].sort((x, y) => y - x) as [number, number];
    const side = (right: number) => ({ right, words: rng.int(9), always: 3 });
    const [better, worse] = [side(a), side(b)];
    return p % 10 === 9 ? { chosen: worse, rejected: better } : { chosen: better, rejected: worse };
  });
}

test("members learn a taste from columns and are checked on pairs kept apart", async () => {
  const out = await run({ pairs: pairs(400) });
  expect(FitOutput.safeParse(out).error).toBeUndefined();
  const { report, rows, warnings } = out;
  expect(report.accuracy.n).toBe(80);
  expect(rows.filter(({ heldOut }) => heldOut)).toHaveLength(80);
  expect(report.trainedOn).toBe(320);
  // Nine of ten labels are right, and the rest is close calls: chance is one in two.
  expect(report.accuracy.value).toBeGreaterThan(0.75);
  expect(report.memberAccuracy).toHaveLength(5);
  expect(report.correlation).toBeGreaterThan(0.8);
  expect(report.ensembleClaim).toBe(true);
  expect(Math.abs(report.overconfidence)).toBeLessThan(0.15);
  expect(warnings).toEqual(["Columns that never change were not used: always."]);
});

test("ten pairs are fitted without a claim; nine are too few", async () => {
  const { report, warnings } = await run({ pairs: pairs(10) });
  expect(report.ensembleClaim).toBe(false);
  expect(report.accuracy.n).toBe(2);
  expect(report.accuracy.interval.high - report.accuracy.interval.low).toBeGreaterThan(0.5);
  expect(warnings.join()).toContain("fewer than 200");
  expect((await problemOf({ pairs: pairs(9) })).detail.expected).toContain("at least 10");
});

test("the same seed gives the same model, another seed another", async () => {
  const model = async (seed: number) => (await run({ pairs: pairs(40), seed })).model;
  expect(await model(1)).toEqual(await model(1));
  expect(await model(2)).not.toEqual(await model(1));
});

test("repeated and contradicting pairs are kept and counted, empty ones are not", async () => {
  const [first, ...rest] = pairs(20);
  if (first === undefined) throw new Error("there are pairs");
  const turned = { chosen: first.rejected, rejected: first.chosen };
  const same = { chosen: first.chosen, rejected: first.chosen };
  const tie = { answers: [first.chosen, first.rejected], preference: null };
  const { report, warnings } = await run({ pairs: [first, first, turned, same, tie, ...rest] });
  expect(report.pairs).toEqual({
    given: 24,
    used: 22,
    ties: 1,
    equal: 1,
    duplicates: 1,
    contradicting: 1,
  });
  expect(warnings.join(" ")).toContain("judged both ways");
});

test("contradicting copies of one pair never sit on both sides of the check", async () => {
  const [first, second] = pairs(2);
  // One pair makes up most of the rows: the other is what is checked on.
  const lopsided = [...Array.from({ length: 19 }, () => first), second];
  expect((await run({ pairs: lopsided })).report.accuracy.n).toBe(1);
  const many = Array.from({ length: 10 }, () => [first, second]).flat();
  const { rows } = await run({ pairs: many, heldOut: 0.5 });
  const heldOut = (parity: number) =>
    new Set(rows.filter((_, i) => i % 2 === parity).map((row) => row.heldOut));
  expect([heldOut(0).size, heldOut(1).size]).toEqual([1, 1]);
  expect((await problemOf({ pairs: Array.from({ length: 12 }, () => first) })).message).toContain(
    "one prompt",
  );
});

test("both ways of writing a comparison mean the same", async () => {
  const named = pairs(30);
  const listed = named.map(({ chosen, rejected }, p) =>
    p % 2 === 0
      ? { answers: [chosen, rejected], preference: 0 }
      : { answers: [rejected, chosen], preference: 1 },
  );
  expect((await run({ pairs: listed })).model).toEqual((await run({ pairs: named })).model);
});

test("one-sided, empty and broken comparisons are refused row by row, with the field", () => {
  const issue = (row: unknown) => PairRow.safeParse(row).error?.issues[0];
  expect(issue({ chosen: "yes" })?.path).toEqual(["rejected"]);
  expect(issue({ rejected: "no" })?.path).toEqual(["chosen"]);
  expect(issue({})?.message).toContain("two replies to compare");
  expect(issue({ answers: ["a", "b"] })?.path).toEqual(["preference"]);
  expect(issue({ answers: ["a"], preference: 0 })?.path).toEqual(["answers"]);
  expect(issue({ chosen: "a", rejected: "b", preference: 1 })?.message).toContain("either");
  expect(issue({ chosen: "", rejected: "b" })?.path).toEqual(["chosen"]);
  expect(issue({ chosen: { score: Number.NaN }, rejected: { score: 1 } })?.message).toContain(
    "finite numbers",
  );
});

test("columns that differ between rows, mixed kinds and constants are refused by row", async () => {
  const good = pairs(12);
  const other = { chosen: { right: 1 }, rejected: { right: 0 } };
  expect((await problemOf({ pairs: [...good, other] })).detail.at).toMatchObject({ row: 13 });
  const text = { chosen: "a", rejected: "b" };
  expect((await problemOf({ pairs: [...good, text] })).message).toBe("Replies are of two kinds");
  // Differs too little for float32 to hold: as good as constant.
  const flat = Array.from({ length: 12 }, (_, i) => ({
    chosen: { x: 1 + i * 1e-12 },
    rejected: { x: 1 - i * 1e-12 - 1e-13 },
  }));
  expect((await problemOf({ pairs: flat })).message).toBe("No column tells replies apart");
});

test("texts are learned from by their words: courtesy wins here", async () => {
  const rng = rngOf("texts");
  const words = ["order", "parcel", "refund", "address", "invoice", "delay"];
  const body = () => Array.from({ length: 5 }, () => rng.pick(words)).join(" ");
  const polite = Array.from({ length: 120 }, (_, p) => ({
    prompt: `question ${p}`,
    chosen: `thank you ${body()}`,
    rejected: `${body()} whatever`,
  }));
  const { report, model } = await run({ pairs: polite });
  expect(report.accuracy.value).toBeGreaterThan(0.9);
  expect(model.features).toEqual({ kind: "text", buckets: 256 });
});

test("the example runs", async () => {
  expect(examplePairs).toHaveLength(60);
  const { report } = await run(fit.example as object);
  expect(report.pairs.given).toBe(60);
});
