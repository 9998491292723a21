import { z } from "zod";
import { assert } from "#core/assert.ts";
import { murmur3 } from "./murmur3.ts";
import { type Csr, csrBuilder } from "./sparse.ts";
import { tokeniser } from "./tokens.ts";

export interface HashOptions {
  /** Columns of the result. Default 4,096. */
  readonly buckets?: number;
  /** Shortest and longest run of tokens that is a feature. Default [1, 1]. */
  readonly ngrams?: readonly [number, number];
  /** Half of the features count downwards, so that collisions cancel on average. Default false. */
  readonly signed?: boolean;
}

/** Inverse document frequencies of a corpus, one for each bucket: ln((1 + n) / (1 + df)) + 1. */
export const Idf = z.strictObject({
  documents: z.int().nonnegative(),
  weights: z.array(z.number()),
});
export type Idf = z.infer<typeof Idf>;

export type TextFeatureOptions = HashOptions & {
  readonly normalise?: "l2" | "none";
} & ({ readonly weighting?: "log-tf" } | { readonly weighting: "tf-idf"; readonly idf: Idf });

/**
 * Hashed n-grams, one row per text [texts.length, buckets]: sign(c) (1 + ln |c|) of a count c
 * (`log-tf`, the default) or c · idf (`tf-idf`), then scaled to unit length. A text without tokens
 * is a row of zeros.
 */
export function hashedTextFeatures(
  texts: readonly string[],
  options: TextFeatureOptions = {},
): Csr {
  const counts = hashedCounts(texts, options);
  const { values } = counts;
  if (options.weighting === "tf-idf") scaleByIdf(counts, options.idf);
  else
    for (let p = 0; p < values.length; p++) {
      const count = values[p] as number;
      values[p] = Math.sign(count) * (1 + Math.log(Math.abs(count)));
    }
  if (options.normalise !== "none") normaliseRows(counts);
  return counts;
}

/**
 * How often each hashed n-gram occurs in each text: murmur3 of its UTF-8 bytes (tokens joined by a
 * space, seed 0), |hash| modulo buckets, as scikit-learn's `HashingVectorizer`.
 */
export function hashedCounts(
  texts: readonly string[],
  { buckets = 4096, ngrams = [1, 1], signed = false }: HashOptions = {},
): Csr {
  const [shortest, longest] = ngrams;
  assert(Number.isInteger(buckets) && buckets > 0, "buckets is a positive whole number");
  assert(shortest >= 1 && shortest <= longest, "ngrams is [shortest, longest], shortest from 1");
  const builder = csrBuilder(buckets);
  const tokensOf = tokeniser();
  let keys = new Uint32Array(0); // one for each n-gram of a text: bucket * 2, plus 1 to count down
  let columns = new Uint32Array(0);
  let counts = new Float32Array(0);
  for (const text of texts) {
    const tokens = tokensOf(text);
    const room = tokens.count * (longest - shortest + 1);
    if (room > keys.length) {
      keys = new Uint32Array(room);
      columns = new Uint32Array(room);
      counts = new Float32Array(room);
    }
    let features = 0;
    for (let n = shortest; n <= longest; n++)
      for (let i = 0; i + n <= tokens.count; i++) {
        const hash = murmur3(tokens.bytes, tokens.starts[i], tokens.ends[i + n - 1]);
        keys[features++] = (Math.abs(hash) % buckets) * 2 + (signed && hash < 0 ? 1 : 0);
      }
    const distinct = tally(keys.subarray(0, features).sort(), columns, counts);
    builder.push(columns, counts, distinct);
  }
  return builder.finish();
}

/**
 * Sums the votes of sorted keys into columns and counts; returns how many columns do not cancel
 * out.
 */
function tally(keys: Uint32Array, columns: Uint32Array, counts: Float32Array): number {
  let distinct = 0;
  for (let p = 0; p < keys.length; ) {
    const column = (keys[p] as number) >>> 1;
    let count = 0;
    for (; p < keys.length && (keys[p] as number) >>> 1 === column; p++)
      count += (keys[p] as number) & 1 ? -1 : 1;
    if (count === 0) continue;
    columns[distinct] = column;
    counts[distinct++] = count;
  }
  return distinct;
}

/**
 * Fits the weights for `tf-idf` on the counts of a corpus, as scikit-learn's `TfidfTransformer`
 * (smoothed).
 */
export function fitIdf(counts: Csr): Idf {
  const documents = new Uint32Array(counts.cols);
  for (const column of counts.indices) documents[column] = (documents[column] as number) + 1;
  const weights = Array.from(documents, (df) => Math.log((1 + counts.rows) / (1 + df)) + 1);
  return { documents: counts.rows, weights };
}

function scaleByIdf({ cols, indices, values }: Csr, { weights }: Idf): void {
  assert(weights.length === cols, `idf was fitted on ${cols} buckets`);
  for (let p = 0; p < values.length; p++)
    values[p] = (values[p] as number) * (weights[indices[p] as number] as number);
}

/** Scales each row to unit Euclidean length, in place; rows of zeros stay. */
function normaliseRows({ rows, indptr, values }: Csr): void {
  for (let row = 0; row < rows; row++) {
    const end = indptr[row + 1] as number;
    let squares = 0;
    for (let p = indptr[row] as number; p < end; p++) squares += (values[p] as number) ** 2;
    if (squares === 0) continue;
    const scale = 1 / Math.sqrt(squares);
    for (let p = indptr[row] as number; p < end; p++) values[p] = (values[p] as number) * scale;
  }
}
