import { expect, test } from "vitest";
import { Problem } from "#core/errors.ts";
import { RewriteRule, type UserTurn } from "#core/rewrite.ts";
import { egoGraph, mineRewrites } from "./mine.ts";
import { byUsers, ctx, turnsOf } from "./testing.ts";

const mine = (turns: UserTurn[], options: Parameters<typeof mineRewrites>[1] = {}) =>
  mineRewrites(turns, options, ctx());

/** Twenty users whose "play jaz" fails, and who then say "play jazz". */
const jazz = () => turnsOf([...byUsers(20, "!play jaz", "play jazz"), ...byUsers(5, "play jazz")]);
/** All of it on one day, so that counts are whole. */
const plain = { decay: 1 };

test("what users say instead becomes the rewrite, with its evidence", () => {
  const { rules, diagnostics } = mine(jazz(), plain);
  const [rule, ...others] = rules;
  expect(others).toEqual([]);
  expect(RewriteRule.parse(rule)).toEqual(rule);
  expect(rule).toMatchObject({
    locale: "und",
    fromKey: "play jaz",
    fromText: "play jaz",
    toKey: "play jazz",
    toText: "play jazz",
    score: 1,
    share: 1,
    users: 20,
    from: { successes: 0, visits: 20 },
    to: { successes: 25, visits: 25 },
  });
  expect(rule?.examples).toEqual(Array(3).fill(["play jaz", "play jazz"]));
  expect(diagnostics).toMatchObject({
    turns: 45,
    sessions: 25,
    moves: 20,
    defects: 20,
    skipped: 0,
  });
});

test("nothing in, and one step, is nothing out", () => {
  expect(mine([]).rules).toEqual([]);
  expect(mine(turnsOf([["a", "play jazz"]])).rules).toEqual([]);
});

test("the same turns give the same rules, and are left as they were", () => {
  const turns = jazz();
  const before = structuredClone(turns);
  expect(mine(turns)).toEqual(mine(jazz()));
  expect(turns).toEqual(before);
});

test("case, punctuation and fillers do not part requests; the most frequent wording is shown", () => {
  const said = ["Play jazz!", "Play jazz!", "please play jazz"];
  const turns = turnsOf(
    Array.from({ length: 21 }, (_, u): [string, ...string[]] => [
      `u${u}`,
      "!play jaz",
      said[u % 3] ?? "",
    ]),
  );
  expect(mine(turns).rules).toMatchObject([{ toKey: "play jazz", toText: "Play jazz!" }]);
});

test("a partial path helps: those who stop half-way count for those who go on", () => {
  // Nobody goes the whole way in one session: i to m by some, m to j by others.
  const turns = turnsOf([
    ...byUsers(12, "!play jaz musi", "!play jaz music"),
    ...byUsers(12, "!play jaz music", "play jazz music"),
  ]);
  const { rules } = mine(turns, plain);
  expect(rules.map(({ fromKey, toKey, users }) => [fromKey, toKey, users])).toEqual([
    ["play jaz musi", "play jazz music", 0],
    ["play jaz music", "play jazz music", 12],
  ]);
  expect(rules[0]?.score).toBeCloseTo(0.5, 9);
});

test("loops: what goes round in circles has no rewrite, and ends", () => {
  const round = ["!play jaz", "!play jazz", "!play jaz", "!play jazz", "!play jaz"] as const;
  const { rules, graph } = mine(turnsOf(byUsers(20, ...round)));
  expect(rules).toEqual([]);
  expect(graph.nodes.map(({ endsWell }) => endsWell)).toEqual([0, 0]);
});

test("identical repeats are defects of the request, and no edge", () => {
  const { graph, diagnostics } = mine(turnsOf(byUsers(12, "play jazz", "play jazz")), plain);
  expect(graph.edges).toEqual([]);
  expect(graph.nodes[0]).toMatchObject({ visits: 24, successes: 12, failures: 12 });
  expect(diagnostics.repeats).toBe(12);
});

test("100,000 steps of one user, and of identical times, are read to the cap", () => {
  const turns = Array.from(
    { length: 100_000 },
    (_, i): UserTurn => ({
      userId: "bot",
      ts: 7,
      utterance: i % 2 === 0 ? "play jaz" : "play jazz",
    }),
  );
  const { rules, skipped, diagnostics } = mine([...turns, ...jazz()], plain);
  expect(diagnostics.turns).toBe(5_045);
  expect(skipped).toHaveLength(1);
  // Three times a way at most: what the bot did changes the counts of the others by little.
  expect(rules).toMatchObject([{ fromKey: "play jaz", from: { visits: 23 }, users: 21 }]);
});

test("somebody who repeats a repair to push it through gets nowhere", () => {
  const pushed = Array.from({ length: 200 }, (): [string, ...string[]] => [
    "evil",
    "!play jaz",
    "play jazz radio spam",
  ]);
  const spam = mine(turnsOf([...jazz2(), ...pushed]), plain);
  expect(spam.rules.map(({ toKey }) => toKey)).toEqual(["play jazz"]);
  // Nor onto something that many say.
  const known = byUsers(30, "play jazz radio spam");
  const again = mine(turnsOf([...jazz2(), ...known, ...pushed]), plain);
  expect(again.rules.map(({ toKey }) => toKey)).toEqual(["play jazz"]);
});
const jazz2 = () => byUsers(20, "!play jaz", "play jazz");

test("fewer than k users never show, neither as a rule nor in the graph", () => {
  const turns = turnsOf([
    ...byUsers(4, "!play jaz", "play jazz"),
    ...byUsers(4, "!play jaz", "play jazz"),
    ...byUsers(4, "!play jaz", "play jazz"),
  ]);
  const few = mine(turns, plain);
  expect([few.rules, few.graph.nodes]).toEqual([[], []]);
  expect(mine(turns, { ...plain, usersMin: 4 }).rules).toHaveLength(1);
});

test("an edge needs two users; what one did counts as a failure", () => {
  const { graph, diagnostics } = mine(
    turnsOf([
      ...byUsers(12, "!play jaz"),
      ["solo", "!play jaz", "play jazz"],
      ...byUsers(12, "play jazz"),
    ]),
    plain,
  );
  expect(graph.edges).toEqual([]);
  expect(diagnostics.edgesDropped).toBe(1);
  expect(graph.nodes[0]).toMatchObject({ key: "play jaz", visits: 13, failures: 13 });
});

test("outcomes that are not known count as success where nothing follows", () => {
  const { rules } = mine(turnsOf(byUsers(20, "play jaz", "play jazz")), plain);
  expect(rules).toMatchObject([{ from: { successes: 0, visits: 20 }, to: { successes: 20 } }]);
});

test("older sessions weigh less", () => {
  const old = turnsOf(byUsers(20, "!play jaz", "play jazz"));
  const late = { userId: "z", ts: 30 * 86_400_000, utterance: "something else" };
  const { graph } = mine([...old, late], { decay: 0.9, minSupport: 0.5 + 0.5 });
  expect(graph.nodes.length).toBe(0); // 20 · 0.9^30 is below one visit
  expect(mine([...old, late], { decay: 0.99 }).rules[0]?.from.visits).toBeCloseTo(
    20 * 0.99 ** 30,
    0,
  );
});

test("locales are mined apart", () => {
  const de = turnsOf(byUsers(20, "!spiel jaz", "spiel jazz"), { locale: "de" });
  const { rules, diagnostics } = mine([...jazz(), ...de]);
  expect(rules.map(({ locale, toKey }) => [locale, toKey]).sort()).toEqual([
    ["de", "spiel jazz"],
    ["und", "play jazz"],
  ]);
  expect(diagnostics.locales).toEqual(["de", "und"]);
  const mixed = jazz().map((turn, at) => ({ ...turn, locale: at % 2 === 0 ? "en" : "de" }));
  expect(mine(mixed).rules).toEqual([]);
});

test("opposites are refused, whatever the counts say", () => {
  const turns = turnsOf(byUsers(20, "!turn the light on", "turn the light off"));
  const { rules, diagnostics } = mine(turns);
  expect(rules).toEqual([]);
  expect(diagnostics.refused.polarity).toBe(1);
});

test("numbers and addresses are masked everywhere, and put back by the table", () => {
  const turns = turnsOf(
    Array.from({ length: 20 }, (_, u): [string, ...string[]] => [
      `u${u}`,
      `!set alram for ${u + 100}`,
      `set alarm for ${u + 100}`,
    ]),
  );
  const mined = mine(turns);
  expect(mined.rules).toMatchObject([
    { fromKey: "set alram for <number>", toText: "set alarm for <number>" },
  ]);
  expect(JSON.stringify(mined)).not.toMatch(/10\d/);
});

test("what a person said is not the same stays apart", () => {
  const pair = { fromKey: "play jaz", toKey: "play jazz" };
  expect(mine(jazz(), { cannotLink: [pair] }).rules).toEqual([]);
  expect(mine(jazz(), { cannotLink: [{ ...pair, locale: "und" }] }).rules).toEqual([]);
  expect(mine(jazz(), { cannotLink: [{ ...pair, locale: "de" }] }).rules).toHaveLength(1);
});

test("turns that cannot be used are told, and the rest is mined", () => {
  const turns: UserTurn[] = [
    { ts: 1, utterance: "whose?" },
    { userId: "x", ts: 9, utterance: "…" },
    ...jazz(),
    { userId: "user-0", ts: 3, utterance: "back in time" },
  ];
  const { rules, skipped } = mine(turns);
  expect(rules).toHaveLength(1);
  expect(skipped.map(({ row }) => row)).toEqual([1, 2, turns.length]);
});

test("interpretations as states pool what is understood alike; rewrites are still of words", () => {
  const understood = (name: string) => ({ domain: "music", intent: "play", slots: { name } });
  const turns = [0, 1].flatMap((half) =>
    turnsOf(
      Array.from({ length: 6 }, (_, u): [string, ...string[]] => [
        `h${half}-${u}`,
        half === 0 ? "!play jaz" : "!play the jaz",
        "play jazz",
      ]),
    ).map((turn) => ({
      ...turn,
      interpretation: understood(
        turn.utterance.includes("jazz") ? "jazz" : half === 0 ? "jaz" : "the jaz",
      ),
    })),
  );
  const options = { ...plain, state: "interpretation" as const };
  const { rules, graph } = mine(turns, options);
  expect(rules).toMatchObject([{ fromKey: "play jaz", toText: "play jazz", from: { visits: 12 } }]);
  expect(graph.nodes.map(({ key }) => key)).toContain("music/play(name=jaz)");
  expect(egoGraph(graph, "play jaz").edges).toEqual([{ to: "play jazz", count: 12 }]);
});

test("stopping it stops it", () => {
  const stop = new AbortController();
  stop.abort();
  expect(() => mineRewrites(jazz(), {}, { ...ctx(), signal: stop.signal })).toThrow(Problem);
});

test("the graph around a request adds up", () => {
  const { graph } = mine(
    turnsOf([
      ...byUsers(20, "!play jaz", "play jazz"),
      ...byUsers(3, "!play jaz", "play jazz now"),
      ...byUsers(2, "!play jaz"),
    ]),
    plain,
  );
  expect(egoGraph(graph, "play jaz")).toEqual({
    node: "play jaz",
    edges: [
      { to: "play jazz", count: 20 },
      { to: "…", count: 3 }, // said by fewer than five
    ],
    absorption: { success: 0, failure: 2 },
  });
  expect(() => egoGraph(graph, "nobody said this")).toThrow(Problem);
  expect(() => egoGraph(graph, "play jaz", "de")).toThrow(Problem);
});

/** Live: "play jaz" answered as "play jazz", some of it held out. */
function rewritten(
  count: number,
  arm: "treated" | "hold-out",
  works: boolean,
  from = 0,
): UserTurn[] {
  return Array.from(
    { length: count },
    (_, u): UserTurn => ({
      userId: `${arm}-${from + u}`,
      ts: 1e9 + u,
      utterance: arm === "treated" ? "play jazz" : "play jaz",
      ...(!works && { signals: { error: true } }),
      rewrite: {
        ruleId: "r",
        original: "play jaz",
        arm,
        propensity: arm === "treated" ? 0.9 : 0.1,
      },
    }),
  );
}

test("how a rewritten turn ended is told of the rewrite, never of the request", () => {
  const deployed = [
    ...jazz(),
    ...rewritten(900, "treated", true),
    ...rewritten(10, "hold-out", false),
  ];
  const aware = mine(deployed, plain);
  expect(aware.rules).toMatchObject([
    { fromKey: "play jaz", from: { successes: 0, visits: 30 }, to: { visits: 900 } },
  ]);
  expect(aware.diagnostics.rewritten).toBe(900);
  // Told of the request, the rewrite's own success makes the request look well, and the rewrite goes.
  expect(mine(deployed, { ...plain, contamination: "naive" }).rules).toEqual([]);
});

test("a rewrite that does badly for those who get it goes, however well its target does", () => {
  const deployed = [
    ...jazz(),
    ...rewritten(90, "treated", false),
    ...rewritten(10, "hold-out", false),
  ];
  expect(mine(deployed, plain).rules).toEqual([]);
});

test("a good rewrite stands, though it leaves hardly anybody who fails", () => {
  // What it was mined from is a year old and weighs nothing; four requests held out are below the support.
  const year = (turn: UserTurn): UserTurn => ({ ...turn, ts: turn.ts + 365 * 86_400_000 });
  const deployed = [
    ...rewritten(90, "treated", true),
    ...rewritten(4, "hold-out", false),
    ...byUsers(30, "play jazz").map(
      ([userId], at): UserTurn => ({ userId, ts: 1e9 + 4e7 + at, utterance: "play jazz" }),
    ),
  ].map(year);
  const { rules } = mine([...jazz(), ...deployed]);
  expect(rules).toMatchObject([{ fromKey: "play jaz", toKey: "play jazz", score: 1, share: 1 }]);
  expect(rules[0]?.to.visits).toBeGreaterThan(80);
});

test("one that stands gives way to a target that does clearly better, and to no other", () => {
  const better = (target: string, well: number) =>
    turnsOf(byUsers(40, "!play jaz", target)).map((turn, at): UserTurn => {
      const failed = turn.utterance === target && at % 20 >= well;
      return { ...turn, ts: turn.ts + 1e8, ...(failed && { signals: { error: true } }) };
    });
  const half = [
    ...rewritten(60, "treated", true),
    ...rewritten(60, "treated", false, 60),
    ...rewritten(20, "hold-out", false),
  ];
  const target = (turns: UserTurn[]) =>
    mine([...jazz(), ...turns, ...half], plain).rules.map(({ toKey }) => toKey);
  expect(target(better("play jazzy radio", 20))).toEqual(["play jazzy radio"]);
  expect(target(better("play jazzy radio", 10))).toEqual(["play jazz"]);
});
