/** Corrections, and the lessons learned from them. */
import { describe, expect, test } from "vitest";
import type { ProjectId } from "#core/ids.ts";
import type { Measurement } from "#core/measurement.ts";
import {
  batches,
  caseRow,
  correction,
  correctionId,
  item,
  itemId,
  lesson,
  lessonId,
  undoOf,
} from "./samples.ts";
import { all, type Kit, problem } from "./suite-kit.ts";

export function correctionSuite(kit: Kit): void {
  describe("corrections", () => {
    test("answer a case, once per id, only against the version that was seen", async () => {
      const id = await kit.reviewed([caseRow("a")]);
      const first = correction("c1", "a", { reason: "nul \0, half \ud800, \\u0000 as text" });
      const kept = { ...first, reason: "nul \uFFFD, half \uFFFD, \\u0000 as text" };
      expect(await kit.store.correct(id, first, 0)).toMatchObject({ kind: "taken", version: 1 });
      expect(await kit.store.case(id, itemId("a"))).toMatchObject({
        state: "answered",
        version: 1,
      });
      expect(await kit.store.correct(id, first, 0)).toEqual({
        kind: "repeated",
        correction: kept,
        version: 1,
      });
      expect(await kit.store.correct(id, correction("c2", "a"), 0)).toEqual({
        kind: "stale",
        version: 1,
      });
      expect(await kit.store.correct(id, correction("c3", "x"), 0)).toEqual({
        kind: "no-such-case",
      });
      expect(await kit.store.correct(id, correction("c2", "a"), 1)).toMatchObject({ version: 2 });
      expect((await kit.store.corrections(id)).map((c) => c.id)).toEqual(["c1", "c2"]);
      expect(await kit.store.corrections(id, { itemId: itemId("x") })).toEqual([]);
      expect(await kit.store.counts(id)).toMatchObject({ open: 0, answered: 1 });
    });
    test("that come together are each decided on what came before", async () => {
      const id = await kit.reviewed([caseRow("a"), caseRow("b")]);
      const taken = await Promise.all([
        kit.store.correct(id, correction("c1", "a"), 0),
        kit.store.correct(id, correction("c2", "a"), 0),
        kit.store.correct(id, correction("c1", "a"), 0),
        kit.store.correct(id, correction("c3", "b"), 0),
        kit.store.correct(id, correction("c4", "a"), 1),
        kit.store.correct(id, correction("c5", "absent"), 0),
      ]);
      expect(taken.map(({ kind }) => kind)).toEqual([
        "taken",
        "stale",
        "repeated",
        "taken",
        "taken",
        "no-such-case",
      ]);
      expect((await kit.store.corrections(id)).map((c) => c.id)).toEqual(["c1", "c3", "c4"]);
    });
    test("one that cannot be stored does not take its neighbours with it", async () => {
      const id = await kit.reviewed([caseRow("a"), caseRow("b")]);
      const good = kit.store.correct(id, correction("c1", "a"), 0);
      const bad = kit.store.correct(id, correction("c\0", "b"), 0);
      expect((await problem(bad)).kind).toBe("bad-input");
      expect((await good).kind).toBe("taken");
    });
    test("an undo opens the case again, is itself idempotent, and can be undone", async () => {
      const id = await kit.reviewed([caseRow("a")]);
      const first = correction("c1", "a");
      await kit.store.correct(id, first, 0);
      const undo = undoOf("u1", first);
      expect(await kit.store.undo(id, first.id, undo)).toMatchObject({ kind: "taken", version: 2 });
      expect((await kit.store.case(id, itemId("a")))?.state).toBe("open");
      expect(await kit.store.undo(id, first.id, undo)).toMatchObject({
        kind: "repeated",
        version: 2,
      });
      expect(await kit.store.undo(id, first.id, undoOf("u2", first))).toEqual({
        kind: "stale",
        version: 2,
      });
      const absent = correction("absent", "a");
      expect(await kit.store.undo(id, absent.id, undoOf("u3", absent))).toEqual({
        kind: "no-such-case",
      });
      expect(await kit.store.corrections(id, { forLearning: true })).toEqual([]);
      await kit.store.undo(id, undo.id, undoOf("u4", undo));
      expect(await kit.store.case(id, itemId("a"))).toMatchObject({
        state: "answered",
        version: 3,
      });
      expect(await kit.store.corrections(id, { forLearning: true })).toEqual([first]);
      expect(await kit.store.corrections(id)).toHaveLength(3);
    });
    test("undoing a second answer brings the first one back", async () => {
      const id = await kit.reviewed([caseRow("a")]);
      const [first, second] = [correction("c1", "a"), correction("c2", "a", { after: "ham" })];
      await kit.store.correct(id, first, 0);
      await kit.store.correct(id, second, 1);
      await kit.store.undo(id, second.id, undoOf("u1", second));
      expect((await kit.store.case(id, itemId("a")))?.state).toBe("answered");
      const [answer] = await all(kit.store.answers(id));
      expect(answer?.correction).toEqual(first);
    });
    test("answers stream each item with what stands on it", async () => {
      const id = await kit.reviewed([caseRow("a"), caseRow("b")]);
      await kit.store.importItems(id, batches([item("c")]), { format: "jsonl" });
      await kit.store.correct(id, correction("c1", "b"), 0);
      const rows = await all(kit.store.answers(id));
      expect(rows.map((row) => [row.item, row.correction?.id ?? null, row.case?.state])).toEqual([
        [item("a"), null, "open"],
        [item("b"), "c1", "answered"],
        [item("c"), null, undefined],
      ]);
    });
  });

  describe("lessons", () => {
    const measured = (value: number): Measurement[] => [
      { metric: "error", value, interval: null, n: 100 },
    ];
    const statuses = async (id: ProjectId) =>
      Object.fromEntries((await kit.store.lessons(id)).map((row) => [row.lesson.id, row.status]));

    test("are numbered as they come, measured, promoted, held back and rolled back", async () => {
      const id = await kit.project();
      const name = (k: number) => `${id}-l${k}`;
      expect(await kit.store.lessonInForce(id)).toBeUndefined();
      for (const k of [1, 2, 3]) await kit.store.putLesson(id, lesson(name(k)), measured(k / 10));
      await kit.store.promote(id, lessonId(name(1)), "first");
      await kit.store.promote(id, lessonId(name(2)), "p = 0.01");
      await kit.store.holdBack(id, lessonId(name(3)), "p = 0.4");
      expect(await kit.store.lesson(lessonId(name(2)))).toEqual({
        lesson: lesson(name(2)),
        version: 2,
        status: "in-force",
        measurements: measured(0.2),
        gate: "p = 0.01",
      });
      expect(await statuses(id)).toEqual({
        [name(1)]: "retired",
        [name(2)]: "in-force",
        [name(3)]: "held-back",
      });
      await kit.store.rollBack(id, lessonId(name(1)), "ann");
      expect((await kit.store.lessonInForce(id))?.lesson.id).toBe(name(1));
      expect((await statuses(id))[name(2)]).toBe("retired");
      const back = await problem(kit.store.rollBack(id, lessonId(name(1)), "ann"));
      expect(back.kind).toBe("conflict");
      const unknown = await problem(kit.store.promote(id, lessonId("unknown"), "?"));
      expect(unknown.kind).toBe("not-found");
    });
    test("put again, a lesson is measured again and stays what it was", async () => {
      const id = await kit.project();
      const name = `${id}-l`;
      await kit.store.putLesson(id, lesson(name), measured(0.2));
      await kit.store.putLesson(id, lesson(name, { summary: "other" }), measured(0.1));
      expect(await kit.store.lesson(lessonId(name))).toMatchObject({
        version: 1,
        lesson: { summary: `lesson ${name}` },
        measurements: measured(0.1),
      });
    });
    test("revoking a correction makes what descends from it stale, and keeps it from learning", async () => {
      const id = await kit.reviewed([caseRow("a"), caseRow("b")]);
      await kit.store.correct(id, correction("c1", "a"), 0);
      await kit.store.correct(id, correction("c2", "b"), 0);
      const name = (k: number) => lessonId(`${id}-l${k}`);
      await kit.store.putLesson(id, lesson(name(1), { learnedFrom: [correctionId("c1")] }), []);
      await kit.store.putLesson(id, lesson(name(2), { parent: name(1) }), []);
      await kit.store.putLesson(id, lesson(name(3), { learnedFrom: [correctionId("c2")] }), []);
      await kit.store.promote(id, name(2), "gate");
      expect(await kit.store.revoke(id, correctionId("c1"), "ann")).toEqual([name(1), name(2)]);
      expect(await kit.store.revoke(id, correctionId("c1"), "ann")).toEqual([name(1), name(2)]);
      expect(await statuses(id)).toEqual({
        [name(1)]: "stale",
        [name(2)]: "stale",
        [name(3)]: "candidate",
      });
      // It is still what runs, until another takes its place.
      expect((await kit.store.lessonInForce(id))?.lesson.id).toBe(name(2));
      const learning = await kit.store.corrections(id, { forLearning: true });
      expect(learning.map((c) => c.id)).toEqual(["c2"]);
      expect((await problem(kit.store.promote(id, name(1), "again"))).kind).toBe("conflict");
      await kit.store.promote(id, name(3), "gate");
      expect((await statuses(id))[name(2)]).toBe("stale");
      const unknown = await problem(kit.store.revoke(id, correctionId("c9"), "ann"));
      expect(unknown.kind).toBe("not-found");
    });
  });
}
