import { z } from "zod";
import { badInput, Problem } from "#core/errors.ts";
import { type MlpShape, mlpShape } from "#num/mlp-shape.ts";

/** What a policy is, beside its parameters. */
const kinds = {
  /** The action itself, by squared error. */
  mlp: { kind: z.literal("mlp") },
  /** A mixture of `modes` Gaussians, by likelihood; with one mode a Gaussian. */
  gmm: {
    kind: z.literal("gmm"),
    modes: z.int().min(1).max(50).default(5),
    /** Added to every standard deviation, in actions. */
    minStd: z.number().positive().default(0.01),
  },
  /** Flow matching over the next `chunk` actions, of which `execute` are done before it looks again. */
  flow: {
    kind: z.literal("flow"),
    chunk: z.int().min(1).max(100).default(8),
    execute: z.int().min(1).max(100).default(4),
    eulerSteps: z.int().min(1).max(100).default(10),
  },
};
const hidden = z.array(z.int().min(1).max(1024)).max(8);

/** A policy that is to be learned. */
export const PolicySpec = z.discriminatedUnion("kind", [
  z.strictObject({ ...kinds.mlp, hidden: hidden.default([64, 64]) }),
  z.strictObject({ ...kinds.gmm, hidden: hidden.default([64, 64]) }),
  z.strictObject({ ...kinds.flow, hidden: hidden.default([128, 128]) }),
]);
export type PolicySpec = z.infer<typeof PolicySpec>;

const learned = {
  hidden,
  /** Sizes of an observation and of an action. */
  observations: z.int().min(1).max(10_000),
  actions: z.int().min(1).max(1_000),
  /** [observations] an input is read as (value - centre) / scale, clipped to ±5. */
  centre: z.array(z.number()),
  scale: z.array(z.number().positive()),
  /** Float32, little-endian, base64; in the order of `MlpShape`. */
  parameters: z.base64(),
};
export const PolicyModel = z.discriminatedUnion("kind", [
  z.strictObject({ ...kinds.mlp, ...learned }),
  z.strictObject({ ...kinds.gmm, ...learned }),
  z.strictObject({ ...kinds.flow, ...learned }),
]);
export type PolicyModel = z.infer<typeof PolicyModel>;

/** How far from the middle, in scales, an input is still told from one further out. */
const INPUT_CLIP = 5;
/** τ as a flow's net reads it: itself and three cosines. */
export const TIME_FEATURES = 4;

/** The net of a policy. */
export function netShape(spec: PolicySpec, observations: number, actions: number): MlpShape {
  switch (spec.kind) {
    case "mlp":
      return mlpShape([observations, ...spec.hidden, actions]);
    case "gmm":
      return mlpShape([observations, ...spec.hidden, spec.modes * (1 + 2 * actions)]);
    case "flow": {
      const chunk = spec.chunk * actions;
      return mlpShape([observations + chunk + TIME_FEATURES, ...spec.hidden, chunk]);
    }
  }
}

/** Writes an observation as the net reads it into the first numbers of `into`. */
export function standardise(
  observation: ArrayLike<number>,
  { centre, scale }: { centre: ArrayLike<number>; scale: ArrayLike<number> },
  into: Float32Array | Float64Array,
): void {
  for (let i = 0; i < centre.length; i++) {
    const z = ((observation[i] as number) - (centre[i] as number)) / (scale[i] as number);
    into[i] = Math.min(INPUT_CLIP, Math.max(-INPUT_CLIP, z));
  }
}

/** Writes τ in [0, 1] as the net of a flow reads it, from `at` on. */
export function timeFeatures(tau: number, into: Float32Array | Float64Array, at: number): void {
  into[at] = tau;
  for (let k = 1; k < TIME_FEATURES; k++) into[at + k] = Math.cos(Math.PI * k * tau);
}

/** A model from its JSON. Throws a `bad-input` problem where it is anything else. */
export function parsePolicy(json: unknown): PolicyModel {
  const parsed = PolicyModel.safeParse(json);
  if (!parsed.success) throw badInput(parsed.error, json);
  parametersOf(parsed.data);
  return parsed.data;
}

/** The parameters of a model's net. Throws a `bad-input` problem where its parts do not fit. */
export function parametersOf(model: PolicyModel): { shape: MlpShape; parameters: Float32Array } {
  const { observations, actions, centre, scale } = model;
  const refuse = (field: string, expected: string, got: string) =>
    new Problem("bad-input", `"${field}" of a policy does not fit its other parts`, {
      ...{ expected, got, at: { field } },
    });
  for (const [field, list] of Object.entries({ centre, scale }))
    if (list.length !== observations)
      throw refuse(field, `${observations} numbers`, `${list.length}`);
  if (model.kind === "flow" && model.execute > model.chunk)
    throw refuse("execute", `no more than the chunk of ${model.chunk}`, `${model.execute}`);
  const shape = netShape(model, observations, actions);
  const bytes = bytesOfBase64(model.parameters);
  if (bytes.byteLength !== shape.size * Float32Array.BYTES_PER_ELEMENT)
    throw refuse("parameters", `${shape.size} numbers of 4 bytes`, `${bytes.byteLength} bytes`);
  const parameters = new Float32Array(bytes.buffer);
  if (!parameters.every(Number.isFinite))
    throw refuse("parameters", "numbers", "at least one that is none");
  return { shape, parameters };
}

export const base64OfParameters = (parameters: Float32Array): string => {
  const bytes = new Uint8Array(parameters.buffer, parameters.byteOffset, parameters.byteLength);
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text); // there is no Buffer in a browser tab
};

const bytesOfBase64 = (text: string) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
