import { expect, test } from "vitest";
import { findingOf } from "./findings.ts";

const round = (number: number, value: number, low: number, high: number) => ({
  round: number,
  autonomous: {
    metric: "autonomous",
    value,
    interval: { low, high, level: 0.95, method: "wilson" as const },
    n: 20,
  },
});

test("a rise or a fall is only one where the intervals are apart", () => {
  expect(findingOf([])).toBe("Success by round");
  expect(findingOf([round(1, 0.4, 0.2, 0.6)])).toBe("Round 1: 40.0 % succeed without help");
  expect(findingOf([round(1, 0.4, 0.2, 0.6), round(2, 0.9, 0.7, 0.97)])).toBe(
    "Success without help rose from 40.0 % to 90.0 %",
  );
  expect(findingOf([round(1, 0.9, 0.7, 0.97), round(2, 0.4, 0.2, 0.6)])).toBe(
    "Success without help fell from 90.0 % to 40.0 %",
  );
  expect(findingOf([round(1, 0.5, 0.3, 0.7), round(2, 0.6, 0.4, 0.8)])).toContain("chance");
});
