import { expect, test } from "vitest";
import { manualClock } from "#core/clock.ts";
import { rngOf } from "#core/rng.ts";
import { type Behaviour, llmStub } from "#propose/llm-stub-server.ts";
import { llmOutline } from "./llm.ts";

const ctx = {
  rng: rngOf(1),
  clock: manualClock(),
  signal: new AbortController().signal,
  progress: () => undefined,
};
const studies = ["Light helps", "Melatonin helps", "Naps help"].map((text, i) => ({
  id: `s${i}`,
  text,
}));
const json = (value: unknown): Behaviour => ({ content: JSON.stringify(value) });

async function outline(behave: (n: number) => Behaviour, of = studies) {
  const stub = await llmStub((_, n) => behave(n));
  try {
    const endpoint = { baseUrl: stub.url, model: "m", sleep: async () => undefined };
    return { ...(await llmOutline("Sleep", of, endpoint, ctx)), asked: stub.asked };
  } finally {
    await stub.close();
  }
}

test("one question where all are cited; the material is fenced and numbered from 0", async () => {
  const { tree, asked, remarks } = await outline(() =>
    json({
      aspects: [{ name: "All", claims: [0, 1, 2], children: [{ name: "Light", claims: [0] }] }],
    }),
  );
  expect(asked).toHaveLength(1);
  expect(asked[0]?.messages.at(-1)?.content).toContain("Claim 0: Light helps");
  expect(tree.children).toEqual([
    {
      id: "1",
      name: "All",
      members: ["s1", "s2"],
      children: [{ id: "1.1", name: "Light", members: ["s0"], children: [] }],
    },
  ]);
  expect(remarks).toEqual([]);
});

test("what is left out is asked for once more, and the better answer stands", async () => {
  const half = { aspects: [{ name: "Light", claims: [0] }] };
  const whole = {
    aspects: [
      { name: "Light", claims: [0] },
      { name: "Other means", claims: [1, 2] },
    ],
  };
  const better = await outline((n) => json(n === 0 ? half : whole));
  expect(better.asked).toHaveLength(2);
  expect(better.asked[1]?.messages.at(-1)?.content).toContain("1, 2.");
  expect(better.tree.members).toEqual([]);
  const worse = await outline((n) => json(n === 0 ? half : { aspects: [] }));
  expect(worse.tree.members).toEqual(["s1", "s2"]);
});

test("a list in prose is read, and prose without one is said so", async () => {
  const list = "Aspect 1: Light (Claim 0)\nAspect 2: Drugs (Claims 1, 2";
  const { tree, remarks } = await outline(() => ({ content: list }));
  expect(tree.children.map(({ name }) => name)).toEqual(["Light", "Drugs"]);
  expect(remarks).toEqual(["The list breaks off"]);
  await expect(outline(() => ({ content: "I would rather not." }))).rejects.toThrow(
    "without an outline",
  );
  await expect(outline(() => ({ status: 401 }))).rejects.toThrow("gives no outline");
});

test("no study asks nothing; past 300 the others join those they are like", async () => {
  expect((await outline(() => json({}), [])).asked).toHaveLength(0);
  const many = Array.from({ length: 302 }, (_, i) => ({
    id: `m${i}`,
    text: i % 2 === 0 ? "sail wind" : "oar crew",
  }));
  const half = (odd: number) => Array.from({ length: 150 }, (_, i) => 2 * i + odd);
  const { tree, asked } = await outline(
    () =>
      json({
        aspects: [
          { name: "Sail", claims: half(0) },
          { name: "Row", claims: half(1) },
        ],
      }),
    many,
  );
  expect(asked).toHaveLength(1);
  expect(tree.children[0]?.members).toContain("m300");
  expect(tree.children[1]?.members).toContain("m301");
});
