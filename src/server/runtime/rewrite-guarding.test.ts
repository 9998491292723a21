import { describe, expect, test } from "vitest";
import type { UserTurn } from "#core/rewrite.ts";
import { drawnTurn } from "#store/samples.ts";
import { listLessons } from "./lessons.ts";
import { later, rewriteKit } from "./rewrites.fixture.ts";
import { rewriteDetail, rewritePage } from "./rewrites.ts";
import { takeTurns } from "./turns.ts";

const kit = rewriteKit();

describe("the guard", () => {
  const running = async (state: "live" | "shadow" = "live") => {
    const id = await kit.project();
    await kit.bringIn(id, "l1", ["r1", "r2"]);
    await kit.change(id, "r1", { state });
    return id;
  };

  test("blocks what fares worse, after twenty and not before, with a sentence", async () => {
    const id = await running();
    const held = kit.outcomes("r1", "hold-out", { good: 15, bad: 0 });
    await takeTurns(kit.host, id, [
      ...held,
      ...kit.outcomes("r1", "treated", { good: 2, bad: 17 }),
      later(),
    ]);
    expect(await kit.standing(id, "r1")).toMatchObject({ state: "live" });
    const one = kit.outcomes("r1", "treated", { good: 0, bad: 1, from: 19 });
    await takeTurns(kit.host, id, [...one, later(2)]);
    const blocked = await kit.standing(id, "r1");
    expect(blocked.state).toBe("blocked");
    expect(blocked.because).toMatch(/^2 of 20 went well rewritten, 15 of 15 left alone/);
    const last = (await kit.host.store.events(id)).at(-1);
    expect(last?.body).toMatchObject({ kind: "rewrite-set", by: "guard" });
    expect(await kit.ask(id, "r1 wrong", "u")).toMatchObject({ ruleId: null });
  });

  test("leaves a pinned one alone", async () => {
    const id = await running();
    await kit.change(id, "r1", { pinned: true });
    const held = kit.outcomes("r1", "hold-out", { good: 30, bad: 0 });
    await takeTurns(kit.host, id, [
      ...held,
      ...kit.outcomes("r1", "treated", { good: 0, bad: 19 }),
      later(),
    ]);
    expect(await kit.standing(id, "r1")).toMatchObject({ state: "live", pinned: true });
  });

  test("is not swayed by one person, however often they complain", async () => {
    const id = await running();
    const held = kit.outcomes("r1", "hold-out", { good: 15, bad: 0 });
    const angry = Array.from({ length: 200 }, (_, k) =>
      drawnTurn("troll", kit.clock.nowMs() + k * 100_000, ["r1", "treated"], {
        signals: { undone: true, rating: -1 },
      }),
    );
    await takeTurns(kit.host, id, [...held, ...angry, later()]);
    expect(await kit.standing(id, "r1")).toMatchObject({
      state: "live",
      outcome: { treated: { success: 0, defect: 3 } },
    });
    // But it is not done to them again.
    const user = (name: string) => kit.ask(id, "r1 wrong", name);
    expect(await user("troll")).toMatchObject({ text: "r1 wrong", ruleId: null });
    expect(await user("bob")).toMatchObject({ ruleId: "r1" });
  });

  test("blocks what two people took back", async () => {
    const id = await running();
    for (const [at, name] of ["ann", "bob"].entries()) {
      await takeTurns(kit.host, id, [drawnTurn(name, kit.clock.nowMs(), ["r1", "treated"])]);
      expect(await kit.standing(id, "r1")).toMatchObject({ state: "live" });
      const turnId = `${name}-${kit.clock.nowMs()}`;
      const undo = { turnId, ts: kit.clock.nowMs() + 5_000, signals: { undone: true } };
      await takeTurns(kit.host, id, [undo, undo]);
      expect((await kit.standing(id, "r1")).state).toBe(at === 0 ? "live" : "blocked");
    }
    expect((await kit.standing(id, "r1")).because).toMatch(/^2 users took it back/);
  });

  test("counts a turn once, however often it is sent", async () => {
    const id = await running();
    const turns = [...kit.outcomes("r1", "treated", { good: 3, bad: 1 }), later()];
    expect(await takeTurns(kit.host, id, turns)).toEqual({ accepted: 5, duplicates: 0 });
    expect(await takeTurns(kit.host, id, turns)).toEqual({ accepted: 0, duplicates: 5 });
    expect((await kit.standing(id, "r1")).outcome.treated).toEqual({ success: 3, defect: 1 });
  });

  test("brings out of the shadow what users who say the target themselves fare better with", async () => {
    const id = await running("shadow");
    const say = (words: string, good: number, bad: number): UserTurn[] =>
      Array.from({ length: good + bad }, (_, k) => ({
        userId: `${words} ${k}`,
        ts: kit.clock.nowMs() + k,
        utterance: words,
        signals: { rating: k < good ? 1 : -1 },
      }));
    await takeTurns(kit.host, id, [...say("r1 wrong", 6, 24), ...say("r1 right", 26, 3), later()]);
    expect(await kit.standing(id, "r1")).toMatchObject({
      state: "shadow",
      outcome: { treated: { success: 26, defect: 3 }, holdOut: { success: 6, defect: 24 } },
    });
    await takeTurns(kit.host, id, [...say("r1 right", 30, 0), later(2)]);
    const promoted = await kit.standing(id, "r1");
    expect(promoted.state).toBe("live");
    expect(promoted.because).toMatch(/^in shadow 27 of 30 who said it themselves fared well/);
    // What was seen in shadow was no draw: the draw begins now.
    expect(promoted.outcome.treated).toEqual({ success: 0, defect: 0 });
    expect(await kit.standing(id, "r2")).toMatchObject({ state: "proposed" });
  });

  test("takes a lesson back whose rewrites together do harm, and says why", async () => {
    const id = await kit.project();
    await kit.bringIn(id, "l1", ["r1", "r2"]);
    await kit.bringIn(id, "l2", ["r1", "r2"]);
    kit.clock.advance(1_000);
    await kit.live(id, "r1");
    await kit.live(id, "r2");
    const turns = ["r1", "r2"].flatMap((rule) => [
      ...kit.outcomes(rule, "hold-out", { good: 90, bad: 10 }),
      ...kit.outcomes(rule, "treated", { good: 8, bad: 11 }),
    ]);
    // Of each too few to be blocked alone; both arms are looked at after every batch.
    const names = turns.map((turn) => ({ ...turn, id: `${turn.id}-${turn.rewrite?.ruleId}` }));
    await takeTurns(kit.host, id, [...names, later()]);
    const status = async () =>
      Object.fromEntries(
        (await listLessons(kit.host, id)).map((lesson) => [lesson.id, lesson.status]),
      );
    expect(await status()).toEqual({ [`${id}-l1`]: "in-force", [`${id}-l2`]: "retired" });
    const back = (await kit.host.store.events(id)).find(
      ({ body }) => body.kind === "rolled-back",
    )?.body;
    expect(back).toMatchObject({
      by: expect.stringMatching(
        /^guard: 22 of 38 rewritten requests ended badly, 20 of 200 held out/,
      ),
    });
    expect(await kit.standing(id, "r1")).toMatchObject({ state: "proposed" });
    expect(await kit.ask(id, "r1 wrong", "u")).toMatchObject({ ruleId: null });
  });

  test("without a lesson to go back to, everything but the pinned waits for a person again", async () => {
    const id = await kit.project();
    await kit.bringIn(id, "l1", ["r1", "r2", "r3"]);
    kit.clock.advance(1_000);
    for (const rule of ["r1", "r2", "r3"]) await kit.live(id, rule);
    await kit.change(id, "r2", { pinned: true });
    const bad = ["r1", "r2", "r3"].flatMap((rule) => [
      ...kit.outcomes(rule, "hold-out", { good: 90, bad: 10 }),
      ...kit.outcomes(rule, "treated", { good: 8, bad: 11 }),
    ]);
    const turns = bad.map((turn) => ({ ...turn, id: `${turn.id}-${turn.rewrite?.ruleId}` }));
    await takeTurns(kit.host, id, [...turns, later()]);
    for (const rule of ["r1", "r3"])
      expect(await kit.standing(id, rule)).toMatchObject({
        state: "proposed",
        because: expect.stringMatching(/^22 of 38 rewritten requests ended badly/),
      });
    expect(await kit.standing(id, "r2")).toMatchObject({ state: "live", pinned: true });
    // What a person pinned is theirs to answer for: it is not held against the others.
    const { length } = await kit.host.store.events(id);
    const more = kit.outcomes("r2", "treated", { good: 0, bad: 30, from: 500 });
    await takeTurns(kit.host, id, [...more, later(2)]);
    expect(await kit.host.store.events(id)).toHaveLength(length);
  });

  test("figures weigh each outcome by its propensity and come with intervals", async () => {
    const id = await running();
    const turns = [
      ...kit.outcomes("r1", "hold-out", { good: 10, bad: 10 }),
      ...kit.outcomes("r1", "treated", { good: 80, bad: 20 }),
    ];
    await takeTurns(kit.host, id, [...turns, later()]);
    const { defects, winLoss, turns: read } = await rewritePage(kit.host, id, { limit: 1 });
    expect(defects.treated).toMatchObject({ n: 100, interval: { method: "wilson-clustered" } });
    expect(defects.treated?.value).toBeCloseTo(0.2, 12);
    expect(defects.holdOut).toMatchObject({ value: 0.5, n: 20 });
    expect(defects.change?.value).toBeCloseTo(-0.3, 12);
    expect(defects.change?.interval?.high).toBeLessThan(0);
    // 80 × 10 pairs won, 20 × 10 lost.
    expect(winLoss).toMatchObject({ value: 4, interval: { method: "mantel-haenszel-log" } });
    expect(read).toBe(121);
    const detail = await rewriteDetail(kit.host, id, "r1");
    expect(detail.treated).toMatchObject({
      successes: 80,
      visits: 100,
      interval: { method: "wilson" },
    });
    expect(detail.guard.verdict).toBe("wait");
  });
});
