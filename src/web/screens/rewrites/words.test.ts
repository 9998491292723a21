import { expect, test } from "vitest";
import { doneText, filterText, named, rateSentence, rateText, ratio, whyText } from "./words.ts";

const rate = {
  successes: 41.2,
  visits: 100.4,
  value: 0.4104,
  interval: { low: 0.3191, high: 0.5082, level: 0.95, method: "wilson" },
};

test("a rate is never bare: whole percents in a row, decimals and n in the sentence", () => {
  expect(rateText(rate)).toEqual({ rate: "41 %", interval: "[32, 51]" });
  expect(rateSentence("play songs", rate)).toBe(
    "play songs: 41.0 % end well, 95 % interval 31.9 to 50.8, n 100",
  );
});

test("nearly all is not all, and nearly none not none", () => {
  const near = { value: 0.9996, interval: { ...rate.interval, low: 0.995, high: 1 } };
  expect(rateText(near)).toEqual({ rate: ">99 %", interval: "[>99, 100]" });
  const rare = { value: 0.004, interval: { ...rate.interval, low: 0, high: 0.005 } };
  expect(rateText(rare)).toEqual({ rate: "<1 %", interval: "[0, 1]" });
});

test("what was done is said with both requests, and long ones are cut", () => {
  expect(doneText("block", "play songs", "play some songs")).toBe(
    "blocked “play songs” → “play some songs”",
  );
  expect(named("x".repeat(60))).toHaveLength(50);
});

test("ratios have one decimal while it tells something", () => {
  expect([0, 3.214, 31.8, 2466.9].map(ratio)).toEqual(["0.0", "3.2", "32", "2 467"]);
});

test("the filter in words", () => {
  expect(filterText(undefined, "")).toBe("rewrites");
  expect(filterText("blocked", "play")).toBe("blocked rewrites with “play” in them");
});

test("a replayed request says why it was answered so", () => {
  const answer = { text: "play songs", ruleId: "r", arm: "treated", propensity: 0.9 } as const;
  const rewrite = { state: "live", toText: "play songs", because: "approved" } as const;
  const heldOut = { ...answer, arm: "hold-out" } as const;
  const none = { ...answer, ruleId: null, arm: null, propensity: 1 } as const;
  expect(whyText(answer, rewrite)).toBe("A live rewrite fits; 90.0 % of requests are rewritten.");
  expect(whyText({ ...heldOut, propensity: 0.1 }, rewrite)).toBe(
    "A live rewrite fits, but this request was held out: 10.0 % of requests are.",
  );
  expect(whyText({ ...heldOut, propensity: 1 }, { ...rewrite, state: "shadow" })).toBe(
    "The rewrite to “play songs” fits and is in shadow: it is noted, and not applied.",
  );
  expect(whyText(none, { ...rewrite, state: "blocked", because: "not safe" })).toBe(
    "The rewrite to “play songs” fits, but is blocked: not safe",
  );
  expect(whyText(none, null)).toBe("No live rewrite fits this wording.");
});
