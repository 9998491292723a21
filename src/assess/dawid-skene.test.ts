import { expect, test } from "vitest";
import { rngOf } from "#core/rng.ts";
import reference from "./assess.reference.json" with { type: "json" };
import { dawidSkene, dawidSkeneStream } from "./dawid-skene.ts";
import { plantedVotes } from "./planted-votes.ts";
import { mostProbable, type VoteList, voteList } from "./votes.ts";

const listOf = (given: (typeof reference.cases.dawidSkene)[number]): VoteList => ({
  items: given.items,
  workers: given.workers,
  classes: given.classes,
  item: Uint32Array.from(given.item),
  worker: Uint32Array.from(given.worker),
  label: Uint16Array.from(given.label),
});

test.each(reference.cases.dawidSkene)(
  "gives crowd-kit's posteriors and labels ($items items)",
  (given) => {
    const { probabilities, iterations } = dawidSkene(listOf(given), {
      iterations: given.iterations,
      tolerance: Number.NEGATIVE_INFINITY,
    });
    expect(iterations).toBe(given.iterations);
    expect(Array.from(mostProbable(probabilities, given.classes))).toEqual(given.labels);
    for (const [at, p] of probabilities.entries())
      expect(Math.abs(p - (given.probabilities[at] ?? 0))).toBeLessThan(reference.rtol);
  },
);

const { votes, truth } = plantedVotes({
  rng: rngOf(1),
  items: 2_000,
  classes: 3,
  accuracies: [0.9, 0.8, 0.75, 0.7, 0.35],
  coverage: 0.7,
});
const list = voteList(votes);

test("the likelihood never falls, and EM stops by itself", () => {
  let before = Number.NEGATIVE_INFINITY;
  for (const iterations of [1, 2, 4, 8, 16]) {
    const { logLikelihood } = dawidSkene(list, { iterations, tolerance: -1 });
    expect(logLikelihood).toBeGreaterThanOrEqual(before - 1e-9);
    before = logLikelihood;
  }
  expect(dawidSkene(list).iterations).toBeLessThan(100);
});

test("confusion matrices come out as planted, the bad worker's too", () => {
  const { errors, classes } = dawidSkene(list);
  const diagonal = (w: number) =>
    [0, 1, 2].reduce((sum, t) => sum + (errors[(w * classes + t) * classes + t] ?? 0), 0) / 3;
  for (const [w, planted] of [0.9, 0.8, 0.75, 0.7, 0.35].entries())
    expect(Math.abs(diagonal(w) - planted)).toBeLessThan(0.05);
});

test("an item without votes has the priors; a fixed balance stays", () => {
  const wider = { ...list, items: list.items + 1 };
  const { probabilities, priors } = dawidSkene(wider);
  expect(Array.from(probabilities.slice(-3))).toEqual(Array.from(priors));
  const classBalance = Float64Array.of(0.2, 0.3, 0.5);
  expect(Array.from(dawidSkene(list, { classBalance }).priors)).toEqual([0.2, 0.3, 0.5]);
});

test("no votes at all", () => {
  const none = {
    ...list,
    items: 0,
    item: new Uint32Array(),
    worker: new Uint32Array(),
    label: new Uint16Array(),
  };
  expect(dawidSkene(none).probabilities.length).toBe(0);
});

test("votes folded in one by one end near the batch fit, with the same labels", () => {
  const half = Math.floor(list.item.length / 2);
  const order = rngOf(2).permutation(list.item.length);
  const take = <A extends Uint32Array | Uint16Array>(values: A) =>
    values.map((_, v) => values[order[v] as number] as number).slice(0, half) as A;
  const first: VoteList = {
    ...list,
    item: take(list.item),
    worker: take(list.worker),
    label: take(list.label),
  };
  const stream = dawidSkeneStream(dawidSkene(first), first);
  for (const v of order.slice(half))
    stream.fold(list.item[v] as number, list.worker[v] as number, list.label[v] as number);
  const whole = dawidSkene(list);
  const batch = mostProbable(whole.probabilities, 3);
  let same = 0;
  let right = 0;
  for (let i = 0; i < list.items; i++) {
    const [label] = mostProbable(stream.posterior(i), 3);
    if (label === batch[i]) same++;
    if (label === truth[i]) right++;
  }
  const batchRight = batch.filter((label, i) => label === truth[i]).length;
  expect(same / list.items).toBeGreaterThan(0.97);
  expect(Math.abs(right - batchRight)).toBeLessThan(30);
  expect(stream.error(0, 1, 1)).toBeCloseTo(whole.errors[(0 * 3 + 1) * 3 + 1] ?? 0, 1);
});

test("a stream takes items and workers it never saw", () => {
  const stream = dawidSkeneStream(dawidSkene(list), list);
  const fresh = list.items + 5;
  const before = stream.posterior(fresh);
  expect(before.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 12);
  stream.fold(fresh, 99, 2);
  expect(stream.posterior(fresh)[2]).toBeCloseTo(before[2] ?? 0, 6); // nothing is known of worker 99 yet
  stream.fold(fresh, 0, 2);
  expect(stream.posterior(fresh)[2]).toBeGreaterThan(0.8);
  expect(stream.error(99, 2, 2)).toBeGreaterThan(0.9);
  expect(() => stream.fold(0, 0, 3)).toThrow("one of the classes");
});
