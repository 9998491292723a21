import { manualClock } from "#core/clock.ts";
import type { Ctx } from "#core/contracts.ts";
import { ActorId, ItemId } from "#core/ids.ts";
import type { Item } from "#core/item.ts";
import { ProjectConfig } from "#core/project.ts";
import type { Proposal } from "#core/proposal.ts";
import type { Rng } from "#core/rng.ts";
import { labelKind } from "#correct/label.ts";
import { simulatedCorrector } from "#correct/simulated.ts";
import { type LoopRun, runLoop } from "#loop/driver.ts";
import { errorMetric } from "#measure/metrics.ts";
import { proposalId } from "#propose/proposal-id.ts";
import { project } from "#systems/pareto-calibration/project.ts";
import { type Bench, type Figure, mustHold, timeMs } from "./harness.ts";
import { ctxOf } from "./mails.ts";
import { CLASSES } from "./rows.ts";

const POOL = 14_000;
const HELD_OUT = 1_000;
const CORRECTIONS = 10_000;
/** Corrections between two lessons: a tenth of the work, and as a busy project has them. */
const REFITS_EVERY = [1_000, 100];
const TARGET_S = 60;

const WORDS = 3_000;
const WORDS_PER_ITEM = 40;
/** Of the words, those the proposer has an opinion on. */
const KNOWN = 0.05;
const RULES = 6;
/** How much more often a word occurs under the class it leans to, in logs: standard deviation. */
const LEAN = 0.25;

interface World {
  readonly items: readonly Item[];
  readonly gold: ReadonlyMap<string, string>;
  readonly proposals: ReadonlyMap<string, Proposal<string>>;
}

/** Texts of words that lean to one class, a proposer that knows few of them, and rules that know one each. */
function worldOf(count: number, rng: Rng): World {
  const leans = Float64Array.from({ length: WORDS }, () => LEAN * rng.normal());
  const cumulated = [1, -1].map((side) => {
    let sum = 0;
    return leans.map((lean) => (sum += Math.exp(side * lean)));
  });
  const wordOf = (side: number) => {
    const sums = cumulated[side] ?? leans;
    return lowerBound(sums, rng.uniform() * (sums.at(-1) ?? 0));
  };
  const known = leans.map((lean) => (rng.bernoulli(KNOWN) ? lean : 0));
  const strongest = Array.from(leans.keys())
    .sort((a, b) => Math.abs(leans[b] ?? 0) - Math.abs(leans[a] ?? 0))
    .slice(0, RULES);
  const gold = new Map<string, string>();
  const proposals = new Map<string, Proposal<string>>();
  const items = Array.from({ length: count }, (_, index): Item => {
    const id = ItemId.parse(`item-${index}`);
    const side = rng.int(2);
    const words = Array.from({ length: WORDS_PER_ITEM }, () => wordOf(side));
    gold.set(id, CLASSES[side] ?? CLASSES[0]);
    const score = words.reduce((sum, word) => sum + (known[word] ?? 0), 0);
    proposals.set(id, {
      id: proposalId(id, "few-words"),
      itemId: id,
      source: { id: "few-words", kind: "scripted", version: "1" },
      output: score > 0 ? CLASSES[0] : CLASSES[1],
      votes: strongest.map((word, rule) => ({
        source: `rule-${rule}`,
        output: words.includes(word) ? ((leans[word] ?? 0) > 0 ? CLASSES[0] : CLASSES[1]) : null,
      })),
    });
    return { id, input: { text: words.map((word) => `w${word}`).join(" "), fields: {} } };
  });
  return { items, gold, proposals };
}

/** First index whose value exceeds `at`, of ascending `sums`. */
function lowerBound(sums: Float64Array, at: number): number {
  let [low, high] = [0, sums.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sums[middle] ?? 0) > at) high = middle;
    else low = middle + 1;
  }
  return low;
}

const config = ProjectConfig.parse({
  name: "loop",
  task: { kind: "label", schema: { classes: [...CLASSES], positive: "spam" } },
});

const correctorOf = ({ gold }: World) =>
  simulatedCorrector({
    by: { id: ActorId.parse("simulated"), kind: "simulated" },
    classes: [...CLASSES],
    oracle: (itemId) => gold.get(itemId),
    clock: manualClock(),
  });

function loop(world: World, refitEvery: number, ctx: Ctx): Promise<LoopRun<string>> {
  const { items, gold, proposals } = world;
  const heldOut = items.slice(POOL);
  return runLoop<string>(
    {
      kind: labelKind,
      proposer: {
        async *propose(asked) {
          for (const { id } of asked) {
            const proposal = proposals.get(id);
            if (proposal !== undefined) yield proposal;
          }
        },
      },
      learner: (pool) => project.learner(pool, config),
      assessor: (lesson) => project.assessor(lesson, config),
      corrector: correctorOf(world),
      metric: errorMetric({ rng: ctx.rng.split("metric"), resamples: 99 }),
    },
    {
      pool: items.slice(0, POOL),
      heldOut,
      gold: new Map(heldOut.map(({ id }) => [id, gold.get(id) ?? CLASSES[0]])),
    },
    {
      plan: {
        order: "cost",
        budget: { count: CORRECTIONS },
        refitEvery,
        auditShare: 0.05,
        blindShare: 0.05,
      },
      ctx,
    },
  );
}

/** The answers of the same reviewer to as many cases, and no loop around them. */
async function correctorMs(world: World, ctx: Ctx): Promise<number> {
  const corrector = correctorOf(world);
  return timeMs(async () => {
    for (const item of world.items.slice(0, CORRECTIONS)) {
      const proposal = world.proposals.get(item.id);
      mustHold(proposal !== undefined, "every item has a proposal");
      const assessment = {
        proposalId: proposal.id,
        itemId: item.id,
        risk: 0.5,
        reasons: [],
        route: "ask" as const,
      };
      const shown = { audit: false, propensity: 1, suggestionShown: true };
      await corrector.correct({ item, proposal, assessment, ...shown }, ctx);
    }
  });
}

async function measured(world: World, refitEvery: number, ctx: Ctx): Promise<Figure> {
  let run: LoopRun<string> | undefined;
  const ms = await timeMs(async () => {
    run = await loop(world, refitEvery, ctx);
  });
  mustHold(run !== undefined, "the loop ran");
  const { corrections, lessons, trajectory } = run;
  mustHold(corrections.length >= CORRECTIONS, `${CORRECTIONS} corrections arrived`);
  mustHold(lessons.length > CORRECTIONS / refitEvery, `a lesson every ${refitEvery} corrections`);
  const errors = trajectory.map(({ measurements }) => measurements[0]?.value ?? Number.NaN);
  const [before = Number.NaN, after = Number.NaN] = [errors[0], errors.at(-1)];
  mustHold(after < before, `the held-out error falls (${before} to ${after})`);
  return {
    what: `${CORRECTIONS.toLocaleString("en")} corrections, ${lessons.length} lessons`,
    ours: ms / 1000,
    unit: "s",
    better: "less",
    target: TARGET_S,
    peer: {
      name: "bound: the simulated reviewer alone",
      value: (await correctorMs(world, ctx)) / 1000,
    },
    note:
      `pool of ${POOL.toLocaleString("en")}, a refit every ${refitEvery.toLocaleString("en")}, ` +
      `each judged on ${HELD_OUT.toLocaleString("en")} held-out items; error ${before.toFixed(3)} to ${after.toFixed(3)}`,
  };
}

export const bench: Bench = {
  name: "loop",
  about: "The whole loop in memory: propose, assess, correct, learn, gate, measure",
  async run(log) {
    const ctx = ctxOf("loop");
    const world = worldOf(POOL + HELD_OUT, ctx.rng.split("world"));
    const figures: Figure[] = [];
    for (const refitEvery of REFITS_EVERY) {
      log(`a refit every ${refitEvery.toLocaleString("en")} corrections`);
      figures.push(await measured(world, refitEvery, ctx));
    }
    return figures;
  },
};
