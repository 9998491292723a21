import { rngOf } from "#core/rng.ts";
import { initialDecoder } from "#num/decoder-shape.ts";
import { type Policy, type Prompted, policyOf, type TinyLm } from "#propose/tiny-lm.ts";

const shape = { vocabulary: 6, width: 8, layers: 1, heads: 2, context: 6 };

/** A fresh policy of 6 tokens, the last of which ends a reply. */
export const freshPolicy: TinyLm = { shape, parameters: initialDecoder(shape, rngOf(1)), end: 5 };

export const PROMPT = [0, 1];

const threesOf = (reply: ArrayLike<number>) =>
  Array.from(reply).filter((token) => token === 3).length;

/** Wants as many 3s as there can be: a world every trainer that samples must climb. */
export const threes = {
  prompt: () => PROMPT,
  reward: (groups: readonly Prompted[]) =>
    Float64Array.from(groups.flatMap(({ replies }) => replies.map(threesOf))),
};

/** Mean number of 3s in replies of at most 4 tokens. */
export function meanThrees(policy: Policy, prompt: readonly number[] = PROMPT): number {
  const [replies = []] = policy.sample([prompt], { n: 200, replyTokensMax: 4, rng: rngOf(3) });
  return threes.reward([{ prompt, replies }]).reduce((sum, r) => sum + r, 0) / 200;
}

export const meanThreesOf = (model: TinyLm): number => meanThrees(policyOf(model));
