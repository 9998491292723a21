/**
 * The policies studies begin from: one small transformer for each family, fine-tuned on its
 * imperfect demonstrator. They are shipped, and can be rebuilt byte for byte on one machine with
 * `npx tsx scripts/language-base.ts`.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { z } from "zod";
import { Problem } from "#core/errors.ts";
import { rngOf } from "#core/rng.ts";
import { sft, type Tuned } from "#learn/sft.ts";
import type { Example } from "#learn/token-batch.ts";
import { type DecoderShape, decoderSize, initialDecoder } from "#num/decoder-shape.ts";
import type { TinyLm } from "#propose/tiny-lm.ts";
import manifestOfBrief from "./assets/brief-base.json" with { type: "json" };
import { brief } from "./brief.ts";
import { END, VOCABULARY } from "./tokens.ts";

/** What a shipped checkpoint is, beside its bytes. */
export const BaseManifest = z.strictObject({
  family: z.literal("brief"),
  parameters: z.int(),
  /** Of the float32 little-endian file beside. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  steps: z.int(),
  /** Losses of the first steps, nats a token: what a rebuild must reproduce. */
  firstLosses: z.array(z.number()),
  lastLoss: z.number(),
});
export type BaseManifest = z.infer<typeof BaseManifest>;

export const BASE_SHAPE: DecoderShape = {
  vocabulary: VOCABULARY,
  width: 48,
  layers: 2,
  heads: 4,
  context: brief.promptTokens + brief.replyTokensMax,
};

/** How the checkpoint was made: every demonstration is seen once. */
const RECIPE = { seed: 1, steps: 700, batch: 64, learningRate: 3e-3 } as const;

export const baseFile = new URL("./assets/brief-base.f32", import.meta.url);

/** Fine-tunes the base policy from nothing; `stopAfter` runs only the first steps. */
export function trainBase(
  onStep?: (report: { readonly step: number; readonly loss: number }) => void,
  stopAfter: number = RECIPE.steps,
): Promise<Tuned> {
  const rng = rngOf(RECIPE.seed).split("brief-base");
  const draws = rng.split("demonstrations");
  const examples = Array.from({ length: RECIPE.steps * RECIPE.batch }, (): Example => {
    const prompt = brief.prompt(draws);
    return { prompt: brief.tokens(prompt), reply: brief.demonstrate(prompt, draws), weights: 1 };
  });
  const parameters = initialDecoder(BASE_SHAPE, rng.split("initial"));
  return sft({ shape: BASE_SHAPE, parameters }, examples, {
    ...RECIPE,
    stopAfter,
    rng: rng.split("order"),
    ...(onStep && { onStep }),
  });
}

export const sha256 = (bytes: Uint8Array): string =>
  createHash("sha256").update(bytes).digest("hex");

/** The shipped base policy. Throws an `unavailable` problem when its file is not the one recorded. */
export function loadBase(): TinyLm {
  const manifest = BaseManifest.parse(manifestOfBrief);
  const bytes = new Uint8Array(readFileSync(baseFile));
  const found = sha256(bytes);
  if (found !== manifest.sha256 || bytes.length !== 4 * decoderSize(BASE_SHAPE))
    throw new Problem("unavailable", "The base policy's file is not the one recorded", {
      expected: `SHA-256 ${manifest.sha256}`,
      got: found,
      at: { file: "src/worlds/language/assets/brief-base.f32" },
      hint: "Check the file out again, or rebuild it: npx tsx scripts/language-base.ts",
    });
  return { shape: BASE_SHAPE, parameters: new Float32Array(bytes.buffer), end: END };
}
