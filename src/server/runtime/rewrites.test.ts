import { describe, expect, test } from "vitest";
import type { ProjectId } from "#core/ids.ts";
import { ProjectConfig } from "#core/project.ts";
import { binomialUpper } from "#num/special.ts";
import { lessonId, rewriteLesson, rewriteRule } from "#store/samples.ts";
import { askToMine } from "./mine.ts";
import { rewriteKit } from "./rewrites.fixture.ts";
import { rewritePage } from "./rewrites.ts";
import { takeTurnList } from "./turns.ts";

const kit = rewriteKit();

describe("requests", () => {
  test("are left as they are until somebody approves a rewrite", async () => {
    const id = await kit.project();
    await kit.bringIn(id, "l1", ["r1"]);
    expect(await kit.ask(id, "r1 wrong", "u1")).toEqual({
      text: "r1 wrong",
      ruleId: null,
      arm: null,
      propensity: 1,
    });
    await kit.change(id, "r1", { state: "shadow" });
    expect(await kit.ask(id, "R1, wrong!", "u1")).toEqual({
      text: "R1, wrong!",
      ruleId: "r1",
      arm: "hold-out",
      propensity: 1,
    });
  });

  test("of a tenth of the users are held out, each user always in the same arm", async () => {
    const id = await kit.project();
    await kit.bringIn(id, "l1", ["r1", "r2"]);
    await kit.live(id, "r1");
    await kit.live(id, "r2");
    const users = Array.from({ length: 2_000 }, (_, k) => `user ${k}`);
    const drawn = (ruleId: string) =>
      Promise.all(users.map((user) => kit.ask(id, `${ruleId} wrong`, user)));
    const [one, again, other] = [await drawn("r1"), await drawn("r1"), await drawn("r2")];
    expect(again).toEqual(one);
    expect(other.map(({ arm }) => arm)).not.toEqual(one.map(({ arm }) => arm));
    for (const { text, arm, propensity } of one)
      expect([text, propensity]).toEqual(arm === "treated" ? ["r1 Right", 0.9] : ["r1 wrong", 0.1]);
    const heldOut = one.filter(({ arm }) => arm === "hold-out").length;
    const tail = (k: number) => binomialUpper(k, users.length, 0.1);
    expect(Math.min(tail(heldOut), 1 - tail(heldOut + 1))).toBeGreaterThan(1e-9);
  });

  test("are rewritten once at most, and never onto the same words", async () => {
    const id = await kit.project({ holdOut: 0 });
    const chain = [
      rewriteRule("r1", { fromKey: "a", toText: "b" }),
      rewriteRule("r2", { fromKey: "b", toText: "c" }),
      rewriteRule("r3", { fromKey: "same words", toText: "Same words!" }),
    ];
    await kit.host.store.putLesson(id, rewriteLesson(`${id}-l`, chain), []);
    await kit.host.store.promote(id, lessonId(`${id}-l`), "mined");
    for (const rule of ["r1", "r2", "r3"]) await kit.live(id, rule);
    // "a" alone is a filler word, and still a request.
    expect(await kit.ask(id, "a")).toMatchObject({ text: "b", ruleId: "r1", propensity: 1 });
    expect(await kit.ask(id, "b")).toMatchObject({ text: "c" });
    expect(await kit.ask(id, "same words")).toMatchObject({ text: "same words", ruleId: null });
  });

  test("of nobody in particular are drawn each time anew", async () => {
    const id = await kit.project({ holdOut: 0.5 });
    await kit.bringIn(id, "l1", ["r1"]);
    await kit.live(id, "r1");
    const arms = new Set<string | null>();
    for (let k = 0; k < 40; k++) arms.add((await kit.ask(id, "r1 wrong")).arm);
    expect([...arms].sort()).toEqual(["hold-out", "treated"]);
  });

  test("see what another process did", async () => {
    const id = await kit.project({ holdOut: 0 });
    await kit.bringIn(id, "l1", ["r1"]);
    await kit.ask(id, "r1 wrong");
    await kit.host.store.append(id, {
      kind: "rewrite-set",
      ruleId: "r1",
      state: "live",
      pinned: false,
      toText: null,
      cannotLink: false,
      by: "bob",
      because: "elsewhere",
    });
    expect(await kit.ask(id, "r1 wrong")).toMatchObject({ ruleId: null });
    kit.clock.advance(1_000);
    await kit.ask(id, "r1 wrong"); // catches up behind this one
    await rewritePage(kit.host, id, { limit: 1 });
    expect(await kit.ask(id, "r1 wrong")).toMatchObject({ text: "r1 Right" });
  });

  test("to a project of another kind, or none, are refused", async () => {
    const labels = ProjectConfig.parse({
      name: "labels",
      task: { kind: "label", schema: { classes: ["a", "b"], positive: "a" } },
    });
    const { id } = await kit.host.store.createProject(labels);
    await expect(kit.ask(id, "x")).rejects.toMatchObject({ kind: "conflict" });
    await expect(kit.ask("none" as ProjectId, "x")).rejects.toMatchObject({ kind: "not-found" });
    await expect(askToMine(kit.host, id)).rejects.toMatchObject({ kind: "conflict" });
  });
});

describe("what a person says", () => {
  test("is shown at once, said twice is said once, and the screens hear of it", async () => {
    const id = await kit.project();
    await kit.bringIn(id, "l1", ["r1"]);
    const said = { state: "live", because: "tried it" } as const;
    kit.heard.length = 0;
    expect(await kit.change(id, "r1", said)).toMatchObject({ state: "live", because: "tried it" });
    const { length } = await kit.host.store.events(id);
    expect(await kit.change(id, "r1", said)).toMatchObject({ state: "live" });
    expect(await kit.host.store.events(id)).toHaveLength(length);
    expect(kit.heard).toContainEqual({ kind: "rewrites-changed", projectId: id });
    expect(await kit.change(id, "r1", { pinned: true })).toMatchObject({
      state: "live",
      pinned: true,
      because: "said by ann",
    });
  });

  test("can give another target, and the mined one back", async () => {
    const id = await kit.project({ holdOut: 0 });
    await kit.bringIn(id, "l1", ["r1"]);
    await kit.change(id, "r1", { state: "live", toText: " r1 best " });
    expect(await kit.standing(id, "r1")).toMatchObject({ toText: "r1 best", edited: true });
    expect(await kit.ask(id, "r1 wrong")).toMatchObject({ text: "r1 best" });
    expect(await kit.change(id, "r1", { toText: "r1 Right" })).toMatchObject({ edited: false });
    for (const toText of ["r1 WRONG!", "?!"])
      await expect(kit.change(id, "r1", { toText })).rejects.toMatchObject({ kind: "bad-input" });
    await expect(kit.change(id, "none", { pinned: true })).rejects.toMatchObject({
      kind: "not-found",
    });
  });

  test("makes one rewrite live in place of another of the same request, unless that is pinned", async () => {
    const id = await kit.project({ holdOut: 0 });
    const rules = [
      rewriteRule("r1", { fromKey: "ask", fromText: "ask" }),
      rewriteRule("r2", { fromKey: "ask", fromText: "ask" }),
    ];
    await kit.host.store.putLesson(id, rewriteLesson(`${id}-l`, rules), []);
    await kit.host.store.promote(id, lessonId(`${id}-l`), "mined");
    await kit.live(id, "r1");
    await kit.live(id, "r2");
    expect(await kit.standing(id, "r1")).toMatchObject({ state: "shadow" });
    expect(await kit.ask(id, "ask")).toMatchObject({ ruleId: "r2" });
    await kit.change(id, "r2", { pinned: true });
    await expect(kit.live(id, "r1")).rejects.toMatchObject({ kind: "conflict" });
  });

  test("pages list those that promise most first, filtered, each once", async () => {
    const id = await kit.project();
    const rules = Array.from({ length: 7 }, (_, k) => {
      const visits = 100 + 10 * (k % 4);
      const rate = (value: number) => ({ ...rewriteRule("x").from, visits, value });
      return rewriteRule(`r${k}`, { from: rate(0.2), to: rate(0.9) });
    });
    await kit.host.store.putLesson(id, rewriteLesson(`${id}-l`, rules), []);
    await kit.host.store.promote(id, lessonId(`${id}-l`), "mined");
    await kit.live(id, "r3");
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await rewritePage(kit.host, id, { limit: 2, cursor });
      seen.push(...page.rewrites.map((rewrite) => rewrite.id));
      cursor = page.next ?? undefined;
    } while (cursor !== undefined);
    expect(seen).toEqual(["r3", "r2", "r6", "r1", "r5", "r0", "r4"]);
    const states = await rewritePage(kit.host, id, { limit: 9, state: "live" });
    expect(states.rewrites.map((rewrite) => rewrite.id)).toEqual(["r3"]);
    expect(states.totals).toEqual({ proposed: 6, shadow: 0, live: 1, blocked: 0 });
    const words = await rewritePage(kit.host, id, { limit: 9, q: "R5 RIGHT" });
    expect(words.rewrites.map((rewrite) => rewrite.id)).toEqual(["r5"]);
    await expect(rewritePage(kit.host, id, { limit: 9, cursor: "x" })).rejects.toMatchObject({
      kind: "bad-input",
    });
  });
});

test("of a list of turns the good ones go in and the bad ones come back", async () => {
  const id = await kit.project();
  const report = await takeTurnList(kit.host, id, {
    turns: [
      { userId: "a", ts: 1, utterance: "hello" },
      { userId: "a", ts: -1, utterance: "hello" },
      { ts: 1, utterance: "whose?" },
      { id: "a\0b", userId: "a", ts: 1, utterance: "nul" },
      "no turn",
    ],
  });
  expect(report).toMatchObject({ accepted: 1, duplicates: 0, rejected: 4 });
  expect(report.problems.join("\n")).toMatch(/row 2.*"ts"[\s\S]*row 3.*userId/);
  const rejects = await kit.host.store.blob(report.batch ?? "");
  expect(
    Buffer.from(rejects ?? [])
      .toString()
      .trim()
      .split("\n"),
  ).toHaveLength(4);
  await expect(takeTurnList(kit.host, id, { turn: [] })).rejects.toMatchObject({
    kind: "bad-input",
  });
});
