import fc from "fast-check";
import { expect, test } from "vitest";
import type { Correction } from "#core/correction.ts";
import { ActorId, CorrectionId, ItemId } from "#core/ids.ts";
import { labelKind } from "#correct/label.ts";
import { asSource, refitRows } from "./refit.ts";

const correction = (
  id: string,
  item: string,
  after: string | null,
  how: { by?: string; undoes?: string } = {},
): Correction<string> => ({
  id: CorrectionId.parse(id),
  itemId: ItemId.parse(item),
  proposalId: null,
  decision: how.undoes === undefined ? (after === null ? "rejected" : "edited") : "undone",
  before: "ham",
  after,
  operations: [],
  by: { id: ActorId.parse(how.by ?? "ada"), kind: "person" },
  effort: { ms: 900, gestures: 1, edit: 1 },
  risk: 0.4,
  propensity: 1,
  audit: false,
  suggestionShown: true,
  atMs: 0,
  ...(how.undoes === undefined ? {} : { undoes: CorrectionId.parse(how.undoes) }),
});
const rowsOf = (...history: Correction<string>[]) => refitRows(history, { kind: labelKind });

test("an item gives one row, and a reviewer's latest answer is the one", () => {
  expect(rowsOf(correction("c1", "m1", "spam"), correction("c2", "m1", "ham"))).toEqual({
    rows: [{ itemId: "m1", output: "ham", agreement: 1, from: ["c2"] }],
    learnedFrom: ["c2"],
  });
});

test("what was undone or revoked is not learned from, and what it replaced stands again", () => {
  const undone = rowsOf(
    correction("c1", "m1", "spam"),
    correction("c2", "m1", "ham"),
    correction("u1", "m1", "ham", { undoes: "c2" }),
  );
  expect(undone.rows).toMatchObject([{ output: "spam", from: ["c1"] }]);
  const history = [correction("c1", "m1", "spam"), correction("c2", "m1", "ham")];
  const revoked = refitRows(history, {
    kind: labelKind,
    revoked: new Set([correction("c2", "m1", "").id]),
  });
  expect(revoked.rows).toMatchObject([{ output: "spam", from: ["c1"] }]);
});

test("reviewers who disagree: most win, the latest at a tie, and the share is kept", () => {
  const tie = rowsOf(
    correction("c1", "m1", "spam", { by: "ada" }),
    correction("c2", "m1", "ham", { by: "bob" }),
  );
  expect(tie.rows).toEqual([{ itemId: "m1", output: "ham", agreement: 0.5, from: ["c1", "c2"] }]);
  const most = rowsOf(
    correction("c1", "m1", "spam", { by: "ada" }),
    correction("c2", "m1", "spam", { by: "bob" }),
    correction("c3", "m1", "ham", { by: "cyd" }),
  );
  expect(most.rows).toMatchObject([{ output: "spam", agreement: 2 / 3 }]);
});

test("a reviewer who comes round is the latest, even when others answered in between", () => {
  const { rows } = rowsOf(
    correction("c1", "m1", "ham", { by: "ada" }),
    correction("c2", "m1", "ham", { by: "bob" }),
    correction("c3", "m1", "spam", { by: "ada" }),
  );
  expect(rows).toMatchObject([{ output: "spam", agreement: 0.5 }]);
});

test("a rejection without an answer gives no row", () => {
  expect(rowsOf(correction("c1", "m1", null))).toEqual({ rows: [], learnedFrom: [] });
});

test("rows become a source that abstains where nobody answered", () => {
  const { rows } = rowsOf(correction("c1", "m2", "spam"), correction("c2", "m3", "other"));
  const source = asSource(rows, { itemIds: ["m1", "m2", "m3"], classes: ["ham", "spam"] });
  expect([...source.votes]).toEqual([-1, 1, -1]);
  expect([...source.weights]).toEqual([0, 1, 0]);
});

test("every row is one of its reviewers' latest answers, whatever the history", () => {
  const steps = fc.array(
    fc.record({
      item: fc.constantFrom("m1", "m2"),
      by: fc.constantFrom("ada", "bob", "cyd"),
      after: fc.constantFrom("spam", "ham"),
    }),
    { maxLength: 15 },
  );
  fc.assert(
    fc.property(steps, (list) => {
      const history = list.map(({ item, by, after }, i) =>
        correction(`c${i}`, item, after, { by }),
      );
      const { rows, learnedFrom } = rowsOf(...history);
      expect(new Set(rows.map(({ itemId }) => itemId)).size).toBe(rows.length);
      expect(new Set(learnedFrom).size).toBe(learnedFrom.length);
      for (const { itemId, output, agreement } of rows) {
        const latest = new Map(
          history.filter((each) => each.itemId === itemId).map((each) => [each.by.id, each.after]),
        );
        const backers = [...latest.values()].filter((after) => after === output).length;
        expect(agreement).toBe(backers / latest.size);
        expect(agreement).toBeGreaterThanOrEqual(0.5);
      }
    }),
    { seed: 12, numRuns: 200 },
  );
});
