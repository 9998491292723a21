import { expect, test } from "vitest";
import { manualClock } from "#core/clock.ts";
import type { Ctx } from "#core/contracts.ts";
import { rngOf } from "#core/rng.ts";
import { applyEdits } from "#correct/text/edits.ts";
import { protectedSpans } from "#correct/text/protected.ts";
import type { EditCandidate, EditProposer } from "./proposer.ts";

export const ctxOf = (seed = 1): Ctx => ({
  rng: rngOf(seed),
  clock: manualClock(),
  signal: new AbortController().signal,
  progress: () => undefined,
});

/** "before → after" of every candidate, in order. */
export const changesOf = (candidates: readonly EditCandidate[]): string[] =>
  candidates.map(({ edit }) => `${edit.before} → ${edit.after}`);

/** What a text becomes when everything proposed is accepted. */
export const accepted = (text: string, candidates: readonly EditCandidate[]): string =>
  applyEdits(
    text,
    candidates.map(({ edit }) => edit),
  );

const TEXTS = [
  "",
  "   \n\n",
  "Wrod",
  "In order to see teh world, he bought an ticket and and left. He go home .",
  "Run `in order to teh` now, see https://teh.example/in-order-to and mail teh@example.org.",
  "Naïve café 😀 in order to recieve “teh very big” gift; e\u0301t\u00e9 in office.\r\nUsually, we might.",
  `${"The recieved wisdom is same as before, in order to test. ".repeat(60)}`,
];

/** What every proposer of edits keeps to, over texts that are empty, odd, protected and long. */
export function editProposerSuite(name: string, make: () => Promise<EditProposer>): void {
  test(`${name}: edits fit the text, change it, spare what is protected, and come in order`, async () => {
    const proposer = await make();
    for (const text of TEXTS) {
      const candidates = await proposer.propose(text, ctxOf());
      const spans = protectedSpans(text, "markdown");
      let last = 0;
      for (const { edit, score, rationale, source, intent } of candidates) {
        expect(text.slice(edit.start, edit.end)).toBe(edit.before);
        expect(edit.after).not.toBe(edit.before);
        expect(edit.start).toBeGreaterThanOrEqual(last);
        last = edit.start;
        expect(spans.every((s) => edit.end <= s.start || edit.start >= s.end)).toBe(true);
        expect(score).toBeGreaterThan(0);
        expect(score).toBeLessThanOrEqual(1);
        expect(rationale).not.toBe("");
        expect(source).toBe(proposer.source);
        expect(intent).not.toBe("meaning-changed");
      }
      expect(await proposer.propose(text, ctxOf(2))).toEqual(candidates);
    }
  });
}
