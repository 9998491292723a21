import { expect, test } from "vitest";
import { manualClock } from "#core/clock.ts";
import type { Episode } from "#core/episode.ts";
import { Problem } from "#core/errors.ts";
import type { Operation } from "#core/operation.ts";
import { rngOf } from "#core/rng.ts";
import { AuditOutput, audit } from "./audit.ts";
import { CurveOutput, curve } from "./curve.ts";
import { exampleEpisodes } from "./example.ts";
import { FitOutput, fit } from "./fit.ts";
import { SplitOutput, split } from "./split.ts";

const ctx = (signal = new AbortController().signal) => ({
  rng: rngOf(1),
  clock: manualClock(),
  signal,
  progress: () => undefined,
});

const run = <In, Out>(operation: Operation<In, Out>, input: object, signal?: AbortSignal) =>
  operation.run(operation.input.parse(input), ctx(signal));

async function problemOf(promise: Promise<unknown>): Promise<Problem> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new Error("no problem was thrown");
}

const short = { steps: 60, hidden: [8] };
const demos = exampleEpisodes.filter(({ round }) => round === 0);
const rollOuts = exampleEpisodes.filter(({ round }) => round > 0);
const taken = rollOuts.filter(({ rows }) => rows.some(({ source }) => source === "human"));
const alone = rollOuts.filter(({ rows }) => rows.every(({ source }) => source === "policy"));

/** With every take-over marked as one thing. */
const marked = (episode: Episode, segment: "recovery" | "correction"): Episode => ({
  ...episode,
  rows: episode.rows.map((row) => (row.source === "human" ? { ...row, segment } : row)),
});

test("take-overs are cut where the gripper is back at known height", async () => {
  const out = await run(split, { episodes: exampleEpisodes });
  expect(SplitOutput.safeParse(out).error).toBeUndefined();
  expect(out.report.takeOvers).toBe(taken.length);
  const heights = out.rows.flatMap(({ id, cuts }) =>
    cuts.map(({ start, at }) => {
      const rows = exampleEpisodes.find((episode) => episode.id === id)?.rows ?? [];
      return [rows[start]?.obs[1] ?? Number.NaN, rows[at]?.obs[1] ?? Number.NaN] as const;
    }),
  );
  // From pressing on the board to well above it; the second column is the gripper's height. One
  // demonstration brushed the board, so one of the four states pressing on it is known ground.
  expect(heights.filter(([from, to]) => to > from + 0.2)).toHaveLength(3);
  for (const { segments, cuts } of out.rows) {
    const human = segments.filter((segment) => segment !== null).length;
    expect(human).toBe(cuts.reduce((sum, { start, end }) => sum + end - start, 0));
  }
});

test("cuts that were recorded need no demonstrations; others do, three at least", async () => {
  const recorded = taken.map((episode) => marked(episode, "correction"));
  const { rows } = await run(split, { episodes: recorded });
  expect(rows[0]?.cuts[0]).toMatchObject({ by: "person", confidence: 1 });
  const problem = await problemOf(run(split, { episodes: [...taken, ...demos.slice(0, 2)] }));
  expect(problem.message).toContain("Too few demonstrations");
});

test("an audit counts recovery and correction by round, with intervals", async () => {
  const out = await run(audit, { episodes: exampleEpisodes });
  expect(AuditOutput.safeParse(out).error).toBeUndefined();
  const { rows } = await run(split, { episodes: exampleEpisodes });
  const recovered = rows.filter(({ segments }) => segments.includes("recovery")).length;
  expect(recovered).toBeGreaterThan(2);
  const share = recovered / exampleEpisodes.length;
  expect(out.withRecovery.value).toBeCloseTo(share, 12);
  expect(out.withRecovery.interval.low).toBeLessThan(share);
  expect(out.withCorrection.n).toBe(exampleEpisodes.length);
  const [shown, first] = out.rounds;
  expect(shown?.correctionsPerRecovery).toBeNull();
  expect(first?.takeOvers).toBe(taken.length);
  expect((first?.recoverySteps ?? 0) + (first?.correctionSteps ?? 0)).toBe(first?.humanSteps);
  const gone = taken.map((episode) => ({ ...episode, end: "discarded" as const }));
  const without = await run(audit, { episodes: [...demos, ...gone] });
  expect(without.withRecovery).toMatchObject({ value: 0, n: demos.length });
});

test("the policy's own steps are not learned from, but for roll-outs that succeeded alone", async () => {
  const given = { episodes: exampleEpisodes, filter: "human-any", ...short };
  const out = await run(fit, { ...given, objective: "mse" });
  expect(FitOutput.safeParse(out).error).toBeUndefined();
  const rows = exampleEpisodes.flatMap((episode) => episode.rows);
  const people = rows.filter(({ source }) => source !== "policy").length;
  const own = alone.reduce((sum, episode) => sum + episode.rows.length, 0);
  expect(out.report).toEqual({ frames: people + own, alone: alone.length, partial: 0 });
  const strict = await run(fit, { ...given, alone: false });
  expect(strict.report.frames).toBe(people);
  const all = await run(fit, { ...given, filter: "all" });
  expect(all.report.frames).toBe(rows.length);
});

test("a take-over without recovery or correction, or cut short, is left out with its reason", async () => {
  const [first, second, third, ...rest] = taken as [Episode, Episode, Episode, ...Episode[]];
  const given = [
    ...demos,
    marked(first, "correction"),
    marked(second, "recovery"),
    { ...third, end: "time-out" as const },
    ...rest,
  ];
  const out = await run(fit, { episodes: given, ...short });
  const because = new Map(out.rows.map(({ id, partial }) => [id, partial[0]?.because]));
  expect(because.get(first.id)).toBe("no-recovery");
  expect(because.get(second.id)).toBe("no-correction");
  expect(because.get(third.id)).toBe("cut-short");
  expect(out.report.partial).toBe(
    because.size - [...because.values()].filter((b) => b === undefined).length,
  );
  const any = await run(fit, { episodes: given, filter: "human-any", ...short });
  expect(any.report.partial).toBe(0);
  const nothing = [marked(first, "correction")];
  expect((await problemOf(run(fit, { episodes: nothing }))).detail.hint).toContain("human-any");
});

test("both objectives learn; chunks may be longer than a take-over; seeds decide", async () => {
  const given = { episodes: exampleEpisodes, steps: 300, hidden: [16] };
  for (const more of [{ objective: "mse" }, { chunk: 60, execute: 2 }, {}]) {
    const out = await run(fit, { ...given, ...more });
    const { loss } = out.curves;
    expect(loss.at(-1)).toBeLessThan(0.9 * (loss[0] ?? 0));
  }
  const model = async (seed: number) => (await run(fit, { ...given, steps: 20, seed })).model;
  expect(await model(1)).toEqual(await model(1));
  expect(await model(2)).not.toEqual(await model(1));
  const bad = fit.input.safeParse({ ...given, chunk: 2, execute: 3 });
  expect(bad.error?.issues[0]?.path).toEqual(["execute"]);
});

test("bad episodes come back with the reason, and a cancelled fit stops", async () => {
  const [first] = demos as [Episode];
  const wide = {
    ...first,
    id: "wide",
    rows: first.rows.map((row) => ({ ...row, action: [9, 0, 0] })),
  };
  const out = await run(fit, { episodes: [wide, ...exampleEpisodes], ...short });
  expect(out.rejected.map(({ id, row }) => `${row} ${id}`)).toEqual(["1 wide"]);
  expect((await problemOf(run(audit, { episodes: [wide] }))).detail.got).toContain("out of range");
  const stop = new AbortController();
  stop.abort();
  const cancelled = run(fit, { episodes: exampleEpisodes, ...short }, stop.signal);
  expect((await problemOf(cancelled)).kind).toBe("cancelled");
});

test("success by human steps and by cap, by hand", async () => {
  const row = (policyId: string, success: boolean, recoveries: number, humanSteps = 10) => ({
    policyId,
    humanSteps,
    success,
    recoveries,
  });
  const outcomes = [
    row("later", true, 0, 20),
    row("later", true, 1, 20),
    row("later", true, 3, 20),
    row("later", false, 5, 20),
    row("first", false, 0),
  ];
  const out = await run(curve, { outcomes, caps: [4, 1, 2] });
  expect(CurveOutput.safeParse(out).error).toBeUndefined();
  expect(out.rows.map(({ policyId }) => policyId)).toEqual(["first", "later"]);
  const later = out.rows[1];
  expect(later?.success.value).toBe(0.75);
  expect(later?.meanRecoveries).toBe(2.25);
  expect(later?.byCap.map(({ cap, success }) => [cap, success.value])).toEqual([
    [1, 0.25],
    [2, 0.5],
    [4, 0.75],
  ]);
  expect(out.warnings).toEqual([]);
  const mixed = await run(curve, { outcomes: [row("a", true, 0), row("a", true, 0, 11)] });
  expect(mixed.warnings[0]).toContain("different human steps");
  expect(mixed.rows[0]?.humanSteps).toBe(11);
});

test("the examples run", async () => {
  for (const operation of [split, audit, fit, curve] as Operation[])
    expect(
      operation.output.safeParse(await run(operation, operation.example as object)).error,
    ).toBe(undefined);
});
