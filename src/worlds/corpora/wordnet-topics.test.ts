import { expect, test } from "vitest";
import { loadWordnetTopics } from "./wordnet-topics.ts";

const topics = loadWordnetTopics();

test("topics have the sizes that are asked for, and there are hundreds", () => {
  expect(topics.length).toBeGreaterThan(500);
  for (const { categories, studies } of topics) {
    const aspects = categories.filter(({ parent }) => parent === -1);
    expect(aspects.length).toBeGreaterThanOrEqual(3);
    expect(aspects.length).toBeLessThanOrEqual(8);
    expect(studies.length).toBeGreaterThanOrEqual(18);
    expect(studies.length).toBeLessThanOrEqual(60);
  }
});

test("who is under a category is under its parent, and parents come first", () => {
  for (const { categories, studies } of topics) {
    for (const [at, { parent, depth }] of categories.entries()) {
      expect(parent).toBeLessThan(at);
      expect(depth).toBe(parent === -1 ? 1 : 2);
    }
    for (const { under } of studies)
      for (const category of under) {
        const parent = categories[category]?.parent ?? -1;
        if (parent !== -1) expect(under).toContain(parent);
      }
  }
});

test("a study is its gloss: no example, no offset, and no leaf's name put before it", () => {
  const boats = topics.flatMap(({ studies }) => studies).find(({ text }) => text.includes("boat"));
  expect(boats?.text).not.toMatch(/[":|]|\d{8}/);
  for (const { studies } of topics)
    for (const { text } of studies) expect(text.split(/\s+/).length).toBeGreaterThanOrEqual(5);
});

test("topics and studies are in the order of WordNet's file", () => {
  const ids = topics.map(({ id }) => Number(id));
  expect(ids).toEqual([...ids].sort((a, b) => a - b));
  for (const { studies } of topics.slice(0, 50)) {
    const own = studies.map(({ id }) => Number(id));
    expect(own).toEqual([...new Set(own)].sort((a, b) => a - b));
  }
});
