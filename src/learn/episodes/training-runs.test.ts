import { expect, test } from "vitest";
import { checkEpisodes } from "./check-episodes.ts";
import { episodeStatistics, roundStatistics } from "./episode-statistics.ts";
import { scripted } from "./testing.ts";
import { allRuns, type FrameRun, humanOnlyRuns, trainingFrames } from "./training-runs.ts";

const spans = (runs: readonly FrameRun[]) =>
  runs.map(({ episode, start, end }) => `${episode.id}[${start},${end})`);

test("runs are cut where the acting party changes, and thrown-away episodes are left out", () => {
  expect(spans(allRuns([scripted("pphhp"), scripted("dd"), scripted("ph h")]))).toEqual([
    "pphhp[0,2)",
    "pphhp[2,4)",
    "pphhp[4,5)",
    "dd[0,2)",
    "ph h[0,1)",
    "ph h[1,2)",
    "ph h[2,3)",
  ]);
  expect(allRuns([scripted("pp", { end: "discarded" })])).toEqual([]);
});

test("people's steps only, but for roll-outs that succeeded alone, which are flagged", () => {
  const fell = scripted("ppp", { end: "time-out" });
  const { runs, alone, partial } = humanOnlyRuns([
    scripted("dd"),
    scripted("prc"),
    scripted("pp"),
    fell,
  ]);
  expect(spans(runs)).toEqual(["dd[0,2)", "prc[1,3)", "pp[0,2)"]);
  expect(alone).toEqual(["pp"]);
  expect(partial).toEqual([]);
  expect(spans(humanOnlyRuns([scripted("pp")], { alone: false }).runs)).toEqual([]);
});

test("a success with a take-over is no success alone, even one marked as not real", () => {
  expect(humanOnlyRuns([scripted("prcp")]).alone).toEqual([]);
  const { alone, partial } = humanOnlyRuns([scripted("prcp", { notReal: [0] })]);
  expect(alone).toEqual([]);
  expect(partial.map(({ because }) => because)).toEqual(["not-real"]);
});

test("a take-over without recovery, without correction or cut short is kept but not learned from", () => {
  const given = [
    scripted("prr"),
    scripted("pcc"),
    scripted("prc", { id: "late", end: "time-out" }),
    scripted("prcp", { id: "time left", end: "time-out" }),
    scripted("rc", { id: "at the start" }),
  ];
  const { runs, partial } = humanOnlyRuns(given);
  expect(spans(runs)).toEqual(["time left[1,3)", "at the start[0,2)"]);
  expect(partial.map(({ episodeId, because }) => `${episodeId}: ${because}`)).toEqual([
    "prr: no-correction",
    "pcc: no-recovery",
    "late: cut-short",
  ]);
  expect(humanOnlyRuns(given, { takeOvers: "any" }).runs).toHaveLength(5);
  expect(humanOnlyRuns([scripted("prc", { end: "discarded" })]).runs).toEqual([]);
});

test("frames of runs as arrays, each run's first frame marked, weights by row", () => {
  const runs = humanOnlyRuns([scripted("prc"), scripted("d")]).runs;
  const { observations, actions, weights, episodes } = trainingFrames(runs, (_, row) => row + 1);
  expect([...observations]).toEqual([1, 1, 2, 1, 0, 1]);
  expect(Array.from(actions, (value) => Math.round(value * 1e6))).toEqual([1e5, 1e5, 1e5]);
  expect([...weights]).toEqual([2, 3, 1]);
  expect([...episodes]).toEqual([0, 2]);
  expect(() => trainingFrames([])).toThrow("at least one frame");
  const odd = scripted("d", { rows: [{ t: 0, obs: [1], action: [0], source: "demo" }] });
  expect(() => trainingFrames(allRuns([scripted("d"), odd]))).toThrow("observations of one size");
});

test("statistics by hand, of an episode and of a round", () => {
  const episode = scripted("pprrcpprc", { controlHz: 2 });
  expect(episodeStatistics(episode)).toEqual({
    steps: 9,
    humanSteps: 5,
    humanShare: 5 / 9,
    humanSeconds: 2.5,
    takeOvers: 2,
    recoverySteps: 3,
    correctionSteps: 2,
    recoveries: 2,
    corrections: 2,
  });
  expect(episodeStatistics({ ...episode, notReal: [1] })).toMatchObject({
    humanSteps: 3,
    takeOvers: 1,
    corrections: 1,
  });
  const [demos, first] = roundStatistics([
    scripted("prrc", { id: "a", round: 1, end: "terminated-after-intervention" }),
    scripted("pppp", { id: "b", round: 1 }),
    scripted("pphh", { id: "c", round: 1, end: "failure" }),
    scripted("prrr", { id: "d", round: 1, end: "discarded" }),
    scripted("dd"),
  ]);
  expect(demos).toMatchObject({ round: 0, humanShare: 1, takeOvers: 0, alone: 0 });
  expect(demos?.correctionsPerRecovery).toBeNull();
  expect(first).toMatchObject({
    round: 1,
    episodes: 3,
    successes: 1,
    alone: 1,
    steps: 12,
    humanSteps: 5,
    takeOvers: 2,
    withRecovery: 1,
    withCorrection: 1,
    correctionsPerRecovery: 0.5,
  });
  expect(roundStatistics([])).toEqual([]);
});

test("episodes that cannot be learned from together are sorted out, the others go through", () => {
  const [good, other] = [scripted("pph"), scripted("dd", { controlHz: 20 })];
  const row = (changes: object) => ({
    t: 0,
    obs: [0, 1],
    action: [0],
    source: "policy",
    ...changes,
  });
  const broken = (id: string, changes: object) =>
    scripted("p", { id, rows: [row(changes)] as typeof good.rows });
  const { rejected, ...checked } = checkEpisodes([
    good,
    broken("nan", { obs: [0, Number.NaN] }),
    broken("far", { action: [1.5] }),
    broken("infinite", { action: [Number.NaN] }),
    broken("wide", { obs: [0, 1, 2] }),
    broken("two", { action: [0, 0] }),
    broken("late", { t: 4 }),
    { ...good, id: "copy" },
    { ...other, id: good.id },
    other,
  ]);
  expect(checked.good.map(({ id }) => id)).toEqual(["pph", "dd"]);
  expect([checked.observationSize, checked.actionSize]).toEqual([2, 1]);
  expect(checked.warnings).toEqual(["Control rates differ (10, 20 Hz): state windows in seconds."]);
  expect(rejected.map(({ row }) => row)).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
  const [nan, far, infinite, wide, two, late, copy, twice] = rejected.map(({ problem }) => problem);
  expect(nan).toContain('field "rows.0.obs.1"');
  expect(far).toContain("Got 1.5");
  expect(infinite).toContain("Got NaN");
  expect(wide).toContain("Got 3 and 1");
  expect(two).toContain('field "rows.0.action"');
  expect(late).toContain("Expected t 0. Got 4");
  expect(copy).toContain('a copy of "pph"');
  expect(twice).toContain("earlier episode of this id");
  expect(checkEpisodes([broken("empty", { obs: [], action: [] })]).rejected[0]?.problem).toContain(
    "has no numbers",
  );
  expect(checkEpisodes([])).toMatchObject({ good: [], observationSize: 0, warnings: [] });
});
