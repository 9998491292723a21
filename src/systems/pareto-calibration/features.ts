import { assert } from "#core/assert.ts";
import type { Document } from "#core/item.ts";
import { denseFromRows } from "#num/dense.ts";
import type { Matrix } from "#num/matrix.ts";
import { hashedTextFeatures } from "#num/text-features.ts";
import type { Options } from "./options.ts";

export type FeatureOptions = Pick<Options, "features" | "buckets" | "fields">;

/** Characters of a document that are read; the rest is cut, and counted. */
const CHARS_MAX = 20_000;
/** The part of the options that new items must be read by too. */
export const featuresOf = ({ features, buckets, fields }: Options): FeatureOptions => ({
  features,
  buckets,
  ...(fields && { fields }),
});

export interface Featurised {
  /** One row a document. */
  readonly matrix: Matrix;
  /** Documents longer than what is read. */
  readonly truncated: number;
}

/** What the harmoniser reads of each document: its fields, one a line, then its text. */
export async function featurise(
  documents: readonly Document[],
  { features, buckets, fields }: FeatureOptions,
): Promise<Featurised> {
  const texts = documents.map((document) => documentText(document, fields));
  if (features === "hash") {
    const { cut, truncated } = cutAt(texts, CHARS_MAX);
    return { matrix: hashedTextFeatures(cut, { buckets }), truncated };
  }
  // 28 MB of weights: only when asked for.
  const { EMBEDDED_CHARS_MAX, loadEmbedder } = await import("#propose/embeddings.ts");
  const { cut, truncated } = cutAt(texts, EMBEDDED_CHARS_MAX);
  const embedder = await loadEmbedder();
  const rows = await embedder.embed(cut);
  assert(rows.length === cut.length, "an embedding for every text");
  return { matrix: denseFromRows(rows, embedder.dim), truncated };
}

function cutAt(texts: readonly string[], charsMax: number) {
  return {
    cut: texts.map((text) => text.slice(0, charsMax)),
    truncated: texts.filter((text) => text.length > charsMax).length,
  };
}

function documentText({ text, fields }: Document, names = Object.keys(fields)): string {
  return [...names.map((name) => fields[name] ?? "").map(String), text].join("\n");
}

/** What is said of documents that were not read to the end. */
export const cutWarning = (truncated: number): string[] =>
  truncated === 0 ? [] : [`${truncated} items are longer than what is read, and were cut.`];
