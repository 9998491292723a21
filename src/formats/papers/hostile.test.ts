import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PAPER_FORMATS, readPapers } from "./read.ts";

describe("hostile and broken files", () => {
  const tryAll = (text: string) => {
    for (const format of PAPER_FORMATS)
      try {
        for (const paper of readPapers(text, { format }).papers) expect(paper.title).not.toBe("");
      } catch (error) {
        expect(error).toMatchObject({ name: "Problem", kind: "bad-input" });
      }
  };

  test("are refused or read in every format, never more", () => {
    const part = fc.constantFrom(
      ...'{ } [ ] ( ) < > & " \\ $ , = # @ - · •'.split(" "),
      "@article{a,",
      "title = {",
      "TY  - JOUR\n",
      "TI  - x\n",
      "ER  - \n",
      "- [a](https://arxiv.org/abs/2403.00001)",
      "<entry><title>x</title></entry>",
      "<feed>",
      "</feed>",
      'data-props="{&quot;dailyPapers&quot;:[]}"',
      '{"paper":{"title":"x"}}',
      "10.1000/x",
      "Mar 12, 2024",
      "• 5 authors",
      "\n",
      "\n\n",
      "word ".repeat(70),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 25 }), (parts) => tryAll(parts.join(""))),
      { seed: 3, numRuns: 300 },
    );
  });

  test.each([
    "[",
    "<a ",
    "<!a",
    "1",
    "a",
    ".",
    "@a{x y\n",
    "a\n",
    "A b\n\n",
    "\\",
    "$",
    "**a",
    "https://x",
    "10.1000/.",
    "{",
    "TY  - X\n",
  ])("a hundred kilobytes of %j come to an end", (text) =>
    tryAll(text.repeat(100_000 / text.length)),
  );
});
