import fc from "fast-check";
import { expect, test } from "vitest";
import type { TurnRecord, UserTurn } from "#core/rewrite.ts";
import { type OutcomeOptions, RewriteOutcomes } from "./rewrite-outcomes.ts";

const GAP_MS = 45_000;
const RULE = { id: "r1", locale: "und", fromKey: "play jaz", toKey: "play jazz" };

const foldOf = (records: readonly TurnRecord[], more: Partial<OutcomeOptions> = {}) => {
  const fold = new RewriteOutcomes({ gapMs: GAP_MS, watched: [RULE], freshAfterSeq: 0, ...more });
  records.forEach((record, at) => {
    fold.take(at + 1, record);
  });
  return fold;
};

const said = (
  userId: string,
  ts: number,
  utterance: string,
  more: Partial<UserTurn> = {},
): UserTurn => ({
  id: `${userId}-${ts}`,
  userId,
  ts,
  utterance,
  ...more,
});

const drawn = (
  userId: string,
  ts: number,
  arm: "treated" | "hold-out",
  more: Partial<UserTurn> = {},
) =>
  said(userId, ts, arm === "treated" ? "play jazz" : "play jaz", {
    rewrite: {
      ruleId: "r1",
      original: "play jaz",
      arm,
      propensity: arm === "treated" ? 0.9 : 0.1,
    },
    ...more,
  });

/** Lets every session before it end. */
const later = said("zoe", 1e9, "what is the weather");

test("a drawn request that is followed by nothing, or by something else, went well", () => {
  const fold = foldOf([
    drawn("ann", 0, "treated"),
    drawn("bob", 0, "hold-out"),
    said("bob", 9_000, "what is the weather"),
    later,
  ]);
  expect(fold.drawnTally("r1")).toEqual({
    treated: { success: 1, defect: 0 },
    holdOut: { success: 1, defect: 0 },
  });
  expect(fold.takeChanged()).toEqual({ drawn: new Set(["r1"]), fresh: new Set(["r1"]) });
  expect(fold.takeChanged()).toEqual({ drawn: new Set(), fresh: new Set() });
});

test("what is not over yet is not counted", () => {
  const open = [drawn("ann", 0, "treated"), said("bob", GAP_MS, "stop the music")];
  expect(foldOf(open).drawnTally("r1").treated).toEqual({ success: 0, defect: 0 });
  const over = foldOf([...open, said("bob", GAP_MS + 1, "stop")]);
  expect(over.drawnTally("r1").treated).toEqual({ success: 1, defect: 0 });
});

test.each([
  ["the request in other words", "play the jaz"],
  ["the request again", "play jaz"],
  ["what it was answered as, again", "play jazz"],
  ["what it was answered as, in other words", "play jazz radio"],
])("a rewritten request went wrong when %s comes next", (_, next) => {
  const fold = foldOf([drawn("ann", 0, "treated"), said("ann", 5_000, next), later]);
  expect(fold.drawnTally("r1").treated).toEqual({ success: 0, defect: 1 });
});

test("after the gap it is another session", () => {
  const again = said("ann", GAP_MS + 1, "play jaz");
  const fold = foldOf([drawn("ann", 0, "treated"), again, later]);
  expect(fold.drawnTally("r1").treated).toEqual({ success: 1, defect: 0 });
});

test("a propensity of 1 was no draw", () => {
  const shadow = drawn("ann", 0, "hold-out");
  if (shadow.rewrite === undefined) throw new Error("it is drawn");
  const sure = { ...shadow, rewrite: { ...shadow.rewrite, propensity: 1 } };
  expect(foldOf([sure, later]).drawnTally("r1").holdOut).toEqual({ success: 0, defect: 0 });
});

test("one person counts three times at most, however often they come", () => {
  const angry = Array.from({ length: 40 }, (_, k) =>
    drawn("ann", k * 100_000, "treated", { signals: { rating: -1 } }),
  );
  const fold = foldOf([...angry, later]);
  expect(fold.drawnTally("r1").treated).toEqual({ success: 0, defect: 3 });
  expect([...fold.recent()].filter(({ first }) => first)).toHaveLength(1);
  expect([...fold.recent()]).toHaveLength(40);
});

test("an undo is remembered for its user, once, and only of what was applied", () => {
  const undone = { signals: { undone: true } };
  const fold = foldOf([
    drawn("ann", 0, "treated", undone),
    drawn("ann", 100_000, "treated", undone),
    drawn("bob", 100_000, "hold-out", undone),
    later,
  ]);
  expect(fold.undoneBy("r1")).toBe(1);
  expect([fold.hasUndone("r1", "ann"), fold.hasUndone("r1", "bob")]).toEqual([true, false]);
});

test("late signals join their turn while it is open, and turn its outcome afterwards", () => {
  const late = (signals: UserTurn["signals"]): TurnRecord => ({
    turnId: "ann-0",
    ts: 10_000,
    signals: signals ?? {},
  });
  const open = foldOf([drawn("ann", 0, "treated"), late({ undone: true }), later]);
  const closed = foldOf([drawn("ann", 0, "treated"), later, late({ undone: true })]);
  for (const fold of [open, closed]) {
    expect(fold.drawnTally("r1").treated).toEqual({ success: 0, defect: 1 });
    expect(fold.hasUndone("r1", "ann")).toBe(true);
  }
  const saved = foldOf([
    drawn("ann", 0, "treated"),
    said("ann", 5_000, "play jaz"),
    late({ success: true }),
  ]);
  expect(saved.drawnTally("r1").treated).toEqual({ success: 1, defect: 0 });
  expect(foldOf([late({ undone: true })]).undoneBy("r1")).toBe(0);
});

test("in shadow the request and the target are counted where nothing was rewritten, from what is fresh", () => {
  const records = [
    said("ann", 0, "Play jaz!"),
    said("ann", 4_000, "play jazz"),
    said("bob", 200_000, "play jazz"),
    drawn("cy", 200_000, "treated"),
    drawn("dan", 200_000, "hold-out"),
    later,
  ];
  expect(foldOf(records).freshTally("r1")).toEqual({
    treated: { success: 2, defect: 0 },
    holdOut: { success: 1, defect: 1 },
  });
  expect(foldOf(records, { freshAfterSeq: 2 }).freshTally("r1")).toEqual({
    treated: { success: 1, defect: 0 },
    holdOut: { success: 1, defect: 0 },
  });
});

test("numbers match the mask in a rule, locales keep apart", () => {
  const call = { id: "r2", locale: "en", fromKey: "cal <number>", toKey: "call <number>" };
  const fold = foldOf(
    [
      said("ann", 0, "cal 555", { locale: "en" }),
      said("bob", 0, "cal 555", { locale: "de" }),
      { ...later, locale: "en" },
    ],
    { watched: [call] },
  );
  expect(fold.freshTally("r2").holdOut).toEqual({ success: 1, defect: 0 });
});

test("a clock that goes back, and turns without a user, count for nothing", () => {
  const fold = foldOf([
    drawn("ann", 50_000, "treated"),
    said("ann", 10, "play jaz"),
    { ts: 0, utterance: "play jaz" },
    later,
  ]);
  expect(fold.drawnTally("r1").treated).toEqual({ success: 1, defect: 0 });
  expect(fold.freshTally("r1").holdOut).toEqual({ success: 0, defect: 0 });
  expect(fold.turns).toBe(4);
});

test("each user counts up to the cap, whatever comes in which order", () => {
  const record = fc.record({
    user: fc.constantFrom("ann", "bob", "cy"),
    gap: fc.integer({ min: 0, max: 60_000 }),
    what: fc.constantFrom("play jaz", "play jazz", "weather", "treated", "hold-out", "late"),
  });
  fc.assert(
    fc.property(fc.array(record, { maxLength: 60 }), (parts) => {
      let ts = 0;
      const records = parts.map(({ user, gap, what }, k): TurnRecord => {
        ts += gap;
        if (what === "late") return { turnId: `t${k - 1}`, ts, signals: { rating: -1 } };
        if (what === "treated" || what === "hold-out")
          return { ...drawn(user, ts, what), id: `t${k}` };
        return { ...said(user, ts, what), id: `t${k}` };
      });
      const whole = foldOf([...records, later]);
      const drawnOutcomes = [...whole.recent()];
      const { treated, holdOut } = whole.drawnTally("r1");
      const counted = treated.success + treated.defect + holdOut.success + holdOut.defect;
      expect(counted).toBeLessThanOrEqual(drawnOutcomes.length);
      expect(counted).toBe(
        ["ann", "bob", "cy"].reduce(
          (sum, user) => sum + Math.min(3, drawnOutcomes.filter((one) => one.user === user).length),
          0,
        ),
      );
    }),
    { seed: 11 },
  );
});
