import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type ComparisonOutput, ComparisonSchema } from "#core/comparison.ts";
import { taskKindSuite } from "#correct/task-kind.suite.ts";
import { canonical, comparisonKind } from "./comparison.ts";
import { preferences } from "./order.ts";

const pairs = ComparisonSchema.parse({ reasons: ["right", "clear"] });
const rankings = ComparisonSchema.parse({ form: "ranking", reasons: ["right"] });

const verdicts = fc.constantFrom("first", "second", "tie", "both-bad");
const anyPair: fc.Arbitrary<ComparisonOutput> = fc
  .record({
    replies: fc.constantFrom(["a", "b"], ["a", "c"]),
    verdict: verdicts,
    reasons: fc.subarray(["right", "clear"]),
  })
  .map(({ replies, verdict, reasons }) =>
    canonical({
      kind: "pair",
      first: replies[0] ?? "",
      second: replies[1] ?? "",
      verdict,
      reasons,
    }),
  );
const anyRanking: fc.Arbitrary<ComparisonOutput> = fc
  .record({
    order: fc.shuffledSubarray(["a", "b", "c", "d"], { minLength: 3, maxLength: 4 }),
    cuts: fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
    reasons: fc.subarray(["right"]),
  })
  .map(({ order, cuts, reasons }) => {
    const tiers: string[][] = [];
    order.forEach((id, at) => {
      const last = tiers.at(-1);
      if (last === undefined || cuts[at]) tiers.push([id]);
      else last.push(id);
    });
    return canonical({ kind: "ranking", tiers, reasons });
  });

const pair = (verdict: "first" | "second" | "tie" | "both-bad", reasons: string[] = []) =>
  ({ kind: "pair", first: "a", second: "b", verdict, reasons }) as const;
const ranking = (tiers: string[][]): ComparisonOutput => ({ kind: "ranking", tiers, reasons: [] });
const apart = (a: ComparisonOutput, b: ComparisonOutput) => comparisonKind.distance(a, b);

describe("comparisons of two replies", () =>
  taskKindSuite({
    kind: comparisonKind,
    schema: pairs,
    outputs: anyPair,
    misfit: pair("first", ["pretty"]),
  }));
describe("rankings of several replies", () =>
  taskKindSuite({
    kind: comparisonKind,
    schema: rankings,
    outputs: anyRanking,
    misfit: ranking([["a"], ["a"]]),
  }));

test("distances of two verdicts, by hand", () => {
  expect(apart(pair("first"), pair("second"))).toBeCloseTo(0.95);
  expect(apart(pair("first"), pair("tie"))).toBeCloseTo(0.475);
  expect(apart(pair("first"), pair("both-bad"))).toBeCloseTo(0.95 * 0.75);
  expect(apart(pair("tie"), pair("both-bad"))).toBeCloseTo(0.95 * 0.25);
  expect(apart(pair("first", ["right"]), pair("first", ["right", "clear"]))).toBeCloseTo(0.025);
  // The same, named the other way round.
  const turned = { ...pair("second"), first: "b", second: "a" };
  expect(apart(pair("first"), turned)).toBe(0);
  expect(apart(pair("second"), turned)).toBeCloseTo(0.95);
  expect(apart(pair("tie"), { ...pair("tie"), first: "b", second: "a" })).toBe(0);
});

test("distances of rankings are Kendall's with ties at a half, by hand", () => {
  const abc = ranking([["a"], ["b"], ["c"]]);
  expect(apart(abc, ranking([["c"], ["b"], ["a"]]))).toBeCloseTo(0.95);
  expect(apart(abc, ranking([["b"], ["a"], ["c"]]))).toBeCloseTo(0.95 / 3);
  expect(apart(abc, ranking([["a", "b"], ["c"]]))).toBeCloseTo(0.95 / 6);
  expect(apart(abc, ranking([["a", "b", "c"]]))).toBeCloseTo(0.95 / 2);
  expect(apart(abc, ranking([["a"], ["b"], ["d"]]))).toBe(1);
  expect(apart(abc, pair("first"))).toBe(1);
});

test("a ranking says what it implies of each two, and nothing of replies of one tier", () => {
  expect(preferences(ranking([["a"], ["b", "c"], ["d"]]))).toEqual([
    { chosen: "a", rejected: "b" },
    { chosen: "a", rejected: "c" },
    { chosen: "a", rejected: "d" },
    { chosen: "b", rejected: "d" },
    { chosen: "c", rejected: "d" },
  ]);
  expect(preferences(pair("second"))).toEqual([{ chosen: "b", rejected: "a" }]);
  expect(preferences(pair("tie"))).toEqual([]);
  expect(preferences(pair("both-bad"))).toEqual([]);
});

test("an edit is counted in pairs of replies, a ranking made from nothing in all it decides", () => {
  const size = (a: ComparisonOutput | null, b: ComparisonOutput | null) =>
    comparisonKind.editSize(comparisonKind.diff(a, b));
  expect(size(null, ranking([["a"], ["b"], ["c"]]))).toBe(3);
  expect(size(ranking([["a"], ["b"], ["c"]]), ranking([["b"], ["a"], ["c"]]))).toBe(1);
  expect(size(pair("first"), pair("second"))).toBe(1);
  expect(size(pair("first"), pair("first", ["right"]))).toBe(1);
  expect(size(null, pair("tie"))).toBe(1);
});

test.each([
  ["a tie where none is allowed", pair("tie"), { tieAllowed: false }, "one reply above"],
  [
    "a tier of two where no ties are allowed",
    ranking([["a", "b"]]),
    { form: "ranking", tieAllowed: false },
    "one reply above",
  ],
  ["a ranking where pairs are compared", ranking([["a"], ["b"]]), {}, "a pair"],
  ["a reply beside itself", { ...pair("first"), second: "a" }, {}, "named once"],
  ["a ranking of one", ranking([["a"]]), { form: "ranking" }, "at least two"],
] as const)("%s is refused", (_, output, schema, expected) => {
  const checked = comparisonKind.check(
    output as ComparisonOutput, // Read-only here, as written down.
    ComparisonSchema.parse(schema),
  );
  expect(checked).toMatchObject({ ok: false });
  if (!checked.ok) expect(checked.error.detail.expected).toContain(expected);
});

test("severity is that of the order alone", () => {
  expect(comparisonKind.severity(pair("first"), pair("first", ["right"]), pairs)).toBe(0);
  expect(comparisonKind.severity(pair("second"), pair("first"), pairs)).toBe(1);
  expect(comparisonKind.severity(null, pair("first"), pairs)).toBe(1);
});
