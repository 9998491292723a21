import { assert } from "#core/assert.ts";
import type { TinyLm } from "#propose/tiny-lm.ts";
import type { Replied } from "./reference.ts";
import { type SftOptions, sft } from "./sft.ts";

export interface ConditionedReply extends Replied {
  /** Its reward's quantile, from 0, the worst. */
  readonly quantile: number;
}

/** How a reward is told to a policy. */
export interface Conditioning {
  /** One token for each quantile, from the worst. */
  readonly tokens: readonly number[];
  /** Before the prompt, or in place of its first token (one that begins every prompt). */
  readonly place: "before" | "first";
}

/** The prompt as the policy must see it to reply as well as that quantile. */
export function conditionedPrompt(
  prompt: readonly number[],
  quantile: number,
  { tokens, place }: Conditioning,
): number[] {
  const token = tokens[quantile];
  assert(token !== undefined, `a quantile from 0 to ${tokens.length - 1}`);
  return [token, ...(place === "before" ? prompt : prompt.slice(1))];
}

/** The prompt that asks for the best there is. */
export const bestPrompt = (prompt: readonly number[], how: Conditioning): number[] =>
  conditionedPrompt(prompt, how.tokens.length - 1, how);

/**
 * Fine-tunes on good and bad replies alike, each prompt telling by a token how good its reply is;
 * sampled with `bestPrompt` the policy then replies as the best do.
 */
export async function rewardConditioned(
  start: TinyLm,
  rows: readonly ConditionedReply[],
  options: SftOptions & { readonly conditioning: Conditioning },
): Promise<TinyLm> {
  const { conditioning, ...training } = options;
  const examples = rows.map(({ prompt, reply, quantile }) => ({
    prompt: conditionedPrompt(prompt, quantile, conditioning),
    reply,
    weights: 1,
  }));
  const { parameters } = await sft(start, examples, training);
  return { ...start, parameters };
}
