import fc from "fast-check";
import { expect, test } from "vitest";
import type { DocumentFormat } from "#core/revision.ts";
import { protectedSpans } from "./protected.ts";
import { texts } from "./text.fixture.ts";

const of = (text: string, format: DocumentFormat = "plain") =>
  protectedSpans(text, format).map(({ start, end, what }) => [what, text.slice(start, end)]);

test.each<[string, [string, string][]]>([
  [
    "see https://a.org/b?c=d, or www.x.com.",
    [
      ["URL", "https://a.org/b?c=d"],
      ["URL", "www.x.com"],
    ],
  ],
  ["write to jo.b+c@mail.example.org.", [["e-mail address", "jo.b+c@mail.example.org"]]],
  [
    "as shown [3, 5–7] and (Smith et al., 2020a) by Jones (2019)",
    [
      ["citation", "[3, 5–7]"],
      ["citation", "(Smith et al., 2020a)"],
      ["citation", "Jones (2019)"],
    ],
  ],
  [
    "it costs $5 and $6, math $x_1 + y$",
    [
      ["number", "$5"],
      ["number", "$6"],
      ["formula", "$x_1 + y$"],
    ],
  ],
  [
    "\\cite[p. 3]{foo} and \\begin{align}a\n\nb\\end{align} done",
    [
      ["LaTeX command", "\\cite[p. 3]{foo}"],
      ["formula", "\\begin{align}a\n\nb\\end{align}"],
    ],
  ],
  [
    "about −1,000.5% of 3rd, GPT2 at 10:30 or 1e-9",
    [
      ["number", "−1,000.5%"],
      ["number", "3rd"],
      ["number", "GPT2"],
      ["number", "10:30"],
      ["number", "1e-9"],
    ],
  ],
  [
    'he said "teh cat" and “so it is”; it\'s 5" long',
    [
      ["quoted text", '"teh cat"'],
      ["quoted text", "“so it is”"],
      ["number", "5"],
    ],
  ],
  ["run `rm -rf x` now", [["code", "`rm -rf x`"]]],
  // What is quoted does not reach into the next paragraph.
  ['a "stray quote\n\nand "another', []],
  ["", []],
])("%j", (text, expected) => {
  expect(of(text)).toEqual(expected);
});

test("Markdown protects its own marks; plain text does not have them", () => {
  const text = [
    "---",
    "title: teh",
    "---",
    "See [teh link](http://a.b 'x') and <b>bold</b>.",
    "~~~js",
    "let teh = `",
    "~~~",
    "[ref]: teh/target",
    "```",
    "never closed",
  ].join("\n");
  expect(of(text, "markdown").map(([what]) => what)).toEqual([
    "front matter",
    "URL",
    "HTML",
    "HTML",
    "code",
    "link target",
    "code",
  ]);
  expect(of("~~~\nteh\n~~~ <b>", "plain")).toEqual([]);
  expect(of("````\n```\nteh\n````\nteh", "markdown")).toEqual([["code", "````\n```\nteh\n````"]]);
});

test("spans are in order, apart, inside the text, and split no character", () => {
  fc.assert(
    fc.property(
      fc.array(texts, { maxLength: 5 }),
      fc.constantFrom("plain", "markdown"),
      (parts, format) => {
        const text = parts.join(' "$` ');
        let reached = 0;
        for (const { start, end } of protectedSpans(text, format)) {
          expect(start).toBeGreaterThanOrEqual(reached);
          expect(end).toBeGreaterThan(start);
          expect(text.slice(start, end).isWellFormed()).toBe(true);
          reached = end;
        }
        expect(reached).toBeLessThanOrEqual(text.length);
      },
    ),
    { seed: 20_240_117, numRuns: 300 },
  );
});

test.each([
  '"a ',
  "$a ",
  "`a ",
  "(Aa ",
  "[1, ",
  "\\[ ",
  "<a ",
  "a@",
  "\\begin{a} ",
  "<!-- ",
  "„a ",
])("many openings without an end take no longer than they are long: %j", (opening) => {
  // Quadratic work on so many would be ten thousand times as much, and not end in the time a test has.
  const text = opening.repeat(20_000);
  expect(protectedSpans(text, "markdown").every(({ end }) => end <= text.length)).toBe(true);
});
