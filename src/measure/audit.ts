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
import { studentTQuantile } from "#num/special.ts";
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

const total = (strata: readonly AuditCounts[], of: keyof AuditCounts): number =>
  strata.reduce((sum, stratum) => sum + stratum[of], 0);

function unanswerable(strata: readonly AuditCounts[]): NoAudit | undefined {
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

const drawText = (wrong: number, audited: number, unread: number): string =>
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

export interface PredictionPoweredOptions {
  readonly level?: number;
  /**
   * `stratified` treats items of one propensity as a stratum (few different propensities);
   * `inverse-propensity` weights each audited item by the odds against its draw (any propensities).
   */
  readonly weighting?: "stratified" | "inverse-propensity";
}

type Weighting = NonNullable<PredictionPoweredOptions["weighting"]>;

/**
 * Items by propensity, in order of first appearance; all as one where each has a weight of its own.
 */
function strataOf({ propensity }: AcceptedItems, weighting: Weighting): number[][] {
  checkRange("propensities", propensity, { low: Number.MIN_VALUE, high: 1 });
  if (weighting === "inverse-propensity") return [Array.from(propensity, (_, i) => i)];
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
const auditedOf = (stratum: readonly number[], { verdict }: AcceptedItems): number[] =>
  stratum.filter((i) => verdict[i] !== -1);

function countsOf(stratum: readonly number[], items: AcceptedItems): AuditCounts {
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

/** Why the prediction-powered estimate cannot be had. */
export type NoEstimate =
  | NoAudit
  /**
   * With any propensities there is no exact interval to fall back on, and a normal one needs errors
   * and non-errors.
   */
  | { readonly kind: "too-few-events"; readonly got: number; readonly need: number };

/** With fewer errors, or fewer non-errors, among the audited a normal interval does not hold. */
const EVENTS_MIN = 10;
/** A stratum's spread needs two audits. */
const AUDITS_PER_STRATUM_MIN = 2;

/** An audited item with its part in the estimate and in the estimate's variance. */
interface Audit {
  readonly risk: number;
  readonly wrong: number;
  /** Share of the unreviewed it stands for; the shares of all audits sum to 1. */
  readonly share: number;
  /** Factor of its squared centred residual in the variance. */
  readonly spread: number;
  /** Audits whose residuals are centred together. */
  readonly group: number;
}

/**
 * Stratified draw: within a stratum the audited are a simple random sample, so both parts' spread
 * is known.
 */
function stratifiedAudits(
  items: AcceptedItems,
  strata: readonly number[][],
  unread: number,
): Audit[] {
  return strata.flatMap((stratum, group) => {
    const audited = auditedOf(stratum, items);
    const n = audited.length;
    const left = stratum.length - n;
    if (left === 0) return [];
    const part = left / unread;
    return audited.map((i) => ({
      risk: items.risk[i] as number,
      wrong: items.verdict[i] as number,
      share: part / n,
      spread: (part ** 2 * (1 / n + 1 / left)) / (n - 1),
      group,
    }));
  });
}

/** Independent draws: an audit stands for the (1 − π)/π unread items like it (Hájek's weights). */
function inversePropensityAudits(
  items: AcceptedItems,
  strata: readonly number[][],
  unread: number,
): Audit[] {
  const audited = strata
    .flatMap((stratum) => auditedOf(stratum, items))
    .filter((i) => (items.propensity[i] as number) < 1);
  const odds = (i: number) =>
    (1 - (items.propensity[i] as number)) / (items.propensity[i] as number);
  const all = audited.reduce((sum, i) => sum + odds(i), 0);
  const correction = audited.length / (audited.length - 1);
  return audited.map((i) => ({
    risk: items.risk[i] as number,
    wrong: items.verdict[i] as number,
    share: odds(i) / all,
    spread: (correction * odds(i)) / (items.propensity[i] as number) / unread ** 2,
    group: 0,
  }));
}

/** [audits] values less their group's mean, each audit counted by its share. */
function centred(audits: readonly Audit[], value: (audit: Audit) => number): number[] {
  const sums = new Map<number, { value: number; share: number }>();
  for (const audit of audits) {
    const sum = sums.get(audit.group) ?? { value: 0, share: 0 };
    sums.set(audit.group, {
      value: sum.value + audit.share * value(audit),
      share: sum.share + audit.share,
    });
  }
  return audits.map((audit) => {
    const sum = sums.get(audit.group);
    return sum === undefined || sum.share === 0 ? 0 : value(audit) - sum.value / sum.share;
  });
}

const weighted = (audits: readonly Audit[], a: readonly number[], b: readonly number[]): number =>
  audits.reduce((sum, { spread }, k) => sum + spread * (a[k] as number) * (b[k] as number), 0);

/**
 * How far the risks are trusted: the slope that makes the residuals spread least, kept in [0, 1]
 * (PPI++).
 */
function trustIn(audits: readonly Audit[]): number {
  const risk = centred(audits, (audit) => audit.risk);
  const wrong = centred(audits, (audit) => audit.wrong);
  const spread = weighted(audits, risk, risk);
  return spread === 0 ? 0 : Math.min(1, Math.max(0, weighted(audits, risk, wrong) / spread));
}

/**
 * Prediction-powered estimate of the error rate of the unreviewed (Angelopoulos et al. 2023, tuned
 * as in Angelopoulos, Duchi and Zrnic 2023): mean risk of the unread, plus what the audit says the
 * risks are off by. Tighter than `auditedError` as far as the risks are informative, and right on
 * average, but for the little that fitting the trust costs, however wrong they are.
 *
 * The interval is Student's t on the residuals for a finite population. Where too few errors were
 * seen for that to hold, a stratified audit answers `auditedError` instead: `interval.method` tells
 * which.
 */
export function predictionPoweredError(
  items: AcceptedItems,
  { level = LEVEL_DEFAULT, weighting = "stratified" }: PredictionPoweredOptions = {},
): Result<Measurement, NoEstimate> {
  checkLevel(level);
  const n = items.risk.length;
  assert(items.propensity.length === n && items.verdict.length === n, "arrays of one length");
  const members = strataOf(items, weighting);
  const strata = members.map((stratum) => countsOf(stratum, items));
  const nothing = unanswerable(strata);
  if (nothing !== undefined) return err(nothing);
  const unread = total(strata, "accepted") - total(strata, "audited");
  const stratified = weighting === "stratified";
  const thin = strata.some(
    ({ accepted, audited }) => accepted > audited && audited < AUDITS_PER_STRATUM_MIN,
  );
  if (stratified && thin) return auditedError(strata, level);
  const audits = stratified
    ? stratifiedAudits(items, members, unread)
    : inversePropensityAudits(items, members, unread);
  const errors = audits.reduce((sum, audit) => sum + audit.wrong, 0);
  const events = Math.min(errors, audits.length - errors);
  if (events < EVENTS_MIN)
    return stratified
      ? auditedError(strata, level)
      : err({ kind: "too-few-events", got: events, need: EVENTS_MIN });
  const trust = trustIn(audits);
  let unreadRisk = 0;
  for (let i = 0; i < n; i++)
    if (items.verdict[i] === -1) unreadRisk += (items.risk[i] as number) / unread;
  const residual = ({ wrong, risk }: Audit) => wrong - trust * risk;
  const value =
    trust * unreadRisk + audits.reduce((sum, audit) => sum + audit.share * residual(audit), 0);
  const off = centred(audits, residual);
  const groups = new Set(audits.map(({ group }) => group)).size;
  const half =
    studentTQuantile((1 + level) / 2, audits.length - groups) *
    Math.sqrt(weighted(audits, off, off));
  return ok({
    metric: "unreviewed-error",
    value: Math.min(1, Math.max(0, value)),
    interval: {
      low: Math.max(0, value - half),
      high: Math.min(1, value + half),
      level,
      method: `prediction-powered-${weighting}`,
    },
    n: audits.length,
    note: `risks trusted ${trust.toFixed(2)}; ${drawText(errors, audits.length, unread)}`,
  });
}
