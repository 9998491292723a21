import { expect, test } from "vitest";
import { assessorSuite } from "#assess/assessor.suite.ts";
import { manualClock } from "#core/clock.ts";
import type { Ctx } from "#core/contracts.ts";
import type { Correction } from "#core/correction.ts";
import { ActorId, CorrectionId, ItemId, ProposalId } from "#core/ids.ts";
import { labelSchema, ProjectConfig } from "#core/project.ts";
import { rngOf } from "#core/rng.ts";
import type { PoolRow } from "#core/system.ts";
import { learnerSuite } from "#learn/learner.suite.ts";
import { exampleRows } from "./example.ts";
import { Model } from "./fit.ts";
import { project } from "./project.ts";

const config = (over: Record<string, unknown> = {}) =>
  ProjectConfig.parse({
    name: "tickets",
    task: {
      kind: "label",
      schema: { classes: ["account", "billing", "bug"], positive: "bug" },
    },
    ...over,
  });

const pool: PoolRow<string>[] = exampleRows.map(({ id, text, fields, proposal, votes }) => ({
  item: { id, input: { text, fields } },
  proposal: {
    id: ProposalId.parse(`p:${id}`),
    itemId: id,
    source: { id: "draft-model", kind: "model", version: "1" },
    output: proposal?.label ?? null,
    votes: Object.entries(votes ?? {}).map(([source, output]) => ({ source, output })),
  },
}));

const correction = (n: number, after: string | null): Correction<string> => ({
  id: CorrectionId.parse(`c${n}`),
  itemId: exampleRows[n]?.id ?? ItemId.parse("none"),
  proposalId: null,
  decision: after === exampleRows[n]?.proposal?.label ? "confirmed" : "edited",
  before: exampleRows[n]?.proposal?.label ?? null,
  after,
  operations: [],
  by: { id: ActorId.parse("ann"), kind: "person" },
  effort: { ms: 1_000, gestures: 1, edit: 1 },
  risk: 0.5,
  propensity: 1,
  audit: false,
  suggestionShown: true,
  atMs: n,
});

const right = exampleRows.map(({ gold }, n) => correction(n, gold ?? null));
const history: Correction<string>[] = [
  ...right.slice(0, 20),
  {
    ...correction(20, "bug"),
    decision: "undone",
    id: CorrectionId.parse("undo"),
    undoes: CorrectionId.parse("c3"),
  },
];

const ctx = (seed = 1): Ctx => ({
  rng: rngOf(seed),
  clock: manualClock(5),
  signal: new AbortController().signal,
  progress: () => undefined,
});

learnerSuite({ name: "harmoniser", make: () => project.learner(pool, config()), history });

assessorSuite("harmoniser", async () => {
  const lesson = await project.learner(pool, config()).learn(history, undefined, ctx());
  const proposals = pool.slice(0, 4).map(({ proposal }) => proposal);
  const abstention = { ...(pool[4] as PoolRow<string>).proposal, output: null };
  return {
    assessor: project.assessor(lesson, config()),
    proposals: [...proposals, abstention],
    items: pool.slice(0, 5).map(({ item }) => item),
    classes: labelSchema(config()).classes,
  };
});

test("what people said is followed on the items they said it of", async () => {
  const flipped = right.slice(0, 10).map((one) => ({
    ...one,
    after: one.after === "bug" ? "billing" : "bug",
  }));
  const before = await project.learner(pool, config()).learn([], undefined, ctx());
  const after = await project.learner(pool, config()).learn(flipped, undefined, ctx());
  const agreement = async (lesson: typeof before) => {
    const rows = pool.slice(0, 10);
    const assessments = await project.assessor(lesson, config()).assess(
      rows.map(({ proposal }) => proposal),
      rows.map(({ item }) => item),
      ctx(),
    );
    return assessments.filter(({ suggestion }, n) => suggestion?.output === flipped[n]?.after)
      .length;
  };
  expect(await agreement(after)).toBeGreaterThan((await agreement(before)) + 3);
});

test("weights are shares of the say where nobody answered; a correction has the share it was given", async () => {
  const lesson = await project.learner(pool, config()).learn(history, undefined, ctx());
  const weights = project.weights(lesson);
  expect(Object.keys(weights)).toHaveLength(5);
  expect(weights["draft-model"]).toBeCloseTo(1 / 5, 9);
  const { harmoniser, sources } = Model.parse(lesson.body);
  expect(harmoniser.weights[sources.indexOf("corrections")]).toBeCloseTo(0.8, 9);
});

test("routes follow the project's gate", async () => {
  const lesson = await project.learner(pool, config()).learn([], undefined, ctx());
  const routes = async (route: { acceptBelow: number; blockAbove: number }) => {
    const assessments = await project.assessor(lesson, config({ route })).assess(
      pool.map(({ proposal }) => proposal),
      pool.map(({ item }) => item),
      ctx(),
    );
    return new Set(
      assessments.map(({ risk, route: taken }) => {
        const expected =
          (risk ?? 1) < route.acceptBelow
            ? "accept"
            : (risk ?? 1) > route.blockAbove
              ? "block"
              : "ask";
        expect(taken).toBe(expected);
        return taken;
      }),
    );
  };
  expect(await routes({ acceptBelow: 0.3, blockAbove: 0.6 })).toEqual(
    new Set(["accept", "ask", "block"]),
  );
  expect(await routes({ acceptBelow: 0, blockAbove: 1 })).toEqual(new Set(["ask"]));
});

test("a lesson of another kind, unknown options and gold selection are refused", async () => {
  const lesson = await project.learner(pool, config()).learn([], undefined, ctx());
  expect(() => project.assessor({ ...lesson, kind: "memory" }, config())).toThrow(
    "not a harmoniser's",
  );
  expect(() => project.weights({ ...lesson, body: {} })).toThrow("not a harmoniser's");
  const unknown = config({
    assess: { system: "pareto-calibration", options: { scalarizer: "max" } },
  });
  expect(() => project.learner(pool, unknown)).toThrow();
  const gold = config({ assess: { system: "pareto-calibration", options: { select: "gold" } } });
  expect(() => project.learner(pool, gold)).toThrow("by gold labels");
});

test("a pool without any vote is a problem a person can act on", async () => {
  const silent = pool.map(({ item, proposal }) => ({
    item,
    proposal: { ...proposal, output: null, votes: [] },
  }));
  await expect(project.learner(silent, config()).learn([], undefined, ctx())).rejects.toThrow(
    "No source says anything",
  );
});
