import { assert } from "#core/assert.ts";

/** Hits, false alarms and misses of the pairs of one topic. */
export interface PairCounts {
  readonly hits: number;
  readonly falseAlarms: number;
  readonly misses: number;
}

/** Counts placements [n · k] against gold of the same length, both 0 or 1. */
export function pairCounts(placed: ArrayLike<number>, gold: ArrayLike<number>): PairCounts {
  assert(placed.length === gold.length, "as many placements as gold labels");
  let [hits, falseAlarms, misses] = [0, 0, 0];
  for (let p = 0; p < placed.length; p++) {
    if (placed[p] === 1 && gold[p] === 1) hits++;
    else if (placed[p] === 1) falseAlarms++;
    else if (gold[p] === 1) misses++;
  }
  return { hits, falseAlarms, misses };
}

/** Micro precision, recall and F1 over topics; 0 where nothing is placed or there is nothing to place. */
export function microF1(topics: Iterable<PairCounts>): {
  precision: number;
  recall: number;
  f1: number;
} {
  let [hits, falseAlarms, misses] = [0, 0, 0];
  for (const topic of topics) {
    hits += topic.hits;
    falseAlarms += topic.falseAlarms;
    misses += topic.misses;
  }
  const ratio = (part: number, whole: number) => (whole === 0 ? 0 : part / whole);
  return {
    precision: ratio(hits, hits + falseAlarms),
    recall: ratio(hits, hits + misses),
    f1: ratio(2 * hits, 2 * hits + falseAlarms + misses),
  };
}
