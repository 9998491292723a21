import { expect, test } from "vitest";
import { CorrectionId } from "#core/ids.ts";
import { type ComparisonAct, comparisonActText, deliverComparison } from "./deliver.ts";

const about = { projectId: "p", itemId: "prompt|a|b" };
const acts: readonly ComparisonAct[] = [
  {
    kind: "compare",
    ...about,
    input: {
      id: CorrectionId.parse("c/1"),
      questionId: about.itemId,
      output: { kind: "pair", first: "a", second: "b", verdict: "tie", reasons: [] },
      effort: { ms: 1, gestures: 1, edit: 1 },
    },
  },
  { kind: "take-back", ...about, correctionId: "c/1" },
  { kind: "pass-over", ...about },
  { kind: "bring-back", ...about },
];

test("each act goes to its own address, ids escaped, and answers where the person stands", async () => {
  const sent: [string, unknown][] = [];
  const progress = { left: 3, compared: 1, untilRefit: 2 };
  for (const act of acts) {
    const answer = await deliverComparison(act, {
      post: async <T>(path: string, body: unknown) => {
        sent.push([path, body]);
        return progress as T; // what the server answers
      },
    });
    expect(answer).toEqual(progress);
  }
  const [first] = acts;
  expect(sent).toEqual([
    ["/comparisons", first?.kind === "compare" ? first.input : null],
    ["/comparisons/c%2F1/undo", {}],
    ["/comparisons/skip", { questionId: about.itemId }],
    ["/comparisons/skip/undo", { questionId: about.itemId }],
  ]);
});

test("every act has words of its own", () => {
  expect(new Set(acts.map(comparisonActText)).size).toBe(acts.length);
});
