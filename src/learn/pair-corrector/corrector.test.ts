import { expect, test } from "vitest";
import { rngOf } from "#core/rng.ts";
import type { TreeNode, TreeOperation } from "#core/tree.ts";
import { applyOperations } from "#correct/tree/operations.ts";
import {
  featured,
  type LabelledTopic,
  PairCorrector,
  PairLearner,
  pairProbabilities,
  placeStudies,
  trainPairCorrector,
} from "./corrector.ts";
import { labelsOf, pairsOfEdits } from "./edit-pairs.ts";
import { columnsWithout, FEATURES, pairFeatures } from "./features.ts";
import { riskiestPairs, riskOfPairs } from "./risk.ts";
import { pairTopicOf } from "./topic.ts";

const node = (id: string, name: string, members: string[], ...children: TreeNode[]): TreeNode => ({
  id,
  name,
  members,
  children,
});
const tree = node(
  "root",
  "boats",
  [],
  node("sail", "sailing boats", ["a"], node("mast", "boats with masts", ["b", "c"])),
  node("row", "rowing boats", ["d"]),
);
const studies = [
  { id: "a", text: "a sailing boat of two sails" },
  { id: "b", text: "a boat with two masts" },
  { id: "c", text: "oars for a rowing boat" },
  { id: "d", text: "a rowing boat for eight" },
  { id: "e", text: "nothing of the kind" },
];
const topic = pairTopicOf(tree, studies);

test("a topic's pairs are placed where they are in a category or below", () => {
  expect(topic.categories.map(({ id, parent, depth }) => [id, parent, depth])).toEqual([
    ["sail", -1, 1],
    ["mast", 0, 2],
    ["row", -1, 1],
  ]);
  expect([...topic.proposed]).toEqual([1, 0, 0, 1, 1, 0, 1, 1, 0, 0, 0, 1, 0, 0, 0]);
});

test("features: proposal, similarity to category and to who is placed there", () => {
  const features = pairFeatures(topic);
  const at = (study: string, category: string, name: (typeof FEATURES)[number]["name"]) => {
    const row = studies.findIndex(({ id }) => id === study);
    const column = topic.categories.findIndex(({ id }) => id === category);
    const feature = FEATURES.findIndex((one) => one.name === name);
    return features[(row * 3 + column) * FEATURES.length + feature];
  };
  expect(at("c", "mast", "proposed here")).toBe(1);
  expect(at("c", "row", "proposed here")).toBe(0);
  expect(at("e", "row", "proposed nowhere")).toBe(1);
  expect(at("c", "row", "most similar of the siblings")).toBe(1);
  expect(at("c", "row", "similar to the studies placed here, most")).toBeGreaterThan(0);
  expect(at("e", "row", "similar to the category")).toBe(0);
  expect(at("d", "row", "similar to the studies placed here, most")).toBe(0); // itself does not count
  expect(at("a", "mast", "depth")).toBe(2);
  expect(columnsWithout(["proposal", "tree"])).toHaveLength(5);
});

test("features read neither ids nor the order of studies", () => {
  const renamed = pairTopicOf(
    JSON.parse(JSON.stringify(tree).replaceAll(/"([a-e])"/g, '"x$1"')) as TreeNode,
    studies.map(({ id, text }) => ({ id: `x${id}`, text })),
  );
  expect(pairFeatures(renamed)).toEqual(pairFeatures(topic));
});

test("a move teaches one pair that does not belong and those that do, and undoing it nothing else", () => {
  const move: TreeOperation[] = [
    { kind: "unplace", member: "c", node: "mast", at: 1 },
    { kind: "place", member: "c", node: "row", at: 1 },
  ];
  expect(pairsOfEdits(tree, move)).toEqual([
    { study: "c", category: "mast", belongs: false },
    { study: "c", category: "row", belongs: true },
  ]);
  const undone: TreeOperation[] = [
    ...move,
    { kind: "unplace", member: "c", node: "row", at: 1 },
    { kind: "place", member: "c", node: "mast", at: 1 },
  ];
  expect(applyOperations(tree, undone)).toEqual(tree);
  expect(pairsOfEdits(tree, undone)).toEqual([
    { study: "c", category: "row", belongs: false },
    { study: "c", category: "mast", belongs: true },
    { study: "c", category: "sail", belongs: true },
  ]);
});

test("taken out of a category and still below it, a study still belongs; a category that is gone teaches nothing", () => {
  const twice = node("root", "r", [], node("sail", "s", ["b"], node("mast", "m", ["b"])));
  const out: TreeOperation = { kind: "unplace", member: "b", node: "sail", at: 0 };
  expect(pairsOfEdits(twice, [out])).toEqual([]);
  const gone: TreeOperation[] = [
    { kind: "unplace", member: "b", node: "mast", at: 0 },
    { kind: "remove-node", node: "mast", parent: "sail", at: 0, name: "m" },
  ];
  expect(pairsOfEdits(twice, gone)).toEqual([]);
});

/** Sixty topics of which the words tell everything; labels are as they should be. */
const corpus = (count: number, seed: number): LabelledTopic[] => {
  const rng = rngOf(seed);
  return Array.from({ length: count }, () => {
    const words = rng.shuffle(["tide", "moon", "sand", "reef", "wind", "fog", "ice", "lava"]);
    const names = words.slice(0, 3);
    const rows = Array.from({ length: 9 }, (_, i) => ({ id: `${i}`, right: rng.int(3) }));
    const drafted = names.map((name, c) =>
      node(
        name,
        name,
        rows
          .filter(({ right }) => (rng.bernoulli(0.5) ? right : rng.int(3)) === c)
          .map(({ id }) => id),
      ),
    );
    const made = pairTopicOf(
      node("root", "r", [], ...drafted),
      rows.map(({ id, right }) => ({
        id,
        text: `${names[right]} ${rng.pick(words.slice(3))} ${rng.pick(words.slice(3))}`,
      })),
    );
    const labels = Int8Array.from(made.proposed, (_, p) =>
      rows[Math.floor(p / 3)]?.right === p % 3 ? 1 : 0,
    );
    return { ...featured(made), labels };
  });
};

test("every learner places fresh topics right where the words tell, and survives JSON", () => {
  const [train, fresh] = [corpus(20, 1), corpus(10, 2)];
  for (const learner of PairLearner.options) {
    const corrector = trainPairCorrector(train, { learner, rng: rngOf(3) });
    const stored = PairCorrector.parse(JSON.parse(JSON.stringify(corrector)));
    for (const each of fresh) {
      expect([...placeStudies(stored, each, "strict")]).toEqual([...each.labels]);
      expect(pairProbabilities(stored, each)).toEqual(pairProbabilities(corrector, each));
    }
  }
});

test("the same corrections and seed make the same corrector", () => {
  const how = { learner: "logistic", rng: rngOf(3) } as const;
  expect(trainPairCorrector(corpus(5, 1), how)).toEqual(trainPairCorrector(corpus(5, 1), how));
});

test("nothing to learn from is said so: no pair, or pairs all alike", () => {
  const how = { learner: "logistic", rng: rngOf(1) } as const;
  const unlabelled = { ...featured(topic), labels: labelsOf(topic, []) };
  const alike = labelsOf(topic, [{ study: "a", category: "sail", belongs: true }]);
  expect(() => trainPairCorrector([], how)).toThrow("Nothing can be learned");
  expect(() => trainPairCorrector([unlabelled], how)).toThrow("Nothing can be learned");
  expect(() => trainPairCorrector([{ ...unlabelled, labels: alike }], how)).toThrow(
    "Nothing can be learned",
  );
});

test("the riskiest pair is the one nearest to the threshold", () => {
  const risks = [
    riskOfPairs(Float64Array.of(0.1, 0.45, 0.9), 0.4),
    riskOfPairs(Float64Array.of(0.4), 0.4),
  ];
  expect(risks[1]?.[0]).toBe(0.5);
  const next = riskiestPairs(risks, { count: 2, isOpen: (t) => t === 0 });
  expect(next.map(({ pair }) => pair)).toEqual([1, 0]);
});
