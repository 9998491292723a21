import type { Ctx } from "#core/contracts.ts";
import type { Curve, SeedResult, Study, StudySize } from "#core/study.ts";
import { mujocoInsert } from "#worlds/manipulation/mujoco-insert.ts";
import { mujocoInNode } from "#worlds/manipulation/mujoco-node.ts";
import { tabletop } from "#worlds/manipulation/tabletop.ts";
import {
  CONTROLS,
  MEMORY_SHARE,
  memoryPlans,
  PLANS,
  REACTIONS,
  type Reaction,
  SLOW,
  TRANSFERRED,
} from "./study-arms.ts";
import { type Round, runDemonstrations, runRounds, SIZES, SIZES_FAST } from "./study-rounds.ts";
import { type MeasuredSite, type Metrics, openSite } from "./study-site.ts";
import { arms, claims, full, paper } from "./study-text.ts";

const SEEDS = 8;
const PERCEPTION_BIAS = 0.07;
const STICK = 0.5;
/** MuJoCo is slow: fewer episodes, two rounds. */
const MUJOCO = { rounds: 2, episodesPerRound: 25, evaluationEpisodes: 40 };
const MUJOCO_FAST = { rounds: 1, episodesPerRound: 2, evaluationEpisodes: 3 };

export const study: Study = {
  id: "sirius",
  title: "Learning from shifts with take-overs: what weighting people's steps is worth",
  seedsDefault: SEEDS,
  arms,
  claims,
  full,
  paper,
  options: {
    world: "tabletop, one piece, 150 steps",
    perceptionBias: PERCEPTION_BIAS,
    stick: STICK,
    ...SIZES,
    reactions: REACTIONS,
    policy: "mlp 11-64-64-3, squared error, Adam 3e-3 along half a cosine, batches of 64",
    memoryShare: MEMORY_SHARE,
    full: { mujoco: MUJOCO },
  },
  runSeed,
};

interface Found {
  readonly metrics: Record<string, Metrics>;
  readonly curves: Curve[];
  readonly facts: Record<string, number | string>;
}

async function runSeed(seed: number, ctx: Ctx, size: StudySize): Promise<SeedResult> {
  const sizes = size.fast ? SIZES_FAST : SIZES;
  const found: Found = { metrics: {}, curves: [], facts: {} };
  const total = REACTIONS.length + (size.full ? 3 : 2);
  let done = 0;
  const report = (label: string) => ctx.progress({ done: done++, total, label });

  const main = await openSite(ctx, sizes, {
    label: "main",
    makeWorld: () => tabletop({ perceptionBias: PERCEPTION_BIAS, stick: STICK }),
  });
  found.metrics.initial = main.initialMetrics();
  for (const reaction of REACTIONS) {
    report(`a person who tolerates ${reaction} steps`);
    await runPerson(main, { reaction, found }, ctx);
  }
  report("memories");
  const episodes = sizes.demonstrations + sizes.rounds * sizes.episodesPerRound;
  for (const [arm, plan] of Object.entries(memoryPlans(episodes)))
    found.metrics[arm] = main.roundMetrics(SLOW, await runRounds(main.at(SLOW), plan, ctx));
  main.dispose();

  report("the slot seen as it is");
  const control = await openSite(ctx, sizes, {
    label: "control",
    makeWorld: () => tabletop({ perceptionBias: 0, stick: STICK }),
  });
  await runElsewhere(control, { prefix: "control", names: CONTROLS, found }, ctx);

  if (size.full) {
    report("MuJoCo");
    const module = await mujocoInNode();
    const smaller = { ...sizes, ...(size.fast ? MUJOCO_FAST : MUJOCO) };
    const twin = await openSite(ctx, smaller, {
      label: "mujoco",
      makeWorld: () => mujocoInsert(module, { perceptionBias: PERCEPTION_BIAS }),
    });
    await runElsewhere(twin, { prefix: "mujoco", names: TRANSFERRED, found }, ctx);
  }
  return { seed, arms: found.metrics, curves: found.curves, facts: found.facts };
}

/** Every plan under one person, and full demonstrations for as many of a person's steps. */
async function runPerson(
  main: MeasuredSite,
  { reaction, found }: { readonly reaction: Reaction; readonly found: Found },
  ctx: Ctx,
): Promise<void> {
  const site = main.at(reaction);
  const runs: Record<string, Round[]> = {};
  for (const [name, plan] of Object.entries(PLANS)) runs[name] = await runRounds(site, plan, ctx);
  runs.demos = await runDemonstrations(site, runs.sirius ?? [], ctx);
  for (const [name, rounds] of Object.entries(runs)) {
    const arm = `${name}-w${reaction}`;
    found.metrics[arm] = main.roundMetrics(reaction, rounds);
    found.curves.push(main.curveOf(arm, rounds));
  }
  addOverNoPre(found.metrics, reaction);
}

/** Plans in a further world under the slow person, beside its first policy. */
async function runElsewhere(
  site: MeasuredSite,
  how: {
    readonly prefix: string;
    readonly names: readonly (keyof typeof PLANS)[];
    readonly found: Found;
  },
  ctx: Ctx,
): Promise<void> {
  const { prefix, names, found } = how;
  found.metrics[`${prefix}-initial`] = site.initialMetrics();
  for (const name of names) {
    const rounds = await runRounds(site.at(SLOW), PLANS[name], ctx);
    found.metrics[`${prefix}-${name}`] = site.roundMetrics(SLOW, rounds);
  }
  site.dispose();
}

/** What the class before a take-over adds, replicate by replicate, as a metric of its own. */
function addOverNoPre(metrics: Record<string, Metrics>, reaction: Reaction): void {
  const sirius = metrics[`sirius-w${reaction}`];
  const [full, without] = [sirius?.success, metrics[`no-pre-w${reaction}`]?.success];
  if (sirius === undefined || full === undefined || without === undefined) return;
  sirius["over-no-pre"] = {
    value: full.value - without.value,
    replicates: (full.replicates ?? []).map((r, i) => r - (without.replicates?.[i] ?? Number.NaN)),
  };
}
