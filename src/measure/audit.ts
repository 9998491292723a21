/**
 * The error rate of what nobody reviewed, from a random audit share of the accepted items.
 *
 * The population is finite and known: N accepted items, of which n were drawn at random and read by
 * a person. What was read has been put right; asked for is the share of errors among the N − n that
 * went out unread.
 */
import { assert } from "#core/assert.ts";
import type { Interval, Measurement } from "#core/measurement.ts";
import { err, ok, type Result } from "#core/result.ts";
import { checkRange } from "./check.ts";
import { type Draw, hypergeometricCdf, hypergeometricUpper } from "./hypergeometric.ts";
import { checkLevel, LEVEL_DEFAULT } from "./proportion.ts";

/** Counts of one stratum: items accepted with one and the same audit probability. */
export interface AuditCounts {
  readonly accepted: number;
  /** Of the accepted, drawn at random and read. */
  readonly audited: number;
  /** Of the audited, found wrong. */
  readonly wrong: number;
}

/** Why nothing can be said: nobody audited, or nothing went out unread. */
export type NoAudit = { readonly kind: "no-audits" | "nothing-unreviewed" };

function checkCounts({ accepted, audited, wrong }: AuditCounts): void {
  assert(
    [accepted, audited, wrong].every(Number.isSafeInteger) &&
      0 <= wrong &&
      wrong <= audited &&
      audited <= accepted,
    `whole counts with 0 <= wrong <= audited <= accepted (got ${wrong}, ${audited}, ${accepted})`,
  );
}

/**
 * Least whole number in low..high at which `holds`, which holds from some point on; `high` if it
 * never does.
 */
function firstWhere(holds: (m: number) => boolean, low: number, high: number): number {
  let from = low;
  let to = high;
  while (from < to) {
    const middle = Math.floor((from + to) / 2);
    if (holds(middle)) to = middle;
    else from = middle + 1;
  }
  return from;
}

/**
 * Wrong items among all accepted that the audit does not refute, at `alpha` on either side: Clopper
 * and Pearson's argument with the hypergeometric in place of the binomial, exact for a finite
 * population.
 */
function wrongItems({ accepted, audited, wrong }: AuditCounts, alpha: number): [number, number] {
  const unread = accepted - audited;
  const draw = (all: number): Draw => ({ items: accepted, marked: all, drawn: audited });
  const low = firstWhere(
    (all) => hypergeometricUpper(wrong, draw(all)) > alpha,
    wrong,
    wrong + unread,
  );
  const past = firstWhere(
    (all) => hypergeometricCdf(wrong, draw(all)) <= alpha,
    wrong,
    wrong + unread + 1,
  );
  return [low, past - 1];
}

export const total = (strata: readonly AuditCounts[], of: keyof AuditCounts): number =>
  strata.reduce((sum, stratum) => sum + stratum[of], 0);

export function unanswerable(strata: readonly AuditCounts[]): NoAudit | undefined {
  if (total(strata, "accepted") === total(strata, "audited")) return { kind: "nothing-unreviewed" };
  return total(strata, "audited") === 0 ? { kind: "no-audits" } : undefined;
}

/**
 * Exact interval for the error rate of the unreviewed. One stratum is exact; several share alpha
 * evenly (Bonferroni). Its upper end is the bound to state: each end is missed with probability at
 * most (1 − level)/2.
 */
export function auditInterval(
  strata: readonly AuditCounts[],
  level = LEVEL_DEFAULT,
): Result<Interval, NoAudit> {
  checkLevel(level);
  strata.forEach(checkCounts);
  const nothing = unanswerable(strata);
  if (nothing !== undefined) return err(nothing);
  const open = strata.filter(({ accepted, audited }) => accepted > audited);
  const alpha = (1 - level) / 2 / open.length;
  let low = 0;
  let high = 0;
  for (const stratum of open) {
    const [least, most] = wrongItems(stratum, alpha);
    low += least - stratum.wrong;
    high += most - stratum.wrong;
  }
  const unread = total(open, "accepted") - total(open, "audited");
  return ok({ low: low / unread, high: high / unread, level, method: "clopper-pearson-finite" });
}

export const drawText = (wrong: number, audited: number, unread: number): string =>
  `${wrong} wrong of ${audited} audited at random; ${unread} went out unread`;

/**
 * The unreviewed error as a measurement: each stratum's audited error rate, weighted by what went
 * out unread.
 */
export function auditedError(
  strata: readonly AuditCounts[],
  level = LEVEL_DEFAULT,
): Result<Measurement, NoAudit> {
  const interval = auditInterval(strata, level);
  if (!interval.ok) return interval;
  const open = strata.filter(({ accepted, audited }) => accepted > audited);
  const unread = total(open, "accepted") - total(open, "audited");
  const seen = open.filter(({ audited }) => audited > 0);
  const spread = total(seen, "accepted") - total(seen, "audited");
  if (spread === 0) return err({ kind: "no-audits" });
  const value = seen.reduce(
    (sum, { accepted, audited, wrong }) =>
      sum + ((accepted - audited) / spread) * (wrong / audited),
    0,
  );
  const audited = total(strata, "audited");
  return ok({
    metric: "unreviewed-error",
    value,
    interval: interval.value,
    n: audited,
    note: drawText(total(strata, "wrong"), audited, unread),
  });
}

/** Every accepted item, audited or not. Arrays of one length N. */
export interface AcceptedItems {
  /** [N] calibrated probability that the item is wrong. */
  readonly risk: ArrayLike<number>;
  /** [N] probability with which the item was drawn for audit, in (0, 1]. */
  readonly propensity: ArrayLike<number>;
  /** [N] what the audit found: 1 wrong, 0 right, −1 not audited. */
  readonly verdict: ArrayLike<number>;
}

/**
 * How audited items stand for unread ones. `stratified` treats items of one propensity as a stratum
 * (few different propensities); `inverse-propensity` weights each by the odds against its draw.
 */
export type Weighting = "stratified" | "inverse-propensity";

/** The items whose draw was left to chance: what is drawn for certain stands for nothing unread. */
function byChance({ propensity, verdict }: Pick<AcceptedItems, "propensity" | "verdict">) {
  const indices = Array.from(propensity, (_, i) => i);
  const unread = indices.find((i) => propensity[i] === 1 && verdict[i] === -1);
  assert(
    unread === undefined,
    `an item drawn with propensity 1 is audited (item ${unread} is not)`,
  );
  return indices.filter((i) => (propensity[i] as number) < 1);
}

/**
 * Items by propensity, in order of first appearance; all as one where each has a weight of its own.
 */
export function strataOf({ propensity, verdict }: AcceptedItems, weighting: Weighting): number[][] {
  checkRange("propensities", propensity, { low: Number.MIN_VALUE, high: 1 });
  if (weighting === "inverse-propensity") return [byChance({ propensity, verdict })];
  const strata = new Map<number, number[]>();
  for (let i = 0; i < propensity.length; i++) {
    const p = propensity[i] as number;
    const stratum = strata.get(p);
    if (stratum === undefined) strata.set(p, [i]);
    else stratum.push(i);
  }
  return Array.from(strata.values());
}

/** The audited items of a stratum. */
export const auditedOf = (stratum: readonly number[], { verdict }: AcceptedItems): number[] =>
  stratum.filter((i) => verdict[i] !== -1);

export function countsOf(stratum: readonly number[], items: AcceptedItems): AuditCounts {
  const audited = auditedOf(stratum, items);
  return {
    accepted: stratum.length,
    audited: audited.length,
    wrong: audited.filter((i) => items.verdict[i] === 1).length,
  };
}

/** Accepted, audited and wrong items at each propensity. */
export const auditStrata = (items: AcceptedItems): AuditCounts[] =>
  strataOf(items, "stratified").map((stratum) => countsOf(stratum, items));
