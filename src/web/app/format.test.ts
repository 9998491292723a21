import { expect, test } from "vitest";
import {
  ago,
  intervalText,
  measurementText,
  minutes,
  percent,
  plural,
  probability,
  short,
  signed,
  stopwatch,
} from "./format.ts";

const error = {
  metric: "error",
  value: 0.031,
  interval: { low: 0.024, high: 0.0391, level: 0.95, method: "wilson" },
  n: 1806,
};

test("shares are percents, changes carry their sign and a true minus", () => {
  expect([0, 0.031, 0.132, 1, 0.9999].map(percent)).toEqual(["0", "3.1", "13.2", "100", "100"]);
  expect([signed(-0.9, 1), signed(0.44, 1), signed(0.04, 1), signed(-0.04, 1)]).toEqual([
    "−0.9",
    "+0.4",
    "0.0",
    "0.0",
  ]);
});

test("a nearly certain probability is not shown as certain", () => {
  expect([0, 0.004, 0.01, 0.4, 0.987, 0.994, 1].map(probability)).toEqual([
    "0",
    "<.01",
    ".01",
    ".40",
    ".99",
    ">.99",
    "1",
  ]);
});

test("numbers keep three significant digits and group thousands", () => {
  expect([0, 12_400, 3.214, 0.0421, 88.88, -3].map(short)).toEqual([
    "0",
    "12 400",
    "3.21",
    "0.042",
    "88.9",
    "−3",
  ]);
  expect(short(Number.NaN)).toBe("–");
});

test("times are in a person's words", () => {
  expect([0.4, 14.2, 125].map(minutes)).toEqual(["under a minute", "14 min", "2 h 05"]);
  expect([7_000, 760_000].map(stopwatch)).toEqual(["0:07", "12:40"]);
  expect([30, 120, 7_200, 200_000].map((s) => ago(0, s * 1000))).toEqual([
    "just now",
    "2 min ago",
    "2 h ago",
    "2 d ago",
  ]);
  expect(plural(1, "item")).toBe("1 item");
  expect(plural(2_000, "item")).toBe("2 000 items");
});

test("a measurement is never bare", () => {
  expect(intervalText(error, "percent")).toBe("[2.4, 3.9]");
  expect(intervalText({ ...error, interval: null }, "percent")).toBe("no interval");
  expect(measurementText(error, "percent")).toBe(
    "error 3.1 %, 95 % interval 2.4 to 3.9 (wilson), n 1 806",
  );
});
