import fc from "fast-check";
import { expect, test } from "vitest";
import { jsonText } from "./json-text.ts";

test("what fits stays on a line, numbers fill lines, the rest is indented", () => {
  expect(jsonText({ a: [1, 2], b: "x" })).toBe('{"a":[1,2],"b":"x"}');
  const risks = Array.from({ length: 40 }, (_, i) => i / 100);
  const text = jsonText({ risks, rows: [{ id: "1", text: "y".repeat(90) }] });
  expect(text.split("\n").length).toBeLessThan(14);
  expect(text.split("\n").at(0)).toBe("{");
});

test("whatever is printed parses back to the same value", () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
      // Not through `value` itself: JSON has one zero, and loses the sign of -0.
      expect(JSON.parse(jsonText(value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
    { seed: 11 },
  );
});
