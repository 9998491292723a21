import { expect, test } from "vitest";
import type { StepRow } from "#core/episode.ts";
import { CHUNK_ROWS, type Telling, tell, toldNothing } from "./recording.ts";
import { openSession, type Session } from "./session.ts";

const rows = (count: number): StepRow[] =>
  Array.from({ length: count }, (_, t) => ({ t, obs: [t], action: [0], source: "policy" }));
const session = (more: Partial<Session>): Session => ({
  ...openSession({ episodeId: "a", protocol: "sirius", demonstrating: false, stepsMax: 99 }),
  ...more,
});
const brief = (tellings: readonly Telling[]) =>
  tellings.map((one) =>
    one.kind === "rows"
      ? [one.episodeId, one.rows[0]?.t, one.rows.at(-1)?.t]
      : [one.episodeId, one.end, one.rows.length],
  );

test("rows go a second's worth at a time while it moves", () => {
  const few = tell(toldNothing("a"), session({ rows: rows(CHUNK_ROWS - 1) }));
  expect(few.tellings).toEqual([]);
  const more = tell(few.told, session({ rows: rows(CHUNK_ROWS + 2) }));
  expect(brief(more.tellings)).toEqual([["a", 0, CHUNK_ROWS + 1]]);
  expect(tell(more.told, session({ rows: rows(CHUNK_ROWS + 3) })).tellings).toEqual([]);
});

test("and at once when it rests or ends, the end last and once", () => {
  const paused = tell(toldNothing("a"), session({ rows: rows(3), phase: "paused" }));
  expect(brief(paused.tellings)).toEqual([["a", 0, 2]]);
  const ended = tell(paused.told, session({ rows: rows(5), phase: "ended", end: "success" }));
  expect(brief(ended.tellings)).toEqual([
    ["a", 3, 4],
    ["a", "success", 5],
  ]);
  expect(
    tell(ended.told, session({ rows: rows(5), phase: "ended", end: "success" })).tellings,
  ).toEqual([]);
});

test("what was rewound from is discarded once another step follows, and not before", () => {
  const { told } = tell(toldNothing("a"), session({ rows: rows(20) }));
  const back = tell(told, session({ episodeId: "b", rows: rows(4), phase: "rewound" }));
  expect(back).toEqual({ told, tellings: [] });
  const on = tell(back.told, session({ episodeId: "c", rows: rows(12), phase: "human" }));
  expect(brief(on.tellings)).toEqual([
    ["a", "discarded", 0],
    ["c", 0, 11],
  ]);
});

test("what had ended before it was rewound from stands as it ended", () => {
  const { told } = tell(
    toldNothing("a"),
    session({ rows: rows(20), phase: "ended", end: "failure" }),
  );
  const on = tell(told, session({ episodeId: "b", rows: rows(12), phase: "human" }));
  expect(brief(on.tellings)).toEqual([["b", 0, 11]]);
});

test("an episode without a step is none", () => {
  const ended = session({ phase: "ended", end: "discarded" });
  expect(tell(toldNothing("a"), ended).tellings).toEqual([]);
});
