import { expect, test } from "vitest";
import { rngOf } from "#core/rng.ts";
import { simulatedWriter } from "./simulated-writer.ts";

const CLEAN = "The old house stood near the river.";
const TEXT = "The old huose stood near the the river.";
const at = (before: string, after: string, text = TEXT) => {
  const start = text.indexOf(before);
  return { start, end: start + before.length, before, after };
};
const sure = simulatedWriter(CLEAN, rngOf(1), { flipRate: 0 });

test("an edit that brings the text nearer is accepted, one that does not is not", () => {
  expect(sure(TEXT, at("huose", "house"), "1").accepted).toBe(true);
  expect(sure(TEXT, at("the the", "the"), "2").accepted).toBe(true);
  expect(sure(TEXT, at("old ", ""), "3").accepted).toBe(false);
  // As far from right as before: no gain, not accepted.
  expect(sure(TEXT, at("huose", "horse"), "4").accepted).toBe(false);
  expect(sure(TEXT, at("huose", "huos"), "5").accepted).toBe(false);
});

test("each edit is judged alone, on the text as it stands", () => {
  const mended = TEXT.replace("huose", "house");
  expect(sure(mended, at("the the", "the", mended), "1").accepted).toBe(true);
  expect(sure(mended, at("house", "huose", mended), "2").accepted).toBe(false);
});

test("8 % of the decisions are flipped, the same ones for the same label", () => {
  const writer = simulatedWriter(CLEAN, rngOf(2));
  const edit = at("huose", "house");
  const says = Array.from({ length: 2_000 }, (_, i) => writer(TEXT, edit, String(i)).accepted);
  // Binomial(2000, 0.08): outside with probability below 1e-9.
  const flipped = says.filter((accepted) => !accepted).length;
  expect(flipped).toBeGreaterThan(90);
  expect(flipped).toBeLessThan(240);
  expect(writer(TEXT, edit, "7").accepted).toBe(says[7]);
});

test("a decision takes one mental act, the reading, and one key", () => {
  const { effort } = sure(TEXT, at("huose", "house"), "1");
  expect(effort.gestures).toBe(1);
  // 1,350 + 15 (5 + 5 + 120) + 280
  expect(effort.ms).toBe(3_580);
  const long = "x".repeat(10_000);
  // Reading ends at 400 characters.
  expect(sure(long, { start: 0, end: 10_000, before: long, after: "" }, "1").effort.ms).toBe(7_630);
});
