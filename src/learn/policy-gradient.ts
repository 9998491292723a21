import type { Rng } from "#core/rng.ts";
import { type Policy, policyOf, type TinyLm } from "#propose/tiny-lm.ts";
import { grpo } from "./grpo.ts";
import type { Climb } from "./rollouts.ts";

export interface PolicyGradientOptions {
  readonly steps: number;
  /** Prompts a step, and replies to each that are compared with one another. */
  readonly groups: number;
  readonly groupSize: number;
  readonly replyTokensMax: number;
  /** Highest, after the warm-up. */
  readonly learningRate: number;
  /** β: taken off a reply's reward for each nat it is likelier than under the start. */
  readonly klWeight: number;
  readonly rng: Rng;
  readonly signal?: AbortSignal;
  /** Sees the policy before each step, and once more after the last. */
  readonly onStep?: (report: {
    readonly step: number;
    readonly policy: Policy;
  }) => void | Promise<void>;
}

/**
 * REINFORCE with advantages within groups, one step of Adam on each batch of fresh samples: no
 * ratios, since what is learned from was sampled by the policy itself.
 */
export async function policyGradient(
  start: TinyLm,
  climb: Climb,
  { klWeight, onStep, ...options }: PolicyGradientOptions,
): Promise<TinyLm> {
  await onStep?.({ step: 0, policy: policyOf(start) });
  return grpo(start, climb, {
    ...options,
    klInReward: klWeight,
    perReply: false,
    onStep: ({ step, model }) => onStep?.({ step: step + 1, policy: policyOf(model()) }),
  });
}
