import { expect, test } from "vitest";
import { manualClock } from "#core/clock.ts";
import { rngOf } from "#core/rng.ts";
import { exampleDecisions, exampleTexts } from "./example.ts";
import { FilterInput, filter } from "./learn-filter.ts";
import { PreferencesInput, preferences } from "./preferences.ts";
import { ReviseInput, ReviseOutput, revise } from "./revise.ts";
import { DecisionRow, TextRow } from "./rows.ts";

const ctx = () => ({
  rng: rngOf(1),
  clock: manualClock(),
  signal: new AbortController().signal,
  progress: () => undefined,
});
const revised = (input: unknown) => revise.run(ReviseInput.parse(input), ctx());
const filtered = (input: unknown) => filter.run(FilterInput.parse(input), ctx());
const paired = (input: unknown) => preferences.run(PreferencesInput.parse(input), ctx());

test("r3.revise: without a rule the text stays and one pass of edits is proposed, code untouched", async () => {
  const output = await revised({ texts: exampleTexts });
  expect(ReviseOutput.parse(output)).toEqual(output);
  expect(output.rows.map(({ text }) => text)).toEqual(exampleTexts.map(({ text }) => text));
  const changes = output.rows.map(({ passes }) =>
    passes.flatMap(({ edits }) => edits.map(({ edit }) => `${edit.before} → ${edit.after}`)),
  );
  expect(changes[0]).toEqual(
    expect.arrayContaining(["in order to → to", "teh → the", "but however → but"]),
  );
  expect(changes[2]).toEqual(expect.arrayContaining(["recieve → receive", "an → a"]));
  expect(changes[2]?.join()).not.toContain("npm");
  expect(output.rows.every(({ passes }) => passes.length === 1)).toBe(true);
  expect(output.report).toMatchObject({ texts: 3, accepted: 0 });
});

test("r3.revise: under a rule passes follow one another until nothing is accepted", async () => {
  const text = "We met prior to noon, in order to recieve the guests.";
  const output = await revised({ texts: [{ text }], accept: "above", above: 0.65 });
  const [row] = output.rows;
  expect(row?.id).toBe("text-1");
  expect(row?.text).toBe("We met before noon, to receive the guests.");
  expect(row?.passes.at(-1)?.edits.filter(({ accepted }) => accepted)).toEqual([]);
  expect(output.report.accepted).toBe(3);
  const none = await revised({ texts: [{ text }], accept: "above", above: 1 });
  expect(none.rows[0]?.text).toBe(text);
});

test("r3.revise: only the intents asked for; empty texts; texts in another language", async () => {
  const output = await revised({
    texts: [{ text: "We don't know teh way in order to go." }, { text: "" }],
    intents: ["style"],
  });
  const [first, empty] = output.rows;
  expect(first?.passes[0]?.edits.map(({ intent }) => intent)).toEqual(["style"]);
  expect(empty).toEqual({
    id: "text-2",
    text: "",
    passes: [{ pass: 1, edits: [], silent: [] }],
  });
});

test("r3.revise: a filter hides what its writer turns down", async () => {
  const decisions = Array.from({ length: 12 }, () => exampleDecisions[2]);
  const { filter: learned } = await filtered({ decisions });
  const text = "They met prior to the vote.";
  const how = { texts: [{ text }], exploreShare: 0 };
  const [plain] = (await revised(how)).rows;
  const [hidden] = (await revised({ ...how, filter: learned })).rows;
  const may = (row: typeof plain) =>
    row?.passes[0]?.edits.find(({ edit }) => edit.before === "prior to");
  expect(may(plain)).toMatchObject({ shown: true, acceptance: null });
  expect(may(hidden)).toMatchObject({ shown: false });
  expect(may(hidden)?.acceptance).toBeLessThan(0.3);
});

test("r3.revise: a model that is asked for and not configured is said so", async () => {
  const { EMEND_LLM_BASE_URL: before } = process.env;
  delete process.env.EMEND_LLM_BASE_URL;
  try {
    await expect(revised({ texts: [{ text: "One." }], proposer: "llm" })).rejects.toThrow(
      /No language model is configured/,
    );
  } finally {
    if (before !== undefined) process.env.EMEND_LLM_BASE_URL = before;
  }
});

test("r3.filter: each decision is judged before it is learned", async () => {
  const output = await filtered({ decisions: exampleDecisions });
  expect(output.rows[0]).toEqual({ id: "d1", acceptance: null, hidden: false, accepted: true });
  expect(output.rows).toHaveLength(exampleDecisions.length);
  expect(output.report).toMatchObject({ decisions: 7, accepted: 3 });
  expect(output.habits[0]).toMatchObject({
    before: "may",
    after: "will",
    rejected: 2,
    accepted: 0,
  });
  const strengths = output.weights.map(({ weight }) => Math.abs(weight));
  expect(strengths).toEqual([...strengths].sort((a, b) => b - a));
  // The last judgement is what a filter of all the earlier ones says.
  const earlier = await filtered({ decisions: exampleDecisions.slice(0, 6) });
  const last = await filtered({ decisions: exampleDecisions.slice(6), from: earlier.filter });
  expect(last.filter).toEqual(output.filter);
});

test("r3.filter: rejections alone are soon hidden, and what would be lost is counted", async () => {
  const said = [...Array(20).fill(exampleDecisions[2]), { ...exampleDecisions[2], accepted: true }];
  const { report } = await filtered({ decisions: said });
  expect(report.hidden).toBeGreaterThan(10);
  expect(report.hiddenAccepted).toBe(1);
});

test("r3.preferences: after over before, or the reverse, or the writer's own over the suggestion", async () => {
  const { rows, report } = await paired({ decisions: exampleDecisions, contextSentences: 1 });
  expect(rows[1]).toEqual({
    id: "d2",
    prompt:
      "Revise the sentence for fluency.\n\nText: We met in order to discuss teh new heating. The boiler may last " +
      "another winter.\n\nSentence: We met in order to discuss teh new heating.",
    chosen: "We met in order to discuss the new heating.",
    rejected: "We met in order to discuss teh new heating.",
  });
  expect(rows[2]).toMatchObject({
    chosen: "The boiler may last another winter.",
    rejected: "The boiler will last another winter.",
  });
  expect(rows[6]).toMatchObject({
    chosen: "Copies are kept in gzip files, until being moved to tape.",
    rejected: "Copies are kept in gzip files, before being moved to tape.",
  });
  expect(report).toEqual({ accepted: 2, amended: 1, rejected: 4, dropped: 0 });
});

test("r3.preferences: a decision that prefers nothing is counted, not made up", async () => {
  const same = { ...exampleDecisions[6], after: "before" };
  const { rows, report } = await paired({ decisions: [same] });
  expect(rows).toEqual([]);
  expect(report).toMatchObject({ amended: 1, dropped: 1 });
});

test("a bad row says what was expected", () => {
  const good = { ...exampleDecisions[0] };
  expect(DecisionRow.safeParse(good).success).toBe(true);
  const edit = { start: 0, end: 2, before: "xx", after: "y" };
  const bad = DecisionRow.safeParse({ ...good, edit });
  expect(bad.error?.issues[0]).toMatchObject({ path: ["edit"] });
  expect(bad.error?.issues[0]?.message).toMatch(/"before" stands in "text"/);
  expect(TextRow.safeParse({ text: 3 }).success).toBe(false);
  expect(TextRow.safeParse({ text: "a", format: "docx" }).success).toBe(false);
});
