import { assert } from "#core/assert.ts";
import type { Document } from "#core/item.ts";
import { denseFromRows } from "#num/dense.ts";
import type { Matrix } from "#num/matrix.ts";
import { hashedTextFeatures } from "#num/text-features.ts";
import type { Options } from "./options.ts";

export type FeatureOptions = Pick<Options, "features" | "buckets" | "fields">;

/** Characters of a document that are read; the rest is cut, and counted. */
const CHARS_MAX = 20_000;
/** A sentence encoder reads about this many characters before its own limit. */
const ENCODER_CHARS_MAX = 2_000;

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
  const charsMax = features === "embedding" ? ENCODER_CHARS_MAX : CHARS_MAX;
  const texts = documents.map((document) => documentText(document, fields));
  const truncated = texts.filter((text) => text.length > charsMax).length;
  const cut = texts.map((text) => text.slice(0, charsMax));
  if (features === "hash") return { matrix: hashedTextFeatures(cut, { buckets }), truncated };
  const { loadEmbedder } = await import("#propose/embeddings.ts"); // 28 MB of weights: only when asked for
  const embedder = await loadEmbedder();
  const rows = await embedder.embed(cut);
  assert(rows.length === cut.length, "an embedding for every text");
  return { matrix: denseFromRows(rows, embedder.dim), truncated };
}

function documentText({ text, fields }: Document, names = Object.keys(fields)): string {
  return [...names.map((name) => fields[name] ?? "").map(String), text].join("\n");
}
