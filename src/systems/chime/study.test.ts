import { expect, test } from "vitest";
import { manualClock } from "#core/clock.ts";
import { rngOf } from "#core/rng.ts";
import { pairFeatures } from "#learn/pair-corrector/features.ts";
import { summarise } from "#loop/study-report.ts";
import { study } from "./study.ts";
import { prepare, shuffledAnswers } from "./study-arms.ts";
import { studyWorld } from "./study-world.ts";

const ctx = (seed = 1) => ({
  rng: rngOf(seed).split(study.id),
  clock: manualClock(),
  signal: new AbortController().signal,
  progress: () => undefined,
});
const world = studyWorld(rngOf(1), { fast: true });

test("a fast run exercises every arm and judges every claim", async () => {
  const result = await study.runSeed(1, ctx(), { fast: true });
  expect(Object.keys(result.arms).sort()).toEqual(study.arms.map(({ id }) => id).sort());
  const { arms, claims } = summarise(study, [result], rngOf(1));
  expect(claims.map(({ id }) => id)).toEqual(study.claims.map(({ id }) => id));
  for (const { id, metrics } of arms) {
    const names = id.endsWith("-cards") ? ["auroc"] : ["f1", "precision", "recall"];
    expect(Object.keys(metrics)).toEqual(names);
    for (const { value } of Object.values(metrics)) expect(Number.isFinite(value)).toBe(true);
  }
  const f1 = (arm: string) => result.arms[arm]?.f1?.value ?? Number.NaN;
  // Far apart even on ten topics.
  expect(f1("corrector")).toBeGreaterThan(f1("shuffled") + 0.05);
});

test("no subject is both trained and tested on, and no text", () => {
  const { train, test: tested } = world;
  const subjects = new Set(train.map(({ subject }) => subject));
  expect(tested.filter(({ subject }) => subjects.has(subject))).toEqual([]);
  const texts = new Set(train.flatMap(({ topic }) => topic.studies.map(({ id }) => id)));
  const shared = tested.flatMap(({ topic }) => topic.studies.filter(({ id }) => texts.has(id)));
  expect(shared).toEqual([]);
});

test("features and proposals are made without gold: with other gold they are the same", () => {
  for (const { topic, gold, labels } of world.train.slice(0, 3)) {
    const before = pairFeatures(topic);
    gold.fill(0);
    labels.fill(0);
    expect(pairFeatures(topic)).toEqual(before);
  }
  const fresh = studyWorld(rngOf(1), { fast: true });
  expect(fresh.train.map(({ topic }) => topic)).toEqual(world.train.map(({ topic }) => topic));
  expect(fresh.train.some(({ gold }) => gold.includes(1))).toBe(true);
});

test("the control has as many answers of each kind, to other pairs", () => {
  const { train } = prepare(studyWorld(rngOf(2), { fast: true }));
  const shuffled = shuffledAnswers(train, rngOf(3));
  for (const [t, { labels }] of train.entries()) {
    const other = shuffled[t]?.labels ?? new Int8Array();
    expect([...other].sort()).toEqual([...labels].sort());
    expect([...other]).not.toEqual([...labels]);
  }
});
