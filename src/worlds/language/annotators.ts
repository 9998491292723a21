import { assert } from "#core/assert.ts";
import type { Rng } from "#core/rng.ts";
import type { Terms } from "./world.ts";

/** A person who says which of two replies is better, as a stated chance law. */
export interface Annotator {
  /** Factor on each term of the gold reward; 1 where absent. */
  readonly weights: Readonly<Record<string, number>>;
  /** In units of reward: how large a difference must be to be told reliably. Above 0. */
  readonly temperature: number;
  /** Chance that an answer is turned around, whatever it was. */
  readonly flipRate: number;
  /** Added to the first reply's side, in units of reward. */
  readonly positionBias: number;
  /** Added for each token one reply is longer, in units of reward. */
  readonly lengthBias: number;
  /** Chance that what must be looked up is noticed at all, drawn anew for each reply. */
  readonly noticeRate: number;
}

/** A reply as an annotator sees it. */
export interface Seen {
  readonly terms: Terms;
  readonly tokens: number;
}

/** Shares the gold's taste and sees everything; a difference of 0.5 is told right in 73 %. */
export const ANNOTATOR: Annotator = {
  weights: {},
  temperature: 0.5,
  flipRate: 0,
  positionBias: 0,
  lengthBias: 0,
  noticeRate: 1,
};

/** A reply's worth to an annotator. `unnoticed`: terms it does not see. */
export function worthTo(
  { weights }: Annotator,
  terms: Terms,
  unnoticed: readonly string[] = [],
): number {
  let sum = 0;
  for (const [name, part] of Object.entries(terms))
    if (!unnoticed.includes(name)) sum += (weights[name] ?? 1) * part;
  return sum;
}

/**
 * Whether the first of two replies is preferred: with chance
 * σ((g(A) − g(B) + length bias (|A| − |B|) + position bias) / temperature), turned around with
 * chance `flipRate`. `lookedUp`: the terms that `noticeRate` is about.
 */
export function prefersFirst(
  annotator: Annotator,
  { first, second }: { readonly first: Seen; readonly second: Seen },
  { lookedUp, rng }: { readonly lookedUp: readonly string[]; readonly rng: Rng },
): boolean {
  const { temperature, flipRate, positionBias, lengthBias, noticeRate } = annotator;
  assert(temperature > 0, "the temperature of an annotator is positive");
  const worth = ({ terms }: Seen) =>
    worthTo(annotator, terms, rng.bernoulli(noticeRate) ? [] : lookedUp);
  const lead =
    worth(first) - worth(second) + lengthBias * (first.tokens - second.tokens) + positionBias;
  const chosen = rng.bernoulli(1 / (1 + Math.exp(-lead / temperature)));
  return rng.bernoulli(flipRate) ? !chosen : chosen;
}

const POOL_SIZE = 13;
const JITTER_SD = 0.5;

/**
 * Annotators who weigh the same things differently: the factors of `like`, each times
 * exp(jitter z), z standard normal. `names`: the terms they weigh.
 */
export function annotatorPool(
  names: readonly string[],
  rng: Rng,
  { size = POOL_SIZE, jitter = JITTER_SD, like = { ...ANNOTATOR, flipRate: 0.25 } } = {},
): Annotator[] {
  return Array.from({ length: size }, (_, person) => {
    const taste = rng.split(person);
    return {
      ...like,
      weights: Object.fromEntries(
        names.map((name) => [name, (like.weights[name] ?? 1) * Math.exp(jitter * taste.normal())]),
      ),
    };
  });
}
