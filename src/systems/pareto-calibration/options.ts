import { z } from "zod";
import { SCALARISERS, type Scalariser } from "#assess/scalarisers.ts";

/** What can be chosen, on a project and in `calibrate` alike. */
export const Options = z.strictObject({
  harmonizer: z
    .enum(["linear", "mlp"])
    .default("linear")
    .describe("the small model fitted to all sources: linear, or one hidden layer of 100"),
  scalariser: z
    .enum(["auto", ...SCALARISERS])
    .default("auto")
    .describe("how the sources' losses become one per item; auto is linear for these harmonisers"),
  select: z
    .enum(["weak", "gold"])
    .default("weak")
    .describe("what stops training and picks its settings: held-out weak votes, or gold labels"),
  features: z
    .enum(["hash", "embedding"])
    .default("hash")
    .describe("what the harmoniser reads: hashed words, or sentence embeddings"),
  buckets: z
    .int()
    .min(16)
    .max(1_048_576)
    .default(4_096)
    .describe("columns the words are hashed into; collisions blur, columns cost memory"),
  fields: z
    .array(z.string())
    .optional()
    .describe("fields read before the text; all of them when absent"),
  normalise: z
    .enum(["all", "voters"])
    .default("all")
    .describe("whether weights are shares of all sources (as published) or of an item's voters"),
  reweight: z
    .enum(["none", "max-eig", "min-var"])
    .default("none")
    .describe("weights from gradient correlations after a first fit; min-var suits copied rules"),
  correctionShare: z
    .number()
    .min(0)
    .lt(1)
    .default(0.8)
    .describe("share of the whole say that a person's correction has on its item, 0 to 1"),
});
export type Options = z.infer<typeof Options>;

/**
 * Square won on fine-tuned encoders and lost on linear heads and MLPs in the authors' own tables.
 */
export const scalariserOf = ({ scalariser }: Options): Scalariser =>
  scalariser === "auto" ? "linear" : scalariser;
