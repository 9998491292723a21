import { expect, test } from "vitest";
import { standing } from "#core/correction.ts";
import { Episode, type StepRow } from "#core/episode.ts";
import { takeOversOf } from "#core/episode-edits.ts";
import { ActorId } from "#core/ids.ts";
import { realityCorrection, takeOverCorrections } from "./take-overs.ts";

const row = (t: number, interventionId?: number): StepRow => ({
  t,
  obs: [t],
  action: [0],
  source: interventionId === undefined ? "policy" : "human",
  ...(interventionId !== undefined && { interventionId }),
});
const episode = Episode.parse({
  id: "e1",
  world: "tabletop",
  seed: "1",
  round: 1,
  policyId: "policy-1",
  controlHz: 20,
  end: "success",
  rows: [row(0), row(1, 0), row(2, 0), row(3), row(4, 1)],
});
const made = { by: { id: ActorId.parse("ann"), kind: "person" as const }, atMs: 7 };

test("each take-over is a correction that costs the time it lasted", () => {
  const corrections = takeOverCorrections(episode, made);
  expect(corrections.map(({ id, effort }) => [id, effort])).toEqual([
    ["e1/take-over-0", { ms: 100, gestures: 2, edit: 2 }],
    ["e1/take-over-1", { ms: 50, gestures: 2, edit: 1 }],
  ]);
  expect(corrections[0]).toMatchObject({
    itemId: "e1",
    lessonId: "policy-1",
    operations: [{ from: 1, to: 3 }],
  });
});

test("an episode nobody took over has none, and one that came as not real has none either", () => {
  expect(takeOverCorrections({ ...episode, rows: [row(0)] }, made)).toEqual([]);
  const ids = takeOverCorrections({ ...episode, notReal: [0] }, made).map(({ id }) => id);
  expect(ids).toEqual(["e1/take-over-1"]);
});

test("saying that it was none takes the correction back, saying that it was one brings it again", () => {
  const [takeOver] = takeOversOf(episode.rows);
  if (takeOver === undefined) throw new Error("there is a take-over");
  let chain = takeOverCorrections(episode, made);
  const stands = () => standing(chain).some(({ id }) => id === "e1/take-over-0");
  for (const after of [false, true, false, true]) {
    chain = [...chain, realityCorrection(episode, { takeOver, chain }, made)];
    expect(stands()).toBe(after);
  }
  expect(new Set(chain.map(({ id }) => id)).size).toBe(chain.length);
});

test("a take-over that came as not real gets its correction when it is said to be one", () => {
  const [takeOver] = takeOversOf(episode.rows);
  if (takeOver === undefined) throw new Error("there is a take-over");
  const first = realityCorrection(episode, { takeOver, chain: [] }, made);
  expect(first).toMatchObject({ id: "e1/take-over-0", decision: "taken-over" });
});

test("an id too long to name take-overs by is refused", () => {
  const long = { ...episode, id: "x".repeat(161) };
  expect(() => takeOverCorrections(long, made)).toThrow("too long");
});
