import fc from "fast-check";
import { expect, test } from "vitest";
import { sentences } from "./sentences.ts";
import { texts } from "./text.fixture.ts";

const of = (text: string) => sentences(text).map(({ start, end }) => text.slice(start, end));

test.each<[string, string[]]>([
  ["", []],
  [" \n ", []],
  ["One. Two! Three?", ["One.", "Two!", "Three?"]],
  [
    "Dr. Smith et al. (2020) met J. R. Tolkien. He left.",
    ["Dr. Smith et al. (2020) met J. R. Tolkien.", "He left."],
  ],
  [
    "It cost $3.50, i.e. little. See Fig. 3 for more.",
    ["It cost $3.50, i.e. little.", "See Fig. 3 for more."],
  ],
  ["The U.S. Army came at 5 p.m. The end.", ["The U.S. Army came at 5 p.m.", "The end."]],
  ['"Really?" she asked. "Yes!" (He nodded.)', ['"Really?" she asked.', '"Yes!"', "(He nodded.)"]],
  ["1. First of all. Second.", ["1. First of all.", "Second."]],
  // A line broken to fit goes on; a blank line, a list and a heading do not.
  [
    "a line that goes on\r\nin the next one. End",
    ["a line that goes on\r\nin the next one.", "End"],
  ],
  ["a heading\n\nand text", ["a heading", "and text"]],
  ["# Heading\nText\n- one\n- two", ["# Heading", "Text", "- one", "- two"]],
  [
    "so long a line was surely broken because of a width by\nEmacs or so.",
    ["so long a line was surely broken because of a width by\nEmacs or so."],
  ],
  ["我喜欢猫。你呢？", ["我喜欢猫。", "你呢？"]],
])("%j", (text, expected) => {
  expect(of(text)).toEqual(expected);
});

test("a sentence of 5,000 words is one", () => {
  expect(sentences("word ".repeat(5_000)).length).toBe(1);
});

test("sentences cover the text but for blanks between, in order, and split no character", () => {
  fc.assert(
    fc.property(fc.array(texts, { maxLength: 4 }), (parts) => {
      const text = parts.join("The end. ");
      let reached = 0;
      for (const { start, end } of sentences(text)) {
        expect(start).toBeGreaterThanOrEqual(reached);
        expect(end).toBeGreaterThan(start);
        expect(text.slice(reached, start).trim()).toBe("");
        expect(text.slice(start, end).trim()).toBe(text.slice(start, end));
        expect(text.slice(start, end).isWellFormed()).toBe(true);
        reached = end;
      }
      expect(text.slice(reached).trim()).toBe("");
    }),
    { seed: 20_240_117, numRuns: 300 },
  );
});
