import { expect, test } from "vitest";
import { rngOf } from "#core/rng.ts";
import type { DrawnOutcome } from "#learn/rewrite-outcomes.ts";
import { missesAllowed } from "#measure/coverage.fixture.ts";
import { defectsOf, harmOf, outcomeOf, successOf } from "./rewrite-figures.ts";

const drawn = (
  arm: "treated" | "hold-out",
  bad: boolean,
  more: Partial<DrawnOutcome> = {},
): DrawnOutcome => ({
  ruleId: "r1",
  user: `${arm} ${Math.floor(1e9 * (more.ts ?? 0))}`,
  arm,
  propensity: arm === "treated" ? 0.9 : 0.1,
  ts: 0,
  outcome: bad ? "defect" : "success",
  first: true,
  ...more,
});
const many = (arm: "treated" | "hold-out", good: number, bad: number, more = {}) =>
  Array.from({ length: good + bad }, (_, k) => drawn(arm, k >= good, { ts: k, ...more }));

test("nothing seen is nothing said", () => {
  expect(defectsOf([])).toEqual({ treated: null, holdOut: null, change: null });
  expect(defectsOf(many("treated", 3, 1))).toMatchObject({ holdOut: null, change: null });
  expect(harmOf([])).toBeUndefined();
  expect(successOf({ success: 0, defect: 0 })).toBeNull();
  const none = { success: 0, defect: 0 };
  expect(outcomeOf({ treated: none, holdOut: none }).betterProbability).toBeNull();
});

test("a share held out that was changed on the way does not tilt the comparison", () => {
  // A hard rewrite (half go wrong in either arm) and an easy one (none does), held out from unlike shares.
  const hard = [
    ...many("treated", 45, 45, { propensity: 0.9 }),
    ...many("hold-out", 5, 5, { propensity: 0.1 }),
  ];
  const easy = [
    ...many("treated", 50, 0, { propensity: 0.5 }),
    ...many("hold-out", 50, 0, { propensity: 0.5 }),
  ];
  const { treated, holdOut, change } = defectsOf([...hard, ...easy]);
  expect(treated?.value).toBeCloseTo(0.25, 12);
  expect(holdOut?.value).toBeCloseTo(0.25, 12);
  expect(change?.interval?.low).toBeLessThan(0);
  expect(change?.interval?.high).toBeGreaterThan(0);
});

test("harm is told with its figures, and not before both arms were seen often enough", () => {
  const harmful = [...many("treated", 10, 30), ...many("hold-out", 38, 2)];
  expect(harmOf(harmful)).toMatch(
    /^30 of 40 rewritten requests ended badly, 2 of 40 held out: \d+ % to \d+ % more/,
  );
  expect(harmOf([...many("treated", 0, 19), ...many("hold-out", 40, 0)])).toBeUndefined();
  expect(harmOf([...many("treated", 38, 2), ...many("hold-out", 10, 30)])).toBeUndefined();
});

test("looked at after every few outcomes, rewrites that do no harm are seldom taken for harmful", () => {
  const [runs, looks, step] = [150, 60, 10];
  let alarms = 0;
  for (let run = 0; run < runs; run++) {
    const rng = rngOf("harm").split(run);
    const outcomes: DrawnOutcome[] = [];
    for (let look = 0; look < looks; look++) {
      for (let k = 0; k < step; k++)
        outcomes.push(drawn(rng.bernoulli(0.5) ? "treated" : "hold-out", rng.bernoulli(0.3)));
      if (harmOf(outcomes) === undefined) continue;
      alarms += 1;
      break;
    }
  }
  expect(alarms).toBeLessThanOrEqual(missesAllowed(runs, 0.05));
});
