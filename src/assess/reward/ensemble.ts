import { assert } from "#core/assert.ts";
import { Problem } from "#core/errors.ts";

/**
 * How several reward models become one (Coste et al. 2023, section 3): the mean; the worst case,
 * the least of them; uncertainty-weighted, the mean less λ times their variance.
 */
export const AGGREGATES = ["mean", "wco", "uwo"] as const;
export type Aggregate =
  | { readonly kind: "mean" }
  | { readonly kind: "wco" }
  | { readonly kind: "uwo"; readonly lambda: number };

/** A reward model by its scores of the same records as the others. */
export interface MemberScores {
  readonly name: string;
  /** [records] */
  readonly scores: Float64Array;
}

/** What a member's scores are brought to mean 0 and s.d. 1 with. */
export interface Standard {
  readonly mean: number;
  readonly sd: number;
}

/** Below this share of its own size a spread is rounding, and the member a constant. */
const CONSTANT_SHARE = 1e-9;
/** Standard deviations this many times apart are of different scales. */
const SCALE_RATIO_MAX = 3;

/** Mean and population s.d. of scores; an s.d. of exactly 0 where they are all the same. */
export function standardOf(scores: Float64Array): Standard {
  assert(scores.length > 0, "at least one score");
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
  const squares = scores.reduce((sum, score) => sum + (score - mean) ** 2, 0);
  const sd = Math.sqrt(squares / scores.length);
  return { mean, sd: sd <= CONSTANT_SHARE * Math.abs(mean) ? 0 : sd };
}

/** Scores with mean 0 and s.d. 1 on what the standard was taken from. */
export function standardised(scores: Float64Array, { mean, sd }: Standard): Float64Array {
  assert(sd > 0, "a member that is not constant");
  return scores.map((score) => (score - mean) / sd);
}

/**
 * Standards of all members on the records given. Members that say the same of every record carry
 * nothing and are named apart. Throws a `bad-input` problem for a score that is no number, or when
 * every member is constant.
 */
export function standardsOf(members: readonly MemberScores[]): {
  kept: { name: string; standard: Standard }[];
  constant: string[];
} {
  for (const { name, scores } of members) {
    const row = scores.findIndex((score) => !Number.isFinite(score));
    if (row >= 0)
      throw new Problem("bad-input", "A reward is not a number", {
        expected: "a finite number from every member for every record",
        got: String(scores[row]),
        at: { row: row + 1, field: name },
      });
  }
  const all = members.map(({ name, scores }) => ({ name, standard: standardOf(scores) }));
  const kept = all.filter(({ standard }) => standard.sd > 0);
  if (kept.length === 0)
    throw new Problem("bad-input", "Every reward is the same", {
      expected: "at least one member that tells records apart",
      got: `${members.length} constant ${members.length === 1 ? "member" : "members"}`,
    });
  const constant = all.filter(({ standard }) => standard.sd === 0).map(({ name }) => name);
  return { kept, constant };
}

/**
 * One score a record from the scores of k members on one scale, [k][records], and how far the
 * members are apart: the population s.d. (divided by k), whose square is the variance that `uwo`
 * takes off. Throws a `bad-input` problem for λ below 0 and for `uwo` with one member.
 */
export function combine(
  members: readonly Float64Array[],
  aggregate: Aggregate,
): { scores: Float64Array; spread: Float64Array } {
  const [first] = members;
  assert(first !== undefined, "at least one member");
  for (const { length } of members) assert(length === first.length, "as many scores each");
  checkAggregate(aggregate, members.length);
  const k = members.length;
  const scores = new Float64Array(first.length);
  const spread = new Float64Array(first.length);
  for (let row = 0; row < first.length; row++) {
    let sum = 0;
    let least = Number.POSITIVE_INFINITY;
    for (const member of members) {
      const score = member[row] as number;
      sum += score;
      if (!(score >= least)) least = score; // NaN too, so that it shows
    }
    const mean = sum / k;
    let squares = 0;
    for (const member of members) squares += ((member[row] as number) - mean) ** 2;
    spread[row] = Math.sqrt(squares / k);
    if (aggregate.kind === "mean") scores[row] = mean;
    else if (aggregate.kind === "wco") scores[row] = least;
    else scores[row] = mean - (aggregate.lambda * squares) / k;
  }
  return { scores, spread };
}

function checkAggregate(aggregate: Aggregate, members: number): void {
  if (aggregate.kind !== "uwo") return;
  if (!(aggregate.lambda >= 0))
    throw new Problem("bad-input", "The weight of uncertainty is below 0", {
      expected: "lambda of 0 or more: doubt lowers a score",
      got: String(aggregate.lambda),
      at: { field: "lambda" },
    });
  if (members === 1)
    throw new Problem("bad-input", "One member has no variance", {
      expected: "at least two members for uncertainty weighting",
      got: "1",
      hint: 'With one member "mean" and "wco" are its own score.',
    });
}

/**
 * Throws a `bad-input` problem where members nobody has standardised are of different scales: the
 * least and the variance would be those of the widest alone. Of members standardised on a reference
 * it must not be asked: on other records their spreads may rightly differ.
 */
export function checkScales(members: readonly Float64Array[]): void {
  const spreads = members.map((scores) => standardOf(scores).sd).filter((sd) => sd > 0);
  const [low, high] = [Math.min(...spreads), Math.max(...spreads)];
  if (spreads.length < 2 || high <= SCALE_RATIO_MAX * low) return;
  throw new Problem("bad-input", "The members are of different scales", {
    expected: `standard deviations within a factor of ${SCALE_RATIO_MAX}`,
    got: `${low.toPrecision(3)} to ${high.toPrecision(3)}`,
    hint: "Standardise them first; unscaled, the widest member alone decides.",
  });
}
