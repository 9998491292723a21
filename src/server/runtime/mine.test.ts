import { beforeAll, describe, expect, test } from "vitest";
import { LessonId, type ProjectId } from "#core/ids.ts";
import type { UserTurn } from "#core/rewrite.ts";
import { rngOf } from "#core/rng.ts";
import { ended } from "#server/testing.ts";
import { rewriteLesson, rewriteRule } from "#store/samples.ts";
import { ASSISTANT, makeAssistant } from "#worlds/users/assistant.ts";
import { simulateSessions } from "#worlds/users/sessions.ts";
import { listLessons, rollBack } from "./lessons.ts";
import { askToMine, type MineResult, mineJob } from "./mine.ts";
import { ANN, rewriteKit, START_MS } from "./rewrites.fixture.ts";
import { notTheSame, rewriteDetail, rewritePage } from "./rewrites.ts";
import { takeTurns } from "./turns.ts";

const kit = rewriteKit();

describe("mining", () => {
  const assistant = makeAssistant(rngOf("runtime"), { ...ASSISTANT, intents: 20 });
  const sessions = (what: string, startMs: number) =>
    simulateSessions(
      assistant,
      { sessions: 2_500, users: 400, startMs, everyMs: 200_000 },
      rngOf("runtime").split(what),
    ).turns;
  let id: ProjectId;
  let first: MineResult;

  const mine = async (): Promise<MineResult> => {
    const job = await ended(kit.host, await askToMine(kit.host, id));
    expect([job.state, job.error]).toEqual(["done", null]);
    return job.result as MineResult;
  };
  const all = async () => (await rewritePage(kit.host, id, { limit: 500 })).rewrites;

  beforeAll(async () => {
    id = await kit.project({ minSupport: 5 });
    await takeTurns(kit.host, id, sessions("first", START_MS));
    first = await mine();
  });

  test("makes a lesson in force whose rewrites wait for a person, with its lineage", async () => {
    expect(first.fresh).toBeGreaterThan(10);
    expect(first.rewrites).toBe(first.fresh);
    const rewrites = await all();
    expect(rewrites).toHaveLength(first.fresh);
    expect(new Set(rewrites.map(({ state }) => state))).toEqual(new Set(["proposed"]));
    for (const { from, to } of rewrites)
      expect(to.interval.low).toBeGreaterThan(from.interval.high);
    const [lesson] = await listLessons(kit.host, id);
    expect(lesson).toMatchObject({
      kind: "rewrites",
      status: "in-force",
      parent: null,
      options: { minSupport: 5, turns: { first: expect.any(Number), count: first.turns } },
    });
    expect(first.turns).toBeGreaterThan(2_500);
    const [one] = rewrites;
    const detail = await rewriteDetail(kit.host, id, one?.id ?? "");
    expect(detail.graph.edges.length).toBeGreaterThan(0);
    expect(detail.graph.absorption.failure).toBeGreaterThan(0);
    expect(detail.sessions[0]?.length).toBeGreaterThan(1);
    expect(kit.heard).toContainEqual({ kind: "rewrites-changed", projectId: id });
  });

  test("anew keeps what was said: live, blocked, pinned, another target, not the same", async () => {
    const [a, b, c, d, e] = await all();
    if (!a || !b || !c || !d || !e) throw new Error("five rewrites are there");
    await kit.live(id, a.id);
    await kit.change(id, b.id, { state: "blocked", because: "no" });
    await kit.change(id, c.id, { state: "shadow", pinned: true });
    await kit.change(id, d.id, { state: "live", toText: "something better" });
    await notTheSame(kit.host, id, e.id, ANN);
    const second = await mine();
    expect(second.lessonId).not.toBe(first.lessonId);
    const after = new Map((await all()).map((rewrite) => [rewrite.id, rewrite]));
    expect(after.get(a.id)).toMatchObject({ state: "live" });
    expect(after.get(b.id)).toMatchObject({ state: "blocked", because: "no" });
    expect(after.get(c.id)).toMatchObject({ state: "shadow", pinned: true });
    expect(after.get(d.id)).toMatchObject({ toText: "something better", edited: true });
    // Kept among the blocked, though its edge was left out and it was not mined.
    expect(after.get(e.id)).toMatchObject({ state: "blocked" });
    expect(second.carried).toBeGreaterThanOrEqual(1);
    const [lesson] = await listLessons(kit.host, id);
    expect(lesson?.options.cannotLink).toEqual([
      { locale: e.locale, fromKey: e.fromKey, toKey: e.toKey },
    ]);
    const detail = await rewriteDetail(kit.host, id, e.id);
    expect(detail.graph.edges.length).toBeGreaterThan(0);
    expect(lesson?.parent).toBe(first.lessonId);
  });

  test("a roll back brings the earlier rewrites back as they stood", async () => {
    const [, earlier] = await listLessons(kit.host, id);
    const before = await all();
    const applied = before.find(({ state, pinned }) => state === "live" && !pinned);
    await rollBack(kit.host, id, earlier?.id ?? LessonId.parse("none"), ANN);
    const rewrites = await all();
    expect(rewrites).toHaveLength(first.rewrites);
    // Approved while the earlier lesson was in force, so it stands.
    expect(rewrites.find((rewrite) => rewrite.id === applied?.id)?.state).toBe("live");
  });

  test("of turns a rewrite was applied to does not take them for the request itself", async () => {
    const [a] = (await all()).filter(({ state }) => state === "live");
    if (a === undefined) throw new Error("one is live");
    const fromKey = (rewrites: (typeof a)[]) => rewrites.find((one) => one.id === a.id)?.from;
    const before = fromKey(await all());
    // All of them went well: taken for the request, it would seem to need no rewrite.
    const treated = Array.from(
      { length: 300 },
      (_, k): UserTurn => ({
        id: `treated-${k}`,
        userId: `t${k}`,
        ts: START_MS + 7 * 86_400_000 + k,
        utterance: a.toText,
        rewrite: { ruleId: a.id, original: a.fromText, arm: "treated", propensity: 0.9 },
      }),
    );
    await takeTurns(kit.host, id, treated);
    await mine();
    const after = (await all()).find((one) => one.id === a.id);
    expect(after?.state).toBe("live");
    expect(after?.from.value).toBeLessThan((before?.value ?? 0) + 0.05);
  });

  test("resumed after its lesson was stored, brings that one in force", async () => {
    const lesson = rewriteLesson(`${id}-crashed`, [rewriteRule("r1")], {
      body: { rules: [rewriteRule("r1")], result: { lessonId: `${id}-crashed`, rewrites: 1 } },
    });
    await kit.host.store.putLesson(id, lesson, []);
    const run = {
      id: "again",
      data: { projectId: id },
      signal: new AbortController().signal,
      checkpoint: { lessonId: lesson.id },
      progress: () => {},
      saveCheckpoint: async () => {},
    };
    expect(await mineJob(kit.host, run)).toMatchObject({ lessonId: lesson.id });
    expect((await kit.host.store.lessonInForce(id))?.lesson.id).toBe(lesson.id);
  });

  test("is stopped when asked to, and of nothing says so", async () => {
    const stop = new AbortController();
    stop.abort();
    const run = {
      id: "stopped",
      data: { projectId: id },
      signal: stop.signal,
      checkpoint: undefined,
      progress: () => {},
      saveCheckpoint: async () => {},
    };
    const inForce = (await kit.host.store.lessonInForce(id))?.lesson.id;
    await expect(mineJob(kit.host, run)).rejects.toThrow();
    expect((await kit.host.store.lessonInForce(id))?.lesson.id).toBe(inForce);
    const empty = await kit.project();
    const nothing = { ...run, signal: new AbortController().signal, data: { projectId: empty } };
    expect(await mineJob(kit.host, nothing)).toMatchObject({
      lessonId: null,
      summary: "No rewrite is borne out by 0 turns so far.",
    });
  });
});
