/**
 * Accuracy, precision, recall and F1 from a confusion matrix. Classes are indices 0..k−1, −1 is an
 * abstention. Abstentions are counted apart and never turned into a class.
 */
import { assert } from "#core/assert.ts";
import { checkRange } from "./check.ts";

export interface Confusion {
  readonly classes: number;
  /** [classes * classes] items by (gold, output), row-major: counts[gold * classes + output]. */
  readonly counts: Uint32Array;
  /** [classes] items nobody answered, by gold class. */
  readonly abstained: Uint32Array;
}

/** Counts outputs against gold. `output`, `gold`: [n] class indices; only `output` may be −1. */
export function confusion(
  output: ArrayLike<number>,
  gold: ArrayLike<number>,
  classes: number,
): Confusion {
  assert(output.length === gold.length, "as many outputs as gold labels");
  checkRange("gold classes", gold, { low: 0, high: classes - 1 });
  checkRange("output classes", output, { low: -1, high: classes - 1 });
  const counts = new Uint32Array(classes * classes);
  const abstained = new Uint32Array(classes);
  for (let i = 0; i < gold.length; i++) {
    const right = gold[i] as number;
    const said = output[i] as number;
    if (said === -1) abstained[right] = (abstained[right] as number) + 1;
    else {
      const cell = right * classes + said;
      counts[cell] = (counts[cell] as number) + 1;
    }
  }
  return { classes, counts, abstained };
}

const sum = (values: Uint32Array): number => values.reduce((total, value) => total + value, 0);

/** How many items were answered. */
export const answered = ({ counts }: Confusion): number => sum(counts);

/** How many items were abstained on. */
export const abstentions = ({ abstained }: Confusion): number => sum(abstained);

const cell = ({ counts, classes }: Confusion, gold: number, output: number): number =>
  counts[gold * classes + output] as number;

/** Answered items that are right. */
export function correctCount(of: Confusion): number {
  let right = 0;
  for (let k = 0; k < of.classes; k++) right += cell(of, k, k);
  return right;
}

/** Share of the answered items that are right; null when nothing was answered. */
export function accuracy(of: Confusion): number | null {
  const n = answered(of);
  return n === 0 ? null : correctCount(of) / n;
}

/** Hits, false alarms and misses of one class among the answered items. */
export interface ClassCounts {
  readonly hits: number;
  readonly falseAlarms: number;
  readonly misses: number;
}

export function classCounts(of: Confusion, positive: number): ClassCounts {
  assert(positive >= 0 && positive < of.classes, "a positive class that is one of the classes");
  const hits = cell(of, positive, positive);
  let said = 0;
  let real = 0;
  for (let k = 0; k < of.classes; k++) {
    said += cell(of, k, positive);
    real += cell(of, positive, k);
  }
  return { hits, falseAlarms: said - hits, misses: real - hits };
}

const ratio = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);

/** Share of the items called `positive` that are; null when none was. */
export function precision(of: Confusion, positive: number): number | null {
  const { hits, falseAlarms } = classCounts(of, positive);
  return ratio(hits, hits + falseAlarms);
}

/** Share of the answered items that are `positive` and were called so; null when there is none. */
export function recall(of: Confusion, positive: number): number | null {
  const { hits, misses } = classCounts(of, positive);
  return ratio(hits, hits + misses);
}

/**
 * 2·hits / (2·hits + false alarms + misses) of the stated class; null when it neither occurs nor is
 * said.
 */
export function f1(of: Confusion, positive: number): number | null {
  const { hits, falseAlarms, misses } = classCounts(of, positive);
  return ratio(2 * hits, 2 * hits + falseAlarms + misses);
}

/**
 * Mean F1 over the classes that occur or are said among the answered items; null when nothing was
 * answered.
 */
export function macroF1(of: Confusion): number | null {
  const scores: number[] = [];
  for (let k = 0; k < of.classes; k++) {
    const score = f1(of, k);
    if (score !== null) scores.push(score);
  }
  return ratio(
    scores.reduce((total, score) => total + score, 0),
    scores.length,
  );
}
