/** What users said, and the rewrites it taught. */
import { describe, expect, test } from "vitest";
import type { ProjectId } from "#core/ids.ts";
import type { RewriteState, TurnRecord } from "#core/rewrite.ts";
import { drawnTurn, lessonId, rewriteLesson, rewriteRule } from "./samples.ts";
import { all, type Kit, problem } from "./suite-kit.ts";

/** Ends every session that is open before it. */
const LATER: TurnRecord = { userId: "zoe", ts: 1e9, utterance: "what is the weather" };

export function rewriteSuite(kit: Kit): void {
  const say = (
    id: ProjectId,
    ruleId: string,
    state: RewriteState,
    more: Partial<{ pinned: boolean; toText: string | null; cannotLink: boolean }> = {},
  ) =>
    kit.store.append(id, {
      kind: "rewrite-set",
      ruleId,
      state,
      pinned: false,
      toText: null,
      cannotLink: false,
      by: "ann",
      because: `${state} by ann`,
      ...more,
    });
  async function bringIn(id: ProjectId, name: string, ruleIds: readonly string[], last = 0) {
    const rules = ruleIds.map((ruleId) => rewriteRule(ruleId));
    await kit.store.putLesson(id, rewriteLesson(`${id}-${name}`, rules, { last }), []);
    await kit.store.promote(id, lessonId(`${id}-${name}`), "mined");
  }
  const states = async (id: ProjectId) =>
    Object.fromEntries((await kit.store.rewriteHeads(id)).map((head) => [head.id, head.state]));

  describe("turns", () => {
    test("come back in the order they came, a batch at a time, once per id", async () => {
      const id = await kit.project();
      const turns = Array.from(
        { length: 2_500 },
        (_, k): TurnRecord => ({
          id: `t${k}`,
          userId: "ann",
          ts: 5_000 - k,
          utterance: `say ${k}`,
        }),
      );
      expect(await kit.store.appendTurns(id, turns)).toEqual({ accepted: 2_500, duplicates: 0 });
      const again = [...turns.slice(0, 3), { ...turns[0], id: "new", ts: 1 } as TurnRecord];
      expect(await kit.store.appendTurns(id, again)).toEqual({ accepted: 1, duplicates: 3 });
      const batches: number[] = [];
      for await (const batch of kit.store.turns(id, { batch: 1_000 })) batches.push(batch.length);
      expect(batches).toEqual([1_000, 1_000, 501]);
      const rows = await all(kit.store.turns(id));
      expect(rows.map(({ record }) => record)).toEqual([...turns, again[3]]);
      expect(rows.map(({ seq }) => seq)).toEqual(
        rows.map(({ seq }) => seq).toSorted((a, b) => a - b),
      );
      const rest = await all(kit.store.turns(id, { afterSeq: rows.at(-2)?.seq ?? 0 }));
      expect(rest).toEqual(rows.slice(-1));
      expect(await kit.store.appendTurns(id, [])).toEqual({ accepted: 0, duplicates: 0 });
    });
    test("without an id are known by what they say", async () => {
      const id = await kit.project();
      const turn: TurnRecord = { userId: "ann", ts: 1, utterance: "hello" };
      const late: TurnRecord = { turnId: "x", ts: 1, signals: { rating: 1 } };
      const all4 = [turn, { ...turn }, { ...turn, ts: 2 }, late, { ...late }];
      expect(await kit.store.appendTurns(id, all4)).toEqual({ accepted: 3, duplicates: 2 });
      expect(await kit.store.appendTurns(id, all4)).toEqual({ accepted: 0, duplicates: 5 });
    });
    test("of one project are none of another's", async () => {
      const [one, other] = [await kit.project(), await kit.project()];
      await kit.store.appendTurns(one, [LATER]);
      expect(await all(kit.store.turns(other))).toEqual([]);
      expect(await kit.store.appendTurns(other, [LATER])).toMatchObject({ accepted: 1 });
    });
    test("keep any text but what no database can hold", async () => {
      const id = await kit.project();
      const utterance = "nul \0, half \ud800, tab\t, \\N, 😀, <b>";
      await kit.store.appendTurns(id, [{ userId: "a", ts: 0, utterance }]);
      const [row] = await all(kit.store.turns(id));
      expect(row?.record).toMatchObject({
        utterance: "nul \uFFFD, half \uFFFD, tab\t, \\N, 😀, <b>",
      });
      const bad = kit.store.appendTurns(id, [{ id: "a\0", userId: "a", ts: 0, utterance: "x" }]);
      expect((await problem(bad)).kind).toBe("bad-input");
    });
  });

  describe("rewrites", () => {
    test("come in force with their lesson, proposed, and take what is said of them", async () => {
      const id = await kit.project();
      expect(await kit.store.rewriteHeads(id)).toEqual([]);
      await bringIn(id, "l1", ["r1", "r2"]);
      expect(await states(id)).toEqual({ r1: "proposed", r2: "proposed" });
      await say(id, "r1", "live", { pinned: true, toText: "better" });
      const [row] = await kit.store.rewriteRows(id, ["r1"]);
      expect(row).toEqual({
        rule: rewriteRule("r1"),
        state: "live",
        pinned: true,
        toText: "better",
        because: "live by ann",
        treated: { success: 0, defect: 0 },
        holdOut: { success: 0, defect: 0 },
      });
      const [head] = await kit.store.rewriteHeads(id, ["r1"]);
      expect(head).toMatchObject({ toText: "better", fromSuccess: 0.2, toSuccess: 0.9, gain: 35 });
      const rows = await kit.store.rewriteRows(id, ["r2", "none", "r1"]);
      expect(rows.map(({ rule }) => rule.id)).toEqual(["r2", "r1"]);
    });
    test("mined again stand as they stood; what was only proposed and is not mined again goes", async () => {
      const id = await kit.project();
      await bringIn(id, "l1", ["r1", "r2", "r3"]);
      await say(id, "r1", "live");
      await say(id, "r2", "blocked");
      await bringIn(id, "l2", ["r1", "r4"]);
      expect(await states(id)).toEqual({ r1: "live", r4: "proposed" });
      // Blocked once, it stays so when it is mined again.
      await bringIn(id, "l3", ["r2", "r3"]);
      expect(await states(id)).toEqual({ r2: "blocked", r3: "proposed" });
    });
    test("rolled back stand as they stood under the earlier lesson, but for what was blocked or pinned since", async () => {
      const id = await kit.project();
      await bringIn(id, "l1", ["r1", "r2", "r3", "r4"]);
      await say(id, "r1", "live");
      await say(id, "r2", "shadow");
      await bringIn(id, "l2", ["r1", "r2", "r3", "r4", "r5"]);
      await say(id, "r1", "blocked");
      await say(id, "r2", "live");
      await say(id, "r3", "live", { pinned: true });
      await say(id, "r4", "live");
      await say(id, "r5", "live");
      await kit.store.rollBack(id, lessonId(`${id}-l1`), "guard: it did harm");
      expect(await states(id)).toEqual({
        r1: "blocked",
        r2: "shadow",
        r3: "live",
        r4: "proposed",
      });
      // What was live under the lesson that went must be approved again.
      await bringIn(id, "l3", ["r4", "r5"]);
      expect(await states(id)).toEqual({ r4: "proposed", r5: "proposed" });
    });
    test("a lesson of another kind leaves them alone", async () => {
      const id = await kit.project();
      await bringIn(id, "l1", ["r1"]);
      const other = rewriteLesson(`${id}-other`, [], { kind: "harmoniser" });
      await kit.store.putLesson(id, other, []);
      expect(await states(id)).toEqual({ r1: "proposed" });
    });
    test("said not to mean the same are told apart until they are taken up again", async () => {
      const id = await kit.project();
      await bringIn(id, "l1", ["r1", "r2"]);
      await say(id, "r1", "blocked", { cannotLink: true });
      await say(id, "r2", "blocked");
      const apart = async () => (await kit.store.cannotLinks(id)).map((rule) => rule.id);
      expect(await apart()).toEqual(["r1"]);
      await say(id, "r1", "blocked", { pinned: true });
      expect(await apart()).toEqual(["r1"]);
      await say(id, "r1", "proposed");
      expect(await apart()).toEqual([]);
    });
    test("when the lesson in force came is known", async () => {
      const id = await kit.project();
      expect(await kit.store.inForceSinceMs(id)).toBeNull();
      kit.db.clock.advance(5_000);
      await bringIn(id, "l1", ["r1"]);
      expect(await kit.store.inForceSinceMs(id)).toBe(kit.db.clock.nowMs());
    });
    test("their outcomes are counted from turns, and counted anew by a rebuild", async () => {
      const id = await kit.project();
      const bad = { signals: { rating: -1 } };
      await kit.store.appendTurns(id, [
        drawnTurn("ann", 0, ["r1", "treated"]),
        drawnTurn("bob", 0, ["r1", "hold-out"], bad),
        drawnTurn("cy", 0, ["gone", "treated"]),
        LATER,
      ]);
      await bringIn(id, "l1", ["r1", "r2"]);
      await kit.store.putOutcomes(
        id,
        new Map([
          ["r1", { treated: { success: 7, defect: 7 }, holdOut: { success: 7, defect: 7 } }],
        ]),
      );
      await say(id, "r2", "live");
      await kit.store.rebuild(id);
      expect(await kit.store.rewriteRows(id, ["r1", "r2"])).toMatchObject([
        {
          state: "proposed",
          treated: { success: 1, defect: 0 },
          holdOut: { success: 0, defect: 1 },
        },
        { state: "live", treated: { success: 0, defect: 0 }, holdOut: { success: 0, defect: 0 } },
      ]);
    });
  });
}
