/**
 * The policies studies begin from: one small transformer for each family, fine-tuned on its
 * imperfect demonstrator. They are shipped, and can be rebuilt byte for byte on one machine with
 * `npx tsx scripts/language-base.ts`.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { z } from "zod";
import { Problem } from "#core/errors.ts";
import { type Rng, rngOf } from "#core/rng.ts";
import { sft, type Tuned } from "#learn/sft.ts";
import type { Example } from "#learn/token-batch.ts";
import { type DecoderShape, decoderSize, initialDecoder } from "#num/decoder-shape.ts";
import { policyOf, type TinyLm } from "#propose/tiny-lm.ts";
import manifestOfBrief from "./assets/brief-base.json" with { type: "json" };
import manifestOfChain from "./assets/chain-base.json" with { type: "json" };
import manifestOfShop from "./assets/shop-base.json" with { type: "json" };
import { brief } from "./brief.ts";
import { chain } from "./chain.ts";
import { shop } from "./shop.ts";
import { END, VOCABULARY } from "./tokens.ts";
import { goldOf, type LanguageTask } from "./world.ts";

export const FAMILIES = ["brief", "chain", "shop"] as const;
export type Family = (typeof FAMILIES)[number];

/** What a shipped checkpoint is, beside its bytes. */
export const BaseManifest = z.strictObject({
  family: z.enum(FAMILIES),
  parameters: z.int(),
  /** Of the float32 little-endian file beside. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  steps: z.int(),
  /** Losses of the first steps, nats a token: what a rebuild must reproduce. */
  firstLosses: z.array(z.number()),
  lastLoss: z.number(),
  /** Mean gold of its replies to fresh prompts: the likeliest one, and one sampled for each. */
  gold: z.strictObject({ prompts: z.int(), greedy: z.number(), sampled: z.number() }),
});
export type BaseManifest = z.infer<typeof BaseManifest>;

/** How a checkpoint was made: every demonstration is seen once. */
interface Recipe {
  readonly manifest: unknown;
  readonly width: number;
  readonly steps: number;
  readonly contextOf: { readonly promptTokens: number; readonly replyTokensMax: number };
  /** A fresh prompt and a demonstration. */
  demonstration(rng: Rng): Omit<Example, "weights">;
  /** Mean gold of one reply each to so many fresh prompts. */
  gold(model: TinyLm, how: { readonly prompts: number; readonly temperature: number }): number;
}

function recipe<P>(
  task: LanguageTask<P>,
  how: Pick<Recipe, "manifest" | "width" | "steps">,
): Recipe {
  return {
    ...how,
    contextOf: task,
    demonstration: (rng) => {
      const prompt = task.prompt(rng);
      return { prompt: task.tokens(prompt), reply: task.demonstrate(prompt, rng) };
    },
    gold: (model, { prompts: count, temperature }) => {
      const rng = rngOf(SHARED.seed).split(`${task.id}-base-gold`);
      const prompts = Array.from({ length: count }, () => task.prompt(rng));
      const { replyTokensMax } = task;
      const options = { n: 1, temperature, replyTokensMax, rng: rng.split("replies") };
      const replies = policyOf(model).sample(prompts.map(task.tokens), options);
      const gold = prompts.map((prompt, p) => goldOf(task, prompt, replies[p]?.[0] ?? []));
      return gold.reduce((sum, worth) => sum + worth, 0) / count;
    },
  };
}

const RECIPES: Readonly<Record<Family, Recipe>> = {
  brief: recipe(brief, { manifest: manifestOfBrief, width: 48, steps: 700 }),
  // Sums are learned late, and all at once: half of the steps would teach none.
  chain: recipe(chain, { manifest: manifestOfChain, width: 64, steps: 1400 }),
  shop: recipe(shop, { manifest: manifestOfShop, width: 48, steps: 700 }),
};

const SHARED = { seed: 1, batch: 64, learningRate: 3e-3 } as const;

export const baseFile = (family: Family): URL =>
  new URL(`./assets/${family}-base.f32`, import.meta.url);

function shapeOf(family: Family): DecoderShape {
  const { width, contextOf } = RECIPES[family];
  const context = contextOf.promptTokens + contextOf.replyTokensMax;
  return { vocabulary: VOCABULARY, width, layers: 2, heads: 4, context };
}

/** Fine-tunes a base policy from nothing; `stopAfter` runs only the first steps. */
export function trainBase(
  family: Family,
  {
    stopAfter = RECIPES[family].steps,
    onStep,
  }: {
    readonly stopAfter?: number;
    readonly onStep?: (report: { readonly step: number; readonly loss: number }) => void;
  } = {},
): Promise<Tuned> {
  const { steps, demonstration } = RECIPES[family];
  const { seed, batch, learningRate } = SHARED;
  const shape = shapeOf(family);
  const rng = rngOf(seed).split(`${family}-base`);
  const draws = rng.split("demonstrations");
  const examples = Array.from(
    { length: steps * batch },
    (): Example => ({ ...demonstration(draws), weights: 1 }),
  );
  const parameters = initialDecoder(shape, rng.split("initial"));
  return sft({ shape, parameters }, examples, {
    ...{ steps, stopAfter, batch, learningRate },
    rng: rng.split("order"),
    ...(onStep && { onStep }),
  });
}

export const sha256 = (bytes: Uint8Array): string =>
  createHash("sha256").update(bytes).digest("hex");

/** What is recorded of the shipped checkpoint. */
export const baseManifest = (family: Family): BaseManifest =>
  BaseManifest.parse(RECIPES[family].manifest);

/** A policy of a family's shape with these parameters. */
export const baseOf = (family: Family, parameters: Float32Array): TinyLm => ({
  shape: shapeOf(family),
  parameters,
  end: END,
});

/** Mean gold of its replies to `prompts` fresh prompts: the likeliest one, and one sampled. */
export function baseGold(family: Family, model: TinyLm, prompts: number): BaseManifest["gold"] {
  const { gold } = RECIPES[family];
  const greedy = gold(model, { prompts, temperature: 0 });
  return { prompts, greedy, sampled: gold(model, { prompts, temperature: 1 }) };
}

/** The shipped base policy. Throws an `unavailable` problem when its file is not the one recorded. */
export function loadBase(family: Family = "brief"): TinyLm {
  const { sha256: recorded } = baseManifest(family);
  const bytes = new Uint8Array(readFileSync(baseFile(family)));
  const found = sha256(bytes);
  if (found !== recorded || bytes.length !== 4 * decoderSize(shapeOf(family)))
    throw new Problem("unavailable", "The base policy's file is not the one recorded", {
      expected: `SHA-256 ${recorded}`,
      got: found,
      at: { file: `src/worlds/language/assets/${family}-base.f32` },
      hint: `Check the file out again, or rebuild it: npx tsx scripts/language-base.ts ${family}`,
    });
  return baseOf(family, new Float32Array(bytes.buffer));
}
