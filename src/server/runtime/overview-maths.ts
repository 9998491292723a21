/** The figures of the Project screen, from what was read: pure, so that each can be checked by hand. */
import type { Measurement } from "#core/measurement.ts";
import type { ProjectConfig } from "#core/project.ts";
import type { Rng } from "#core/rng.ts";
import type { LearningStep, Overview, Point, RuleView } from "#core/views.ts";
import { budgetCurve } from "#correct/queue.ts";
import { forecastError } from "#learn/forecast.ts";
import { bootstrap } from "#measure/bootstrap.ts";
import { clopperPearson, twoSidedZ, wilson } from "#measure/proportion.ts";
import { reliabilityBins } from "#measure/reliability.ts";
import { riskCoverage } from "#measure/selective.ts";
import type { LessonFigures } from "./lesson-figures.ts";
import type { OpenCases } from "./open-cases.ts";
import type { SourceRow, SourceTable } from "./source-table.ts";
import type { Answer } from "./state.ts";
import { BEFORE_METRIC, CHANGE_METRIC, ERROR_METRIC, errorOf, sourceTitle } from "./views.ts";

const CURVE_POINTS = 100;
/** How far ahead the error is forecast, in corrections. */
const FORECAST_STEPS = [25, 50, 75, 100];
/** Fewer answered items say less of a rule than the lesson does. */
const JUDGED_MIN = 20;
/** Answers a rate per minute is taken from: enough to say anything, and no more than needed. */
const RATIO_ANSWERS_MIN = 10;
const RATIO_ANSWERS_MAX = 2_000;

/** Items as [n] risk of the proposal and [n] 1 where it is wrong. */
export interface Risks {
  readonly risk: Float64Array;
  readonly wrong: Float64Array;
}

/** What is known of a pool's errors without reading it all. */
export interface PoolErrors {
  /** Items of the pool, answered ones included. */
  readonly pool: number;
  readonly answered: number;
  readonly accepted: number;
  /** Risks of the open cases, or of a random sample of them. */
  readonly open: OpenCases;
  /** Held-out errors over those the risks promise, with its interval; null where nothing is held out. */
  readonly ratio: Measurement | null;
  /** Mean risk of what the gate lets out, on held-out items. */
  readonly acceptedRisk: number;
}

/**
 * Error now: the share of the pool that would be wrong if nobody looked at anything more. Answered items count as
 * right, all others go out as proposed. Their errors are the sum of their risks, put right by the ratio of errors to
 * risks measured on held-out items; the interval holds chance and the uncertainty of that ratio.
 * It falls with every wrong proposal a person corrects. Null before anything was assessed.
 */
export function errorNow({
  pool,
  answered,
  accepted,
  open,
  ratio,
  acceptedRisk,
}: PoolErrors): Measurement | null {
  const { risks, sampled } = open;
  if (pool === 0 || answered + accepted + risks.length === 0) return null;
  const unread = Array.from({ length: Math.round(accepted * sampled) }, () => acceptedRisk);
  const left = errorsLeft([...risks, ...unread], { ratio, sampled })[0];
  if (left === undefined) return { metric: "error", value: 0, interval: null, n: pool };
  const share = (errors: number | null) => Math.min(1, (errors ?? 0) / pool);
  return {
    metric: "error",
    value: share(left.y),
    interval: {
      low: share(left.low),
      high: share(left.high),
      level: 0.95,
      method: ratio === null ? "poisson-binomial" : "poisson-binomial-calibrated",
    },
    n: pool,
    note:
      ratio === null
        ? `${answered} of ${pool} answered; the others as proposed, by their risks`
        : `${answered} of ${pool} answered; the others as proposed, by their risks and the errors of ${ratio.n} held-out items`,
  };
}

/** Minutes of attention spent on every answer ever given, those taken back included. */
export function minutesSpent(answers: readonly Answer[]): Measurement {
  const given = answers.filter(({ decision }) => decision !== "undone");
  const ms = given.reduce((sum, answer) => sum + answer.ms, 0);
  return {
    metric: "minutes",
    value: ms / 60_000,
    interval: null,
    n: given.length,
    note: "added up, not estimated",
  };
}

/** Wrong proposals corrected, as a share of the pool: what people took out of the error, counted one by one. */
export const errorRemoved = (answers: readonly Answer[], pool: number): Measurement => ({
  metric: "error-removed",
  value: pool === 0 ? 0 : answers.filter(({ before, after }) => before !== after).length / pool,
  interval: null,
  n: answers.length,
});

/**
 * Error removed per minute: wrong proposals corrected, as a share of the pool, over the attention all answers took.
 * The interval resamples answers, each with its time (ratio bootstrap). Null before there are a few.
 */
export function errorPerMinute(
  answers: readonly Answer[],
  pool: number,
  rng: Rng,
): Measurement | null {
  const recent = answers.slice(-RATIO_ANSWERS_MAX);
  const n = recent.length;
  if (n < RATIO_ANSWERS_MIN || pool === 0) return null;
  const removed = Float64Array.from(recent, ({ before, after }) =>
    before === after ? 0 : 1 / pool,
  );
  const minutes = Float64Array.from(recent, ({ ms }) => ms / 60_000);
  if (minutes.every((spent) => spent === 0)) return null;
  const ratio = (indices: Uint32Array) => {
    let [top, bottom] = [0, 0];
    for (const i of indices) {
      top += removed[i] ?? 0;
      bottom += minutes[i] ?? 0;
    }
    return top / bottom;
  };
  const { value, interval } = bootstrap(ratio, n, { rng });
  const note = n < answers.length ? { note: `over the last ${n} answers` } : {};
  return { metric: "error-removed-per-minute", value, interval, n, ...note };
}

/** Held-out error against corrections learned from, one point a lesson. */
export const errorCurve = (
  lessons: readonly LessonFigures[],
  wasInForce: ReadonlySet<string>,
): Overview["errorCurve"] =>
  lessons.flatMap((row) => {
    const error = errorOf(row);
    if (error === null) return [];
    const { id, learnedFrom } = row.lesson;
    return [{ ...pointOf(learnedFrom.length, error), lessonId: id, promoted: wasInForce.has(id) }];
  });

/** The error after the next corrections; empty while there is too little to tell. */
export function forecast(curve: readonly Point[]): Point[] {
  const last = Math.max(0, ...curve.map(({ x }) => x));
  const z = twoSidedZ(0.95);
  const points = curve.map(({ x, y, low, high }) => ({
    corrections: x,
    error: y,
    standardError: Math.max(((high ?? y) - (low ?? y)) / (2 * z), Number.EPSILON),
  }));
  if (points.length === 0) return [];
  const ahead = forecastError(points, { at: FORECAST_STEPS.map((step) => last + step) }) ?? [];
  return ahead.map(({ corrections, error, low, high }) => ({
    x: corrections,
    y: error,
    low,
    high,
    n: null,
  }));
}

/** Error of what goes out against the share that goes out unread, least risky first. */
export function riskCoveragePoints({ risk, wrong }: Risks): Point[] {
  const n = risk.length;
  if (n === 0) return [];
  const { coverage, error } = riskCoverage(risk, wrong);
  const count = Math.min(CURVE_POINTS, n);
  return Array.from({ length: count }, (_, index) => {
    const items = Math.round(((index + 1) * n) / count);
    const y = error[items - 1] ?? 0;
    const { low, high } = wilson(Math.round(y * items), items);
    return { x: coverage[items - 1] ?? 0, y, low, high, n: items };
  });
}

/** Share wrong against risk promised, in ten bins; empty bins left out. */
export const reliabilityPoints = ({ risk, wrong }: Risks): Point[] =>
  reliabilityBins(risk, wrong).flatMap(({ n, predicted, observed, interval }) =>
    observed === null
      ? []
      : [{ x: predicted, y: observed, low: interval.low, high: interval.high, n }],
  );

/**
 * Errors expected to be left after reviewing the x riskiest open cases. `sampled`: share of the open cases that `risks`
 * is a random sample of; counts are scaled up by it.
 */
export const budgetPoints = (
  { risks, sampled }: Pick<OpenCases, "risks" | "sampled">,
  ratio: Measurement | null,
): Point[] => errorsLeft(risks, { ratio, sampled });

function errorsLeft(
  risks: readonly number[],
  { ratio, sampled }: { readonly ratio: Measurement | null; readonly sampled: number },
): Point[] {
  // Where the risks promise more or fewer errors than held-out items show, they are put right by that ratio.
  const factor = ratio === null || ratio.value === 0 ? 1 : ratio.value;
  const ordered = Float64Array.from(risks, (risk) => Math.min(1, risk * factor))
    .sort()
    .reverse();
  const known = ratio?.interval;
  const calibration =
    known == null
      ? {}
      : { calibration: { ...known, low: known.low / factor, high: known.high / factor } };
  const scaled = (value: number | null) => (value === null ? null : value / sampled);
  return budgetCurve(ordered, calibration).map(({ x, y, low, high, n }) => ({
    x: Math.round(x / sampled),
    y: y / sampled,
    low: scaled(low),
    high: scaled(high),
    n,
  }));
}

/** How each rule and each other voting source does. */
export function ruleViews(
  config: ProjectConfig,
  table: SourceTable,
  weights: Readonly<Record<string, number>>,
): RuleView[] {
  const rows = new Map(table.sources.map((row) => [row.source, row]));
  const rules = new Map(config.rules.map((rule) => [rule.id, rule]));
  const ids = [...rules.keys(), ...[...rows.keys()].filter((id) => !rules.has(id))];
  return ids.map((id) => {
    const row = rows.get(id);
    const votes = row?.votes ?? 0;
    return {
      rule: rules.get(id) ?? null,
      id,
      title: sourceTitle(id),
      coverage: {
        metric: "coverage",
        value: table.items === 0 ? 0 : votes / table.items,
        interval: wilson(votes, table.items),
        n: table.items,
      },
      accuracy: row === undefined ? null : accuracyOf(row),
      conflicts: row === undefined ? 0 : row.contradicted / row.votes,
      overlap: row === undefined ? 0 : row.shared / row.votes,
      weight: weights[id] ?? null,
    };
  });
}

function accuracyOf({ votes, judged, right, expectedRight }: SourceRow): Measurement {
  if (judged >= JUDGED_MIN)
    return {
      metric: "accuracy",
      value: right / judged,
      interval: wilson(right, judged),
      n: judged,
      note: "on answered items, which are riskier than most",
    };
  return {
    metric: "accuracy",
    value: expectedRight / votes,
    interval: null,
    n: votes,
    note: "as the lesson in force has it; too few answered items to count",
  };
}

/** What the gate promises of the proposals it lets out unread, and what held-out items show. */
export function gatesView(config: ProjectConfig, { risk, wrong }: Risks): Overview["gates"] {
  const { acceptBelow } = config.route;
  const out = [...risk.keys()].filter((index) => (risk[index] ?? 1) < acceptBelow);
  const errors = out.reduce((sum, index) => sum + (wrong[index] ?? 0), 0);
  return {
    acceptBelow,
    promise: `Proposals with a risk below ${percent(acceptBelow)} go out unread; of those, fewer than ${percent(acceptBelow)} should be wrong.`,
    measured:
      out.length === 0
        ? null
        : {
            metric: "accepted-error",
            value: errors / out.length,
            interval: clopperPearson(errors, out.length),
            n: out.length,
            note: `${out.length} of ${risk.length} held-out proposals would go out unread`,
          },
  };
}

/** What each refit changed, oldest first. */
export function learningSteps(
  lessons: readonly LessonFigures[],
  wasInForce: ReadonlySet<string>,
): LearningStep[] {
  const byId = new Map(lessons.map((row) => [row.lesson.id, row.lesson]));
  return lessons.flatMap(({ lesson, measurements, gate }) => {
    const of = (metric: string) => measurements.find((known) => known.metric === metric);
    const [before, after, change] = [of(BEFORE_METRIC), of(ERROR_METRIC), of(CHANGE_METRIC)];
    if (before === undefined || after === undefined || change === undefined) return [];
    const seen = new Set(lesson.parent === null ? [] : byId.get(lesson.parent)?.learnedFrom);
    return [
      {
        corrections: lesson.learnedFrom.filter((id) => !seen.has(id)).length,
        lessonId: lesson.id,
        before,
        after,
        change,
        promoted: wasInForce.has(lesson.id),
        gate: gate ?? "",
        atMs: lesson.atMs,
      },
    ];
  });
}

const pointOf = (x: number, { value, interval, n }: Measurement): Point => ({
  x,
  y: value,
  low: interval?.low ?? null,
  high: interval?.high ?? null,
  n,
});

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
