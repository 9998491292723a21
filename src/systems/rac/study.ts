import type { Ctx } from "#core/contracts.ts";
import type { ArmMetric, Curve, SeedResult, Study, StudySize } from "#core/study.ts";
import { resampleIndices } from "#measure/bootstrap.ts";
import { resampledMean } from "#measure/resampled-mean.ts";
import type { PolicyModel } from "#propose/policy/model.ts";
import { policyRunner } from "#propose/policy/runner.ts";
import { demonstrate } from "#worlds/manipulation/demonstrations.ts";
import { mujocoInsert } from "#worlds/manipulation/mujoco-insert.ts";
import { mujocoInNode } from "#worlds/manipulation/mujoco-node.ts";
import { type EvaluatedEpisode, evaluate } from "#worlds/manipulation/rollout.ts";
import { tabletop } from "#worlds/manipulation/tabletop.ts";
import type { InsertionWorld } from "#worlds/manipulation/world.ts";
import {
  armOf,
  CAPS,
  CELL_NAMES,
  CELLS,
  type Cell,
  type CellName,
  SIZES,
  SIZES_FAST,
} from "./study-cells.ts";
import {
  cloned,
  PLANS,
  type Round,
  runRounds,
  type Site,
  type Sizes,
  splitterAccuracy,
  trainingData,
} from "./study-rounds.ts";
import { arms, claims, full, paper } from "./study-text.ts";

const SEEDS = 5;
const SUBTASKS = 2;
const STEPS_PER_PIECE = 130;
/** Where success is measured against the recoveries allowed. */
const CAPPED: readonly CellName[] = ["main", "flow"];
/** MuJoCo is slow: fewer episodes of one peg. */
const MUJOCO_EPISODES = 40;

export const study: Study = {
  id: "rac",
  title: "Recovery and correction against other ways of spending a person's steps",
  seedsDefault: SEEDS,
  arms,
  claims,
  full,
  paper,
  options: {
    world: `tabletop, ${SUBTASKS} pieces, ${STEPS_PER_PIECE} steps for each`,
    ...SIZES,
    cells: CELLS,
    caps: CAPS,
    training: "Adam 3e-3 along half a cosine, batches of 64, afresh in each round",
    mujocoEvaluationEpisodes: MUJOCO_EPISODES,
  },
  runSeed,
};

type Metrics = Record<string, ArmMetric>;

async function runSeed(
  seed: number,
  ctx: Ctx,
  { fast, full: whole = false }: StudySize,
): Promise<SeedResult> {
  const metrics: Record<string, Metrics> = {};
  const curves: Curve[] = [];
  const facts: Record<string, number | string> = {};
  const names = CELL_NAMES.filter((name) => whole || CELLS[name].engine !== "mujoco");
  for (const [done, name] of names.entries()) {
    ctx.progress({ done, total: names.length, label: CELLS[name].title || "main cell" });
    const cell: Cell = CELLS[name];
    const world = await worldOf(cell);
    const measured = await runCell({ name, cell, world, sizes: sizesOf(cell, fast) }, ctx);
    Object.assign(metrics, measured.metrics);
    curves.push(...measured.curves);
    Object.assign(facts, measured.facts);
    world.dispose();
  }
  return { seed, arms: metrics, curves, facts };
}

const sizesOf = ({ engine, humanStepsPerRound }: Cell, fast: boolean): Sizes => {
  if (fast) return SIZES_FAST;
  const evaluationEpisodes = engine === "mujoco" ? MUJOCO_EPISODES : SIZES.evaluationEpisodes;
  return { ...SIZES, humanStepsPerRound, evaluationEpisodes };
};

async function worldOf(cell: Cell): Promise<InsertionWorld> {
  const { perceptionBias, executionNoise } = cell;
  if (cell.engine === "mujoco")
    return mujocoInsert(await mujocoInNode(), { perceptionBias, executionNoise });
  return tabletop({
    ...{ perceptionBias, executionNoise, stick: cell.stick },
    subtasks: SUBTASKS,
    stepsMax: SUBTASKS * STEPS_PER_PIECE,
  });
}

interface Setting {
  readonly name: CellName;
  readonly cell: Cell;
  readonly world: InsertionWorld;
  readonly sizes: Sizes;
}

/** All arms of a cell. Cells of one world begin with the same demonstrations and first policy. */
async function runCell(
  { name, cell, world, sizes }: Setting,
  { rng: root, signal }: Ctx,
): Promise<{ metrics: Record<string, Metrics>; curves: Curve[]; facts: SeedResult["facts"] }> {
  const { engine, stick, perceptionBias, executionNoise, policy } = cell;
  const rng = root.split(`${engine} ${stick} ${perceptionBias} ${executionNoise}`);
  const demonstrations = demonstrate(world, sizes.demonstrations, rng.split("demonstrations"));
  const data = trainingData(demonstrations, "whole", rng);
  const training = { policy, steps: sizes.trainingSteps, signal };
  const initial = await cloned(data, { ...training, rng: rng.split("initial") });
  const site: Site = { world, sizes, policy, demonstrations, initial, rng, signal };
  const yardstick = yardstickOf(site);

  const metrics: Record<string, Metrics> = { [armOf(name, "initial")]: yardstick.of(initial) };
  const curves: Curve[] = [];
  const facts: Record<string, number | string> = {};
  for (const planName of cell.plans) {
    const arm = armOf(name, planName);
    const rounds = await runRounds(site, PLANS[planName]);
    const model = rounds.at(-1)?.model ?? initial;
    metrics[arm] = { ...yardstick.of(model), ...effort(rounds) };
    if (name === "main" && planName === "rac") {
      const recorded = rounds.flatMap((round) => round.recorded);
      const value = splitterAccuracy(demonstrations, recorded);
      metrics[arm] = { ...metrics[arm], "cuts-found": { value } };
    }
    curves.push(yardstick.byHumanSteps(arm, [initial, ...rounds.map((one) => one.model)], rounds));
    if (CAPPED.includes(name) && (planName === "rac" || planName === "hg"))
      curves.push(yardstick.byCap(arm, model));
    if (name === "main")
      facts[`take-overs of ${planName}`] = rounds.reduce((sum, one) => sum + one.takeOvers, 0);
  }
  return { metrics, curves, facts };
}

function effort(rounds: readonly Round[]): Metrics {
  const total = (of: (round: Round) => number) => rounds.reduce((sum, one) => sum + of(one), 0);
  return {
    "human-steps": { value: total(({ humanSteps }) => humanSteps) },
    "take-overs": { value: total(({ takeOvers }) => takeOvers) },
    "roll-outs": { value: total(({ rollOuts }) => rollOuts) },
    // 0 where there was nothing to correct.
    "recovery-share": {
      value:
        total(({ recoverySteps }) => recoverySteps) /
        Math.max(
          1,
          total(({ humanSteps }) => humanSteps),
        ),
    },
  };
}

/** How policies of a site are measured: alone, on the same starts. */
function yardstickOf({ world, sizes, rng, demonstrations, signal }: Site) {
  const seeds = Array.from({ length: sizes.evaluationEpisodes }, (_, i) => i);
  const resamples = resampleIndices(rng.split("resamples"), seeds.length, sizes.replicates);
  const lent = { ...world, dispose() {} }; // the site goes on using it
  const known = new Map<PolicyModel, readonly EvaluatedEpisode[]>();
  const run = (model: PolicyModel, recoveriesMax?: number) =>
    evaluate(policyRunner(model), () => lent, {
      seeds,
      rng: rng.split("evaluation"),
      signal,
      ...(recoveriesMax !== undefined && { recoveriesMax }),
    }).episodes;
  const episodesOf = (model: PolicyModel) => {
    const found = known.get(model) ?? run(model);
    known.set(model, found);
    return found;
  };
  const metric = (values: readonly number[]): ArmMetric =>
    resampledMean(Float64Array.from(values), resamples);
  const won = (episodes: readonly EvaluatedEpisode[]) =>
    episodes.map(({ success }) => (success ? 1 : 0));
  const before = (model: PolicyModel, cap: number) =>
    episodesOf(model).map(({ success, recoveries }) => (success && recoveries >= cap ? 1 : 0));
  const shown = demonstrations.reduce((sum, { rows }) => sum + rows.length, 0);
  return {
    of(model: PolicyModel): Metrics {
      const episodes = episodesOf(model);
      return {
        success: metric(won(episodes)),
        progress: metric(episodes.map(({ progress }) => progress)),
        recoveries: metric(episodes.map(({ recoveries }) => recoveries)),
        // What only roll-outs with so many recoveries won is what a cap there would lose.
        "gain-of-trying-again": metric(before(model, 1)),
        "gain-past-the-third": metric(before(model, 3)),
      };
    },
    byHumanSteps(arm: string, models: readonly PolicyModel[], rounds: readonly Round[]): Curve {
      const spent = rounds.map((_, r) =>
        rounds.slice(0, r + 1).reduce((sum, { humanSteps }) => sum + humanSteps, shown),
      );
      return {
        ...{ id: `success/${arm}`, arm, xLabel: "human steps", yLabel: "success alone" },
        x: [shown, ...spent],
        y: models.map((model) => mean(won(episodesOf(model)))),
      };
    },
    /** Each cap is rolled out anew. */
    byCap: (arm: string, model: PolicyModel): Curve => ({
      ...{ id: `cap/${arm}`, arm, xLabel: "ends at this recovery", yLabel: "success alone" },
      x: [...CAPS],
      y: CAPS.map((cap) => mean(won(run(model, cap)))),
    }),
  };
}

const mean = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0) / values.length;
