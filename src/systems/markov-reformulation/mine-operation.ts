import { z } from "zod";
import { saidIn } from "#assess/defects.ts";
import type { Ctx } from "#core/contracts.ts";
import { defineOperation } from "#core/operation.ts";
import { RewriteRule, UserTurn } from "#core/rewrite.ts";
import { maskKey, normaliseUtterance } from "#correct/utterance.ts";
import { loadEmbedder } from "#propose/embeddings.ts";
import { exampleTurns } from "./example.ts";
import { MinedGraph } from "./graph.ts";
import { Diagnostics, mineRewrites } from "./mine.ts";
import { MineOptions } from "./options.ts";

const TURNS_MAX = 5_000_000;
/** Texts that are embedded at most: it takes milliseconds for each. */
const EMBEDDED_MAX = 20_000;

const MineInput = z.strictObject({
  turns: z
    .array(UserTurn)
    .min(1)
    .max(TURNS_MAX)
    .describe("what users said, each user's turns in order of time"),
  ...MineOptions.shape,
  similarity: z
    .enum(["text", "embedding"])
    .default("text")
    .describe("how a rephrase is told: by letters and words, or by meaning (English) as well"),
});
type MineInput = z.infer<typeof MineInput>;

const MineOutput = z.strictObject({
  rules: z.array(RewriteRule),
  graph: MinedGraph,
  diagnostics: Diagnostics,
  skipped: z.array(z.strictObject({ row: z.int(), problem: z.string() })),
});
type MineOutput = z.infer<typeof MineOutput>;

async function vectorsOf(
  turns: readonly UserTurn[],
  { signal, progress }: Ctx,
): Promise<ReadonlyMap<string, Float32Array>> {
  const keys = new Set<string>();
  for (const turn of turns) {
    if (keys.size >= EMBEDDED_MAX) break;
    keys.add(maskKey(normaliseUtterance(saidIn(turn))).key);
  }
  const texts = [...keys];
  const embedder = await loadEmbedder();
  const vectors = await embedder.embed(texts, { signal, progress });
  return new Map(texts.map((text, at) => [text, vectors[at] as Float32Array])); // one each
}

async function run(input: MineInput, ctx: Ctx): Promise<MineOutput> {
  const { turns, similarity, ...options } = input;
  const how = similarity === "text" ? {} : { vectors: await vectorsOf(turns, ctx) };
  const { rules, graph, diagnostics, skipped } = mineRewrites(turns, options, ctx, how);
  return { rules, graph, diagnostics, skipped: [...skipped] };
}

export const mine = defineOperation({
  id: "markov-reformulation.mine",
  summary: "Rewrites of requests that fail, from turns in which users said them again otherwise",
  input: MineInput,
  output: MineOutput,
  rows: { key: "turns", row: UserTurn, outKey: "rules" },
  example: { turns: [...exampleTurns], minSupport: 5, usersMin: 3 },
  run,
});
