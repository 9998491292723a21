/** Sampling from tiny language policies, and training them, for the computing thread. */
import { type Aggregate, combine } from "#assess/reward/ensemble.ts";
import { membersFrom } from "#assess/reward/model-json.ts";
import { memberScores } from "#assess/reward/reward-model.ts";
import type { TrainingMethod, TrainingOptions, TrainingPoint } from "#core/comparison-views.ts";
import { Problem } from "#core/errors.ts";
import { type Rng, rngOf } from "#core/rng.ts";
import { dpo } from "#learn/dpo.ts";
import { expertIteration } from "#learn/expert-iteration.ts";
import { grpo } from "#learn/grpo.ts";
import { ppo } from "#learn/ppo.ts";
import type { Climb } from "#learn/rollouts.ts";
import { sft } from "#learn/sft.ts";
import { type Policy, type Prompted, policyOf, type TinyLm } from "#propose/tiny-lm.ts";
import { baseOf, loadBase } from "#worlds/language/base.ts";
import { brief } from "#worlds/language/brief.ts";
import { textOf } from "#worlds/language/tokens.ts";
import { goldOf } from "#worlds/language/world.ts";
import { worldPrompt, worldReply } from "./comparison-projects.ts";
import type { Hooks } from "./compute-tasks.ts";
import { promptOf } from "./language-world.ts";
import type { RewardBody } from "./reward-lessons.ts";
import { scoresOf } from "./reward-tasks.ts";

/** A checkpoint's weights; null for the world's base policy. */
type Parameters = Float32Array | null;

export interface SampleTask {
  readonly parameters: Parameters;
  readonly prompts: readonly string[];
  readonly n: number;
  readonly temperature: number;
  readonly seed: string;
}

export interface Sampled {
  readonly text: string;
  /** Of the whole reply, nats. */
  readonly logProb: number;
}

export interface TrainTask {
  readonly method: TrainingMethod;
  readonly options: TrainingOptions;
  /** What the run began from: KL is measured to it. */
  readonly start: Parameters;
  /** What it goes on from, and the steps done until there. */
  readonly from: Parameters;
  readonly step: number;
  readonly reward: RewardBody | null;
  readonly pairs: readonly {
    readonly prompt: string;
    readonly chosen: string;
    readonly rejected: string;
  }[];
  readonly seed: string;
}

/** What comes through while a policy is trained: a look at it, and its weights then. */
export interface TrainNote {
  readonly point: TrainingPoint;
  readonly parameters: Float32Array;
}

export interface LanguageTasks {
  /** [prompts][n] */
  sampleReplies(task: SampleTask): Promise<Sampled[][]>;
  /** The weights at the end; a `TrainNote` every `lookEvery` steps on the way. */
  trainLanguage(task: TrainTask, hooks: Hooks): Promise<Float32Array>;
}

const modelOf = (parameters: Parameters): TinyLm =>
  parameters === null ? loadBase() : baseOf("brief", parameters);

function sample({ parameters, prompts, n, temperature, seed }: SampleTask): Sampled[][] {
  const policy = policyOf(modelOf(parameters));
  const read = prompts.map(worldPrompt);
  const options = { n, temperature, replyTokensMax: brief.replyTokensMax, rng: rngOf(seed) };
  const replies = policy.sample(read, options);
  const groups = read.map((prompt, p) => ({ prompt, replies: replies[p] ?? [] }));
  return policy.logProbs(groups).map((group, p) =>
    group.map((logProbs, r) => ({
      text: textOf(replies[p]?.[r] ?? []),
      logProb: logProbs.reduce((sum, value) => sum + value, 0),
    })),
  );
}

/** Held-out prompts a policy is looked at on. */
const LOOK_PROMPTS = 64;
const NORMAL_95 = 1.96;

/** One combined score for each reply, in the order given. */
function rewardsOf(
  { base, body, aggregate }: { base: Policy; body: RewardBody; aggregate: Aggregate },
  groups: readonly Prompted[],
): Float64Array {
  if (body.features.kind !== "trunk") {
    const replies = groups.flatMap(({ prompt, replies: said }) =>
      said.map((reply) => ({ prompt: textOf(prompt), text: textOf(reply) })),
    );
    return combine(scoresOf({ body, replies }), aggregate).scores;
  }
  const values = base.features(groups);
  const features = { rows: values.length / base.featureCount, cols: base.featureCount, values };
  return combine(memberScores(membersFrom(body.members), features), aggregate).scores;
}

interface Training {
  readonly task: TrainTask;
  readonly hooks: Hooks;
  readonly rng: Rng;
  readonly reward: ((groups: readonly Prompted[]) => Float64Array) | null;
  readonly before: Policy;
}

function look(
  training: Training,
  model: TinyLm,
  at: { step: number; loss: number | null },
): TrainNote {
  const { reward, before, task } = training;
  const rng = rngOf(task.seed).split("look");
  const prompts = Array.from({ length: LOOK_PROMPTS }, () => brief.prompt(rng));
  const policy = policyOf(model);
  const { replyTokensMax } = brief;
  const read = prompts.map(brief.tokens);
  const replies = policy.sample(read, { n: 1, replyTokensMax, rng: rng.split("replies") });
  const groups = read.map((prompt, p) => ({ prompt, replies: replies[p] ?? [] }));
  const total = (values: readonly Float64Array[][]) =>
    values.flat().reduce((sum, own) => sum + own.reduce((s, v) => s + v, 0), 0);
  const gold = prompts.map((prompt, p) => goldOf(brief, prompt, replies[p]?.[0] ?? []));
  const mean = (values: ArrayLike<number>) =>
    Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
  const worth = mean(gold);
  const squares = mean(gold.map((value) => (value - worth) ** 2));
  const rewards = reward?.(groups);
  const point: TrainingPoint = {
    ...at,
    reward: rewards === undefined ? null : mean(rewards),
    kl: (total(policy.logProbs(groups)) - total(before.logProbs(groups))) / LOOK_PROMPTS,
    gold: worth,
    goldError: NORMAL_95 * Math.sqrt(squares / LOOK_PROMPTS),
    length: mean(replies.map((group) => group[0]?.length ?? 0)),
    sample: `${textOf(read[0] ?? [])} ${textOf(replies[0]?.[0] ?? [])}`,
  };
  return { point, parameters: model.parameters.slice() };
}

/** Tells a look every so many steps, and at the last one. */
function looker(training: Training) {
  const { task, hooks } = training;
  const { steps, lookEvery } = task.options;
  let losses: number[] = [];
  return async (done: number, loss: number, model: () => TinyLm): Promise<void> => {
    losses.push(loss);
    const step = task.step + done;
    hooks.progress({ done: step, total: steps, label: `step ${step}` });
    if (step % lookEvery === 0 || step >= steps) {
      const mean = losses.reduce((sum, value) => sum + value, 0) / losses.length;
      losses = [];
      hooks.note?.(look(training, model(), { step, loss: mean }));
    }
    // The thread hears of a stop between two steps.
    await new Promise((resolve) => setImmediate(resolve));
    hooks.signal.throwIfAborted();
  };
}

async function train(task: TrainTask, hooks: Hooks): Promise<Float32Array> {
  const base = policyOf(loadBase());
  const { aggregate: kind, lambda } = task.options;
  const aggregate: Aggregate = kind === "uwo" ? { kind, lambda } : { kind };
  const body = task.reward;
  const training: Training = {
    task,
    hooks,
    rng: rngOf(task.seed).split("train").split(task.step),
    reward: body === null ? null : (groups) => rewardsOf({ base, body, aggregate }, groups),
    before: policyOf(modelOf(task.start)),
  };
  const model = modelOf(task.from);
  if (task.step === 0) hooks.note?.(look(training, model, { step: 0, loss: null }));
  if (task.step >= task.options.steps) return model.parameters;
  return (await METHODS[task.method](training, model)).parameters;
}

function climbOf({ reward }: Training): Climb {
  if (reward === null)
    throw new Problem("conflict", "There is no reward model to climb", {
      hint: "Compare some replies and let one be learned first.",
    });
  return { prompt: (rng) => brief.tokens(brief.prompt(rng)), reward };
}

const pairsOf = ({ task }: Training) =>
  task.pairs.map(({ prompt, chosen, rejected }) => ({
    prompt: worldPrompt(prompt),
    chosen: worldReply(chosen),
    rejected: worldReply(rejected),
  }));

const METHODS: Readonly<
  Record<
    TrainingMethod,
    (training: Training, model: TinyLm) => Promise<{ parameters: Float32Array }>
  >
> = {
  sft: (training, model) => {
    const told = looker(training);
    const examples = pairsOf(training).map(({ prompt, chosen }) => ({
      prompt,
      reply: chosen,
      weights: 1,
    }));
    return sft(model, examples, {
      ...common(training),
      batch: training.task.options.batch,
      onStep: ({ step, loss, parameters }) =>
        told(step + 1, loss, () => ({ ...model, parameters: parameters() })),
    });
  },
  dpo: (training, model) => {
    const told = looker(training);
    const { batch, beta } = training.task.options;
    return dpo(model, pairsOf(training), {
      ...common(training),
      batch,
      beta,
      onStep: (report) => told(report.step + 1, report.loss, report.model),
    });
  },
  "policy-gradient": (training, model) => {
    const told = looker(training);
    const { batch, groupSize, klWeight } = training.task.options;
    return grpo(model, climbOf(training), {
      ...common(training),
      groups: Math.max(1, Math.floor(batch / groupSize)),
      groupSize,
      klInReward: klWeight,
      perReply: false,
      replyTokensMax: brief.replyTokensMax,
      onStep: (report) => told(report.step + 1, report.loss, report.model),
    });
  },
  ppo: (training, model) => {
    const told = looker(training);
    const { batch, klWeight } = training.task.options;
    return ppo(model, climbOf(training), {
      ...common(training),
      ...PPO,
      replies: batch,
      minibatch: Math.max(1, Math.ceil(batch / 2)),
      klWeight,
      replyTokensMax: brief.replyTokensMax,
      onStep: (report) => told(report.step + 1, report.loss, report.model),
    });
  },
  "expert-iteration": (training, model) => {
    const told = looker(training);
    const { options } = training.task;
    const { steps: perRound } = { steps: Math.min(options.lookEvery, options.steps) };
    let loss = 0;
    return expertIteration(model, climbOf(training), {
      ...common(training),
      rounds: Math.max(1, Math.ceil((options.steps - training.task.step) / perRound)),
      prompts: options.batch,
      bestOf: options.bestOf,
      replyTokensMax: brief.replyTokensMax,
      sft: { steps: perRound, batch: options.batch, learningRate: options.learningRate },
      onStep: (report) => {
        loss = report.loss;
        training.hooks.signal.throwIfAborted();
      },
      onRound: (round, at) => told((round + 1) * perRound, loss, () => at),
    });
  },
};

/** As AlpacaFarm sets PPO up. */
const PPO = {
  innerEpochs: 2,
  clip: 0.2,
  valueCoefficient: 0.1,
  gamma: 1,
  lambda: 1,
  whiten: true,
} as const;

const common = ({ task, hooks, rng }: Training) => ({
  steps: task.options.steps - task.step,
  learningRate: task.options.learningRate,
  rng,
  signal: hooks.signal,
});

export const languageTasks = (): LanguageTasks => ({
  sampleReplies: async (task) => sample(task),
  trainLanguage: train,
});

/** The world's own reward of a reply to a prompt, both as texts. */
export const goldOfText = (prompt: string, reply: string): number =>
  goldOf(brief, promptOf(prompt), worldReply(reply));
