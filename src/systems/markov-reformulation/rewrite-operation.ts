import { z } from "zod";
import { defineOperation } from "#core/operation.ts";
import { synonymLine } from "#core/synonyms.ts";
import { type LiveRewrite, LOCALE_UNSTATED, rewriteTable } from "#learn/rewrite-table.ts";

const RULES_MAX = 5_000_000;
const TEXTS_MAX = 1_000_000;

/** What a rewrite needs to be applied; whatever else `mine` said of it may be there and is not read. */
const Rule = z.object({
  id: z.string().optional(),
  locale: z.string().default(LOCALE_UNSTATED),
  fromKey: z.string().min(1).describe("the normalised request"),
  toText: z.string().min(1).describe("what it is answered as"),
  score: z.number().default(0).describe("of two for one request the higher stands"),
});
const Text = z.strictObject({ text: z.string().max(10_000), locale: z.string().optional() });
const rules = z.array(Rule).max(RULES_MAX).describe("rewrites, as `mine` gives them back");

const byScore = (given: readonly z.infer<typeof Rule>[]): LiveRewrite[] =>
  given
    .toSorted((a, b) => b.score - a.score)
    .map(({ id, locale, fromKey, toText }) => ({ id: id ?? fromKey, locale, fromKey, toText }));

const RewriteInput = z.strictObject({
  texts: z.array(Text).min(1).max(TEXTS_MAX),
  rules,
});
const RewriteOutput = z.strictObject({
  rows: z.array(
    z.strictObject({
      text: z.string(),
      /** As said where no rewrite fits. */
      rewritten: z.string(),
      ruleId: z.string().nullable(),
    }),
  ),
});

export const rewrite = defineOperation({
  id: "markov-reformulation.rewrite",
  summary: "Texts with the rewrites that fit them applied, one step each",
  input: RewriteInput,
  output: RewriteOutput,
  rows: { key: "texts", row: Text, outKey: "rows" },
  example: {
    texts: [{ text: "Play jaz, please!" }, { text: "Play jazz" }],
    rules: [{ id: "rw-1", fromKey: "play jaz", toText: "play jazz" }],
  },
  run: async ({ texts, rules: given }) => {
    const table = rewriteTable(byScore(given));
    return {
      rows: texts.map(({ text, locale }) => {
        const found = table.find(text, locale);
        return { text, rewritten: found?.toText ?? text, ruleId: found?.id ?? null };
      }),
    };
  },
});

const SynonymsInput = z.strictObject({ rules: z.array(Rule).min(1).max(RULES_MAX) });
const SynonymsOutput = z.strictObject({
  lines: z.array(z.string()).describe("the synonym file, line by line"),
  leftOut: z.int().describe("rewrites that put a number or an address back in: no synonym can"),
});

export const synonyms = defineOperation({
  id: "markov-reformulation.synonyms",
  summary: "Rewrites as a synonym file for Solr or Elasticsearch",
  input: SynonymsInput,
  output: SynonymsOutput,
  rows: { key: "rules", row: Rule, outKey: "lines" },
  example: { rules: [{ fromKey: "play jaz", toText: "play jazz" }] },
  run: async ({ rules: given }) => {
    const lines = byScore(given).flatMap((rule) => synonymLine(rule) ?? []);
    return { lines, leftOut: given.length - lines.length };
  },
});
