/** What a lesson that is a reward model holds. */
import { z } from "zod";
import { StoredMembers } from "#assess/reward/model-json.ts";
import { FeatureSpec } from "#assess/reward/reply-features.ts";

/** `kind` of a lesson that says which reply is better. */
export const REWARD_MODEL = "reward-model";

/** `kind` of a lesson that writes replies: trained here, or elsewhere. */
export const LANGUAGE_POLICY = "language-policy";
export const OUTSIDE_POLICY = "outside-policy";

/** Whether a lesson is one that is used by name, and never put in force. */
export const isPolicy = ({ kind }: { readonly kind: string }): boolean =>
  kind === LANGUAGE_POLICY || kind === OUTSIDE_POLICY;

/** What a policy trained here holds. */
export const PolicyBody = z.strictObject({
  world: z.literal("brief"),
  /** Of its weights, float32 little-endian. */
  blob: z.string(),
  runId: z.string(),
});

/** What its members read of a reply. */
export const RewardFeatures = z.discriminatedUnion("kind", [
  ...FeatureSpec.options,
  z.strictObject({ kind: z.literal("trunk"), world: z.literal("brief") }),
]);
export type RewardFeatures = z.infer<typeof RewardFeatures>;

export const RewardBody = z.strictObject({
  features: RewardFeatures,
  members: StoredMembers,
  report: z.strictObject({
    /** Pairs it was fitted on, and comparisons they come from. */
    pairs: z.int(),
    comparisons: z.int(),
    correlation: z.number().nullable(),
    warnings: z.array(z.string()),
  }),
});
export type RewardBody = z.infer<typeof RewardBody>;
