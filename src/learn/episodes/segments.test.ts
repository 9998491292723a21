import { expect, test } from "vitest";
import type { Episode } from "#core/episode.ts";
import { Problem } from "#core/errors.ts";
import { rngOf } from "#core/rng.ts";
import { fitFamiliarity, sightingOf } from "./familiarity.ts";
import { proposeCuts, withCut, withCuts } from "./segments.ts";
import { scripted } from "./testing.ts";

/** A demonstration along x from 0 to 1 at y near 0, at its own pace. */
function demonstration(id: string, steps = 40): Episode {
  const rng = rngOf(id);
  const rows = Array.from({ length: steps }, (_, t) => ({
    t,
    obs: [t / (steps - 1), 0.05 * rng.normal()],
    action: [1, 0],
    source: "demo" as const,
  }));
  return { ...scripted("d"), id, rows };
}
const demonstrations = ["a", "b", "c", "d"].map((id) => demonstration(id));
const familiarity = fitFamiliarity(demonstrations);

/** A take-over at x 0.7 high above the path, that comes back to the path at 0.4 and goes on. */
function backAndOn(): Episode {
  const path: [number, number][] = [
    [0.6, 0],
    [0.7, 0.8],
    [0.6, 0.6],
    [0.5, 0.4],
    [0.4, 0.02],
    [0.5, 0],
    [0.6, 0],
    [0.7, 0.01],
  ];
  const { rows, ...rest } = scripted("phhhhhhh");
  return { ...rest, rows: rows.map((row, i) => ({ ...row, obs: path[i] as [number, number] })) };
}

test("a state on the demonstrated path is familiar, one beside it is not", () => {
  const on = sightingOf(familiarity, [0.5, 0]);
  expect(on.familiar).toBe(true);
  expect(on.progress).toBeCloseTo(0.5, 1);
  expect(sightingOf(familiarity, [0.5, 0.6]).familiar).toBe(false);
  expect(sightingOf(familiarity, [0.95, 0]).progress).toBeGreaterThan(0.85);
});

test("of demonstrated states themselves 95 in 100 are familiar, seen from the others", () => {
  const fresh = demonstration("fresh", 400).rows.map(({ obs }) => sightingOf(familiarity, obs));
  const share = fresh.filter(({ familiar }) => familiar).length / fresh.length;
  expect(share).toBeGreaterThan(0.85);
  expect(share).toBeLessThan(1);
});

test("distance and progress by hand: two neighbours, a constant column in its own unit", () => {
  const at = (id: string, x: number): Episode => {
    const rows = [0, 1].map((t) => ({ t, obs: [x + t, 5], action: [0], source: "demo" as const }));
    return { ...scripted("d"), id, rows };
  };
  const model = fitFamiliarity([at("a", 0), at("b", 2), at("c", 4)], { neighbours: 2 });
  // x takes 0 to 5: standard deviation √(35/12). The constant column has none.
  const deviation = Math.sqrt(35 / 12);
  expect(model.scale[0]).toBeCloseTo(deviation, 12);
  expect(model.scale[1]).toBe(1);
  const { distance, progress } = sightingOf(model, [2, 5]);
  expect(distance).toBeCloseTo(1 / deviation / 2, 12); // itself, and 1 or 3
  expect(progress).toBeCloseTo(0.25, 12); // start of b, middle of a or b
  expect(sightingOf(model, [2, 7]).distance).toBeGreaterThan(2);
  // From the other demonstrations: 1 and 2, or for the outermost 2 and 3, steps away.
  expect(model.radius).toBeCloseTo(2.5 / deviation, 12);
});

test("sub-tasks order progress before time does", () => {
  const rows = demonstration("k", 20).rows.map((row, i) => ({ ...row, subtask: i < 15 ? 0 : 1 }));
  const twoParts = ["a", "b", "c"].map((id) => ({ ...demonstration(id, 20), rows }));
  const model = fitFamiliarity(twoParts, { neighbours: 3 });
  expect(sightingOf(model, rows[14]?.obs ?? []).progress).toBeCloseTo(14 / 30, 12);
  expect(sightingOf(model, rows[15]?.obs ?? []).progress).toBe(0.5);
});

test("a full turn of a joint is no distance", () => {
  const turned = (id: string, angle: number): Episode => {
    const rows = [0, 1].map((t) => ({ t, obs: [angle, t], action: [0], source: "demo" as const }));
    return { ...scripted("d"), id, rows };
  };
  const near = [turned("a", Math.PI), turned("b", -Math.PI + 0.01), turned("c", Math.PI - 0.01)];
  const model = fitFamiliarity(near, { neighbours: 1, circular: [0] });
  expect(sightingOf(model, [-Math.PI, 0]).distance).toBeLessThan(1e-9);
  expect(sightingOf(model, [0, 0]).distance).toBeGreaterThan(1.9);
});

test("fewer than three demonstrations, policy roll-outs and missing angles are refused", () => {
  const problem = (...given: Parameters<typeof fitFamiliarity>) => {
    try {
      fitFamiliarity(...given);
    } catch (error) {
      if (error instanceof Problem) return error;
    }
    throw new Error("no problem was thrown");
  };
  expect(problem(demonstrations.slice(0, 2)).detail.got).toBe("2");
  expect(problem([...demonstrations.slice(0, 2), scripted("pp")]).detail.got).toBe("2");
  expect(problem([]).message).toContain("Too few demonstrations");
  expect(problem(demonstrations, { circular: [2] }).detail.expected).toContain("0 to 1");
});

test("recovery lasts until the first familiar state no further along than the take-over", () => {
  const [cut] = proposeCuts(backAndOn(), familiarity);
  expect(cut).toMatchObject({ interventionId: 0, start: 1, end: 8, at: 4, by: "familiarity" });
  expect(cut?.confidence).toBe(1);
});

test("familiar ground further along is not a recovery: it would skip work", () => {
  const { rows, ...rest } = backAndOn();
  const ahead = rows.map((row, i) => (i >= 4 ? { ...row, obs: [0.95, 0] } : row));
  const [cut] = proposeCuts({ ...rest, rows: ahead }, familiarity);
  expect(cut).toMatchObject({ at: 8, confidence: 0 });
});

test("a recovery that never reaches known ground is all of the take-over, with no confidence", () => {
  const { rows, ...rest } = backAndOn();
  const lost = rows.map((row) => ({ ...row, obs: [0.5, 3] }));
  expect(proposeCuts({ ...rest, rows: lost }, familiarity)[0]).toMatchObject({
    at: 8,
    confidence: 0,
  });
});

test("a take-over on known ground has no recovery; one at the first step is no exception", () => {
  const { rows, ...rest } = backAndOn();
  const known = rows.slice(4).map((row, t) => ({ ...row, t }));
  const [cut] = proposeCuts({ ...rest, rows: known }, familiarity);
  expect(cut).toMatchObject({ start: 0, at: 0, end: 4 });
});

test("a shaky cut says so", () => {
  const { rows, ...rest } = backAndOn();
  const shaky = rows.map((row, i) => (i === 5 || i === 7 ? { ...row, obs: [0.5, 0.8] } : row));
  expect(proposeCuts({ ...rest, rows: shaky }, familiarity)[0]?.confidence).toBeCloseTo(5 / 7, 12);
});

test("recorded segments and cuts a person moved stand", () => {
  const [recorded] = proposeCuts(scripted("prrccc"), familiarity);
  expect(recorded).toMatchObject({ at: 3, confidence: 1, by: "person" });
  const moved = withCut(backAndOn(), { interventionId: 0, at: 2 });
  expect(moved.rows.map(({ segment }) => segment?.[0] ?? "-").join("")).toBe("-rcccccc");
  expect(proposeCuts(moved, familiarity)[0]).toMatchObject({ at: 2, by: "person" });
  const whole = withCut(moved, { interventionId: 0, at: 8 });
  expect(whole.rows.slice(1).every(({ segment }) => segment === "recovery")).toBe(true);
  expect(proposeCuts(whole, familiarity)[0]?.at).toBe(8);
});

test("take-overs that are not real are not cut, and all others are, each at its own place", () => {
  const episode = scripted("prcprrcpc", { notReal: [1] });
  expect(proposeCuts(episode, familiarity).map(({ interventionId }) => interventionId)).toEqual([
    0, 2,
  ]);
  const cuts = proposeCuts(scripted("prcprrc"), familiarity);
  expect(withCuts(scripted("phhphhh"), cuts).rows.map(({ segment }) => segment)).toEqual(
    scripted("prcprrc").rows.map(({ segment }) => segment),
  );
});

test("a cut outside of its take-over, and a take-over that is not there, are refused", () => {
  const moved = (interventionId: number, at: number) => () =>
    withCut(scripted("phhp"), { interventionId, at });
  expect(moved(0, 0)).toThrow("outside of its take-over");
  expect(moved(0, 4)).toThrow("outside of its take-over");
  expect(moved(0, 1.5)).toThrow("outside of its take-over");
  expect(moved(3, 1)).toThrow("no such take-over");
  expect(moved(0, 3)).not.toThrow();
});
