import { assert } from "#core/assert.ts";
import type { Rng } from "#core/rng.ts";
import { type DecoderSession, withDecoder } from "#num/decoder-session.ts";
import type { DecoderShape } from "#num/decoder-shape.ts";

/** The weights of a tiny language model and the token that ends its replies. */
export interface TinyLm {
  readonly shape: DecoderShape;
  /** In the order of `decoderParts`. */
  readonly parameters: Float32Array;
  readonly end: number;
}

/** Replies to one prompt: it is read once for all of them. */
export interface Prompted {
  readonly prompt: readonly number[];
  /** Each at least one token; the end token, where there, is the last. */
  readonly replies: readonly ArrayLike<number>[];
}

export interface SampleOptions {
  /** Replies to each prompt. */
  readonly n: number;
  /** Logits are divided by it. Default 1; 0 takes the most probable token. */
  readonly temperature?: number;
  /** Draws from the fewest most probable tokens that together reach this share. Default 1: all. */
  readonly topP?: number;
  /** Tokens, end included; a reply that long without an end has none. */
  readonly replyTokensMax: number;
  readonly rng: Rng;
}

/** A policy over replies: samples, and says how probable given replies are to it. */
export interface Policy {
  /** [prompts][n] replies; prompt p draws from `rng.split(p)`. */
  sample(prompts: readonly (readonly number[])[], options: SampleOptions): Uint8Array[][];
  /** [groups][replies] log-probabilities of each token at temperature 1, nats. */
  logProbs(groups: readonly Prompted[]): Float64Array[][];
  /**
   * What a reward head reads of each reply, [all replies, 2D + 4] in the order given: the sum of
   * its tokens' hidden states over 8, the hidden state at its last token, the mean and the least
   * log-probability of its tokens, its length over the context, and whether it ended.
   */
  features(groups: readonly Prompted[]): Float32Array;
  /** 2D + 4. */
  readonly featureCount: number;
}

/** Keeps the pooled sum of a reply of usual length near the size of one hidden state. */
const POOL_SCALE = 1 / 8;
const EXTRA_FEATURES = 4;

export function policyOf(model: TinyLm): Policy {
  const { shape, parameters } = model;
  const featureCount = 2 * shape.width + EXTRA_FEATURES;
  return {
    featureCount,
    sample: (prompts, options) =>
      withDecoder(shape, parameters, (session) =>
        prompts.map((prompt, p) =>
          sampleReplies(session, prompt, {
            ...options,
            end: model.end,
            rng: options.rng.split(p),
          }),
        ),
      ),
    logProbs: (groups) =>
      withDecoder(shape, parameters, (session) =>
        groups.map(({ prompt, replies }) => {
          const reader = readerOf(session, prompt);
          return replies.map((reply) => reader(reply));
        }),
      ),
    features: (groups) =>
      withDecoder(shape, parameters, (session) => {
        const total = groups.reduce((sum, { replies }) => sum + replies.length, 0);
        const features = new Float32Array(total * featureCount);
        let at = 0;
        for (const { prompt, replies } of groups) {
          const reader = readerOf(session, prompt);
          for (const reply of replies) {
            const row = features.subarray(at, at + featureCount);
            writeFeatures(row, { reader, reply, session, model });
            at += featureCount;
          }
        }
        return features;
      }),
  };
}

/** Reads the prompt and gives the logits of the first reply token, copied. */
function readPrompt(session: DecoderSession, prompt: readonly number[]): Float32Array {
  assert(prompt.length > 0, "a prompt has at least one token");
  prompt.forEach((token, at) => {
    session.read(token, at);
  });
  return session.logits().slice();
}

function sampleReplies(
  session: DecoderSession,
  prompt: readonly number[],
  options: SampleOptions & { readonly end: number },
): Uint8Array[] {
  const { n, temperature = 1, topP = 1, replyTokensMax, rng, end } = options;
  assert(temperature >= 0 && topP > 0 && topP <= 1, "temperature from 0, top-p in (0, 1]");
  const first = readPrompt(session, prompt);
  const draw = sampler(first.length, { temperature, topP, rng });
  return Array.from({ length: n }, () => {
    const reply: number[] = [];
    let token = draw(first);
    reply.push(token);
    while (token !== end && reply.length < replyTokensMax) {
      session.read(token, prompt.length + reply.length - 1);
      token = draw(session.logits());
      reply.push(token);
    }
    return Uint8Array.from(reply);
  });
}

/** Draws a token by its logits. */
function sampler(
  vocabulary: number,
  { temperature, topP, rng }: { temperature: number; topP: number; rng: Rng },
): (logits: Float32Array) => number {
  const weights = new Float64Array(vocabulary);
  return (logits) => {
    let best = 0;
    for (let v = 1; v < vocabulary; v++)
      if ((logits[v] as number) > (logits[best] as number)) best = v;
    if (temperature === 0) return best;
    const most = logits[best] as number;
    for (let v = 0; v < vocabulary; v++)
      weights[v] = Math.exp(((logits[v] as number) - most) / temperature);
    if (topP < 1) keepNucleus(weights, topP);
    return rng.categorical(weights);
  };
}

/** Zeroes all but the fewest largest weights that reach a share `topP` (Holtzman et al. 2020). */
function keepNucleus(weights: Float64Array, topP: number): void {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const order = Array.from(weights.keys()).sort(
    (a, b) => (weights[b] as number) - (weights[a] as number) || a - b,
  );
  let reached = 0;
  for (const v of order) {
    const weight = weights[v] as number;
    if (reached >= topP * total) weights[v] = 0;
    reached += weight;
  }
}

/** Reads replies to one prompt; `visit` sees each token's place once it has been read. */
type Reader = (reply: ArrayLike<number>, visit?: () => void) => Float64Array;

function readerOf(session: DecoderSession, prompt: readonly number[]): Reader {
  const first = readPrompt(session, prompt);
  return (reply, visit) => {
    assert(reply.length > 0, "a reply has at least one token");
    const logProbs = new Float64Array(reply.length);
    for (let i = 0; i < reply.length; i++) {
      const token = reply[i] as number;
      logProbs[i] = logProbOf(i === 0 ? first : session.logits(), token);
      if (visit === undefined && i === reply.length - 1) break; // nothing follows that is asked for
      session.read(token, prompt.length + i);
      visit?.();
    }
    return logProbs;
  };
}

/** log softmax(logits)[token] */
function logProbOf(logits: Float32Array, token: number): number {
  let most = Number.NEGATIVE_INFINITY;
  for (let v = 0; v < logits.length; v++) most = Math.max(most, logits[v] as number);
  let total = 0;
  for (let v = 0; v < logits.length; v++) total += Math.exp((logits[v] as number) - most);
  return (logits[token] as number) - most - Math.log(total);
}

interface Read {
  readonly reader: Reader;
  readonly reply: ArrayLike<number>;
  readonly session: DecoderSession;
  readonly model: TinyLm;
}

function writeFeatures(row: Float32Array, { reader, reply, session, model }: Read): void {
  const { width, context } = model.shape;
  const logProbs = reader(reply, () => {
    for (let i = 0; i < width; i++)
      row[i] = (row[i] as number) + POOL_SCALE * (session.hidden[i] as number);
  });
  row.set(session.hidden, width);
  const { length } = logProbs;
  row[2 * width] = logProbs.reduce((sum, value) => sum + value, 0) / length;
  row[2 * width + 1] = Math.min(...logProbs);
  row[2 * width + 2] = length / context;
  row[2 * width + 3] = reply[length - 1] === model.end ? 1 : 0;
}
