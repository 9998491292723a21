import { expect, test } from "vitest";
import { loadProse } from "./prose.ts";

test("documents of about 110 words, WordNet's and mails by turns, always the same", async () => {
  const documents = await loadProse(40);
  expect(documents).toHaveLength(40);
  expect(documents.map(({ genre }) => genre)).toEqual(
    Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? "wordnet" : "mail")),
  );
  expect(new Set(documents.map(({ id }) => id)).size).toBe(40);
  expect(new Set(documents.map(({ text }) => text)).size).toBe(40);
  for (const { text } of documents) {
    const words = text.split(" ").length;
    expect(words).toBeGreaterThanOrEqual(90);
    expect(words).toBeLessThanOrEqual(150);
    expect(text).toMatch(/^[A-Z][\x20-\x7e]*[.!?]$/);
    expect(text).not.toMatch(/ {2}|https?:|\S@\S/);
  }
  expect(await loadProse(40)).toEqual(documents);
  // More of them begins with the same ones.
  expect((await loadProse(60)).slice(0, 40)).toEqual(documents);
});
