import { expect, test } from "vitest";
import { manualClock } from "#core/clock.ts";
import type { Ctx } from "#core/contracts.ts";
import { isProblem, problemText } from "#core/errors.ts";
import { unwrap } from "#core/result.ts";
import { rngOf } from "#core/rng.ts";
import { auroc } from "#measure/ranking.ts";
import { type CalibrateInput, CalibrateOutput, calibrate } from "./calibrate.ts";
import { exampleRows } from "./example.ts";
import type { Row } from "./rows.ts";

const ctx = (signal = new AbortController().signal): Ctx => ({
  rng: rngOf(1),
  clock: manualClock(),
  signal,
  progress: () => undefined,
});

const run = (input: Record<string, unknown>) =>
  calibrate.run(calibrate.input.parse({ items: exampleRows, ...input }), ctx());

/** What a person is told when it fails. */
async function told(input: Record<string, unknown>): Promise<string> {
  try {
    await run(input);
  } catch (error) {
    if (isProblem(error)) return problemText(error);
    throw error;
  }
  throw new Error("it was expected to fail");
}

const bare = (over: (row: Row, i: number) => Partial<Record<keyof Row, unknown>>) =>
  exampleRows.map(({ id, text, proposal, votes }, i) => ({
    id,
    text,
    proposal,
    votes,
    ...over({ id, text, fields: {}, proposal, votes }, i),
  }));

test("the example: one risk an answer, wrong answers riskier, output of the stated form", async () => {
  const out = await run({});
  expect(CalibrateOutput.safeParse(out).error).toBeUndefined();
  expect(out.risk.length).toBe(60);
  expect(out.harmonizerLabel.length).toBe(60);
  expect(out.rows.map(({ risk }) => risk)).toEqual(out.risk);
  const wrong = exampleRows.map(({ proposal, gold }) => Number(proposal?.label !== gold));
  expect(
    unwrap(
      auroc(
        out.risk.map((risk) => risk ?? 0),
        wrong,
      ),
    ),
  ).toBeGreaterThan(0.85);
  expect(out.report).toMatchObject({ scalariser: "linear", select: "weak", abstained: 0 });
  expect(Object.values(out.perSource).reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(
    1,
    9,
  );
});

test("the same input and seed give the same bytes; the input is left alone", async () => {
  const before = JSON.stringify(exampleRows);
  const first = JSON.stringify(await run({ seed: 3 }));
  expect(JSON.stringify(await run({ seed: 3 }))).toBe(first);
  expect(JSON.stringify(await run({ seed: 4 }))).not.toBe(first);
  expect(JSON.stringify(exampleRows)).toBe(before);
});

test("gold is never looked at in weak selection: without it, the same risks", async () => {
  const withGold = await run({});
  const without = await run({ items: bare(() => ({})), classes: ["account", "billing", "bug"] });
  expect(without.risk).toEqual(withGold.risk);
  expect(without.report.gold).toBeNull();
});

test("rules vote where they fire, beside the votes of the rows", async () => {
  const rules = [
    { id: "refund", kind: "keywords", label: "billing", words: ["refund", "invoice"] },
  ];
  const { perSource } = await run({ rules });
  expect(perSource.refund?.coverage).toBeGreaterThan(0.05);
  expect(perSource["money-words"]?.coverage).toBeGreaterThan(0.2);
});

test("proposals may come apart from the items, and win over the rows' own", async () => {
  const proposals = exampleRows.map(({ id }) => ({ id, label: "bug", model: "other" }));
  const out = await run({ proposals: [...proposals, { id: "nobody", label: "bug" }] });
  expect(out.rows.every(({ label }) => label === "bug")).toBe(true);
  expect(out.perSource.other?.coverage).toBe(1);
  expect(out.warnings.join("\n")).toContain(
    '1 proposals are for items that are not there, the first for "nobody"',
  );
});

test("no rule fires: only the proposer is imitated, and that is said", async () => {
  const out = await run({ items: bare(() => ({ votes: undefined })) });
  expect(Object.keys(out.perSource)).toEqual(["draft-model"]);
  expect(out.warnings.join("\n")).toContain("No rule fires on any item");
});

test("a rule that always votes is flagged, and keeps the floor of its weight", async () => {
  const items = bare(({ votes }) => ({ votes: { ...votes, always: "bug" } }));
  const out = await run({ items, reweight: "max-eig" });
  expect(out.warnings.join("\n")).toContain('"always" votes "bug" on every item');
  expect(out.perSource.always?.weight).toBeGreaterThanOrEqual(0.5 / 6 - 1e-9);
});

test("copied rules are reported, with the way out; MinVar gives them less", async () => {
  const items = bare(({ votes }) => ({
    votes: { ...votes, copy: votes?.["money-words"] ?? null },
  }));
  const plain = await run({ items });
  expect(plain.warnings.join("\n")).toMatch(/"copy" and "money-words" say the same .*min-var/);
  const { perSource } = await run({ items, reweight: "min-var" });
  expect((perSource.copy?.weight ?? 1) + (perSource["money-words"]?.weight ?? 1)).toBeLessThan(
    2 / 6,
  );
});

test("a constant harmoniser is refused with what to look at", async () => {
  const items = bare(() => ({ text: "", proposal: { label: "bug" }, votes: undefined }));
  const text = await told({ items, classes: ["bug", "other"] });
  expect(text).toContain("says the same of every item");
  expect(text).toContain("1e-8");
});

test("a class that is never proposed is named", async () => {
  const items = bare(({ proposal }) =>
    proposal?.label === "bug" ? { proposal: { label: "billing" } } : {},
  );
  const out = await run({ items });
  expect(out.warnings).toContain('"bug" is never proposed.');
});

test("an answer outside the set is an abstention: no risk, counted, first one quoted", async () => {
  const items = bare((_, i) => (i === 4 || i === 9 ? { proposal: { label: "Billing!!" } } : {}));
  const out = await run({ items, classes: ["account", "billing", "bug"] });
  expect(out.risk[4]).toBeNull();
  expect(out.rows[4]).toMatchObject({ label: null });
  expect(out.report).toMatchObject({ proposed: 58, abstained: 2 });
  expect(out.warnings.join("\n")).toContain(
    '2 proposals are outside the label set, the first "Billing!!" on item "ticket-005"',
  );
});

test("labels outside the set among votes and gold are left out and counted", async () => {
  const items = bare(({ votes }, i) =>
    i < 3 ? { votes: { ...votes, "money-words": "cash" }, gold: "unknown" } : {},
  );
  const text = (await run({ items, classes: ["account", "billing", "bug"] })).warnings.join("\n");
  expect(text).toContain('3 votes of "money-words" are outside the label set');
  expect(text).toContain("3 gold are outside the label set");
});

test("a repeated id keeps its first row", async () => {
  const twice = { ...exampleRows[0], proposal: { label: "bug" } };
  const out = await run({ items: [...exampleRows, twice] });
  expect(out.rows.length).toBe(60);
  expect(out.rows[0]?.label).toBe("billing");
  expect(out.warnings.join("\n")).toContain('1 rows repeat an id, the first "ticket-001"');
});

test("fewer than 50 gold items: counts, but no ECE; fewer than 30: neither", async () => {
  const goldOf = (count: number) =>
    bare((_, i) => (i < count ? { gold: exampleRows[i]?.gold } : {}));
  const some = await run({ items: goldOf(40) });
  expect(some.report.gold).toMatchObject({ n: 40, ece: null });
  expect(some.report.gold?.bins.reduce((sum, { n }) => sum + n, 0)).toBe(40);
  expect(some.warnings.join("\n")).toContain("ECE needs 50 items with gold and there are 40");
  const few = await run({ items: goldOf(29), isotonic: true });
  expect(few.report.gold).toBeNull();
  expect(few.model.calibrator).toBeNull();
  expect(few.warnings.join("\n")).toContain("30 are needed");
});

test("an isotonic map is fitted on one half of the gold and judged on the other", async () => {
  const items = Array.from({ length: 4 }, (_, copy) =>
    exampleRows.map((row) => ({ ...row, id: `${row.id}-${copy}` })),
  ).flat();
  const out = await run({ items, isotonic: true });
  expect(out.model.calibrator?.kind).toBe("isotonic");
  expect(out.report.gold?.eceMapped).toBeLessThan(out.report.gold?.ece ?? 0);
  expect(out.risk.every((risk) => risk !== null && risk >= 0 && risk <= 1)).toBe(true);
});

test("gold selection says so, keeps what it chose by out of the report, and needs enough", async () => {
  const out = await run({ select: "gold" });
  expect(out.report.select).toBe("gold");
  expect(out.report.gold?.n).toBe(30);
  const text = await told({
    items: bare((_, i) => (i < 5 ? { gold: "bug" } : {})),
    select: "gold",
  });
  expect(text).toContain("Too few gold labels to select by");
});

test("an MLP and more than two classes; two classes", async () => {
  expect((await run({ harmonizer: "mlp" })).report.classes.length).toBe(3);
  const two = bare(({ proposal, votes }) => ({
    proposal: { label: proposal?.label === "bug" ? "bug" : "other" },
    votes: Object.fromEntries(
      Object.entries(votes ?? {}).map(([id, label]) => [id, label === "bug" ? "bug" : "other"]),
    ),
  }));
  expect((await run({ items: two })).model.classes).toEqual(["bug", "other"]);
});

test("texts longer than what is read are cut and counted", async () => {
  const items = bare(({ text }, i) => (i === 0 ? { text: `${text} ${"x ".repeat(20_000)}` } : {}));
  const out = await run({ items });
  expect(out.report.truncated).toBe(1);
  expect(out.warnings.join("\n")).toContain("1 items are longer");
});

test("nobody says anything, and one label only", async () => {
  const silent = bare(() => ({ proposal: null, votes: undefined }));
  expect(await told({ items: silent, classes: ["a", "b"] })).toContain("No source says anything");
  const one = bare(() => ({ proposal: { label: "bug" }, votes: undefined }));
  expect(await told({ items: one })).toContain("Fewer than two labels occur");
});

test("bad fields are refused by name", () => {
  const parse = (input: Partial<Record<keyof CalibrateInput, unknown>>) =>
    calibrate.input.safeParse({ items: exampleRows, ...input }).error?.issues[0]?.path;
  expect(parse({ items: [] })).toEqual(["items"]);
  expect(parse({ scalariser: "best" })).toEqual(["scalariser"]);
  expect(parse({ classes: ["a", "a"] })).toEqual(["classes"]);
  expect(
    parse({ items: [{ id: "a", text: "b", proposal: { label: "c", confidence: 2 } }] }),
  ).toEqual(["items", 0, "proposal", "confidence"]);
});

test("a run that was cancelled stops", async () => {
  const input = calibrate.input.parse({ items: exampleRows });
  await expect(calibrate.run(input, ctx(AbortSignal.abort()))).rejects.toMatchObject({
    kind: "cancelled",
  });
});

test("sentence embeddings in place of hashed words", async () => {
  const out = await run({ features: "embedding" });
  const wrong = exampleRows.map(({ proposal, gold }) => Number(proposal?.label !== gold));
  expect(
    unwrap(
      auroc(
        out.risk.map((risk) => risk ?? 0),
        wrong,
      ),
    ),
  ).toBeGreaterThan(0.8);
  expect(out.model.harmoniser.head.inputs).toBe(512);
});
