import { expect, test } from "vitest";
import { manualClock } from "#core/clock.ts";
import { rngOf } from "#core/rng.ts";
import { summarise } from "#loop/study-report.ts";
import { askAgain } from "./ask-again.ts";
import { study } from "./study.ts";
import { baselineArms, cut, harmoniserArms } from "./study-arms.ts";
import { mailWorld } from "./study-world.ts";

const ctx = () => ({
  rng: rngOf(1).split(study.id),
  clock: manualClock(),
  signal: new AbortController().signal,
  progress: () => undefined,
});

test("a fast run exercises every arm and judges every claim", async () => {
  const result = await study.runSeed(1, ctx(), { fast: true });
  expect(Object.keys(result.arms).sort()).toEqual(study.arms.map(({ id }) => id).sort());
  const { arms, claims } = summarise(study, [result], rngOf(1));
  expect(claims.map(({ id }) => id)).toEqual(study.claims.map(({ id }) => id));
  for (const { metrics } of arms)
    for (const { value } of Object.values(metrics)) expect(Number.isFinite(value)).toBe(true);
  expect(result.arms.oracle?.auroc?.value).toBe(1);
  const polar = result.arms["polar-linear-weak"]?.auroc?.value ?? 0;
  expect(polar).toBeGreaterThan(result.arms["own-confidence"]?.auroc?.value ?? 1);
  // Votes that belong to other mails cannot help: far below what the same fit reaches on its own.
  expect(result.arms["polar-linear-shuffled"]?.auroc?.value).toBeLessThan(polar - 0.2);
});

test("no arm but those that say so reads gold, and no risk reads the proposer's hidden score", async () => {
  const world = await mailWorld(rngOf(1), { fast: true });
  const blind = {
    ...world,
    gold: world.gold.map(() => 0),
    mails: world.mails.map((mail) => ({ ...mail, gold: "ham" as const })),
    proposer: { ...world.proposer, confidence: () => 0.5 },
  };
  const arms = (of: typeof world) => ({
    ...harmoniserArms(of, cut(of), rngOf(2)),
    ...baselineArms(of, cut(of), rngOf(2)),
  });
  const [seen, unseen] = [arms(world), arms(blind)];
  for (const [arm, judged] of Object.entries(seen)) {
    const same = JSON.stringify(unseen[arm]) === JSON.stringify(judged);
    expect([arm, same]).toEqual([arm, !arm.endsWith("-gold") && arm !== "own-confidence"]);
  }
});

test("the same seed draws the same mails, another seed others", async () => {
  const ids = async (seed: number) =>
    (await mailWorld(rngOf(seed), { fast: true })).mails.map(({ id }) => id);
  expect(await ids(1)).toEqual(await ids(1));
  expect(await ids(2)).not.toEqual(await ids(1));
});

test("asking again: only above the threshold, and where nothing was said", () => {
  const asked: number[] = [];
  const { answers, calls } = askAgain({
    risk: Float64Array.of(0.9, 0.5, Number.NaN, 0.51),
    first: Int16Array.of(0, 0, -1, 0),
    again: (row) => {
      asked.push(row);
      return 1;
    },
  });
  expect(Array.from(answers)).toEqual([1, 0, 1, 1]);
  expect(asked).toEqual([0, 2, 3]);
  expect(calls).toBe(3);
});
