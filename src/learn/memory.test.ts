import fc from "fast-check";
import { expect, test } from "vitest";
import { manualClock } from "#core/clock.ts";
import type { Correction } from "#core/correction.ts";
import { ActorId, CorrectionId, ItemId } from "#core/ids.ts";
import { rngOf } from "#core/rng.ts";
import { learnerSuite } from "./learner.suite.ts";
import { consult, emptyMemory, memoryLearner, memoryOf, remember, scanIndex } from "./memory.ts";

/** A direction in the plane, given in degrees: cosine distances are then easy to state. */
const at = (degrees: number) =>
  Float32Array.of(Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180));
const row = (id: string, label: string, degrees: number, item = `item-${id}`) => ({
  correctionId: CorrectionId.parse(id),
  itemId: ItemId.parse(item),
  label,
  vector: at(degrees),
});
const filled = async (...rows: ReturnType<typeof row>[]) => {
  const index = scanIndex();
  return { index, memory: await remember(emptyMemory(), index, rows) };
};

test("the scan gives the nearest first, by cosine distance", async () => {
  const index = scanIndex();
  await index.remember([row("a", "spam", 0), row("b", "ham", 60), row("c", "ham", 180)]);
  const recalled = await index.recall(
    at(0).map((value) => value * 9),
    2,
  );
  expect(recalled.map(({ correctionId }) => correctionId)).toEqual(["a", "b"]);
  expect(recalled.map(({ distance }) => distance)).toEqual([
    expect.closeTo(0, 6),
    expect.closeTo(0.5, 6),
  ]);
});

test("an item like a corrected one gets its label, with the evidence", async () => {
  const { index, memory } = await filled(row("a", "spam", 0), row("b", "ham", 90));
  const said = await consult(memory, index, { vector: at(0) });
  expect(said).toMatchObject({ label: "spam", evidence: [{ correctionId: "a" }] });
  expect(said?.confidence).toBeCloseTo(2 / 3, 6);
});

test("where nothing is near, the memory says nothing", async () => {
  const { index, memory } = await filled(row("a", "spam", 0));
  expect(await consult(memory, index, { vector: at(90) })).toBeNull();
  expect(await consult(emptyMemory(), scanIndex(), { vector: at(0) })).toBeNull();
});

test("near neighbours outweigh far ones, and disagreement lowers the confidence", async () => {
  const { index, memory } = await filled(row("a", "spam", 0), row("b", "ham", 40));
  const said = await consult(memory, index, { vector: at(5) });
  expect(said?.label).toBe("spam");
  expect(said?.evidence.map(({ label }) => label)).toEqual(["spam", "ham"]);
  expect(said?.confidence).toBeLessThan(0.6);
});

test("a later correction of nearly the same item silences the earlier, which is kept", async () => {
  const { index, memory } = await filled(row("a", "spam", 0), row("b", "ham", 1));
  expect(memory.entries).toMatchObject([
    { correctionId: "a", supersededBy: "b" },
    { correctionId: "b", supersededBy: null },
  ]);
  const said = await consult(memory, index, { vector: at(0) });
  expect(said).toMatchObject({ label: "ham", evidence: [{ correctionId: "b" }] });
});

test("near-duplicates that agree both speak", async () => {
  const { index, memory } = await filled(row("a", "spam", 0), row("b", "spam", 1));
  expect((await consult(memory, index, { vector: at(0) }))?.evidence.length).toBe(2);
});

test("the same item answered again speaks once", async () => {
  const { index, memory } = await filled(row("a", "spam", 0, "m"), row("b", "spam", 0, "m"));
  expect((await consult(memory, index, { vector: at(0) }))?.evidence.length).toBe(1);
});

test("silenced neighbours do not crowd out live ones", async () => {
  const crowd = Array.from({ length: 40 }, (_, i) => row(`a${i}`, i % 2 ? "spam" : "ham", 0, "m"));
  const { index, memory } = await filled(row("far", "ham", 20), ...crowd);
  const said = await consult(memory, index, { vector: at(0) });
  expect(said?.evidence.map(({ correctionId }) => correctionId)).toEqual(["a39", "far"]);
});

const correction = (id: string, item: string, after: string, undoes?: string) =>
  ({
    id: CorrectionId.parse(id),
    itemId: ItemId.parse(item),
    proposalId: null,
    decision: undoes === undefined ? "edited" : "undone",
    before: null,
    after,
    operations: [],
    by: { id: ActorId.parse("ada"), kind: "person" },
    effort: { ms: 1, gestures: 1, edit: 1 },
    risk: null,
    propensity: 1,
    audit: false,
    suggestionShown: true,
    atMs: 0,
    ...(undoes === undefined ? {} : { undoes: CorrectionId.parse(undoes) }),
  }) satisfies Correction<string>;

const degreesOf: Record<string, number> = { m1: 0, m2: 1, m3: 90 };
const vectorOf = async (itemId: ItemId) => at(degreesOf[itemId] ?? 0);
const history = [
  correction("c1", "m1", "spam"),
  correction("c2", "m2", "ham"),
  correction("c3", "m3", "ham"),
  correction("u1", "m3", "ham", "c3"),
];

learnerSuite({
  name: "memory",
  make: () => memoryLearner({ index: scanIndex(), vectorOf }),
  history,
});

const ctx = {
  rng: rngOf(1),
  clock: manualClock(0),
  signal: new AbortController().signal,
  progress: () => undefined,
};

test("a correction taken back lets what it had silenced speak again", async () => {
  const index = scanIndex();
  const learner = memoryLearner({ index, vectorOf });
  const first = await learner.learn(history, undefined, ctx);
  expect((await consult(memoryOf(first), index, { vector: at(0) }))?.label).toBe("ham");
  const second = await learner.learn([...history, correction("u2", "m2", "ham", "c2")], first, ctx);
  expect((await consult(memoryOf(second), index, { vector: at(0) }))?.label).toBe("spam");
});

test("learning in two steps gives the memory that learning at once gives", async () => {
  const labels = fc.array(fc.constantFrom("spam", "ham"), { minLength: 1, maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(labels, fc.nat(8), async (list, cut) => {
      const all = list.map((label, i) => correction(`c${i}`, `m${i}`, label));
      const near = { vectorOf: async (itemId: ItemId) => at(Number(itemId.slice(1)) * 5) };
      const stepwise = memoryLearner({ index: scanIndex(), ...near, sameWithin: 0.01 });
      const first = await stepwise.learn(all.slice(0, cut), undefined, ctx);
      const second = await stepwise.learn(all, first, ctx);
      const atOnce = memoryLearner({ index: scanIndex(), ...near, sameWithin: 0.01 });
      expect((await atOnce.learn(all, undefined, ctx)).body).toEqual(second.body);
    }),
    { seed: 2, numRuns: 50 },
  );
});

test("a lesson of another kind is refused", async () => {
  const lesson = await memoryLearner({ index: scanIndex(), vectorOf }).learn([], undefined, ctx);
  expect(() => memoryOf({ ...lesson, kind: "harmoniser" })).toThrow("no memory");
});

test("learning stops when it is asked to", async () => {
  const learner = memoryLearner({ index: scanIndex(), vectorOf });
  const stopped = { ...ctx, signal: AbortSignal.abort() };
  await expect(learner.learn(history, undefined, stopped)).rejects.toThrow("cancelled");
});
