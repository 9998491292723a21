/** What the lab's charts show, in one sentence computed from their data. */
import type {
  AnnotatorView,
  BestOfCurve,
  ComparisonOverview,
  TrainingPoint,
} from "#core/comparison-views.ts";
import type { Measurement } from "#core/measurement.ts";
import { count, fixed, percent, plural, signed } from "#web/app/format.ts";

/** A difference seen from the other side: of errors, that of right ones. */
export const opposite = (of: Measurement): Measurement => ({
  ...of,
  value: -of.value,
  interval:
    of.interval === null
      ? null
      : { ...of.interval, low: -of.interval.high, high: -of.interval.low },
});

export function accuracyFinding(curve: ComparisonOverview["accuracyCurve"]): string {
  const [first, last] = [curve[0], curve.at(-1)];
  if (first === undefined || last === undefined) return "Accuracy is not measured yet";
  const now = `${percent(last.accuracy.value)} % right`;
  if (curve.length === 1) return `${now} after ${plural(last.comparisons, "comparison")}`;
  const more = `${percent(first.accuracy.value)} → ${now} with ${count(last.comparisons - first.comparisons)} more comparisons`;
  return last.promoted ? more : `${more}: held back`;
}

/** What a run did to the learned and the true reward, and whether the one went on where the other fell. */
export function trainingFinding(points: readonly TrainingPoint[]): string {
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined) return "Nothing measured yet";
  if (first === last) return "Measured once, before the first step";
  const within = `in ${plural(last.step - first.step, "step")}`;
  const learned = first.reward === null || last.reward === null ? null : last.reward - first.reward;
  if (first.gold === null || last.gold === null)
    return learned === null
      ? "No reward is measured"
      : `Learned reward ${signed(learned, 2)} ${within}`;
  const fallen = turnOver(points);
  if (fallen !== null && learned !== null && learned > 0)
    return `Over-optimised: the true reward fell by ${fixed(fallen.fall, 2)} after step ${count(fallen.step)} while the learned one rose`;
  const gold = `true reward ${signed(last.gold - first.gold, 2)}`;
  return learned === null
    ? `True reward ${signed(last.gold - first.gold, 2)} ${within}`
    : `Learned reward ${signed(learned, 2)}, ${gold} ${within}`;
}

/** Where the true reward was highest and by how much it fell since, where that is more than its error. */
function turnOver(
  points: readonly TrainingPoint[],
): { readonly step: number; readonly fall: number } | null {
  const seen = points.flatMap(({ step, gold, goldError }) =>
    gold === null ? [] : [{ step, gold, error: goldError ?? 0 }],
  );
  const last = seen.at(-1);
  const [peak] = seen.toSorted((a, b) => b.gold - a.gold);
  if (last === undefined || peak === undefined) return null;
  const fall = peak.gold - last.gold;
  return fall > Math.hypot(peak.error, last.error) ? { step: peak.step, fall } : null;
}

export function bestOfFinding({ curve, recommended }: BestOfCurve): string {
  const most = curve.at(-1)?.n;
  if (most === undefined) return "Nothing was chosen from";
  if (recommended.n === null) return "No number of replies is known to be safe";
  return recommended.n >= most
    ? `Choosing the best of up to ${count(most)} replies is safe`
    : `Choosing is safe up to the best of ${count(recommended.n)}; further the score misleads`;
}

/** What seems to sway a judge apart from worth: where an interval leaves out one half. */
export function biasText({ leftWins, longerWins }: AnnotatorView): string {
  const swayed = (of: Measurement | null, more: string, less: string) =>
    of?.interval == null
      ? []
      : of.interval.low > 0.5
        ? [more]
        : of.interval.high < 0.5
          ? [less]
          : [];
  const by = [
    ...swayed(leftWins, "to the left", "to the right"),
    ...swayed(longerWins, "to the longer", "to the shorter"),
  ];
  return by.length === 0 ? "not seen" : by.join(", ");
}
