import type { Comparisons } from "#assess/reward/reward-head.ts";
import type { Rng } from "#core/rng.ts";
import type { Dense } from "#num/dense.ts";
import { type Policy, policyOf } from "#propose/tiny-lm.ts";
import { ANNOTATOR, prefersFirst } from "#worlds/language/annotators.ts";
import { loadBase } from "#worlds/language/base.ts";
import { type BriefPrompt, brief } from "#worlds/language/brief.ts";
import { goldOf } from "#worlds/language/world.ts";

/** How much of everything there is. */
export interface Sizes {
  /** Prompts whose replies are ranked, and replies to each. */
  readonly prompts: number;
  readonly candidates: number;
  /** Pairs labelled in all; regimes take the first of them. */
  readonly pairs: number;
  /** Pairs that only accuracy is measured on; their replies set the standards. */
  readonly testPairs: number;
}

export const SIZES: Sizes = { prompts: 48, candidates: 512, pairs: 4000, testPairs: 1000 };
export const SIZES_FAST: Sizes = { prompts: 5, candidates: 64, pairs: 160, testPairs: 60 };

/** As many replies to each prompt, one after the other: pair p is rows 2p and 2p + 1. */
export interface SampledReplies {
  readonly features: Dense;
  /** [replies] */
  readonly gold: Float64Array;
  readonly prompts: readonly BriefPrompt[];
  readonly replies: readonly Uint8Array[];
}

export interface BriefWorld {
  readonly sizes: Sizes;
  /** Candidates of prompt q are rows q·n .. q·n + n − 1. Only measures read their gold. */
  readonly candidates: SampledReplies;
  readonly pairs: SampledReplies;
  readonly test: SampledReplies;
  /** Chosen and other of each of `pairs`, by an annotator with this share of flips. */
  labels(flipRate: number): Pick<Comparisons, "chosen" | "rejected">;
}

/** All replies are sampled from the base policy at temperature 1, features read by it too. */
export function briefWorld(sizes: Sizes, rng: Rng): BriefWorld {
  const policy = policyOf(loadBase());
  const drawn = sampled(policy, { prompts: sizes.prompts, n: sizes.candidates }, rng.split("best"));
  const pairs = sampled(policy, { prompts: sizes.pairs, n: 2 }, rng.split("pairs"));
  const test = sampled(policy, { prompts: sizes.testPairs, n: 2 }, rng.split("test"));
  return {
    sizes,
    candidates: drawn,
    pairs,
    test,
    labels: (flipRate) => labelled(pairs, { flipRate, rng: rng.split("labels") }),
  };
}

function sampled(
  policy: Policy,
  { prompts: count, n }: { readonly prompts: number; readonly n: number },
  rng: Rng,
): SampledReplies {
  const draws = rng.split("prompts");
  const prompts = Array.from({ length: count }, () => brief.prompt(draws));
  const read = prompts.map(brief.tokens);
  const groups = policy.sample(read, {
    n,
    replyTokensMax: brief.replyTokensMax,
    rng: rng.split("replies"),
  });
  const values = policy.features(
    groups.map((replies, p) => ({ prompt: read[p] as number[], replies })),
  );
  const gold = groups.flatMap((replies, p) =>
    replies.map((reply) => goldOf(brief, prompts[p] as BriefPrompt, reply)),
  );
  return {
    features: { rows: gold.length, cols: policy.featureCount, values },
    gold: Float64Array.from(gold),
    prompts,
    replies: groups.flat(),
  };
}

/**
 * One annotator labels every pair. The same draws whatever the rate of flips, so that two rates
 * differ by the flips alone.
 */
function labelled(
  { prompts, replies }: SampledReplies,
  { flipRate, rng }: { readonly flipRate: number; readonly rng: Rng },
): Pick<Comparisons, "chosen" | "rejected"> {
  const seen = (row: number) => {
    const reply = replies[row] as Uint8Array;
    const prompt = prompts[row >> 1] as BriefPrompt;
    return { terms: brief.terms(prompt, reply), tokens: reply.length };
  };
  const annotator = { ...ANNOTATOR, flipRate };
  const chosen = Uint32Array.from(prompts, (_, pair) => {
    const two = { first: seen(2 * pair), second: seen(2 * pair + 1) };
    const first = prefersFirst(annotator, two, { lookedUp: brief.lookedUp, rng });
    return first ? 2 * pair : 2 * pair + 1;
  });
  return { chosen, rejected: chosen.map((row) => row ^ 1) };
}
