import { expect, test } from "vitest";
import type { EventBody } from "#core/event.ts";
import { ActorId, CorrectionId, ItemId, LessonId, ProjectId } from "#core/ids.ts";
import { smallConfig } from "#server/testing.ts";
import { createStates } from "./state.ts";

const ID = ProjectId.parse("p");
const L1 = LessonId.parse("l1");

const LESSON = {
  lesson: {
    id: L1,
    kind: "harmoniser",
    parent: null,
    learnedFrom: [CorrectionId.parse("a"), CorrectionId.parse("b")],
    code: "test",
    options: {},
    seed: "1",
    summary: "of two corrections",
    body: null,
    atMs: 0,
  },
};

const corrected = (id: string, over: object = {}): EventBody => ({
  kind: "corrected",
  correction: {
    id: CorrectionId.parse(id),
    itemId: ItemId.parse(`item-${id}`),
    proposalId: null,
    decision: "edited",
    before: "spam",
    after: "ham",
    operations: [],
    by: { id: ActorId.parse("ann"), kind: "person" },
    effort: { ms: 10, gestures: 1, edit: 1 },
    risk: 0.5,
    propensity: 1,
    audit: false,
    suggestionShown: true,
    atMs: 0,
    ...over,
  },
});

/** A log and nothing else: what the fold reads of a store. */
function logged() {
  const log: EventBody[] = [];
  const store: Parameters<typeof createStates>[0] = {
    project: async () => ({ id: ID, config: smallConfig(), createdAtMs: 0 }),
    lesson: async () => ({
      ...LESSON,
      version: 1,
      status: "candidate",
      measurements: [],
      gate: null,
    }),
    events: async (_, { afterSeq = 0 } = {}) =>
      log
        .map((body, index) => ({ seq: index + 1, projectId: "p", atMs: 0, body }))
        .filter(({ seq }) => seq > afterSeq),
  };
  return { log, states: createStates(store) };
}

test("the state is caught up with the log before every use, each event once", async () => {
  const { log, states } = logged();
  log.push({ kind: "imported", batch: "b", rows: 3, rejected: 0, format: "jsonl" }, corrected("a"));
  const first = await states.of(ID);
  expect([first.seq, first.importedSeq, first.answers.length]).toEqual([2, 1, 1]);
  log.push(corrected("b"));
  const [one, two] = await Promise.all([states.of(ID), states.of(ID)]);
  expect(one.answers.map(({ id }) => id)).toEqual(["a", "b"]);
  expect(two).toBe(one);
});

test("fresh corrections gather until a lesson has seen them; an undo takes its own out", async () => {
  const { log, states } = logged();
  log.push(...["a", "b", "c"].map((id) => corrected(id)));
  log.push(corrected("u", { decision: "undone", undoes: "c" }));
  expect([...(await states.of(ID)).round.fresh]).toEqual(["a", "b"]);
  log.push(corrected("d"), { kind: "learned", lessonId: L1, corrections: 2 });
  const learned = await states.of(ID);
  expect([...learned.round.fresh]).toEqual(["d"]);
  expect(learned.round.candidate).toBe(L1);
  log.push({ kind: "measured", lessonId: L1, measurements: [] });
  log.push({ kind: "promoted", lessonId: L1, previous: null, gate: "g" });
  const { round, lessonSeq } = await states.of(ID);
  expect(round).toMatchObject({ phase: "gathering", inForce: L1, candidate: null });
  expect(lessonSeq).toBe(log.length);
});

test("five fresh corrections are due, and a failed refit gathers again", async () => {
  const { log, states } = logged();
  log.push(...["a", "b", "c", "d", "e"].map((id) => corrected(id)));
  expect((await states.of(ID)).round.phase).toBe("learning");
  states.step(ID, { kind: "learn-failed" });
  expect((await states.of(ID)).round.phase).toBe("gathering");
});

test("undoing an undo makes the answer fresh again", async () => {
  const { log, states } = logged();
  log.push(corrected("c"), corrected("u", { decision: "undone", undoes: "c" }));
  expect([...(await states.of(ID)).round.fresh]).toEqual([]);
  log.push(corrected("v", { decision: "undone", undoes: "u" }));
  expect([...(await states.of(ID)).round.fresh]).toEqual(["c"]);
});

test("an answer a lesson left out does not ask for a refit again", async () => {
  const { log, states } = logged();
  // "x" was set aside to measure on: there when the lesson was learned, and not among what it learned from.
  log.push(corrected("a"), corrected("x"), corrected("b"), corrected("late"));
  log.push({ kind: "learned", lessonId: L1, corrections: 2 });
  expect([...(await states.of(ID)).round.fresh]).toEqual(["late"]);
});
