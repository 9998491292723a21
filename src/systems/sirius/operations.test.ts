import { expect, test } from "vitest";
import { manualClock } from "#core/clock.ts";
import { Episode } from "#core/episode.ts";
import { Problem } from "#core/errors.ts";
import type { Operation } from "#core/operation.ts";
import { rngOf } from "#core/rng.ts";
import { act } from "./act.ts";
import { exampleEpisodes, exampleModel } from "./example.ts";
import { FitOutput, fit } from "./fit.ts";
import { LabelOutput, label } from "./label.ts";
import { EvictOutput, evictPreview } from "./memory.ts";
import { weighFrames } from "./weigh.ts";

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

const short = { steps: 60, policy: { kind: "mlp", hidden: [8] } };
const demos = exampleEpisodes.filter(({ round }) => round === 0);
const shifts = exampleEpisodes.filter(({ round }) => round > 0);
const taken = shifts.filter(({ rows }) => rows.some(({ source }) => source === "human"));

test("the weights are those of the classes and are multiplied into the loss", () => {
  const { data, classes, weights } = weighFrames(exampleEpisodes, { weighting: "sirius" });
  expect(classes).toHaveLength(data.weights.length);
  for (const [frame, one] of classes.entries())
    expect(data.weights[frame]).toBe(Math.fround(weights.weights[one]));
  expect(data.sampling).toBeUndefined();
  const mean = data.weights.reduce((sum, weight) => sum + weight, 0) / classes.length;
  expect(mean).toBeCloseTo(1, 5);
});

test("IWR draws by class and leaves the loss alone; plain cloning does neither", () => {
  const iwr = weighFrames(exampleEpisodes, { weighting: "iwr" });
  expect(new Set(iwr.data.weights)).toEqual(new Set([1]));
  const human = iwr.classes.flatMap((one, frame) => (one === "intervention" ? [frame] : []));
  const drawn = (frames: readonly number[]) =>
    frames.reduce((sum, frame) => sum + (iwr.data.sampling?.[frame] ?? Number.NaN), 0);
  expect(drawn(human)).toBeCloseTo(drawn([...iwr.classes.keys()]) / 2, 2);
  const plain = weighFrames(exampleEpisodes, { weighting: "none" });
  expect(new Set(plain.data.weights)).toEqual(new Set([1]));
  expect(plain.data.sampling).toBeUndefined();
});

test("a fit says what it learned from and how it weighed it", async () => {
  const out = await run(fit, { episodes: exampleEpisodes, ...short });
  expect(FitOutput.safeParse(out).error).toBeUndefined();
  expect(out.rows.every(({ learnedFrom }) => learnedFrom)).toBe(true);
  expect(out.report.episodes).toBe(exampleEpisodes.length);
  expect(out.weights.targets.intervention).toBeCloseTo(0.5, 9);
  expect(out.weights.targets["pre-intervention"]).toBe(0);
  expect(out.evicted).toEqual([]);
  expect(out.curves.loss).toHaveLength(50);
  expect(out.curves.loss.at(-1)).toBeLessThan(out.curves.loss[0] ?? 0);
  expect(out.report.errorByClass.demo).toBeGreaterThan(0);
});

test("the same seed gives the same policy; another seed or weighting another", async () => {
  const model = async (more: object) =>
    (await run(fit, { episodes: exampleEpisodes, ...short, ...more })).model.parameters;
  expect(await model({})).toBe(await model({}));
  expect(await model({ seed: 2 })).not.toBe(await model({}));
  expect(await model({ weighting: "none" })).not.toBe(await model({}));
  expect(await model({ weighting: "iwr" })).not.toBe(await model({ weighting: "none" }));
});

test("steps before a take-over are not imitated when their share is 0", async () => {
  // The policy's steps there ask for the opposite of what the person did.
  const away = taken.map((episode) => ({
    ...episode,
    rows: episode.rows.map((row) =>
      row.source === "policy" ? { ...row, action: [0, -1, 1] } : row,
    ),
  }));
  const how = { episodes: [...demos, ...away], steps: 300, policy: { kind: "mlp", hidden: [16] } };
  const error = async (preIntervention: number) =>
    (await run(fit, { ...how, preIntervention })).report.errorByClass["pre-intervention"] ?? 0;
  expect(await error(0)).toBeGreaterThan(2 * (await error(0.4)));
});

test("unfinished, thrown-away and evicted episodes are left out, each with its reason", async () => {
  const [first, second, ...rest] = shifts as [Episode, Episode, ...Episode[]];
  const given = [
    ...demos,
    { ...first, end: "time-out" as const },
    { ...second, end: "discarded" as const },
    ...rest,
  ];
  const out = await run(fit, { episodes: given, capacity: 6, ...short });
  const because = new Map(out.rows.map((row) => [row.id, row.because]));
  expect(because.get(first.id)).toBe("no-success");
  expect(because.get(second.id)).toBe("discarded");
  expect(out.evicted).toHaveLength(given.length - 2 - 6);
  for (const id of out.evicted) expect(because.get(id)).toBe("evicted");
  // Without any intervention goes first.
  const untouched = rest.find(({ rows }) => rows.every(({ source }) => source === "policy"));
  if (untouched !== undefined) expect(out.evicted[0]).toBe(untouched.id);
  const all = await run(fit, { episodes: given, keep: "all", ...short });
  expect(all.rows.find(({ id }) => id === first.id)?.learnedFrom).toBe(true);
  const only = [{ ...first, end: "time-out" as const }];
  expect((await problemOf(run(fit, { episodes: only }))).detail.hint).toContain("keep");
});

test("a round without take-overs trains, and says that there was nothing to weigh", async () => {
  const out = await run(fit, { episodes: demos, ...short });
  expect(out.weights.plain).toBe(true);
  expect(out.weights.weights).toEqual({
    demo: 1,
    robot: 1,
    "pre-intervention": 1,
    intervention: 1,
  });
  expect(out.warnings.join()).toContain("plain cloning");
});

test("many demonstrations clip the policy's weight at 0, and it is said", async () => {
  const copies = Array.from({ length: 6 }, (_, copy) =>
    demos.map((episode) => ({
      ...episode,
      id: `${episode.id} ${copy}`,
      rows: episode.rows.map((row) => ({
        ...row,
        obs: row.obs.map((value) => value + copy / 1e6),
      })),
    })),
  ).flat();
  const out = await run(label, { episodes: [...copies, ...taken.slice(0, 1)] });
  expect(out.weights.clipped).toBe(true);
  expect(out.weights.weights.robot).toBe(0);
  expect(out.warnings.join()).toContain("weigh 0");
});

test("labels of every step before anything is trained, windows in steps or seconds", async () => {
  const out = await run(label, { episodes: exampleEpisodes });
  expect(LabelOutput.safeParse(out).error).toBeUndefined();
  for (const [i, { classes }] of out.rows.entries())
    expect(classes).toHaveLength(exampleEpisodes[i]?.rows.length ?? 0);
  const before = ({ weights }: typeof out) => weights.counts["pre-intervention"] ?? 0;
  const steps = await run(label, { episodes: exampleEpisodes, preWindowSteps: 3 });
  const seconds = await run(label, { episodes: exampleEpisodes, preWindowSeconds: 0.3 });
  expect(before(steps)).toBeLessThan(before(out));
  expect(seconds.rows).toEqual(steps.rows);
});

test("bad episodes come back with the reason and the good ones go through", async () => {
  const [first, ...rest] = exampleEpisodes as [Episode, ...Episode[]];
  const wide = {
    ...first,
    id: "wide",
    rows: first.rows.map((row) => ({ ...row, action: [9, 0, 0] })),
  };
  const out = await run(fit, { episodes: [first, wide, first, ...rest], ...short });
  expect(out.rejected.map(({ id, row }) => `${row} ${id}`)).toEqual([`2 wide`, `3 ${first.id}`]);
  expect(out.report.episodes).toBe(exampleEpisodes.length);
  expect((await problemOf(run(label, { episodes: [wide] }))).detail.got).toContain("out of range");
});

test("rows that are no episode are refused by field", () => {
  const issue = (row: unknown) => Episode.safeParse(row).error?.issues[0]?.path.join(".");
  const [first] = exampleEpisodes as [Episode];
  const withRow = (changes: object) => ({ ...first, rows: [{ ...first.rows[0], ...changes }] });
  expect(issue(first)).toBeUndefined();
  expect(issue(withRow({ obs: [Number.NaN] }))).toBe("rows.0.obs.0");
  expect(issue(withRow({ source: "robot" }))).toBe("rows.0.source");
  expect(issue({ ...first, controlHz: 0 })).toBe("controlHz");
  expect(issue({ ...first, rows: [] })).toBe("rows");
  expect(issue({ ...first, label: 2 })).toBe("");
  const both = fit.input.safeParse({ episodes: [first], intervention: 0.9, preIntervention: 0.2 });
  expect(both.error?.issues[0]?.path).toEqual(["preIntervention"]);
});

test("what each strategy would evict, before it is applied", async () => {
  const out = await run(evictPreview, { episodes: exampleEpisodes, capacity: 4 });
  expect(EvictOutput.safeParse(out).error).toBeUndefined();
  const gone = (strategy: "lfi" | "mfi" | "fifo") =>
    out.rows.filter(({ goes }) => goes[strategy] !== undefined).map(({ id }) => id);
  expect(gone("lfi")).toHaveLength(exampleEpisodes.length - 4);
  // All a person's: kept longest by lfi, first to go under mfi and, being oldest, under fifo.
  for (const { id } of demos) {
    expect(gone("lfi")).not.toContain(id);
    expect(gone("mfi")).toContain(id);
    expect(gone("fifo")).toContain(id);
  }
  const few = evictPreview.input.safeParse({ episodes: exampleEpisodes, capacity: 0 });
  expect(few.error?.issues[0]?.path).toEqual(["capacity"]);
});

test("a policy acts on observations of its own size only", async () => {
  const { rows } = await run(act, act.example as object);
  expect(rows).toHaveLength(2);
  for (const { action } of rows) {
    expect(action).toHaveLength(3);
    for (const value of action) expect(Math.abs(value)).toBeLessThanOrEqual(1);
  }
  const problem = await problemOf(
    run(act, { observations: [{ obs: [1, 2] }], model: exampleModel }),
  );
  expect(problem.detail).toMatchObject({ got: "2", at: { row: 1, field: "obs" } });
});

test("a fit that is cancelled stops", async () => {
  const stop = new AbortController();
  stop.abort();
  const given = { episodes: exampleEpisodes, ...short };
  expect((await problemOf(run(fit, given, stop.signal))).kind).toBe("cancelled");
});
