import { assert } from "#core/assert.ts";
import type { Translation } from "./bleu.ts";
import { allNgrams, shared, tokens13a, totalOf } from "./ngrams.ts";

/** N-grams shared with the reference that fits best, and of whichever of the two texts has more. */
interface Fit {
  readonly right: number;
  readonly all: number;
}

const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);

function bestFit({ output, references }: Translation): Fit {
  assert(references.length > 0, "GLEU compares with at least one reference");
  const counts = allNgrams(tokens13a(output));
  const size = total(counts.map(totalOf));
  let best: Fit = { right: 0, all: 0 };
  for (const reference of references) {
    const expected = allNgrams(tokens13a(reference));
    const right = total(counts.map((each, n) => shared(each, expected[n] ?? new Map())));
    const all = Math.max(size, total(expected.map(totalOf)));
    if (all > 0 && (best.all === 0 || right / all > best.right / best.all)) best = { right, all };
  }
  return best;
}

const scoreOf = ({ right, all }: Fit): number => (all === 0 ? 0 : right / all);

/**
 * Google's BLEU (Wu et al. 2016, section 7.2), in [0, 1]: the smaller of precision and recall over all n-grams of 1 to 4
 * tokens, by the reference that fits best. Unlike BLEU it is meant for single sentences. Tokens as mteval-v13a makes
 * them, case kept.
 */
export const sentenceGleu = (translation: Translation): number => scoreOf(bestFit(translation));

/** The same over several texts, their n-grams summed first. */
export function corpusGleu(translations: readonly Translation[]): number {
  assert(translations.length > 0, "GLEU is of at least one text");
  const fits = translations.map(bestFit);
  return scoreOf({
    right: total(fits.map(({ right }) => right)),
    all: total(fits.map(({ all }) => all)),
  });
}
