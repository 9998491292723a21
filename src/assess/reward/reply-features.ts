import { z } from "zod";
import { Problem, quoted } from "#core/errors.ts";
import type { Dense } from "#num/dense.ts";
import { csrToDense } from "#num/sparse.ts";
import { hashedTextFeatures } from "#num/text-features.ts";
import type { Side } from "./pair-row.ts";

/** How replies become numbers: columns as given, or hashed words of the reply. */
export const FeatureSpec = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("columns"), names: z.array(z.string()).min(1) }),
  z.strictObject({ kind: z.literal("text"), buckets: z.int().positive() }),
]);
export type FeatureSpec = z.infer<typeof FeatureSpec>;

/** A reply with the prompt it answers; `row`: 1-based, for messages. */
export interface Reply {
  readonly side: Side;
  readonly prompt: string;
  readonly row: number;
}

export const BUCKETS_DEFAULT = 256;
/** Words of the reply, single and in pairs; length and overlap with the prompt beside them. */
const NGRAMS = [1, 2] as const;

/** What these replies can be read by: the columns of the first, or text. */
export function specOf(replies: readonly Reply[], buckets: number): FeatureSpec {
  const first = replies[0]?.side;
  return typeof first === "object"
    ? { kind: "columns", names: Object.keys(first).sort() }
    : { kind: "text", buckets };
}

/** [replies, columns]. Throws a `bad-input` problem for a reply of the other kind or other columns. */
export function featurise(replies: readonly Reply[], spec: FeatureSpec): Dense {
  return spec.kind === "columns" ? columnsOf(replies, spec.names) : textOf(replies, spec.buckets);
}

/** The first column that is missing, or that nobody expects. */
export const oddColumn = (
  names: readonly string[],
  given: Readonly<Record<string, number>>,
): string | undefined =>
  names.find((name) => given[name] === undefined) ??
  Object.keys(given).find((name) => !names.includes(name));

function columnsOf(replies: readonly Reply[], names: readonly string[]): Dense {
  const values = new Float32Array(replies.length * names.length);
  replies.forEach(({ side, row }, i) => {
    if (typeof side === "string") throw mixed(row, "columns of numbers", "a text");
    const odd = oddColumn(names, side);
    if (odd !== undefined)
      throw new Problem("bad-input", "Replies have different columns", {
        expected: `the columns ${names.map(quoted).join(", ")}`,
        got: Object.keys(side).sort().map(quoted).join(", "),
        at: { row, field: odd },
      });
    names.forEach((name, j) => {
      values[i * names.length + j] = side[name] as number;
    });
  });
  return { rows: replies.length, cols: names.length, values };
}

function textOf(replies: readonly Reply[], buckets: number): Dense {
  const texts = replies.map(({ side, row }) => {
    if (typeof side !== "string") throw mixed(row, "a text", "columns of numbers");
    return side;
  });
  const words = csrToDense(hashedTextFeatures(texts, { buckets, ngrams: NGRAMS, signed: true }));
  const cols = buckets + 2;
  const values = new Float32Array(replies.length * cols);
  replies.forEach(({ prompt }, i) => {
    values.set(words.values.subarray(i * buckets, (i + 1) * buckets), i * cols);
    const said = wordsOf(texts[i] as string);
    const asked = new Set(wordsOf(prompt));
    values[i * cols + buckets] = Math.log1p(said.length);
    values[i * cols + buckets + 1] =
      said.length === 0 ? 0 : said.filter((word) => asked.has(word)).length / said.length;
  });
  return { rows: replies.length, cols, values };
}

const wordsOf = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];

const mixed = (row: number, expected: string, got: string) =>
  new Problem("bad-input", "Replies are of two kinds", {
    expected: `${expected}, as the first reply`,
    got,
    at: { row },
  });

/** Names columns that never change; throws when there is no other. */
export function constantColumns(
  { rows, cols, values }: Dense,
  spec: FeatureSpec | { readonly kind: "trunk" },
): string[] {
  const constant: number[] = [];
  for (let j = 0; j < cols; j++) {
    let same = true;
    for (let i = 1; i < rows && same; i++) same = values[i * cols + j] === values[j];
    if (same) constant.push(j);
  }
  if (constant.length === cols)
    throw new Problem("bad-input", "No column tells replies apart", {
      expected: "at least one column that differs between replies",
      got: `${cols} constant columns`,
    });
  if (spec.kind !== "columns" || constant.length === 0) return [];
  const names = constant.map((j) => spec.names[j]).join(", ");
  return [`Columns that never change were not used: ${names}.`];
}
