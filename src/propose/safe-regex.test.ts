import fc from "fast-check";
import { expect, test } from "vitest";
import { unwrap } from "#core/result.ts";
import { compileRegex } from "./safe-regex.ts";

test.each([
  ["(a+", 0, "never closed"],
  ["ok (a|(b)", 3, "never closed"],
  ["abc[z-a]", 4, "invalid character class range"],
  ["x*+", 1, "possessive"],
  ["*a", 0, "missing argument to repetition"],
  ["ab\\", 2, "backslash"],
  ["a{2,1}", 1, "invalid repeat count"],
  ["x(?=y)", 1, "look-ahead is not supported"],
  ["x(?!y)", 1, "look-ahead is not supported"],
  ["(?<=x)y", 0, "look-behind is not supported"],
  ["(?<!x)y", 0, "look-behind is not supported"],
  ["(a)\\1", 3, "back-references are not supported"],
  ["(?<n>a)\\k<n>", 7, "back-references are not supported"],
  ["(?>a)", 0, "atomic groups"],
  ["(.{0,30}x?){30}", 0, "at most"],
  ["((a{100}){100}){10}", 3, "invalid repeat count"],
])("%s is refused at character %i: %s", (pattern, position, reason) => {
  const compiled = compileRegex(pattern, "i");
  expect(compiled.ok).toBe(false);
  if (compiled.ok) return;
  expect(compiled.error.position).toBe(position);
  expect(compiled.error.reason).toContain(reason);
});

test("what looks unsupported inside a class or after a backslash is not", () => {
  for (const pattern of ["[(?=]", "\\(\\?=", "\\\\1", "[\\]*+]", "(?<year>\\d{4})"])
    expect(compileRegex(pattern, "").ok).toBe(true);
});

test("JavaScript's spellings work: \\u escapes, named groups, \\/", () => {
  expect(unwrap(compileRegex("caf\\u00e9", "")).test("café")).toBe(true);
  expect(unwrap(compileRegex("(?<a>x)\\/", "")).test("x/")).toBe(true);
});

test("flags: i ignores case, m anchors at lines, s lets the dot match line breaks", () => {
  const test = (pattern: string, flags: string, text: string) =>
    unwrap(compileRegex(pattern, flags)).test(text);
  expect([test("A", "", "a"), test("A", "i", "a")]).toEqual([false, true]);
  expect([test("^b", "", "a\nb"), test("^b", "m", "a\nb")]).toEqual([false, true]);
  expect([test("a.b", "", "a\nb"), test("a.b", "s", "a\nb")]).toEqual([false, true]);
});

test("patterns that hang a backtracking engine are done in steps that grow with the text alone", () => {
  const text = `${"a".repeat(20_000)}!`;
  for (const pattern of [
    "^(a+)+$",
    "(a|aa)+$",
    "(.*a){12}b",
    "(a|a|a|a)*c",
    "^(([a-z])+.)+[A-Z]([a-z])+$",
  ])
    expect(unwrap(compileRegex(pattern, "")).test(text)).toBe(false);
});

test("spans are UTF-16 offsets, also after astral characters, and agree with the engine's own", () => {
  const regex = unwrap(compileRegex("b+", "i"));
  expect(regex.spans("é😀abbBc b", 9)).toEqual([
    { start: 4, end: 7 },
    { start: 9, end: 10 },
  ]);
  expect(regex.spans("bbb b b b", 2)).toHaveLength(2);
  expect(unwrap(compileRegex("x*", "")).spans("abxx", 9)).toEqual([{ start: 2, end: 4 }]);
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom("a", "b", " ", "é", "😀", "\n") }), (text) => {
      const own = [...text.matchAll(/b+ ?|a(?:é|😀)/g)].map(({ index, 0: match }) => ({
        start: index,
        end: index + match.length,
      }));
      expect(unwrap(compileRegex("b+ ?|a(?:é|😀)", "")).spans(text, 100)).toEqual(own);
    }),
    { seed: 7, numRuns: 200 },
  );
});
