import { expect, test } from "vitest";
import { plainRow, written } from "./format.suite.ts";
import { openaiJsonl } from "./openai-jsonl.ts";

const answer = { label: "spam", decision: null, by: null, ms: null, atMs: null, reason: null };

test("each line is a conversation that ends in the right answer; rows without one are left out", async () => {
  const rows = [
    plainRow("a", { gold: null, answer, fields: { subject: "Hi" }, text: "Win\nnow" }),
    plainRow("b", { gold: null }),
    plainRow("c", { gold: "ham", answer }),
  ];
  const lines = (await written(openaiJsonl, rows))
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(lines).toEqual([
    {
      messages: [
        {
          role: "system",
          content: "Label the text with one of: spam, ham, unsure. Answer with the label alone.",
        },
        { role: "user", content: "subject: Hi\n\nWin\nnow" },
        { role: "assistant", content: "spam" },
      ],
    },
    {
      messages: [
        expect.anything(),
        { role: "user", content: "text of c" },
        { role: "assistant", content: "ham" },
      ],
    },
  ]);
});

test("the system message is the caller's where there is one", async () => {
  const out = await written(openaiJsonl, [plainRow("a")], {
    classes: ["ham", "spam"],
    rules: [],
    system: "Be brief.",
  });
  expect(JSON.parse(out).messages[0]).toEqual({ role: "system", content: "Be brief." });
});
