/**
 * The metrics of the `label` task kind. Each leaves abstentions out of its own figure and is
 * silent, not wrong, where it is undefined: no answered item, one class only, too few items for an
 * ECE.
 */
import type { Metric } from "#core/contracts.ts";
import type { Interval, Judged, Measurement } from "#core/measurement.ts";
import type { Rng } from "#core/rng.ts";
import {
  type BootstrapOptions,
  type Bootstrapped,
  bootstrap,
  clusteredBootstrap,
  clustersOf,
  meanOf,
  type Statistic,
} from "./bootstrap.ts";
import { type Confusion, confusion, f1, macroF1 } from "./classification.ts";
import { LEVEL_DEFAULT, wilson } from "./proportion.ts";
import { aurocOf } from "./ranking.ts";
import { ece, eceOf } from "./reliability.ts";

export interface MetricOptions {
  /** Drives the bootstrap intervals; the same `rng` gives the same ones. */
  readonly rng: Rng;
  readonly resamples?: number;
  readonly level?: number;
}

type LabelMetric = Metric<string>;

/** An answered item: its output is no abstention. */
type Answered = Judged<string> & { readonly output: string };
/** An answered item with an assessed risk. */
type Assessed = Answered & { readonly risk: number };

const isAnswered = (one: Judged<string>): one is Answered => one.output !== null;
const isAssessed = (one: Judged<string>): one is Assessed =>
  one.output !== null && one.risk !== undefined;

/**
 * In the order of their ids, so that neither the order they came in nor a resample of it moves an
 * interval.
 */
const inOrder = <J extends Judged<string>>(judged: readonly J[]): J[] =>
  judged.toSorted((a, b) => (a.itemId < b.itemId ? -1 : a.itemId > b.itemId ? 1 : 0));

const wrongOf = (judged: readonly Judged<string>[]): Float64Array =>
  Float64Array.from(judged, ({ output, gold }) => Number(output !== gold));

/** The sampled units; undefined when every item is one of its own. */
function unitsOf(judged: readonly Judged<string>[]): Uint32Array[] | undefined {
  if (judged.every(({ cluster }) => cluster === undefined)) return undefined;
  const units = clustersOf(judged.map(({ cluster, itemId }) => cluster ?? `item ${itemId}`));
  return units.length === judged.length ? undefined : units;
}

function resampled(
  statistic: Statistic,
  judged: readonly Judged<string>[],
  options: BootstrapOptions,
): Bootstrapped {
  const units = unitsOf(judged);
  return units === undefined
    ? bootstrap(statistic, judged.length, options)
    : clusteredBootstrap(statistic, units, options);
}

/**
 * A resampled figure. Resamples that all agree show no spread to speak of: the interval is left
 * open, and the note says so.
 */
function figure(
  metric: string,
  { value, interval }: Bootstrapped,
  n: number,
  ...parts: (string | undefined)[]
): Measurement {
  const flat = interval.low === interval.high;
  return {
    metric,
    value,
    interval: flat ? null : interval,
    n,
    ...noted(...parts, flat ? "the same on every resample: no interval" : undefined),
  };
}

const leftOut = (all: number, kept: number, why: string): string | undefined =>
  all === kept ? undefined : `${all - kept} ${why} left out`;

const noted = (...parts: (string | undefined)[]): { note: string } | undefined => {
  const said = parts.filter((part) => part !== undefined);
  return said.length === 0 ? undefined : { note: said.join("; ") };
};

/** A share of items with Wilson's interval, or the clustered bootstrap's when items share units. */
function share(
  metric: string,
  events: Float64Array,
  judged: readonly Judged<string>[],
  { rng, level = LEVEL_DEFAULT, ...how }: MetricOptions,
): Measurement {
  const n = events.length;
  const count = events.reduce((total, event) => total + event, 0);
  const units = unitsOf(judged);
  const interval = (): Interval => {
    if (units === undefined) return wilson(count, n, level);
    // All or none: each unit is one trial with the same outcome, and a resample shows no spread.
    if (count === 0) return wilson(0, units.length, level);
    if (count === n) return wilson(units.length, units.length, level);
    return clusteredBootstrap(meanOf(events), units, { ...how, rng: rng.split(metric), level })
      .interval;
  };
  return { metric, value: count / n, interval: interval(), n };
}

/** Share of the answered items that are wrong, and beside it the share abstained on. */
export const errorMetric = (options: MetricOptions): LabelMetric => ({
  measure(judged) {
    const ordered = inOrder(judged);
    if (ordered.length === 0) return [];
    const answered = ordered.filter(isAnswered);
    const abstained = Float64Array.from(ordered, ({ output }) => Number(output === null));
    const abstention = share("abstention", abstained, ordered, options);
    if (answered.length === 0) return [abstention];
    const note = noted(leftOut(ordered.length, answered.length, "abstentions"));
    return [{ ...share("error", wrongOf(answered), answered, options), ...note }, abstention];
  },
});

/** Share of the answered items that are right. */
export const accuracyMetric = (options: MetricOptions): LabelMetric => ({
  measure(judged) {
    const answered = inOrder(judged).filter(isAnswered);
    if (answered.length === 0) return [];
    const right = wrongOf(answered).map((wrong) => 1 - wrong);
    const note = noted(leftOut(judged.length, answered.length, "abstentions"));
    return [{ ...share("accuracy", right, answered, options), ...note }];
  },
});

/**
 * A figure of the confusion matrix with a bootstrap interval. Classes are those that occur, by
 * name.
 */
function confusionMetric(
  metric: string,
  judged: readonly Judged<string>[],
  score: (of: Confusion, classes: readonly string[]) => number | null,
  { said, ...options }: MetricOptions & { said?: string },
): Measurement[] {
  const answered = inOrder(judged).filter(isAnswered);
  const classes = [...new Set(answered.flatMap(({ output, gold }) => [output, gold]))].toSorted();
  const output = Int32Array.from(answered, (one) => classes.indexOf(one.output));
  const gold = Int32Array.from(answered, (one) => classes.indexOf(one.gold));
  const { counts, abstained } = confusion(output, gold, classes.length);
  const cells = gold.map((right, i) => right * classes.length + (output[i] as number));
  const drawn = { classes: classes.length, counts: new Uint32Array(counts.length), abstained };
  const statistic: Statistic = (indices) => {
    drawn.counts.fill(0);
    for (let k = 0; k < indices.length; k++) {
      const cell = cells[indices[k] as number] as number;
      drawn.counts[cell] = (drawn.counts[cell] as number) + 1;
    }
    return score(drawn, classes) ?? Number.NaN;
  };
  if (score({ ...drawn, counts }, classes) === null) return [];
  const found = resampled(statistic, answered, { ...options, rng: options.rng.split(metric) });
  const without = leftOut(judged.length, answered.length, "abstentions");
  return [figure(metric, found, answered.length, said, without)];
}

/** F1 of a stated positive class. */
export const f1Metric = ({
  positive,
  ...options
}: MetricOptions & { positive: string }): LabelMetric => ({
  measure: (judged) =>
    confusionMetric(
      "f1",
      judged,
      (of, classes) => (classes.includes(positive) ? f1(of, classes.indexOf(positive)) : null),
      { ...options, said: `positive class "${positive}"` },
    ),
});

/** Mean F1 over the classes that occur. */
export const macroF1Metric = (options: MetricOptions): LabelMetric => ({
  measure: (judged) => confusionMetric("macro-f1", judged, macroF1, options),
});

/** Risk and error of the answered items that were assessed. */
function assessedOf(judged: readonly Judged<string>[]) {
  const assessed = inOrder(judged).filter(isAssessed);
  return {
    assessed,
    risk: Float64Array.from(assessed, ({ risk }) => risk),
    wrong: wrongOf(assessed),
    note: leftOut(judged.length, assessed.length, "without an answer or a risk"),
  };
}

const ECE_BINS = 10;

/**
 * ECE of the risks, with its bin counts. It is never negative, so chance alone lifts it: the
 * interval is the bootstrap's percentile one moved back by the lift seen on resamples, which the
 * note states.
 */
export const eceMetric = ({ level = LEVEL_DEFAULT, ...options }: MetricOptions): LabelMetric => ({
  measure(judged) {
    const { assessed, risk, wrong, note } = assessedOf(judged);
    const found = ece(risk, wrong, { bins: ECE_BINS, level });
    if (!found.ok) return [];
    const { value, bins } = found.value;
    const { interval, replicates } = resampled(eceOf(risk, wrong, ECE_BINS), assessed, {
      ...options,
      level,
      rng: options.rng.split("ece"),
    });
    const lift = replicates.reduce((total, one) => total + one, 0) / replicates.length - value;
    const back = (end: number) => Math.min(1, Math.max(0, end - lift));
    const centred: Interval = {
      low: back(interval.low),
      high: back(interval.high),
      level,
      method: `${interval.method}-centred`,
    };
    const binned = `${ECE_BINS} equal-width bins of ${bins.map(({ n }) => n).join(", ")} items`;
    const lifted = `chance lifts it by about ${lift.toFixed(4)}`;
    const shown = { value, interval: centred, replicates };
    return [figure("ece", shown, assessed.length, binned, lifted, note)];
  },
});

/** Mean squared difference of risk and error. */
export const brierMetric = (options: MetricOptions): LabelMetric => ({
  measure(judged) {
    const { assessed, risk, wrong, note } = assessedOf(judged);
    if (assessed.length === 0) return [];
    const squares = risk.map((p, i) => (p - (wrong[i] as number)) ** 2);
    const rng = options.rng.split("brier");
    const found = resampled(meanOf(squares), assessed, { ...options, rng });
    return [figure("brier", found, assessed.length, note)];
  },
});

/** How well the risk puts wrong outputs above right ones. */
export const aurocMetric = (options: MetricOptions): LabelMetric => ({
  measure(judged) {
    const { assessed, risk, wrong, note } = assessedOf(judged);
    if (!wrong.includes(0) || !wrong.includes(1)) return [];
    const rng = options.rng.split("auroc");
    const found = resampled(aurocOf(risk, wrong), assessed, { ...options, rng });
    const what = "of telling wrong outputs from right ones by their risk";
    return [figure("auroc", found, assessed.length, what, note)];
  },
});

/** All of the above: what a project or an arm of a study reports. */
export function labelMetrics(options: MetricOptions & { positive: string }): LabelMetric {
  const metrics = [
    errorMetric(options),
    accuracyMetric(options),
    f1Metric(options),
    macroF1Metric(options),
    eceMetric(options),
    brierMetric(options),
    aurocMetric(options),
  ];
  return { measure: (judged) => metrics.flatMap((metric) => metric.measure(judged)) };
}
