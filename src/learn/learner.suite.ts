import { describe, expect, test } from "vitest";
import { manualClock } from "#core/clock.ts";
import type { Ctx, Learner } from "#core/contracts.ts";
import { type Correction, standing } from "#core/correction.ts";
import { Lesson } from "#core/lesson.ts";
import { rngOf } from "#core/rng.ts";

export interface LearnerCase<O> {
  readonly name: string;
  /** A fresh learner. */
  make(): Learner<O>;
  /** One it can learn from, with an undone correction in it. */
  readonly history: readonly Correction<O>[];
}

const ctxOf = (seed: number): Ctx => ({
  rng: rngOf(seed),
  clock: manualClock(1_000),
  signal: new AbortController().signal,
  progress: () => undefined,
});

/** What everything that learns keeps to. */
export function learnerSuite<O>({ name, make, history }: LearnerCase<O>): void {
  const learn = (seed = 1, previous?: Lesson) => make().learn(history, previous, ctxOf(seed));

  describe(`learner ${name}`, () => {
    test("gives a whole lesson that survives storage", async () => {
      const lesson = await learn();
      const stored = Lesson.parse(JSON.parse(JSON.stringify(lesson)));
      expect(stored).toEqual(lesson);
      expect(lesson.summary).not.toBe("");
    });

    test("the same seed gives the same bytes", async () => {
      expect(JSON.stringify(await learn(3))).toBe(JSON.stringify(await learn(3)));
    });

    test("its lineage is complete: what stands, nothing taken back, nothing unknown", async () => {
      const known = new Set(history.map(({ id }) => id));
      const stands = new Set(standing(history).map(({ id }) => id));
      expect(stands.size).toBeLessThan(history.length);
      const { learnedFrom } = await learn();
      expect(new Set(learnedFrom).size).toBe(learnedFrom.length);
      for (const id of learnedFrom) expect(known).toContain(id);
      for (const id of learnedFrom) expect(stands).toContain(id);
      const answered = standing(history).filter(({ after }) => after !== null);
      const items = (ids: readonly string[]) =>
        new Set(history.filter(({ id }) => ids.includes(id)).map(({ itemId }) => itemId));
      expect(items(learnedFrom)).toEqual(new Set(answered.map(({ itemId }) => itemId)));
    });

    test("it names the lesson it started from, and is another one", async () => {
      const first = await learn();
      expect(first.parent).toBeNull();
      const second = await learn(1, first);
      expect(second.parent).toBe(first.id);
      expect(second.id).not.toBe(first.id);
    });

    test("history and previous lesson are not changed", async () => {
      const first = await learn();
      const copies = JSON.stringify([history, first]);
      await learn(2, first);
      expect(JSON.stringify([history, first])).toBe(copies);
    });

    test("from no corrections it learns a lesson without lineage", async () => {
      const lesson = await make().learn([], undefined, ctxOf(1));
      expect(Lesson.parse(lesson).learnedFrom).toEqual([]);
    });
  });
}
