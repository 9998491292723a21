import { assert } from "#core/assert.ts";
import type { ArmMetric, Curve } from "#core/study.ts";
import { bestOfN, bestOfNKl, turnOver } from "#measure/best-of-n.ts";
import type { Scoring } from "./study-arms.ts";
import type { BriefWorld } from "./study-world.ts";

/** What every arm of a seed is measured with. */
export interface Measures {
  readonly world: BriefWorld;
  /** 1, 2, 4, … up to the candidates of a prompt. */
  readonly ns: readonly number[];
  /** [replicates] prompts drawn with replacement, the same for every arm. */
  readonly resamples: readonly Uint32Array[];
}

/** [prompts][ns] expected worth of the best of n, chosen by `proxy`. */
export function curvesByPrompt(
  { world, ns }: Measures,
  proxy: Float64Array,
  worth: Float64Array,
): Float64Array[] {
  const { prompts, candidates: n } = world.sizes;
  return Array.from({ length: prompts }, (_, p) => {
    const cut = (values: Float64Array) => values.subarray(p * n, (p + 1) * n);
    return bestOfN({ proxy: cut(proxy), worth: cut(worth) }, ns);
  });
}

/** Mean curve [ns] over the prompts drawn. */
function meanCurve(curves: readonly Float64Array[], drawn: ArrayLike<number>): Float64Array {
  const mean = new Float64Array(curves[0]?.length ?? 0);
  for (let i = 0; i < drawn.length; i++) {
    const curve = curves[drawn[i] as number] as Float64Array;
    for (let j = 0; j < mean.length; j++)
      mean[j] = (mean[j] as number) + (curve[j] as number) / drawn.length;
  }
  return mean;
}

/** Mean height over log n, by trapezoids: the n are equally far apart in log n. */
export function areaUnder(curve: Float64Array): number {
  if (curve.length === 1) return curve[0] as number;
  let sum = 0;
  for (let i = 1; i < curve.length; i++)
    sum += ((curve[i - 1] as number) + (curve[i] as number)) / 2;
  return sum / (curve.length - 1);
}

/** Share of test pairs put in the order of gold; pairs gold cannot tell apart are left out. */
export function accuracyOf({ world }: Measures, scores: Float64Array): number {
  let right = 0;
  let told = 0;
  const { gold } = world.test;
  for (let row = 0; row < gold.length; row += 2) {
    const lead = (gold[row] as number) - (gold[row + 1] as number);
    if (Math.abs(lead) < 1e-9) continue; // equal but for the order its terms were added in
    told++;
    const scored = (scores[row] as number) - (scores[row + 1] as number);
    right += scored === 0 ? 0.5 : Math.sign(scored) === Math.sign(lead) ? 1 : 0;
  }
  assert(told > 0, "some test pairs differ in gold");
  return right / told;
}

/** What is read off a curve of gold against n. */
function readings({ ns }: Measures): Record<string, (curve: Float64Array) => number> {
  const at = (n: number) => (curve: Float64Array) =>
    curve[Math.max(0, ns.indexOf(n))] ?? Number.NaN;
  return {
    "gold-at-1": at(1),
    "gold-at-8": at(8),
    "gold-at-64": at(64),
    "gold-at-most": (curve) => curve.at(-1) as number,
    "turn-over": turnOver,
    area: areaUnder,
  };
}

/** Metrics of an arm, averaged over its repetitions; replicates over prompts. */
export function armMetrics(
  measures: Measures,
  scorings: readonly Scoring[],
): Record<string, ArmMetric> {
  const { world, resamples } = measures;
  const all = Uint32Array.from({ length: world.sizes.prompts }, (_, p) => p);
  const curves = scorings.map(({ candidates }) =>
    curvesByPrompt(measures, candidates, world.candidates.gold),
  );
  const drawn = [all, ...resamples].map((prompts) => curves.map((by) => meanCurve(by, prompts)));
  const metrics: Record<string, ArmMetric> = {};
  for (const [name, read] of Object.entries(readings(measures))) {
    const [value = Number.NaN, ...replicates] = drawn.map((repeated) => mean(repeated.map(read)));
    metrics[name] = { value, replicates };
  }
  metrics.accuracy = { value: mean(scorings.map(({ test }) => accuracyOf(measures, test))) };
  return metrics;
}

/** Gold and the proxy itself against the divergence of best-of-n. */
export function armCurves(measures: Measures, arm: string, scorings: readonly Scoring[]): Curve[] {
  const { world, ns } = measures;
  const all = Uint32Array.from({ length: world.sizes.prompts }, (_, p) => p);
  const averaged = (worthOf: (scoring: Scoring) => Float64Array) => {
    const curves = scorings.map((scoring) =>
      meanCurve(curvesByPrompt(measures, scoring.candidates, worthOf(scoring)), all),
    );
    return ns.map((_, i) => mean(curves.map((curve) => curve[i] as number)));
  };
  const shared = { arm, xLabel: "KL from the base policy, nats", x: ns.map(bestOfNKl) };
  const gold = averaged(() => world.candidates.gold);
  const proxy = averaged(({ candidates }) => candidates);
  return [
    { ...shared, id: `gold/${arm}`, yLabel: "gold reward of the best of n", y: gold },
    { ...shared, id: `proxy/${arm}`, yLabel: "proxy reward of the best of n, s.d.", y: proxy },
  ];
}

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
