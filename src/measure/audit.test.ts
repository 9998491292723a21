import { expect, test } from "vitest";
import { unwrap } from "#core/result.ts";
import { type Rng, rngOf } from "#core/rng.ts";
import { type AcceptedItems, auditedError, auditInterval, auditStrata } from "./audit.ts";
import { missesAllowed } from "./coverage.fixture.ts";
import { hypergeometricCdf } from "./hypergeometric.ts";
import { predictionPoweredError } from "./prediction-powered.ts";

const LEVEL = 0.95;
const DRAWS = 500;

/** A population of accepted items of which an audit is drawn. */
interface World {
  readonly items: number;
  readonly risk: (rng: Rng) => number;
  /** Probability that an item of this risk is really wrong. */
  readonly wrong: (risk: number) => number;
  readonly propensity: (risk: number) => number;
  /** The draw as it really happens; as stated when absent. */
  readonly drawn?: (risk: number) => number;
}

interface Drawn {
  readonly accepted: AcceptedItems;
  /** Error among the items nobody reviewed: what is to be covered. */
  readonly truth: number;
}

function draw(world: World, rng: Rng): Drawn {
  const risk = Float64Array.from({ length: world.items }, () => world.risk(rng));
  const propensity = risk.map(world.propensity);
  let unread = 0;
  let errors = 0;
  const verdict = Int8Array.from(risk, (r) => {
    const wrong = rng.bernoulli(world.wrong(r));
    if (rng.bernoulli((world.drawn ?? world.propensity)(r))) return Number(wrong);
    unread++;
    errors += Number(wrong);
    return -1;
  });
  return { accepted: { risk, propensity, verdict }, truth: errors / unread };
}

const spread = (rng: Rng) => rng.uniform() ** 3 * 0.6;
const calibrated: World = { items: 800, risk: spread, wrong: (r) => r, propensity: () => 0.25 };
const worlds: Record<string, World> = {
  "calibrated risks": calibrated,
  "risks three times too low": {
    ...calibrated,
    risk: (rng) => spread(rng) / 3,
    wrong: (r) => 3 * r,
  },
  "risks that say nothing": { ...calibrated, wrong: () => 0.12 },
  "a stratum with next to no errors": { ...calibrated, propensity: (r) => (r > 0.1 ? 0.5 : 0.15) },
  "rare errors, few audits": {
    items: 300,
    risk: (rng) => 0.04 * rng.uniform(),
    wrong: (r) => r / 2,
    propensity: () => 0.1,
  },
  "riskier items audited more": {
    ...calibrated,
    items: 3000,
    propensity: (r) => (r > 0.2 ? 0.5 : 0.15),
  },
};

test.each(Object.entries(worlds))("both cover the unreviewed error: %s", (name, world) => {
  const rng = rngOf(`audit/${name}`);
  let exactMissed = 0;
  let boundMissed = 0;
  let poweredMissed = 0;
  let poweredBoundMissed = 0;
  for (let d = 0; d < DRAWS; d++) {
    const { accepted, truth } = draw(world, rng.split(d));
    const exact = unwrap(auditInterval(auditStrata(accepted), LEVEL));
    const powered = unwrap(predictionPoweredError(accepted, { level: LEVEL })).interval;
    exactMissed += Number(truth < exact.low || truth > exact.high);
    boundMissed += Number(truth > exact.high);
    poweredBoundMissed += Number(powered !== null && truth > powered.high);
    poweredMissed += Number(powered !== null && (truth < powered.low || truth > powered.high));
  }
  expect(exactMissed).toBeLessThanOrEqual(missesAllowed(DRAWS, 1 - LEVEL));
  expect(boundMissed).toBeLessThanOrEqual(missesAllowed(DRAWS, (1 - LEVEL) / 2));
  expect(poweredMissed).toBeLessThanOrEqual(missesAllowed(DRAWS, 1 - LEVEL));
  expect(poweredBoundMissed).toBeLessThanOrEqual(missesAllowed(DRAWS, (1 - LEVEL) / 2));
});

test("inverse-propensity weights cover where every item has a propensity of its own", () => {
  const world = { ...calibrated, propensity: (r: number) => 0.15 + 0.6 * r };
  const rng = rngOf("audit/inverse-propensity");
  let missed = 0;
  let off = 0;
  let squares = 0;
  for (let d = 0; d < DRAWS; d++) {
    const { accepted, truth } = draw(world, rng.split(d));
    const { value, interval } = unwrap(
      predictionPoweredError(accepted, { level: LEVEL, weighting: "inverse-propensity" }),
    );
    missed += Number(interval === null || truth < interval.low || truth > interval.high);
    off += (value - truth) / DRAWS;
    squares += (value - truth) ** 2 / DRAWS;
  }
  expect(missed).toBeLessThanOrEqual(missesAllowed(DRAWS, 1 - LEVEL));
  // Right on average: within six standard errors of the mean.
  expect(Math.abs(off)).toBeLessThan(6 * Math.sqrt(squares / DRAWS));
});

test("an audit of the safe items only is caught: the coverage test can fail", () => {
  const world: World = { ...calibrated, drawn: (r) => (r < 0.1 ? 0.4 : 0) };
  const rng = rngOf("audit/not-random");
  let exactMissed = 0;
  let poweredMissed = 0;
  for (let d = 0; d < 200; d++) {
    const { accepted, truth } = draw(world, rng.split(d));
    const exact = unwrap(auditInterval(auditStrata(accepted), LEVEL));
    const powered = unwrap(predictionPoweredError(accepted, { level: LEVEL })).interval;
    exactMissed += Number(truth > exact.high);
    poweredMissed += Number(powered !== null && truth > powered.high);
  }
  expect(exactMissed).toBeGreaterThan(missesAllowed(200, 1 - LEVEL));
  expect(poweredMissed).toBeGreaterThan(missesAllowed(200, 1 - LEVEL));
});

test("informative risks narrow the interval, useless ones hardly widen it", () => {
  const width = (name: string) => {
    const rng = rngOf(`audit/width/${name}`);
    let exact = 0;
    let powered = 0;
    for (let d = 0; d < 100; d++) {
      const { accepted } = draw(worlds[name] ?? calibrated, rng.split(d));
      const one = unwrap(auditInterval(auditStrata(accepted), LEVEL));
      const other = unwrap(predictionPoweredError(accepted, { level: LEVEL })).interval;
      exact += one.high - one.low;
      powered += other === null ? Number.NaN : other.high - other.low;
    }
    return powered / exact;
  };
  // Against a normal interval the gain is √(1 − Var risk / Var wrong), here √(1 − 0.0289/0.1275);
  // the exact one is wider.
  expect(width("calibrated risks")).toBeLessThan(Math.sqrt(1 - 0.0289 / 0.1275));
  expect(width("risks that say nothing")).toBeLessThan(1.05);
});

test("the exact interval is that of all populations the audit does not refute", () => {
  // 2 of 5 audited of 12 are wrong: try every number of wrong items among the 12.
  const { low, high } = unwrap(auditInterval([{ accepted: 12, audited: 5, wrong: 2 }], 0.9));
  const kept: number[] = [];
  for (let marked = 2; marked <= 9; marked++) {
    const at = { items: 12, marked, drawn: 5 };
    if (hypergeometricCdf(2, at) > 0.05 && 1 - hypergeometricCdf(1, at) > 0.05)
      kept.push(marked - 2);
  }
  expect(low).toBe(Math.min(...kept) / 7);
  expect(high).toBe(Math.max(...kept) / 7);
});

test("an audit of nearly everything leaves little in doubt", () => {
  // One wrong item among the two unread would have escaped the audit with chance 2/1000.
  const { low, high } = unwrap(auditInterval([{ accepted: 1000, audited: 998, wrong: 0 }]));
  expect([low, high]).toEqual([0, 0]);
  // With 2 of 4 audited both unread ones may be wrong: a chance of 1/6.
  expect(unwrap(auditInterval([{ accepted: 4, audited: 2, wrong: 0 }])).high).toBe(1);
});

test("the value weights each stratum by what went out unread", () => {
  const strata = [
    { accepted: 100, audited: 20, wrong: 2 },
    { accepted: 50, audited: 30, wrong: 15 },
  ];
  const measured = unwrap(auditedError(strata));
  expect(measured.value).toBeCloseTo(0.8 * 0.1 + 0.2 * 0.5, 12);
  expect(measured).toMatchObject({ metric: "unreviewed-error", n: 50 });
  expect(measured.note).toBe("17 wrong of 50 audited at random; 100 went out unread");
});

test("hand-computed prediction-powered estimate of one stratum", () => {
  // Risk is 1 exactly where it is wrong: trusted in full, residuals 0, the estimate is the unread
  // items' mean risk.
  const verdict = Array.from({ length: 60 }, (_, i) => (i < 40 ? Number(i % 4 === 0) : -1));
  const risk = Array.from({ length: 60 }, (_, i) => Number(i % 4 === 0));
  const items = { risk, verdict, propensity: Array(60).fill(0.5) };
  const measured = unwrap(predictionPoweredError(items));
  expect(measured.value).toBeCloseTo(5 / 20, 12);
  expect(measured.interval?.high).toBeCloseTo(0.25, 12);
  expect(measured.interval?.method).toBe("prediction-powered-stratified");
  expect(measured.note).toContain("risks trusted 1.00");
});

test("too few errors for a normal interval: the exact one, or a reason", () => {
  const verdict = Array.from({ length: 60 }, (_, i) => (i < 40 ? Number(i < 3) : -1));
  const items = { risk: Array(60).fill(0.1), verdict, propensity: Array(60).fill(0.5) };
  expect(unwrap(predictionPoweredError(items))).toEqual(unwrap(auditedError(auditStrata(items))));
  expect(predictionPoweredError(items, { weighting: "inverse-propensity" })).toEqual({
    ok: false,
    error: { kind: "too-few-events", got: 3, need: 10 },
  });
});

test("items drawn for certain stand for nothing unread", () => {
  const verdict = Array.from({ length: 90 }, (_, i) => (i < 70 ? i % 2 : -1));
  const risk = verdict.map((_, i) => (i % 7) / 10);
  const some = { risk, verdict, propensity: Array(90).fill(0.8) };
  const with20 = {
    risk: [...risk, ...Array(20).fill(0.9)],
    verdict: [...verdict, ...Array(20).fill(1)],
    propensity: [...some.propensity, ...Array(20).fill(1)],
  };
  for (const weighting of ["stratified", "inverse-propensity"] as const)
    expect(predictionPoweredError(with20, { weighting })).toEqual(
      predictionPoweredError(some, { weighting }),
    );
  const contradiction = { risk: [0.1, 0.2], propensity: [1, 0.5], verdict: [-1, 0] };
  expect(() => predictionPoweredError(contradiction, { weighting: "inverse-propensity" })).toThrow(
    "item 0 is not",
  );
});

test("nothing audited, nothing unread and impossible counts", () => {
  const nobody = { risk: [0.1, 0.2], propensity: [0.5, 0.5], verdict: [-1, -1] };
  expect(predictionPoweredError(nobody)).toEqual({ ok: false, error: { kind: "no-audits" } });
  const all = { risk: [0.1], propensity: [1], verdict: [0] };
  expect(auditedError(auditStrata(all))).toEqual({
    ok: false,
    error: { kind: "nothing-unreviewed" },
  });
  // All audits in a stratum with nothing left: they say nothing of the other.
  const elsewhere = [
    { accepted: 5, audited: 5, wrong: 1 },
    { accepted: 9, audited: 0, wrong: 0 },
  ];
  expect(auditedError(elsewhere)).toEqual({ ok: false, error: { kind: "no-audits" } });
  expect(() => auditInterval([{ accepted: 5, audited: 6, wrong: 0 }])).toThrow("got 0, 6, 5");
  expect(() => auditStrata({ risk: [0.1], propensity: [0], verdict: [0] })).toThrow("propensities");
});
