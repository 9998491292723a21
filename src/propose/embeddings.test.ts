import { expect, test } from "vitest";
import { cosine, EMBEDDING_DIM, loadEmbedder } from "./embeddings.ts";

const at = <T>(list: readonly T[], i: number): T => list[i] as T;

test("the nearest sentence is the one that means the same", async () => {
  const { embed, dim } = await loadEmbedder();
  const sentences = [
    "How do I reset my password?",
    "I cannot log in, I forgot my password",
    "The cat sat on the mat",
    "Cheap loans, apply now",
  ];
  const vectors = await embed(sentences);
  expect(vectors.map(({ length }) => length)).toEqual([dim, dim, dim, dim]);
  const near = vectors.slice(1).map((vector) => cosine(at(vectors, 0), vector));
  expect(near.indexOf(Math.max(...near))).toBe(0);
  expect(at(near, 0)).toBeGreaterThan(0.5);
  for (const vector of vectors) expect(Math.hypot(...vector)).toBeCloseTo(1, 5);
});

test("a text has the same vector alone, in a batch, and before texts without a word", async () => {
  const { embed } = await loadEmbedder();
  const text = "please unsubscribe me";
  const [alone] = await embed([text]);
  const many = await embed([...Array.from({ length: 17 }, (_, i) => `filler ${i}`), text, "", " "]);
  expect(many).toHaveLength(20);
  expect(many[17]).toEqual(alone);
});

test("no texts, no vectors; it stops when told to", async () => {
  const { embed } = await loadEmbedder();
  expect(await embed([])).toEqual([]);
  await expect(embed(["a"], { signal: AbortSignal.abort() })).rejects.toThrow();
});

test("cosine: 1 with itself, 0 at a right angle and with nothing, -1 opposed", () => {
  const x = new Float32Array([3, 4]);
  expect(cosine(x, x)).toBeCloseTo(1, 12);
  expect(cosine(x, new Float32Array([-4, 3]))).toBe(0);
  expect(cosine(x, new Float32Array([-3, -4]))).toBeCloseTo(-1, 12);
  expect(cosine(x, new Float32Array(2))).toBe(0);
  expect(EMBEDDING_DIM).toBe(512);
});
