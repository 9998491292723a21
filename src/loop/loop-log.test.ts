import fc from "fast-check";
import { expect, test } from "vitest";
import { type Correction, standing } from "#core/correction.ts";
import { ActorId, CorrectionId, ItemId } from "#core/ids.ts";
import { rngOf } from "#core/rng.ts";
import { Intake, type LoopEvent, replay, turnOf } from "./loop-log.ts";
import { standingAnswer } from "./turn.ts";

const correction = (n: number, item: number, undoes?: number): Correction<string> => ({
  id: CorrectionId.parse(`c${n}`),
  itemId: ItemId.parse(`m${item}`),
  proposalId: null,
  decision: undoes === undefined ? "edited" : "undone",
  before: null,
  after: "spam",
  operations: [],
  by: { id: ActorId.parse("ada"), kind: "person" },
  effort: { ms: 1, gestures: 1, edit: 1 },
  risk: null,
  propensity: 1,
  audit: false,
  suggestionShown: true,
  atMs: n,
  ...(undoes === undefined ? {} : { undoes: CorrectionId.parse(`c${undoes}`) }),
});

/**
 * What reviewers did: each step answers a new item, or takes back the last record of an earlier
 * one.
 */
const histories = fc.array(fc.option(fc.nat(20), { nil: null }), { maxLength: 25 }).map((steps) => {
  const records: Correction<string>[] = [];
  const latest: number[] = [];
  for (const step of steps) {
    const n = records.length;
    const item = step === null || latest.length === 0 ? latest.length : step % latest.length;
    records.push(correction(n, item, latest[item]));
    latest[item] = n;
  }
  return records;
});

test("whatever the order and the repeats, all arrive once and stand as they were meant", () => {
  fc.assert(
    fc.property(histories, fc.integer(), (made, seed) => {
      const intake = new Intake<string>();
      const events: LoopEvent<string>[] = [];
      const deliveries = rngOf(seed).shuffle([...made, ...made]);
      for (const delivery of deliveries)
        for (const each of intake.take(delivery))
          events.push(
            { on: "item", itemId: each.itemId, event: { kind: "corrected", correction: each } },
            { on: "lessons", event: intake.meaning(each) },
          );
      const state = replay(events, 1_000);
      const arrived = [...state.turns.values()].flatMap(({ history }) => history);
      expect(arrived.map(({ id }) => id).sort()).toEqual(made.map(({ id }) => id).sort());
      const meant = standing(made);
      for (const { id, itemId } of meant)
        expect(standingAnswer(turnOf(state, itemId))?.id).toBe(id);
      expect(new Set(state.round.fresh)).toEqual(new Set(meant.map(({ id }) => id)));
      const answered = [...state.turns.values()].filter(({ phase }) => phase === "answered");
      expect(answered.length).toBe(meant.length);
    }),
    { seed: 4, numRuns: 300 },
  );
});

test("an undo waits for what it takes back, and a chain of them comes in order", () => {
  const intake = new Intake<string>();
  const [answer, undo, redo] = [correction(0, 0), correction(1, 0, 0), correction(2, 0, 1)];
  expect(intake.take(redo)).toEqual([]);
  expect(intake.take(undo)).toEqual([]);
  expect(intake.take(answer)).toEqual([answer, undo, redo]);
  expect(intake.take(undo)).toEqual([]);
});
