import { z } from "zod";
import type { AnnotatorNoise } from "#assess/annotator-noise.ts";
import { askJudge, type JudgeStyle } from "#assess/llm-judge.ts";
import type { Ctx } from "#core/contracts.ts";
import type { Rng } from "#core/rng.ts";
import { type LlmEndpoint, llmClient } from "#propose/llm-client.ts";
import { ANNOTATOR, type Annotator, prefersFirst } from "#worlds/language/annotators.ts";

/** One of the pool as it asks a model: its prompt, its model, its heat, how many pairs at once. */
export const Variant = z.strictObject({
  name: z.string().min(1),
  criteria: z.string().min(1),
  reasons: z.boolean().default(false),
  model: z.string().min(1).optional().describe("the endpoint's own where absent"),
  temperature: z.number().min(0).max(2).default(1),
  batch: z.int().min(1).max(5).default(1).describe("pairs judged in one call"),
});
export type Variant = z.infer<typeof Variant>;

const CRITERIA = [
  "Choose the output that a user of the instruction would rather have.",
  "Choose the output that is more accurate, then the one that is more complete.",
  "Choose the output that follows the instruction most closely and wastes no words.",
  "Choose the output that is most helpful; of two as helpful the clearer one.",
] as const;
const BATCHES = [1, 4, 5] as const;

/**
 * Thirteen, as published: they differ in what they are told to look at, in whether they reason
 * first, and in how many pairs they see at once; all at temperature 1.
 */
export const VARIANTS: readonly Variant[] = Array.from({ length: 13 }, (_, i) => ({
  name: `pool-${i + 1}`,
  criteria: CRITERIA[i % CRITERIA.length] as string,
  reasons: i % 3 === 2,
  temperature: 1,
  batch: BATCHES[i % BATCHES.length] as number,
}));

/** A pair as it is put before one of the pool; worths where the user's own reward model gives them. */
export interface AskedPair {
  readonly instruction: string;
  readonly first: string;
  readonly second: string;
  readonly worth: readonly [number, number] | null;
}

/** What one of the pool said of several pairs. `stopped`: why it says nothing more. */
export interface PoolSaid {
  readonly firstBetter: readonly (boolean | null)[];
  readonly tokens: number;
  readonly stopped: string | null;
}

/** One of the pool, whoever plays it. */
export interface PoolMember {
  readonly name: string;
  readonly batch: number;
  say(pairs: readonly AskedPair[], rng: Rng, ctx: Ctx): Promise<PoolSaid>;
}

/** Members that ask a model. */
export const modelPool = (
  endpoint: LlmEndpoint,
  variants: readonly Variant[],
): readonly PoolMember[] =>
  variants.map(({ name, batch, model, ...style }) => {
    const client = llmClient(model === undefined ? endpoint : { ...endpoint, model });
    return {
      name,
      batch,
      async say(pairs, rng, ctx) {
        const judge: JudgeStyle = style;
        const asked = await askJudge(client, { pairs, style: judge, label: rng.path }, ctx);
        if (!asked.ok)
          return { firstBetter: pairs.map(() => null), tokens: 0, stopped: asked.error.reason };
        return {
          firstBetter: asked.value.better.map((better) => better && better === "first"),
          tokens: asked.value.tokens,
          stopped: null,
        };
      },
    };
  });

/** Members that judge by the user's own scores, as noisily as stated. */
export const lawPool = (noises: readonly (AnnotatorNoise & { name: string })[]): PoolMember[] =>
  noises.map(({ name, ...noise }) => {
    const annotator: Annotator = { ...ANNOTATOR, ...noise };
    return {
      name,
      batch: 1,
      say: async (pairs, rng) => ({
        firstBetter: pairs.map(({ worth, first, second }) => {
          const [a = 0, b = 0] = worth ?? [];
          const seen = (value: number, text: string) => ({
            terms: { worth: value },
            tokens: text.length,
          });
          const two = { first: seen(a, first), second: seen(b, second) };
          return prefersFirst(annotator, two, { lookedUp: [], rng });
        }),
        tokens: 0,
        stopped: null,
      }),
    };
  });
