import { z } from "zod";
import { Problem } from "#core/errors.ts";
import { headSize } from "./reward-head.ts";
import type { RewardModel } from "./reward-model.ts";

/** A fitted ensemble, as it is written to a file. Numbers are float32, little-endian, base64. */
export const StoredMembers = z.strictObject({
  inputs: z.int().positive(),
  hidden: z.int().positive(),
  centre: z.base64(),
  scale: z.base64(),
  members: z
    .array(
      z.strictObject({ parameters: z.base64(), mean: z.number(), sd: z.number().nonnegative() }),
    )
    .min(1),
});
export type StoredMembers = z.infer<typeof StoredMembers>;

const encoded = (values: Float32Array): string =>
  Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString("base64");

function decoded(text: string, length: number, field: string): Float32Array {
  const bytes = Buffer.from(text, "base64");
  if (bytes.byteLength !== length * Float32Array.BYTES_PER_ELEMENT)
    throw new Problem("bad-input", "The numbers of a fitted model are cut or padded", {
      expected: `${length} numbers of 4 bytes`,
      got: `${bytes.byteLength} bytes`,
      at: { field },
    });
  return new Float32Array(new Uint8Array(bytes).buffer); // a copy: a Buffer may start anywhere
}

export function membersJson(model: RewardModel): StoredMembers {
  return {
    inputs: model.centre.length,
    hidden: model.members[0]?.head.hidden ?? 0,
    centre: encoded(model.centre),
    scale: encoded(model.scale),
    members: model.members.map(({ head, standard }) => ({
      parameters: encoded(head.parameters),
      mean: standard.mean,
      sd: standard.sd,
    })),
  };
}

/** Throws a `bad-input` problem when its numbers do not fill its shape. */
export function membersFrom({
  inputs,
  hidden,
  centre,
  scale,
  members,
}: StoredMembers): RewardModel {
  return {
    centre: decoded(centre, inputs, "centre"),
    scale: decoded(scale, inputs, "scale"),
    members: members.map(({ parameters, mean, sd }, m) => ({
      head: {
        inputs,
        hidden,
        parameters: decoded(parameters, headSize(inputs, hidden), `members.${m}.parameters`),
      },
      standard: { mean, sd },
    })),
  };
}
