import { expect, test } from "vitest";
import { manualClock } from "#core/clock.ts";
import { Problem } from "#core/errors.ts";
import { rngOf } from "#core/rng.ts";
import { bestOf } from "./best-of.ts";
import { fit } from "./fit.ts";
import { CandidateRow, RecordRow } from "./rows.ts";
import { ScoreOutput, score } from "./score.ts";

const ctx = () => ({
  rng: rngOf(1),
  clock: manualClock(),
  signal: new AbortController().signal,
  progress: () => undefined,
});
const run = (input: object) => score.run(score.input.parse(input), ctx());

async function problemOf(input: object): Promise<Problem> {
  try {
    await run(input);
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new Error("no problem was thrown");
}

const record = (id: string, rewards: object) => ({ id, rewards });
// a: mean 2, population s.d. √(2/3); b is a × 100: the same standardised.
const three = [
  record("x", { a: 1, b: 300 }),
  record("y", { a: 2, b: 100 }),
  record("z", { a: 3, b: 200 }),
];

test("rewards of your own, by hand", async () => {
  const out = await run({ records: three });
  expect(ScoreOutput.safeParse(out).error).toBeUndefined();
  const unit = Math.sqrt(3 / 2);
  // Standardised a: −u, 0, u; b: u, −u, 0. The worst of each: −u, −u, 0.
  expect(out.rows.map((row) => row.score)).toEqual([
    expect.closeTo(-unit, 12),
    expect.closeTo(-unit, 12),
    expect.closeTo(0, 12),
  ]);
  expect(out.rows[0]?.spread).toBeCloseTo(unit, 12);
  expect(out.report.disagreeMost[0]).toBe("x");
  expect(out.report.correlation).toBeCloseTo(-0.5, 12);
  const careful = await run({ records: three, aggregate: "uwo", lambda: 2 });
  expect(careful.rows[0]?.score).toBeCloseTo(0 - 2 * 1.5, 12);
});

test("members on different scales are refused unless brought to one", async () => {
  const problem = await problemOf({ records: three, standardise: "none" });
  expect(problem.message).toBe("The members are of different scales");
  const { rows } = await run({ records: three, standardise: "none", aggregate: "mean" });
  expect(rows[0]?.score).toBe(150.5);
});

test("a constant member is left out with a warning, and all constant is refused", async () => {
  const flat = three.map(({ id, rewards }) => record(id, { ...rewards, c: 7 }));
  const { report, warnings } = await run({ records: flat });
  expect(report.members).toEqual(["a", "b"]);
  expect(warnings.join()).toContain('"c" gives every row the same reward');
  const same = [record("x", { a: 1 }), record("y", { a: 1 })];
  expect((await problemOf({ records: same })).message).toBe("Every reward is the same");
});

test("one member: uncertainty weighting is undefined, the others say what they are", async () => {
  const one = [record("x", { a: 1 }), record("y", { a: 2 })];
  const { warnings, rows } = await run({ records: one });
  expect(warnings.join()).toContain("One member");
  expect(rows.map(({ spread }) => spread)).toEqual([0, 0]);
  expect((await problemOf({ records: one, aggregate: "uwo" })).message).toBe(
    "One member has no variance",
  );
});

test("a negative lambda, and rows of other models, are refused with the place", async () => {
  const negative = { records: three, aggregate: "uwo", lambda: -1 };
  expect((await problemOf(negative)).detail.at?.field).toBe("lambda");
  const other = [...three, record("w", { a: 1 })];
  expect((await problemOf({ records: other })).detail.at).toEqual({ row: 4, field: "b" });
});

test("rewards that are no numbers are refused by the row's own schema", () => {
  expect(RecordRow.safeParse(record("x", { a: Number.NaN })).success).toBe(false);
  expect(RecordRow.safeParse(record("x", { a: null })).success).toBe(false);
  expect(RecordRow.safeParse({ id: "x" }).error?.issues[0]?.message).toContain("either a reply");
  expect(RecordRow.safeParse({ id: "x", reply: "a", rewards: { a: 1 } }).success).toBe(false);
  expect(CandidateRow.safeParse({ ...three[0] }).error?.issues[0]?.path).toEqual(["promptId"]);
});

test("a fitted model scores new replies as it scored its own, and is refused when cut", async () => {
  const side = (right: number) => ({ right, noise: Math.sin(right * 99) });
  const pairs = Array.from({ length: 60 }, (_, p) => ({
    chosen: side(p / 20 + 0.5),
    rejected: side(p / 20 - 0.5),
  }));
  const fitted = await fit.run(fit.input.parse({ pairs }), ctx());
  const model = JSON.parse(JSON.stringify(fitted.model));
  const records = [
    { id: "good", reply: side(3) },
    { id: "bad", reply: side(-1) },
  ];
  const { rows } = await run({ records, model });
  expect(rows[0]?.score).toBeGreaterThan(rows[1]?.score ?? 0);
  expect(Object.keys(rows[0]?.members ?? {})).toHaveLength(5);
  // Nothing hangs on what else is scored, nor on how far apart the members are on it.
  const alone = await run({ records: records.slice(0, 1), model });
  expect(alone.rows[0]).toEqual(rows[0]);
  const cut = { ...model, centre: "AAAA" };
  expect((await problemOf({ records, model: cut })).message).toContain("cut or padded");
  expect((await problemOf({ records: three, model })).detail.at?.field).toBe("reply");
  expect((await problemOf({ records })).message).toContain("no model was given");
});

test("the examples run", async () => {
  expect((await run(score.example as object)).rows).toHaveLength(6);
  const out = await bestOf.run(bestOf.input.parse(bestOf.example), ctx());
  expect(out.curve.map(({ n }) => n)).toEqual([1, 2, 4, 8, 16]);
  expect(out.recommended.by).toBe("gold");
});
