/** What every store does with prompts, replies, comparisons of them, and training runs. */
import { describe, expect, test } from "vitest";
import type { ComparisonOutput } from "#core/comparison.ts";
import { TrainingOptions, type TrainingRun } from "#core/comparison-views.ts";
import type { Correction } from "#core/correction.ts";
import { ActorId, CorrectionId, type ProjectId } from "#core/ids.ts";
import { rngOf } from "#core/rng.ts";
import type { Compared, Question } from "./comparison-store.ts";
import { itemId } from "./samples.ts";
import { all, type Kit, problem } from "./suite-kit.ts";

const prompt = (id: string, heldOut = false) => ({
  id: itemId(id),
  prompt: [{ role: "user" as const, content: `question ${id} \u0000 \ud800` }],
  heldOut,
});
const reply = (id: string) => ({ id, text: `reply ${id}`, source: "m" });
const how = { format: "jsonl", rejected: 0 };

const compared = (id: string, questionId = "p|a|b", by = "ann"): Compared => ({
  questionId,
  shown: ["b", "a"],
  correction: {
    id: CorrectionId.parse(id),
    itemId: itemId("p"),
    proposalId: null,
    decision: "compared",
    before: null,
    after: { kind: "pair", first: "a", second: "b", verdict: "first", reasons: [] },
    operations: [],
    by: { id: ActorId.parse(by), kind: "person" },
    effort: { ms: 1, gestures: 1, edit: 1 },
    risk: null,
    propensity: 0.5,
    audit: false,
    suggestionShown: false,
    atMs: 1,
  },
});
const undoOf = (made: Compared, id = `${made.correction.id}/undo`): Compared => ({
  ...made,
  correction: {
    ...made.correction,
    id: CorrectionId.parse(id),
    decision: "undone",
    before: made.correction.after,
    after: null,
    undoes: made.correction.id,
  } satisfies Correction<ComparisonOutput>,
});
const question = (id: string): Question => ({
  id,
  itemId: itemId("p"),
  shown: ["b", "a"],
  why: "explore",
  propensity: 0.5,
  dissent: null,
  lessonId: null,
});

export function comparisonSuite(kit: Kit): void {
  const undo = (id: ProjectId, made: Compared) =>
    kit.store.undoComparison(id, made.correction.id, undoOf(made));

  describe("comparisons", () => {
    test("prompts and replies are kept once, in the order they came, and more replies may follow", async () => {
      const id = await kit.project();
      const rows = [
        { prompt: prompt("p"), replies: [reply("a"), reply("b"), reply("a")] },
        { prompt: prompt("h", true), replies: [reply("a")] },
      ];
      expect(await kit.store.addCandidates(id, rows, how)).toEqual({
        prompts: 2,
        replies: 3,
        duplicates: 1,
      });
      expect(await kit.store.addCandidates(id, rows, how)).toMatchObject({ duplicates: 4 });
      await kit.store.addCandidates(id, [{ prompt: prompt("p"), replies: [reply("c")] }], how);
      const prompts = await all(kit.store.prompts(id, 0));
      expect(prompts.map((row) => [row.id, row.heldOut])).toEqual([
        ["p", false],
        ["h", true],
      ]);
      expect(prompts[0]?.prompt[0]?.content).toBe("question p \ufffd \ufffd");
      const replies = await all(kit.store.replies(id, 0));
      expect(replies.map(({ promptId, reply: { id: r } }) => [promptId, r].join())).toEqual([
        "p,a",
        "p,b",
        "h,a",
        "p,c",
      ]);
      expect(await all(kit.store.replies(id, replies[2]?.seq ?? 0))).toHaveLength(1);
      const events = await kit.store.events(id);
      expect(events.filter(({ body }) => body.kind === "imported")).toHaveLength(2);
      const nul = { prompt: prompt("q"), replies: [reply("\0")] };
      expect((await problem(kit.store.addCandidates(id, [nul], how))).kind).toBe("bad-input");
    });

    test("one opinion of a person stands at a time; the same id is the same comparison", async () => {
      const id = await kit.project();
      const first = compared("c1");
      const [taken, again, other, bob] = await kit.store.compare(id, [
        first,
        first,
        compared("c2"),
        compared("c3", "p|a|b", "bob"),
      ]);
      expect(taken).toEqual({ kind: "taken", correction: first.correction });
      expect(again).toEqual({ kind: "repeated", correction: first.correction });
      expect(other).toEqual({ kind: "already" });
      expect(bob).toMatchObject({ kind: "taken" });
      expect(await undo(id, first)).toMatchObject({ decision: "undone", undoes: "c1" });
      expect(await undo(id, first)).toMatchObject({ id: "c1/undo" });
      expect(
        await kit.store.undoComparison(id, first.correction.id, undoOf(first, "x")),
      ).toBeNull();
      expect(await kit.store.compare(id, [compared("c4")])).toMatchObject([{ kind: "taken" }]);
      expect(await kit.store.compare(id, [first])).toMatchObject([{ kind: "repeated" }]);
    });

    test("two at the same time: one is taken", async () => {
      const id = await kit.project();
      const kinds = await Promise.all(
        ["a", "b", "c"].map((name) => kit.store.compare(id, [compared(name)])),
      );
      expect(
        kinds
          .flat()
          .map(({ kind }) => kind)
          .sort(),
      ).toEqual(["already", "already", "taken"]);
    });

    test("what is passed over is passed over once, and is no longer with the person", async () => {
      const id = await kit.project();
      const what = { questionId: "p|a|b", itemId: itemId("p"), by: "ann" };
      await kit.store.putQuestions(id, {
        reviewer: "ann",
        questions: [question("p|a|b"), question("p|a|c")],
        untilMs: kit.db.clock.nowMs() + 10,
      });
      expect(await kit.store.passOver(id, what)).toBe(true);
      expect(await kit.store.passOver(id, what)).toBe(false);
      expect(await kit.store.compare(id, [compared("c1")])).toEqual([{ kind: "already" }]);
      // Kept, in case it is taken back.
      expect(await kit.store.question(id, "ann", "p|a|b")).toEqual(question("p|a|b"));
      expect(await kit.store.questionsOut(id, kit.db.clock.nowMs())).toEqual([
        { reviewer: "ann", question: question("p|a|c") },
      ]);
      expect(await kit.store.questionsOut(id, kit.db.clock.nowMs() + 10)).toEqual([]);
      await kit.store.compare(id, [compared("c2", "p|a|c")]);
      expect(await kit.store.questionsOut(id, kit.db.clock.nowMs())).toEqual([]);
    });

    test("a skip is taken back once, and then the question can be answered", async () => {
      const id = await kit.project();
      const what = { questionId: "p|a|b", itemId: itemId("p"), by: "ann" };
      const back = { ...what, undone: true } as const;
      expect(await kit.store.passOver(id, back)).toBe(false);
      expect(await kit.store.passOver(id, what)).toBe(true);
      expect(await kit.store.passOver(id, { ...back, by: "bob" })).toBe(false);
      expect(await kit.store.passOver(id, back)).toBe(true);
      expect(await kit.store.passOver(id, back)).toBe(false);
      expect(await kit.store.compare(id, [compared("c1")])).toMatchObject([{ kind: "taken" }]);
      // What stands is a comparison: it is taken back as one.
      expect(await kit.store.passOver(id, back)).toBe(false);
    });

    test("after any history, the log folded anew refuses and takes the same", async () => {
      const id = await kit.project();
      const rng = rngOf(20_261_126);
      const made: Compared[] = [];
      for (let k = 0; k < 60; k++) {
        const own = rng.split(k);
        const name = `p|${own.int(4)}`;
        const by = own.pick(["ann", "bob"]);
        const last = made.at(own.int(Math.max(1, made.length)));
        if (own.uniform() < 0.3 && last !== undefined) await undo(id, last);
        else if (own.uniform() < 0.2)
          await kit.store.passOver(id, {
            ...{ questionId: name, itemId: itemId("p"), by },
            ...(own.uniform() < 0.5 ? { undone: true } : {}),
          });
        else {
          const next = compared(`c${k}`, name, by);
          const [taken] = await kit.store.compare(id, [next]);
          if (taken?.kind === "taken") made.push(next);
        }
      }
      const rows = async () =>
        kit.store.sql.query(
          `select c.seq, correction_id, question_id, reviewer, stands from comparisons c
           join projects p on p.no = c.project_no where p.id = $1 order by c.seq`,
          [id],
        );
      const before = await rows();
      expect(before.length).toBeGreaterThan(10);
      await kit.store.rebuild(id);
      expect(await rows()).toEqual(before);
      await expect(
        kit.store.append(id, { kind: "compared", ...compared("z"), shown: null } as never),
      ).rejects.toThrow("logged by");
    });

    test("a revoked comparison marks the lessons that learned from it", async () => {
      const id = await kit.project();
      const first = compared("c1");
      await kit.store.compare(id, [first]);
      expect(await kit.store.revoke(id, first.correction.id, "ann")).toEqual([]);
      await kit.store.rebuild(id);
      expect(await kit.store.revoke(id, first.correction.id, "ann")).toEqual([]);
    });

    test("training runs are kept as last written, the latest first", async () => {
      const id = await kit.project();
      const run = (name: string, createdAtMs: number): TrainingRun => ({
        id: name,
        name,
        method: "dpo",
        start: "base",
        options: TrainingOptions.parse({}),
        rewardLessonId: null,
        state: "queued",
        step: 0,
        points: [],
        checkpoints: [],
        lessonId: null,
        note: null,
        jobId: null,
        createdAtMs,
      });
      await kit.store.putTrainingRun(id, run("one", 1));
      await kit.store.putTrainingRun(id, run("two", 2));
      await kit.store.putTrainingRun(id, { ...run("one", 1), state: "paused", step: 5 });
      expect(await kit.store.trainingRuns(id)).toMatchObject([
        { id: "two" },
        { id: "one", state: "paused", step: 5 },
      ]);
      expect(await kit.store.trainingRun(id, "three")).toBeUndefined();
    });
  });
}
