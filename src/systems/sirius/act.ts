import { z } from "zod";
import type { Ctx } from "#core/contracts.ts";
import { Problem } from "#core/errors.ts";
import { defineOperation } from "#core/operation.ts";
import { PolicyModel } from "#propose/policy/model.ts";
import { policyRunner } from "#propose/policy/runner.ts";
import { exampleEpisodes, exampleModel } from "./example.ts";

const ObservationRow = z.strictObject({
  id: z.string().min(1).optional(),
  obs: z.array(z.number()).min(1).describe("as the policy was taught to read it"),
});

export const ActInput = z.strictObject({
  observations: z.array(ObservationRow).min(1).max(1_000_000),
  model: PolicyModel.describe("what `fit` gave back as `model`"),
  seed: z.int().nonnegative().default(1).describe("of policies that draw"),
});
export type ActInput = z.infer<typeof ActInput>;

export const ActOutput = z.strictObject({
  rows: z.array(z.strictObject({ id: z.string(), action: z.array(z.number()) })),
});
export type ActOutput = z.infer<typeof ActOutput>;

/** Each observation by itself: a policy of chunks plans anew at every row and does its first action. */
async function run({ observations, model, seed }: ActInput, ctx: Ctx): Promise<ActOutput> {
  const policy = policyRunner(model);
  const rng = ctx.rng.split(seed);
  return {
    rows: observations.map(({ id, obs }, i) => {
      if (obs.length !== model.observations)
        throw new Problem("bad-input", "An observation is of another size than the policy's", {
          expected: `${model.observations} numbers`,
          got: String(obs.length),
          at: { row: i + 1, field: "obs" },
        });
      ctx.signal.throwIfAborted();
      policy.reset();
      return { id: id ?? String(i + 1), action: [...policy.act(obs, rng)] };
    }),
  };
}

export const act = defineOperation({
  id: "sirius.act",
  summary: "What a learned policy would do in each situation",
  input: ActInput,
  output: ActOutput,
  rows: { key: "observations", row: ObservationRow, outKey: "rows" },
  example: {
    observations: exampleEpisodes
      .slice(0, 2)
      .map(({ id, rows }) => ({ id, obs: rows[0]?.obs ?? [] })),
    model: exampleModel,
  },
  run,
});
