import { expect, test } from "vitest";
import { CorrectionId, ItemId, ProjectId } from "#core/ids.ts";
import { smallConfig } from "#server/testing.ts";
import type { CaseRow } from "#store/store.ts";
import type { Host } from "./host.ts";
import type { Answer } from "./state.ts";
import { unreviewedError, unreviewedOf } from "./unreviewed.ts";

const config = smallConfig();
const project = {
  id: ProjectId.parse("p"),
  config: { ...config, correct: { ...config.correct, auditShare: 0.05 } },
  createdAtMs: 0,
};

const audit = (id: number, wrong: boolean, risk = 0.01): Answer => ({
  id: CorrectionId.parse(`c${id}`),
  itemId: ItemId.parse(`item-${id}`),
  decision: wrong ? "edited" : "confirmed",
  before: "spam",
  after: wrong ? "ham" : "spam",
  risk,
  propensity: 0.05,
  audit: true,
  suggestionShown: true,
  undoes: undefined,
  atMs: 0,
  ms: 30_000,
});

/** Only what the estimate reads of a host: the risks of what was accepted. */
const accepting = (risks: readonly number[]): Host =>
  ({
    store: {
      async *cases() {
        yield risks.map((risk) => ({ assessment: { risk } }) as CaseRow);
      },
    },
  }) as unknown as Host;

test("while few audits were wrong the audits alone speak, with an exact interval", async () => {
  const audits = [audit(1, false), audit(2, true)];
  const counts = { accepted: 90, auditsLeft: 8 };
  const measured = await unreviewedOf(accepting([]), project, audits, counts);
  expect(measured).toMatchObject({ value: 0.5, n: 2 });
  expect(measured).toEqual(unreviewedError(audits, counts));
  expect(unreviewedError([{ ...audit(3, true), audit: false }], counts)).toBeNull();
});

test("risks that tell wrong from right make the interval tighter", async () => {
  // Of 200 audits 20 are wrong, and the risks say so; the 3,800 unread are like them.
  const audits = Array.from({ length: 200 }, (_, i) =>
    audit(i, i % 10 === 0, i % 10 === 0 ? 0.9 : 0.02),
  );
  const unread = Array.from({ length: 3_800 }, (_, i) => (i % 10 === 0 ? 0.9 : 0.02));
  const counts = { accepted: unread.length, auditsLeft: 0 };
  const measured = await unreviewedOf(accepting(unread), project, audits, counts);
  const alone = unreviewedError(audits, counts);
  const width = (of: typeof alone) => (of?.interval ? of.interval.high - of.interval.low : NaN);
  expect(measured?.interval?.method).toContain("prediction-powered");
  expect(measured?.value).toBeCloseTo(0.1, 2);
  expect(width(measured)).toBeLessThan(width(alone) / 2);
});
