import { describe, expect, test } from "vitest";
import type { ProposedEdit } from "#core/revision.ts";
import { rngOf } from "#core/rng.ts";
import { emptyAcceptance } from "#learn/acceptance-model.ts";
import { rejectionKey } from "#learn/rejection-memory.ts";
import type { EditCandidate } from "#propose/revise/proposer.ts";
import { candidate, open, proposeOptions } from "./session-kit.ts";
import { type PassOptions, proposePass, type WriterFilter } from "./session-pass.ts";

const TEXT = "Teh cat sat in order to sleep. It was very happy.";

function proposed(
  text: string,
  candidates: readonly EditCandidate[],
  options: Partial<PassOptions> = {},
  format: "plain" | "markdown" = "plain",
) {
  const state = { ...open(text), format };
  const act = proposePass(state, candidates, { ...proposeOptions, ...options });
  if (act.kind !== "proposed") throw new Error("a pass is proposed");
  return act;
}
const afters = (edits: readonly ProposedEdit[]) => edits.map(({ edit }) => edit.after);

test("of edits in each other's way the one with the higher score stays", () => {
  const act = proposed(TEXT, [
    candidate(TEXT, "very happy", "glad", { score: 0.6 }),
    candidate(TEXT, "very ", "", { score: 0.7 }),
    candidate(TEXT, "Teh", "The"),
    candidate(TEXT, "Teh", "Ten", { score: 0.4 }),
  ]);
  expect(afters(act.edits)).toEqual(["The", ""]);
  expect(act.edits.map(({ id }) => id)).toEqual(["p1-1", "p1-2"]);
});

describe("protected spans", () => {
  const text = "See `teh code` at https://teh.example/teh and 12 cats, teh end.";
  test("no edit inside or over the edge of one is proposed", () => {
    const act = proposed(
      text,
      [
        candidate(text, "teh", "the"),
        candidate(text, "teh", "the", { from: 20 }),
        candidate(text, "12 cats", "twelve cats"),
        candidate(text, "code` at", "code` in"),
        candidate(text, "teh end", "the end"),
      ],
      {},
      "markdown",
    );
    expect(afters(act.edits)).toEqual(["the end"]);
  });
  test("an insertion at the edge of one is", () => {
    const at = text.indexOf("12");
    const insertion = (start: number) => ({
      ...candidate(text, "", "about "),
      edit: { start, end: start, before: "", after: "about " },
    });
    expect(proposed(text, [insertion(at), insertion(at + 1)]).edits).toHaveLength(1);
  });
});

test("edits that do not fit are left out and their proposer is named", () => {
  const text = "Ein Café 😀 e\u0301t";
  const made = (before: string, after: string, more = {}) => ({
    ...candidate(text, before, after),
    ...more,
  });
  const act = proposed(text, [
    made("Ein", "Ein"),
    made("Ein", "Das", { edit: { start: 1, end: 4, before: "Ein", after: "Das" } }),
    made("\ud83d", "x"),
    made("e", "f", { edit: { start: 12, end: 13, before: "e", after: "f" } }),
    made("Ein", "\ud800"),
    made("Ein", "x".repeat(6_000)),
    made("Café", "Kaffee"),
  ]);
  expect(afters(act.edits)).toEqual(["Kaffee"]);
  expect(act.silent).toEqual([
    { source: "spelling", reason: "6 of its edits did not fit the text." },
  ]);
});

test("edits said to change the meaning are never proposed", () => {
  expect(
    proposed(TEXT, [candidate(TEXT, "very ", "not ", { intent: "meaning-changed" })]).edits,
  ).toEqual([]);
});

describe("the writer's filter", () => {
  const suggestion = candidate(TEXT, "very ", "");
  const key = rejectionKey(TEXT, suggestion, "wide");
  const filter = (more: Partial<WriterFilter> = {}): WriterFilter => ({
    acceptance: emptyAcceptance,
    rejected: new Map(),
    never: new Set(),
    ...more,
  });
  const unlikely = { weights: { "edits by spelling": -3 }, decisions: 9 };

  test("says nothing before it has learned anything", () => {
    const [edit] = proposed(TEXT, [suggestion], { filter: filter() }).edits;
    expect(edit).toMatchObject({ acceptance: null, shown: true, propensity: 1 });
  });
  test("hides what is unlikely, and shows a share of it to learn whether it is wrong", () => {
    const options = { filter: filter({ acceptance: unlikely }), exploreShare: 0.05 };
    const text = "very ".repeat(800);
    const many = Array.from({ length: 800 }, (_, index) => ({
      ...suggestion,
      edit: { ...suggestion.edit, start: index * 5, end: index * 5 + 5, after: "so " },
    }));
    const { edits } = proposed(text, many, options);
    const shown = edits.filter((edit) => edit.shown);
    // Binomial(800, 0.05): below 8 or above 90 with a probability under 1e-9.
    expect(shown.length).toBeGreaterThan(8);
    expect(shown.length).toBeLessThan(90);
    expect(shown.every(({ propensity }) => propensity === 0.05)).toBe(true);
    expect(edits.find((edit) => !edit.shown)?.propensity).toBe(0.95);
    expect(proposed(text, many, options).edits).toEqual(edits);
    const other = proposed(text, many, { ...options, rng: rngOf(8) }).edits;
    expect(other.map((edit) => edit.shown)).not.toEqual(edits.map((edit) => edit.shown));
  });
  test("counts each net rejection of a habit as one more no", () => {
    const acceptance = { weights: {}, decisions: 1 };
    const withNet = (net: number) =>
      proposed(TEXT, [suggestion], {
        filter: filter({ acceptance, rejected: new Map([[key, net]]) }),
      }).edits[0];
    expect([-2, 0, 1, 2].map(withNet).map((edit) => edit?.acceptance)).toEqual([
      0.5,
      0.5,
      1 / 3,
      0.25,
    ]);
    expect(withNet(2)?.shown).toBe(false);
  });
  test("never proposes what is never to come again", () => {
    expect(
      proposed(TEXT, [suggestion], { filter: filter({ never: new Set([key]) }) }).edits,
    ).toEqual([]);
  });
});

test("of too many edits the surest come first, and the rest is said to wait", () => {
  const text = "teh ".repeat(1_200);
  const many = Array.from({ length: 1_200 }, (_, index) => ({
    ...candidate(text, "teh", "the"),
    score: index < 1_100 ? 0.6 : 0.9,
    edit: { start: index * 4, end: index * 4 + 3, before: "teh", after: "the" },
  }));
  const { edits, silent } = proposed(text, many);
  expect(edits).toHaveLength(1_000);
  expect(edits.at(-1)?.edit.start).toBe(1_199 * 4);
  expect(silent).toEqual([
    { source: "emend", reason: "More edits wait for a later pass: one has 1000 at most." },
  ]);
});
