import { expect, test } from "vitest";
import type { Route } from "#core/assessment.ts";
import { manualClock } from "#core/clock.ts";
import type { Assessor, Learner, Proposer } from "#core/contracts.ts";
import { Problem } from "#core/errors.ts";
import { ActorId, ItemId, LessonId, ProposalId } from "#core/ids.ts";
import type { Item } from "#core/item.ts";
import { rngOf } from "#core/rng.ts";
import { labelKind } from "#correct/label.ts";
import { flawlessTraits, simulatedCorrector } from "#correct/simulated.ts";
import { denseFromRows } from "#num/dense.ts";
import { type LoopPlan, runLoop } from "./driver.ts";
import type { LoopParts } from "./parts.ts";

const items = (from: number, to: number): Item[] =>
  Array.from({ length: to - from }, (_, i) => ({
    id: ItemId.parse(`m${from + i}`),
    input: { text: `${from + i}`, fields: {} },
  }));
const indexOf = (id: string) => Number(id.slice(1));
const gold = (id: string) => (indexOf(id) % 2 === 0 ? "even" : "odd");

/** Always says "even". */
const proposer: Proposer<string> = {
  async *propose(asked) {
    for (const { id } of asked)
      yield {
        id: ProposalId.parse(`p-${id}`),
        itemId: id,
        source: { id: "even", kind: "scripted", version: "1" },
        output: "even",
      };
  },
};
/** Knows what it was corrected on: nothing else. */
const learner: Learner<string> = {
  async learn(history, previous, ctx) {
    return {
      id: LessonId.parse(`lesson-${history.length}`),
      kind: "rote",
      parent: previous?.id ?? null,
      learnedFrom: history.map(({ id }) => id),
      code: "test",
      options: {},
      seed: ctx.rng.path,
      summary: "What it was told.",
      body: null,
      atMs: ctx.clock.nowMs(),
    };
  },
};
const assessor = (route: (id: string) => Route = () => "ask"): Assessor<string> => ({
  async assess(proposals) {
    return proposals.map(({ id, itemId }) => ({
      proposalId: id,
      itemId,
      risk: 0.5 - indexOf(itemId) / 1_000,
      reasons: [],
      route: route(itemId),
    }));
  },
});

function loop(parts: Partial<LoopParts<string>> = {}, plan: Partial<LoopPlan<string>> = {}) {
  const clock = manualClock(0);
  const by = { id: ActorId.parse("sim"), kind: "simulated" as const };
  const classes = ["even", "odd"];
  const traits = flawlessTraits;
  const ctx = {
    rng: rngOf(1),
    clock,
    signal: new AbortController().signal,
    progress: () => undefined,
  };
  return runLoop(
    {
      kind: labelKind,
      proposer,
      learner: () => learner,
      assessor: () => assessor(),
      corrector: simulatedCorrector({ by, classes, oracle: gold, clock, traits }),
      metric: { measure: () => [] },
      ...parts,
    },
    {
      pool: items(0, 12),
      heldOut: items(12, 20),
      gold: new Map(items(12, 20).map(({ id }) => [id, gold(id)])),
      features: denseFromRows(items(0, 12).map(({ id }) => [indexOf(id) % 3, 0])),
    },
    { plan: { order: "cost", budget: {}, refitEvery: 100, ...plan }, ctx },
  );
}

test("without an end to the budget every case is answered, dearest first", async () => {
  const { corrections, state, trajectory } = await loop();
  expect(corrections.map(({ itemId }) => itemId)).toEqual(items(0, 12).map(({ id }) => id));
  expect(corrections.every(({ itemId, after }) => after === gold(itemId))).toBe(true);
  expect([...state.turns.values()].every(({ phase }) => phase === "answered")).toBe(true);
  expect(trajectory.map(({ gate }) => gate)).toEqual(["Promoted: the first lesson."]);
});

test("the order by diversity goes round the clusters", async () => {
  const { corrections } = await loop({}, { order: "diversity", budget: { count: 3 } });
  const clusters = corrections.map(({ itemId }) => indexOf(itemId) % 3);
  expect(new Set(clusters)).toEqual(new Set([0, 1, 2]));
});

test("a lesson is judged every so many corrections, with the effort up to there", async () => {
  const { trajectory } = await loop({}, { refitEvery: 5 });
  expect(trajectory.map(({ corrections }) => corrections)).toEqual([0, 5, 10]);
  const spent = trajectory.map(({ humanMs }) => humanMs);
  expect(spent[0]).toBe(0);
  expect(spent).toEqual([...spent].sort((a, b) => a - b));
  // Eight held-out items cannot show that nothing was lost.
  expect(trajectory.at(-1)).toMatchObject({ promoted: false });
  expect(trajectory.at(-1)?.gate).toMatch(/^Held back: on 8 held-out items/);
});

test("accepted items go out unseen, blocked ones stay in", async () => {
  const route = (id: string): Route => {
    if (indexOf(id) < 4) return "accept";
    return indexOf(id) < 8 ? "block" : "ask";
  };
  const { corrections, state } = await loop({ assessor: () => assessor(route) });
  expect(corrections.map(({ itemId }) => itemId)).toEqual(["m8", "m9", "m10", "m11"]);
  const phases = [...state.turns.values()].map(({ phase }) => phase);
  expect(phases.slice(0, 8)).toEqual([
    ...new Array<string>(4).fill("accepted"),
    ...new Array<string>(4).fill("blocked"),
  ]);
});

test("what an assessor sends back is proposed again, and not for ever", async () => {
  let asked = 0;
  const counting: Proposer<string> = {
    propose(list, ctx) {
      asked += list.filter(({ id }) => id === ItemId.parse("m3")).length;
      return proposer.propose(list, ctx);
    },
  };
  const { state } = await loop({
    proposer: counting,
    assessor: () => assessor((id) => (id === "m3" ? "retry" : "ask")),
  });
  expect(asked).toBe(4);
  expect(state.turns.get(ItemId.parse("m3"))?.phase).not.toBe("answered");
});

test("an item without a proposal waits with the reason, the others go on", async () => {
  const patchy: Proposer<string> = {
    propose: (list, ctx) =>
      proposer.propose(
        list.filter(({ id }) => id !== "m5"),
        ctx,
      ),
  };
  const { corrections, state } = await loop({ proposer: patchy });
  expect(corrections.length).toBe(11);
  expect(state.turns.get(ItemId.parse("m5"))).toMatchObject({
    phase: "open",
    waitingFor: "the proposer gave no proposal",
  });
});

test("a fit that fails on its data keeps the corrections for the next", async () => {
  const failing: Learner<string> = {
    async learn(history, previous, ctx) {
      if (history.length === 5) throw new Problem("bad-input", "One class only");
      return learner.learn(history, previous, ctx);
    },
  };
  const { trajectory } = await loop({ learner: () => failing }, { refitEvery: 5 });
  expect(trajectory.map(({ corrections }) => corrections)).toEqual([0, 6, 11]);
});

test("a bug in a learner ends the loop", async () => {
  const broken: Learner<string> = {
    async learn(history, previous, ctx) {
      if (history.length > 0) throw new TypeError("no such field");
      return learner.learn(history, previous, ctx);
    },
  };
  await expect(loop({ learner: () => broken }, { refitEvery: 5 })).rejects.toThrow("no such field");
});

test("an assessor that leaves a proposal out is a bug", async () => {
  const short: Assessor<string> = { assess: async () => [] };
  await expect(loop({ assessor: () => short })).rejects.toThrow("answers each proposal");
});
