import { describe, expect, test } from "vitest";
import { manualClock } from "#core/clock.ts";
import type { Correction } from "#core/correction.ts";
import { standing } from "#core/correction.ts";
import { ActorId } from "#core/ids.ts";
import { type Rng, rngOf } from "#core/rng.ts";
import { labelKind } from "#correct/label.ts";
import { type CorrectorTraits, simulatedCorrector } from "#correct/simulated.ts";
import { type LoopPlan, runLoop } from "#loop/driver.ts";
import { automaticRefit } from "#loop/gate.ts";
import { type LoopEvent, replay } from "#loop/loop-log.ts";
import { standingAnswer } from "#loop/turn.ts";
import { errorMetric } from "#measure/metrics.ts";
import { faultyChannel } from "./faulty-channel.ts";
import seeds from "./seeds.json" with { type: "json" };
import { classes, type Flipped, wordAssessor, wordLearner, wordWorld } from "./word-world.ts";

const ALL_SEEDS = [...seeds.default, ...seeds.failed];
const POOL = 400;
const HELD_OUT = 800;
const REFIT_EVERY = 25;
/** What a lesson may lose unproven: 800 held-out items can tell no smaller loss. */
const MARGIN = 0.02;
const by = { id: ActorId.parse("sim"), kind: "simulated" as const };

interface Setting {
  readonly plan?: Partial<LoopPlan<string>>;
  readonly flipped?: Flipped;
  readonly faulty?: boolean;
  readonly acceptBelow?: number;
  readonly traits?: Partial<CorrectorTraits>;
  readonly signal?: AbortSignal;
}

async function simulate(seed: number, setting: Setting = {}) {
  const rng: Rng = rngOf(seed);
  const world = wordWorld(POOL + HELD_OUT, rng.split("world"));
  const clock = manualClock(0);
  const channel = faultyChannel(rng.split("channel"));
  const events: LoopEvent<string>[] = [];
  const gold = (id: string) => world.gold.get(id);
  const run = await runLoop(
    {
      kind: labelKind,
      proposer: world.proposer,
      learner: wordLearner({ flipped: setting.flipped ?? "none" }),
      assessor: wordAssessor(setting.acceptBelow ?? 0),
      corrector: simulatedCorrector({
        by,
        classes,
        oracle: gold,
        clock,
        traits: setting.traits ?? {},
      }),
      metric: errorMetric({ rng: rng.split("metric") }),
      ...(setting.faulty === true && { channel }),
    },
    {
      pool: world.items.slice(0, POOL),
      heldOut: world.items.slice(POOL),
      gold: world.gold,
    },
    {
      plan: {
        order: "cost",
        budget: { count: 200 },
        refitEvery: REFIT_EVERY,
        auditShare: 0.1,
        blindShare: 0.1,
        rule: { ...automaticRefit, margin: MARGIN },
        onEvent: (event) => events.push(event),
        ...setting.plan,
      },
      ctx: {
        rng: rng.split("loop"),
        clock,
        signal: setting.signal ?? new AbortController().signal,
        progress: () => undefined,
      },
    },
  );
  return { run, events, channel, world };
}

const errors = ({ run }: Awaited<ReturnType<typeof simulate>>) =>
  run.trajectory.map(({ measurements }) => measurements[0]?.value ?? Number.NaN);

describe.each(ALL_SEEDS)("seed %i, on a line that loses, repeats and reorders", (seed) => {
  test("no correction is lost or applied twice, and undo ends where the reviewer meant it to", async () => {
    const { run, channel } = await simulate(seed, { faulty: true });
    expect(channel.repeats()).toBeGreaterThan(0);
    expect(channel.sent.some(({ decision }) => decision === "undone")).toBe(true);
    const sent = channel.sent.map(({ id }) => id).sort();
    expect(run.corrections.map(({ id }) => id).sort()).toEqual(sent);
    const inTurns = [...run.state.turns.values()].flatMap(({ history }) =>
      history.map(({ id }) => id),
    );
    expect(inTurns.sort()).toEqual(sent);
    const meant = new Map<string, Correction<string>>();
    for (const correction of standing(channel.sent)) meant.set(correction.itemId, correction);
    for (const [itemId, turn] of run.state.turns)
      expect(standingAnswer(turn)?.id).toBe(meant.get(itemId)?.id);
  });

  test("replaying the log gives the live state", async () => {
    const { run, events } = await simulate(seed, { faulty: true });
    expect(replay(events, REFIT_EVERY)).toEqual(run.state);
  });

  test("budgets of count and of minutes hold", async () => {
    const byCount = await simulate(seed, { faulty: true, plan: { budget: { count: 60 } } });
    const answers = byCount.channel.sent.filter(({ decision }) => decision !== "undone");
    expect(answers.length).toBe(60);
    const minutes = 5;
    const byTime = await simulate(seed, { plan: { budget: { minutes } } });
    const last = byTime.run.corrections.at(-1)?.effort.ms ?? 0;
    expect(byTime.run.humanMs).toBeGreaterThanOrEqual(minutes * 60_000);
    expect(byTime.run.humanMs - last).toBeLessThan(minutes * 60_000);
  });

  test("a good learner lowers the held-out error", async () => {
    const found = errors(await simulate(seed, { faulty: true }));
    expect(found.at(-1)).toBeLessThan((found[0] ?? 0) - 0.01);
  });

  test("the canary, a learner that takes every label for its opposite, never goes live", async () => {
    const { run } = await simulate(seed, { faulty: true, flipped: "all" });
    const [first, ...later] = run.trajectory;
    expect(later.length).toBeGreaterThan(0);
    expect(later.map(({ promoted }) => promoted)).not.toContain(true);
    expect(run.state.round.inForce).toBe(first?.lessonId);
    for (const { gate } of later) expect(gate).toMatch(/^Held back: on 800 held-out items/);
  });

  test("a canary that flips corrections alone is caught before it costs more than the margin", async () => {
    const { run } = await simulate(seed, { faulty: true, flipped: "corrections" });
    expect(run.trajectory.map(({ promoted }) => promoted)).toContain(false);
    const found = run.trajectory.map(({ measurements }) => measurements[0]?.value ?? Number.NaN);
    expect(found.at(-1)).toBeLessThan(Math.min(...found) + MARGIN);
  });
});

test("the same seed gives the same run, byte for byte", async () => {
  const bytes = async () => {
    const { run } = await simulate(3, { faulty: true });
    return JSON.stringify([run.trajectory, run.corrections, run.lessons]);
  };
  expect(await bytes()).toBe(await bytes());
});

test("every order reviews, and the one by cost finds more errors than chance does", async () => {
  const found = { cost: 0, random: 0 };
  for (const seed of ALL_SEEDS.slice(0, 10))
    for (const order of ["cost", "random"] as const) {
      const plan = { order, budget: { count: 80 } };
      const { run } = await simulate(seed, { plan, traits: { slipRate: 0, anchoring: 0 } });
      found[order] += run.corrections.filter(({ decision }) => decision === "edited").length;
    }
  expect(found.cost).toBeGreaterThan(1.3 * found.random);
  for (const order of ["uncertainty", "diversity"] as const) {
    const { run } = await simulate(1, { plan: { order, budget: { count: 30 } } });
    expect(run.corrections.length).toBe(30);
  }
});

test("accepted items come before a person only as audits, each with its propensity", async () => {
  const { run, events } = await simulate(2, { acceptBelow: 0.2, plan: { budget: {} } });
  const routes = new Map<string, string>();
  for (const entry of events)
    if (entry.on === "item" && entry.event.kind === "assessed")
      routes.set(entry.itemId, entry.event.assessment.route);
  const audits = run.corrections.filter(({ audit }) => audit);
  expect(audits.length).toBeGreaterThan(0);
  for (const { audit, propensity } of run.corrections) expect(propensity).toBe(audit ? 0.1 : 1);
  const accepted = [...run.state.turns].filter(([, { phase }]) => phase === "accepted");
  for (const [itemId] of accepted) expect(routes.get(itemId)).toBe("accept");
  const open = [...run.state.turns.values()].filter(({ phase }) => phase === "open");
  expect(open.length).toBe(0);
});

test("a cancelled loop stops with a problem that says so", async () => {
  const cancelled = simulate(1, { signal: AbortSignal.abort() });
  await expect(cancelled).rejects.toMatchObject({ name: "Problem", kind: "cancelled" });
});
