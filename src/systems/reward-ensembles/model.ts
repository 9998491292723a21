import { z } from "zod";
import { StoredMembers } from "#assess/reward/model-json.ts";
import { FeatureSpec } from "#assess/reward/reply-features.ts";

/** What `fit` gives back as `model`, and the other operations read replies with. */
export const Model = StoredMembers.extend({
  system: z.literal("reward-ensembles"),
  features: FeatureSpec,
});
export type Model = z.infer<typeof Model>;
