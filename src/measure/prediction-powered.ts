/**
 * The error rate of what nobody reviewed, from an audit share and the risks of all accepted items:
 * prediction-powered inference for a finite population.
 */
import { assert } from "#core/assert.ts";
import type { Interval, Measurement } from "#core/measurement.ts";
import { err, ok, type Result } from "#core/result.ts";
import { studentTQuantile } from "#num/special.ts";
import {
  type AcceptedItems,
  auditedError,
  auditedOf,
  countsOf,
  drawText,
  type NoAudit,
  strataOf,
  total,
  unanswerable,
  type Weighting,
} from "./audit.ts";
import { checkLevel, LEVEL_DEFAULT } from "./proportion.ts";

export interface PredictionPoweredOptions {
  readonly level?: number;
  readonly weighting?: Weighting;
}

/** Why the prediction-powered estimate cannot be had. */
export type NoEstimate =
  | NoAudit
  /**
   * With any propensities there is no exact interval to fall back on, and a normal one needs errors
   * and non-errors.
   */
  | { readonly kind: "too-few-events"; readonly got: number; readonly need: number };

/**
 * With fewer errors, or fewer non-errors, among the audited of a stratum its spread and skewness
 * are not known well enough for an interval made from them.
 */
export const EVENTS_MIN = 10;

/** An audited item with its part in the estimate and in the moments of the estimate's error. */
interface Audit {
  readonly risk: number;
  readonly wrong: number;
  /** Share of the unreviewed it stands for; the shares of all audits sum to 1. */
  readonly share: number;
  /** Probability of its draw: its own, or the sampled fraction of its stratum. */
  readonly drawn: number;
  /** n/(n − 1) of the audits whose residuals are centred together. */
  readonly correction: number;
  readonly group: number;
}

/** Within a stratum the audited are a simple random sample of its items. */
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
    return audited.map((i) => ({
      risk: items.risk[i] as number,
      wrong: items.verdict[i] as number,
      share: left / unread / n,
      drawn: n / stratum.length,
      correction: n / (n - 1),
      group,
    }));
  });
}

/** Drawn each by itself, an item stands for the (1 − π)/π unread ones like it (Hájek's weights). */
function inversePropensityAudits(items: AcceptedItems, strata: readonly number[][]): Audit[] {
  const audited = strata.flatMap((stratum) => auditedOf(stratum, items));
  const odds = (i: number) =>
    (1 - (items.propensity[i] as number)) / (items.propensity[i] as number);
  const all = audited.reduce((sum, i) => sum + odds(i), 0);
  return audited.map((i) => ({
    risk: items.risk[i] as number,
    wrong: items.verdict[i] as number,
    share: odds(i) / all,
    drawn: items.propensity[i] as number,
    correction: audited.length / (audited.length - 1),
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

/** Σ of a·b over all accepted items times (1 − π)/π, estimated from the audited: a (co)variance. */
const spread = (audits: readonly Audit[], a: readonly number[], b: readonly number[]): number =>
  audits.reduce(
    (sum, { drawn, correction }, k) =>
      sum + correction * ((1 - drawn) / drawn ** 2) * (a[k] as number) * (b[k] as number),
    0,
  );

/**
 * How far the risks are trusted: the slope that makes the residuals spread least, kept in [0, 1]
 * (PPI++).
 */
function trustIn(audits: readonly Audit[]): number {
  const risk = centred(audits, (audit) => audit.risk);
  const wrong = centred(audits, (audit) => audit.wrong);
  const variance = spread(audits, risk, risk);
  return variance === 0 ? 0 : Math.min(1, Math.max(0, spread(audits, risk, wrong) / variance));
}

/**
 * Ends of the interval, as distances from the estimate: t quantiles of the studentised error with
 * the first Cornish-Fisher term for skewness, which rare errors have plenty of. Without it the
 * upper end, the one that matters, is missed too often. `residuals`: centred, one for each audit.
 *
 * The error is Σ e (A/π − 1)/U over all items (A: drawn; U: unread), so its variance, its third
 * cumulant and its covariance with the variance estimate are sums over the audited of
 * e² (1 − π)/π², e³ (1 − π)(1 − 2π)/π³ and e³ (1 − π)²/π³. With the last two standardised, κ and ρ,
 * the z quantile becomes z − ρ z²/2 + κ (z² − 1)/6 (Hall 1992, section 2.6, for drawing without
 * replacement).
 */
function reach(
  audits: readonly Audit[],
  residuals: readonly number[],
  { level, unread }: { readonly level: number; readonly unread: number },
): { readonly below: number; readonly above: number } {
  const variance = spread(audits, residuals, residuals);
  if (variance === 0) return { below: 0, above: 0 };
  let third = 0;
  let withVariance = 0;
  audits.forEach(({ drawn }, k) => {
    const cube = ((1 - drawn) * (residuals[k] as number) ** 3) / drawn ** 3;
    third += (1 - 2 * drawn) * cube;
    withVariance += (1 - drawn) * cube;
  });
  const groups = new Set(audits.map(({ group }) => group)).size;
  const z = studentTQuantile((1 + level) / 2, audits.length - groups);
  const shift = ((withVariance * z * z) / 2 - (third * (z * z - 1)) / 6) / variance ** 1.5;
  const error = Math.sqrt(variance) / unread;
  return { below: Math.max(0, z - shift) * error, above: Math.max(0, z + shift) * error };
}

/**
 * Prediction-powered estimate of the error rate of the unreviewed (Angelopoulos et al. 2023, tuned
 * as in Angelopoulos, Duchi and Zrnic 2023): mean risk of the unread, plus what the audit says the
 * risks are off by. Tighter than `auditedError` as far as the risks are informative, and right on
 * average, but for the little that fitting the trust costs, however wrong they are.
 *
 * The interval is Student's t on the residuals, corrected for their skewness. Where too few errors
 * were seen for that to hold, a stratified audit answers `auditedError` instead: `interval.method`
 * tells which.
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
  const open = strata.filter(({ accepted, audited }) => accepted > audited);
  const events = Math.min(...open.map(({ audited, wrong }) => Math.min(wrong, audited - wrong)));
  if (events < EVENTS_MIN)
    return weighting === "stratified"
      ? auditedError(strata, level)
      : err({ kind: "too-few-events", got: events, need: EVENTS_MIN });
  const audits =
    weighting === "stratified"
      ? stratifiedAudits(items, members, unread)
      : inversePropensityAudits(items, members);
  const trust = trustIn(audits);
  let unreadRisk = 0;
  for (let i = 0; i < n; i++)
    if (items.verdict[i] === -1) unreadRisk += (items.risk[i] as number) / unread;
  const residual = ({ wrong, risk }: Audit) => wrong - trust * risk;
  const value =
    trust * unreadRisk + audits.reduce((sum, audit) => sum + audit.share * residual(audit), 0);
  const { below, above } = reach(audits, centred(audits, residual), { level, unread });
  const interval: Interval = {
    low: Math.max(0, value - below),
    high: Math.min(1, value + above),
    level,
    method: `prediction-powered-${weighting}`,
  };
  const drawn = drawText(total(open, "wrong"), audits.length, unread);
  return ok({
    metric: "unreviewed-error",
    value: Math.min(1, Math.max(0, value)),
    interval,
    n: audits.length,
    note: `risks trusted ${trust.toFixed(2)}; ${drawn}`,
  });
}
