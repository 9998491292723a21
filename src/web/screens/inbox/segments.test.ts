import fc from "fast-check";
import { expect, test } from "vitest";
import { segmentsOf } from "./segments.ts";

test("text is cut where evidence begins and ends, overlaps named by both sources", () => {
  const text = "earn money now";
  expect(
    segmentsOf(text, [
      { start: 0, end: 10, source: "money" },
      { start: 5, end: 14, source: "urgent" },
    ]),
  ).toEqual([
    { start: 0, text: "earn ", sources: ["money"] },
    { start: 5, text: "money", sources: ["money", "urgent"] },
    { start: 10, text: " now", sources: ["urgent"] },
  ]);
});

test("no evidence is one plain segment; an empty text is none", () => {
  expect(segmentsOf("ham", [])).toEqual([{ start: 0, text: "ham", sources: [] }]);
  expect(segmentsOf("", [{ start: 0, end: 3, source: "a" }])).toEqual([]);
});

test("spans outside the text, empty or reversed do not count", () => {
  expect(
    segmentsOf("abc", [
      { start: 5, end: 9, source: "a" },
      { start: 1, end: 1, source: "b" },
      { start: 2, end: 1, source: "c" },
    ]),
  ).toEqual([{ start: 0, text: "abc", sources: [] }]);
});

test("whatever the spans, the segments are the text and no source is lost", () => {
  const span = fc.record({
    start: fc.integer({ min: -5, max: 40 }),
    end: fc.integer({ min: -5, max: 40 }),
    source: fc.constantFrom("a", "b", "c"),
  });
  fc.assert(
    fc.property(fc.string({ maxLength: 30 }), fc.array(span, { maxLength: 6 }), (text, spans) => {
      const segments = segmentsOf(text, spans);
      expect(segments.map((segment) => segment.text).join("")).toBe(text);
      for (let i = 0; i < text.length; i++) {
        const here = segments.find((s) => s.start <= i && i < s.start + s.text.length);
        const wanted = spans.filter((s) => s.start <= i && i < s.end).map((s) => s.source);
        expect(new Set(here?.sources)).toEqual(new Set(wanted));
      }
    }),
    { seed: 7 },
  );
});
