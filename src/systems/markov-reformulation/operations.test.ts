import { expect, test } from "vitest";
import { mine } from "./mine-operation.ts";
import { rewrite, synonyms } from "./rewrite-operation.ts";
import { system } from "./system.ts";
import { ctx } from "./testing.ts";

test("each operation takes its example and gives what its schema says", async () => {
  for (const operation of system.operations) {
    const input = operation.input.parse(operation.example);
    const output = await operation.run(input as never, ctx());
    expect(operation.output.parse(output)).toEqual(output);
  }
});

test("turns in, rewrites out, texts rewritten, synonyms written", async () => {
  const mined = await mine.run(mine.input.parse(mine.example), ctx());
  expect(mined.rules.map(({ fromKey, toKey }) => `${fromKey} => ${toKey}`).sort()).toEqual([
    "play jazz musik => play jazz music",
    "set alram for <number> => set alarm for <number>",
    "turn on kichen light => turn on kitchen light",
    "whats wether => whats weather",
  ]);
  const texts = [
    { text: "Please play jazz MUSIK" },
    { text: "Set alram for 5" },
    { text: "hello" },
  ];
  const { rows } = await rewrite.run(rewrite.input.parse({ texts, rules: mined.rules }), ctx());
  expect(rows.map(({ rewritten }) => rewritten.toLowerCase())).toEqual([
    "play jazz music",
    "set alarm for 5",
    "hello",
  ]);
  expect(rows[2]?.ruleId).toBeNull();
  const { lines, leftOut } = await synonyms.run(
    synonyms.input.parse({ rules: mined.rules }),
    ctx(),
  );
  expect([lines.length, leftOut]).toEqual([3, 1]);
  expect(lines).toContain("play jazz musik => play jazz music");
});

test("meaning finds a repair that shares neither letters nor words", async () => {
  const turns = Array.from({ length: 12 }, (_, u) => [
    { userId: `u${u}`, ts: u * 1e6, utterance: "buy car" },
    { userId: `u${u}`, ts: u * 1e6 + 5_000, utterance: "purchase automobile" },
  ]).flat();
  const run = (similarity: "text" | "embedding") =>
    mine.run(mine.input.parse({ turns, similarity }), ctx());
  expect((await run("embedding")).diagnostics.moves).toBe(12);
  expect((await run("text")).diagnostics).toMatchObject({ moves: 0, topics: 12 });
});

test("of two rewrites for one request the higher score stands", async () => {
  const input = {
    texts: [{ text: "x y" }],
    rules: [
      { fromKey: "x y", toText: "low", score: 0.1 },
      { fromKey: "x y", toText: "high", score: 0.9 },
    ],
  };
  const { rows } = await rewrite.run(rewrite.input.parse(input), ctx());
  expect(rows[0]?.rewritten).toBe("high");
});
