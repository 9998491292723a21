import fc from "fast-check";
import { expect, test } from "vitest";
import { Episode, type StepRow } from "./episode.ts";
import {
  advanceEdits,
  type EpisodeChange,
  editedEpisode,
  episodeFacts,
  firstEdits,
} from "./episode-edits.ts";

const row = (t: number, more: Partial<StepRow> = {}): StepRow => ({
  t,
  obs: [0, t],
  action: [0, 0, 1],
  source: "policy",
  ...more,
});
const human = (t: number, interventionId: number): StepRow =>
  row(t, { source: "human", interventionId });
const episode: Episode = Episode.parse({
  id: "e",
  world: "tabletop",
  seed: null,
  round: 2,
  policyId: null,
  controlHz: 10,
  end: "success",
  rows: [row(0), row(1), human(2, 0), human(3, 0), row(4, { subtask: 1 }), human(5, 1)],
});
const facts = episodeFacts(episode);
const said = (...changes: EpisodeChange[]) =>
  changes.reduce((edits, change) => advanceEdits(edits, change, facts), firstEdits(episode));

test("facts count steps, a person's steps, take-overs and sub-tasks", () => {
  expect(facts).toMatchObject({
    steps: 6,
    humanSteps: 3,
    subtasks: 1,
    observationSize: 2,
    actionSize: 3,
    takeOvers: [
      { interventionId: 0, from: 2, to: 4 },
      { interventionId: 1, from: 5, to: 6 },
    ],
  });
});

test("a cut splits a take-over into recovery and correction, and leaves the others alone", () => {
  const { rows } = editedEpisode(episode, said({ kind: "cut", interventionId: 0, at: 3 }));
  expect(rows.map(({ segment }) => segment)).toEqual([
    undefined,
    undefined,
    "recovery",
    "correction",
    undefined,
    undefined,
  ]);
});

test("a window is set and given back, a take-over is unmade and made again, an episode discarded and kept", () => {
  const moved = said({ kind: "pre-window", interventionId: 0, steps: 1 });
  expect(editedEpisode(episode, moved).preWindows).toEqual({ 0: 1 });
  const back = advanceEdits(moved, { kind: "pre-window", interventionId: 0, steps: null }, facts);
  expect(back).toEqual(firstEdits(episode));
  const unreal: EpisodeChange = { kind: "real", interventionId: 1, real: false };
  expect(editedEpisode(episode, said(unreal, unreal)).notReal).toEqual([1]);
  expect(said(unreal, { ...unreal, real: true })).toEqual(firstEdits(episode));
  const gone: EpisodeChange = { kind: "discarded", discarded: true };
  expect(editedEpisode(episode, said(gone)).end).toBe("discarded");
  expect(editedEpisode(episode, said(gone, { ...gone, discarded: false }))).toEqual(
    editedEpisode(episode, firstEdits(episode)),
  );
});

test.each([
  [{ kind: "cut", interventionId: 2, at: 3 }, "no such take-over"],
  [{ kind: "cut", interventionId: 0, at: 5 }, "outside the take-over"],
  [{ kind: "pre-window", interventionId: 0, steps: 3 }, "beyond the start"],
] satisfies [EpisodeChange, string][])("%j does not fit and is refused", (change, why) => {
  expect(() => said(change)).toThrow(why);
});

test("what was discarded as it was recorded stays so", () => {
  const change: EpisodeChange = { kind: "discarded", discarded: false };
  const recorded = { ...facts, end: "discarded" as const };
  expect(() => advanceEdits(firstEdits(episode), change, recorded)).toThrow(
    "discarded as it was recorded",
  );
});

test("no edit changes what was recorded: observations, actions, sources", () => {
  const change = fc.oneof(
    fc.record({
      kind: fc.constant("cut" as const),
      interventionId: fc.constantFrom(0),
      at: fc.integer({ min: 2, max: 4 }),
    }),
    fc.record({
      kind: fc.constant("real" as const),
      interventionId: fc.constantFrom(0, 1),
      real: fc.boolean(),
    }),
    fc.record({ kind: fc.constant("discarded" as const), discarded: fc.boolean() }),
  );
  fc.assert(
    fc.property(fc.array(change), (changes) => {
      const bare = ({ rows }: Episode) => rows.map(({ segment: _, ...rest }) => rest);
      expect(bare(editedEpisode(episode, said(...changes)))).toEqual(bare(episode));
    }),
    { seed: 20_261_126 },
  );
});
