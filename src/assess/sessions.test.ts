import { expect, test } from "vitest";
import type { UserTurn } from "#core/rewrite.ts";
import { type Session, type Skipped, sessionsOf } from "./sessions.ts";

const turn = (
  userId: string,
  ts: number,
  utterance: string,
  more: Partial<UserTurn> = {},
): UserTurn => ({
  userId,
  ts,
  utterance,
  ...more,
});

function read(turns: UserTurn[], options: { gapMs?: number; turnsPerUserMax?: number } = {}) {
  const skipped: Skipped[] = [];
  const { gapMs = 45_000, turnsPerUserMax = 1_000 } = options;
  const sessions = [...sessionsOf(turns, { gapMs, turnsPerUserMax }, (s) => skipped.push(s))];
  const said = ({ turns: of }: Session) => of.map(({ utterance }) => utterance);
  return { said: sessions.map(said), skipped, sessions };
}

test("turns of mixed users are told apart and cut at the gap", () => {
  const { said, skipped } = read([
    turn("a", 0, "one"),
    turn("b", 1_000, "uno"),
    turn("a", 45_000, "two"),
    turn("a", 90_001, "three"),
    turn("b", 2_000, "due"),
  ]);
  expect(said).toEqual([["one", "two"], ["three"], ["uno", "due"]]);
  expect(skipped).toEqual([]);
});

test("nothing and a single turn", () => {
  expect(read([]).said).toEqual([]);
  expect(read([turn("a", 5, "one")]).said).toEqual([["one"]]);
});

test("identical times keep their order", () => {
  expect(read([turn("a", 7, "x"), turn("a", 7, "y"), turn("a", 7, "z")]).said).toEqual([
    ["x", "y", "z"],
  ]);
});

test("what cannot be used is told, with its row, and the rest goes through", () => {
  const { said, skipped } = read([
    turn("a", 10_000, "one"),
    { ts: 11_000, utterance: "whose?" },
    turn("a", 4_000, "earlier"),
    turn("a", 12_000, "  ?! "),
    turn("a", Number.NaN, "when?"),
    turn("a", 13_000, "two"),
  ]);
  expect(said).toEqual([["one", "two"]]);
  expect(skipped.map(({ row }) => row)).toEqual([2, 3, 4, 5]);
  expect(skipped[0]?.problem).toContain("neither a userId nor a sessionId");
  expect(skipped[1]?.problem).toContain("6000 ms earlier");
  expect(skipped[2]?.problem).toContain("empty");
  expect(skipped[3]?.problem).toContain("NaN");
});

test("sessions of one user by id, and locales, do not mix", () => {
  const { said } = read([
    turn("a", 0, "one", { sessionId: "s1" }),
    turn("a", 1, "uno", { sessionId: "s2" }),
    turn("a", 2, "two", { sessionId: "s1" }),
    turn("a", 3, "eins", { sessionId: "s1", locale: "de" }),
  ]);
  expect(said).toEqual([["one", "two"], ["uno"], ["eins"]]);
});

test("without users a session stands for one", () => {
  const { sessions } = read([{ sessionId: "s", ts: 0, utterance: "x" }]);
  expect(sessions[0]?.user).toBe("s");
});

test("somebody with thousands of turns is read up to the cap, and told once", () => {
  const many = Array.from({ length: 100_000 }, (_, i) => turn("bot", i, `say ${i}`));
  const { said, skipped } = read([...many, turn("a", 0, "one")], { turnsPerUserMax: 1_000 });
  expect(said.map((of) => of.length)).toEqual([1_000, 1]);
  expect(skipped).toEqual([
    { row: 1_001, problem: "The user has more than 1000 turns: the rest is not read." },
  ]);
});
