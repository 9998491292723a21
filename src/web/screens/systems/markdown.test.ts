import fc from "fast-check";
import { expect, test } from "vitest";
import { blocksOf, inlineOf } from "./markdown.ts";

test("headings, paragraphs over several lines, rules and quotes", () => {
  expect(blocksOf("# Idea\n\nOne line\nand the next.\n\n---\n> said\n> so")).toEqual([
    { kind: "heading", level: 1, inline: [{ kind: "text", text: "Idea" }] },
    { kind: "paragraph", inline: [{ kind: "text", text: "One line and the next." }] },
    { kind: "rule" },
    { kind: "quote", inline: [{ kind: "text", text: "said so" }] },
  ]);
});

test("lists with depth and lines that go on; code is taken as it is", () => {
  expect(blocksOf("1. first\n   goes on\n  - inner\n```ts\nconst a = `<b>`;\n```")).toEqual([
    {
      kind: "list",
      ordered: true,
      items: [
        { depth: 0, inline: [{ kind: "text", text: "first goes on" }] },
        { depth: 1, inline: [{ kind: "text", text: "inner" }] },
      ],
    },
    { kind: "code", text: "const a = `<b>`;" },
  ]);
});

test("tables", () => {
  const [table] = blocksOf("| arm | ECE |\n| --- | ---: |\n| linear | 0.05 |\n| a \\| b | **1** |");
  expect(table).toEqual({
    kind: "table",
    head: [[{ kind: "text", text: "arm" }], [{ kind: "text", text: "ECE" }]],
    rows: [
      [[{ kind: "text", text: "linear" }], [{ kind: "text", text: "0.05" }]],
      [[{ kind: "text", text: "a | b" }], [{ kind: "strong", text: "1" }]],
    ],
  });
});

test("emphasis, code and links; an address that could run is only text", () => {
  expect(inlineOf("a **b** *c* `d*e*` [f](https://x.org/1)")).toEqual([
    { kind: "text", text: "a " },
    { kind: "strong", text: "b" },
    { kind: "text", text: " " },
    { kind: "emphasis", text: "c" },
    { kind: "text", text: " " },
    { kind: "code", text: "d*e*" },
    { kind: "text", text: " " },
    { kind: "link", text: "f", href: "https://x.org/1" },
  ]);
  expect(inlineOf("[x](javascript:alert(1)) and 2 * 3 * 4")[0]?.kind).toBe("text");
  for (const part of inlineOf("[x](javascript:alert(1)) [y](data:text/html,1)"))
    expect(part.kind).toBe("text");
});

test("any text ends, and an unclosed fence runs to the end", () => {
  expect(blocksOf("```\nopen")).toEqual([{ kind: "code", text: "open" }]);
  const line = fc.constantFrom(
    "# a",
    "- b",
    "| c |",
    "|-|-|",
    "```",
    "> d",
    "",
    "  e",
    "1. f",
    "***",
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 12 }), (lines) => {
      expect(blocksOf(lines.join("\n")).length).toBeLessThanOrEqual(lines.length);
    }),
    { seed: 3 },
  );
});
