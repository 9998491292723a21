import type { Comparisons } from "#assess/reward/reward-head.ts";
import type { Rng } from "#core/rng.ts";
import type { Dense } from "#num/dense.ts";
import { type Policy, policyOf, type TinyLm } from "#propose/tiny-lm.ts";
import {
  ANNOTATOR,
  type Annotator,
  annotatorPool,
  prefersFirst,
  type Seen,
} from "#worlds/language/annotators.ts";
import { loadBase } from "#worlds/language/base.ts";
import { type BriefPrompt, brief } from "#worlds/language/brief.ts";

/** How much of everything there is. */
export interface Sizes {
  /** Pairs labelled by each source. */
  readonly pairs: number;
  /** Prompts that every method replies to and is judged on. */
  readonly prompts: number;
  /** Replies to each of them that the best of n is chosen from. */
  readonly candidates: number;
  /** Gradient steps of every trained method, and sequences of a step. */
  readonly steps: number;
  readonly batch: number;
  /** Steps of PPO between two looks at gold. */
  readonly every: number;
}

export const SIZES: Sizes = {
  ...{ pairs: 4000, prompts: 256, candidates: 256 },
  ...{ steps: 60, batch: 64, every: 15 },
};
export const SIZES_FULL: Sizes = { ...SIZES, prompts: 512, steps: 160, every: 20 };
export const SIZES_FAST: Sizes = {
  ...{ pairs: 120, prompts: 24, candidates: 16 },
  ...{ steps: 2, batch: 8, every: 1 },
};

/** Who labels. `control`: the pool's mean taste without its noise. */
export const SOURCES = ["people", "pool", "control"] as const;
export type Source = (typeof SOURCES)[number];

const PEOPLE_SIZE = 16;
/** Judges that are language models overrate courtesy and length, by a fifth here. */
const POOL_BIAS = 1.2;
const COURTESY = ["courtesy", "courtesyExcess"] as const;
const PERSON: Annotator = {
  ...ANNOTATOR,
  flipRate: 0.15,
  positionBias: 0.1,
  lengthBias: 0.02,
};
const JUDGE: Annotator = { ...PERSON, flipRate: 0.25, lengthBias: POOL_BIAS * PERSON.lengthBias };
/** As good as none: a difference of a thousandth is told. */
const COLD = 1e-4;

/** The people whom everything is about, and the simulators that stand in for them. */
export type Annotators = Readonly<Record<Source, readonly Annotator[]>>;

export function annotatorsOf(rng: Rng): Annotators {
  const names = Object.keys(brief.terms(brief.prompt(rng.split("any")), [0]));
  const pool = annotatorPool(names, rng.split("pool"), { like: JUDGE }).map((one) => ({
    ...one,
    weights: {
      ...one.weights,
      ...Object.fromEntries(COURTESY.map((name) => [name, POOL_BIAS * (one.weights[name] ?? 1)])),
    },
  }));
  const meanWeight = (name: string) =>
    pool.reduce((sum, { weights }) => sum + (weights[name] ?? 1), 0) / pool.length;
  const control: Annotator = {
    ...JUDGE,
    weights: Object.fromEntries(names.map((name) => [name, meanWeight(name)])),
    temperature: COLD,
    flipRate: 0,
    positionBias: 0,
  };
  return {
    people: annotatorPool(names, rng.split("people"), { size: PEOPLE_SIZE, like: PERSON }),
    pool,
    control: [control],
  };
}

/** Nobody slips: what the verdicts of a leaderboard are made with. */
export const withoutFlips = (annotators: readonly Annotator[]): Annotator[] =>
  annotators.map((one) => ({ ...one, flipRate: 0 }));

/** Pair p is rows 2p and 2p + 1 of the features and of the replies. */
export interface ReplyPairs {
  readonly prompts: readonly BriefPrompt[];
  readonly replies: readonly Uint8Array[];
  readonly features: Dense;
}

export interface FarmWorld {
  readonly sizes: Sizes;
  readonly base: TinyLm;
  readonly policy: Policy;
  readonly annotators: Annotators;
  readonly pairs: ReplyPairs;
  /** What methods are judged on. */
  readonly prompts: readonly BriefPrompt[];
  /** [prompts] replies of the policy everything starts from: what all are judged against. */
  readonly reference: readonly Uint8Array[];
  /** [prompts][candidates] replies of the same policy, and their features in that order. */
  readonly candidates: readonly (readonly Uint8Array[])[];
  readonly candidateFeatures: Dense;
}

export function farmWorld(sizes: Sizes, rng: Rng): FarmWorld {
  const base = loadBase();
  const policy = policyOf(base);
  const draw = (count: number, own: Rng) => Array.from({ length: count }, () => brief.prompt(own));
  const paired = draw(sizes.pairs, rng.split("pair-prompts"));
  const prompts = draw(sizes.prompts, rng.split("prompts"));
  const sampled = (of: readonly BriefPrompt[], n: number, own: Rng) => {
    const read = of.map(brief.tokens);
    const { replyTokensMax } = brief;
    const replies = policy.sample(read, { n, replyTokensMax, rng: own });
    return { replies, groups: read.map((prompt, p) => ({ prompt, replies: replies[p] ?? [] })) };
  };
  const features = (groups: ReturnType<typeof sampled>["groups"]): Dense => {
    const values = policy.features(groups);
    return { rows: values.length / policy.featureCount, cols: policy.featureCount, values };
  };
  const two = sampled(paired, 2, rng.split("pair-replies"));
  const many = sampled(prompts, sizes.candidates, rng.split("candidates"));
  const reference = sampled(prompts, 1, rng.split("reference"));
  return {
    sizes,
    base,
    policy,
    annotators: annotatorsOf(rng.split("annotators")),
    pairs: { prompts: paired, replies: two.replies.flat(), features: features(two.groups) },
    prompts,
    reference: reference.replies.map(([reply]) => reply as Uint8Array), // one for each
    candidates: many.replies,
    candidateFeatures: features(many.groups),
  };
}

export const seenReply = (prompt: BriefPrompt, reply: Uint8Array): Seen => ({
  terms: brief.terms(prompt, reply),
  tokens: reply.length,
});

/** Whether one annotator prefers the first of two replies, whichever of them it is shown first. */
export function prefers(
  annotator: Annotator,
  { first, second }: { readonly first: Seen; readonly second: Seen },
  { shownFirst, rng }: { readonly shownFirst: boolean; readonly rng: Rng },
): boolean {
  const how = { lookedUp: brief.lookedUp, rng };
  return shownFirst
    ? prefersFirst(annotator, { first, second }, how)
    : !prefersFirst(annotator, { first: second, second: first }, how);
}

/** A label for each pair: rows preferred and not. */
export type Labels = Pick<Comparisons, "chosen" | "rejected">;

const labelsOf = (firstPreferred: readonly boolean[]): Labels => {
  const chosen = Uint32Array.from(firstPreferred, (first, p) => 2 * p + (first ? 0 : 1));
  return { chosen, rejected: chosen.map((row) => row ^ 1) };
};

/** Each pair by one annotator drawn from the source, in an order drawn too. */
export function labelled({ pairs, annotators }: FarmWorld, source: Source, rng: Rng): Labels {
  return labelsOf(
    pairs.prompts.map((prompt, p) => {
      const seen = (row: number) => seenReply(prompt, pairs.replies[row] as Uint8Array);
      return prefers(
        rng.pick(annotators[source]),
        { first: seen(2 * p), second: seen(2 * p + 1) },
        { shownFirst: rng.bernoulli(0.5), rng },
      );
    }),
  );
}

/** The same labels, dealt to other pairs: nothing is left to be learned from them. */
export const shuffledLabels = ({ chosen }: Labels, rng: Rng): Labels =>
  labelsOf(rng.shuffle(Array.from(chosen, (row) => row % 2 === 0)));
