/**
 * What an annotator is like, from the comparisons it made: how large a difference it needs, how
 * often it answers the wrong way round, and what order and length do to it.
 *
 * The chance that the first of two replies is preferred is
 *
 *     e + (1 − 2e) σ((margin + length bias · Δlength + position bias) / temperature),
 *
 * a logistic choice with lapses, as in psychometrics (Wichmann and Hill 2001), and the law that the
 * simulated annotators of the tiny language follow. Fitted by maximum likelihood.
 *
 * What can be told apart. Where margins are small beside the temperature only the slope
 * (1 − 2e) / temperature shows: flips are told from temperature by pairs with large margins alone.
 * A position bias needs no margins, a length bias needs lengths that differ other than margins do.
 * Intervals are of the profile likelihood, which stays honest there: they grow until they reach the
 * end of what was searched, and `unidentified` names the parameter.
 */
import { assert } from "#core/assert.ts";
import { Problem } from "#core/errors.ts";
import type { Interval } from "#core/measurement.ts";
import { LEVEL_DEFAULT, twoSidedZ } from "#measure/proportion.ts";
import { type Bounds, fisherScoring, type Scored } from "#num/fisher-scoring.ts";

/** One comparison as an annotator answered it. */
export interface AnsweredPair {
  /** Worth of the first less that of the second, on a scale shared by all pairs. */
  readonly margin: number;
  /** Length of the first less that of the second, in whatever unit the bias should be in. */
  readonly lengthDifference: number;
  readonly choseFirst: boolean;
}

export interface AnnotatorNoise {
  /** In units of worth: at a margin of one temperature 73 % are told right, but for flips. */
  readonly temperature: number;
  /** Chance that an answer is turned around, 0 to 0.5. */
  readonly flipRate: number;
  /** Added to the first reply's side, in units of worth. */
  readonly positionBias: number;
  /** Added for each unit of length one reply is longer, in units of worth. */
  readonly lengthBias: number;
}
export type NoiseName = keyof AnnotatorNoise;

export interface FittedAnnotator extends AnnotatorNoise {
  /** Nats, of all comparisons together. */
  readonly logLikelihood: number;
  readonly comparisons: number;
  readonly intervals: Readonly<Record<NoiseName, Interval>>;
  /** Parameters whose interval reaches the end of what was searched: the data do not bound them. */
  readonly unidentified: readonly NoiseName[];
}

/** Fewer answers than this say nothing of four parameters. */
export const COMPARISONS_MIN = 20;

const NAMES = ["temperature", "flipRate", "positionBias", "lengthBias"] as const;

/**
 * The parameters as they are searched: the logarithm of the temperature, the flip rate, the two
 * biases, all in units of the margins' (and lengths') root mean square.
 */
const BOUNDS: Bounds = {
  low: [Math.log(0.01), 0, -20, -20],
  high: [Math.log(100), 0.5, 20, 20],
};
/** From these it is searched: the likelihood can have one top for noise and one for flips. */
const STARTS = [
  [Math.log(0.3), 0.02, 0, 0],
  [Math.log(0.3), 0.25, 0, 0],
  [Math.log(1.5), 0.02, 0, 0],
  [Math.log(1.5), 0.25, 0, 0],
] as const;

/**
 * Fits one annotator. Throws a `bad-input` problem for fewer than 20 comparisons and for a margin
 * or length that is no number.
 */
export function fitAnnotator(
  rows: readonly AnsweredPair[],
  { level = LEVEL_DEFAULT }: { readonly level?: number } = {},
): FittedAnnotator {
  checkRows(rows);
  const { best, score, inUnits } = likeliest(rows);
  const ends = NAMES.map((_, i) => ({
    low: profileEnd(score, best, { index: i, side: "low", level }),
    high: profileEnd(score, best, { index: i, side: "high", level }),
  }));
  const lows = inUnits(ends.map(({ low }) => low.value));
  const highs = inUnits(ends.map(({ high }) => high.value));
  const open = NAMES.filter((name, i) =>
    (["low", "high"] as const).some(
      // Below 0 there are no flips: an interval that begins there lacks no data.
      (side) => ends[i]?.[side].open && !(name === "flipRate" && side === "low"),
    ),
  );
  const interval = (name: NoiseName): Interval => ({
    low: lows[name],
    high: highs[name],
    level,
    method: "profile-likelihood",
  });
  return {
    ...inUnits(best.parameters),
    logLikelihood: best.logLikelihood,
    comparisons: rows.length,
    intervals: {
      temperature: interval("temperature"),
      flipRate: interval("flipRate"),
      positionBias: interval("positionBias"),
      lengthBias: interval("lengthBias"),
    },
    unidentified: open,
  };
}

/** The parameters of highest likelihood, with how to ask for others' and how to read them. */
function likeliest(rows: readonly AnsweredPair[]) {
  const units = unitsOf(rows);
  const scaled = rows.map(({ margin, lengthDifference, choseFirst }) => ({
    margin: margin / units.margin,
    lengthDifference: lengthDifference / units.length,
    choseFirst,
  }));
  const score = (parameters: Float64Array) => scoreOf(scaled, parameters);
  const best = STARTS.map((start) => fisherScoring(score, start, { bounds: BOUNDS })).reduce(
    (top, each) => (each.logLikelihood > top.logLikelihood ? each : top),
  );
  const inUnits = (values: ArrayLike<number>): AnnotatorNoise => ({
    temperature: Math.exp(values[0] as number) * units.margin,
    flipRate: values[1] as number,
    positionBias: (values[2] as number) * units.margin,
    lengthBias: ((values[3] as number) * units.margin) / units.length,
  });
  return { best, score, inUnits };
}

/** One fit for each annotator; what is wrong with one's rows is said with the annotator's name. */
export function fitAnnotators(
  answers: ReadonlyMap<string, readonly AnsweredPair[]>,
  options: { readonly level?: number } = {},
): Map<string, FittedAnnotator> {
  return new Map(
    Array.from(answers, ([name, rows]) => {
      checkRows(rows, name);
      return [name, fitAnnotator(rows, options)];
    }),
  );
}

function checkRows(rows: readonly AnsweredPair[], name?: string): void {
  const whose = name === undefined ? "" : ` of ${name}`;
  if (rows.length < COMPARISONS_MIN)
    throw new Problem("bad-input", `There are too few comparisons${whose} to fit an annotator`, {
      expected: `at least ${COMPARISONS_MIN}`,
      got: String(rows.length),
    });
  rows.forEach((row, i) => {
    for (const field of ["margin", "lengthDifference"] as const)
      if (!Number.isFinite(row[field]))
        throw new Problem("bad-input", `A comparison${whose} is not in numbers`, {
          expected: "a finite number",
          got: String(row[field]),
          at: { row: i + 1, field },
        });
  });
}

/** Root mean squares, 1 where all are 0. */
function unitsOf(rows: readonly AnsweredPair[]): { margin: number; length: number } {
  const size = (of: (row: AnsweredPair) => number) =>
    Math.sqrt(rows.reduce((sum, row) => sum + of(row) ** 2, 0) / rows.length) || 1; // 0 has no size
  return { margin: size((row) => row.margin), length: size((row) => row.lengthDifference) };
}

/** Keeps a probability away from 0 and 1, where one answer would outweigh all others. */
const PROBABILITY_MIN = 1e-9;

/** Log-likelihood, its gradient and the expected information at [log τ, e, b, l]. */
function scoreOf(rows: readonly AnsweredPair[], parameters: Float64Array): Scored {
  const [logTau = 0, e = 0, b = 0, l = 0] = parameters;
  const tau = Math.exp(logTau);
  const gradient = new Float64Array(4);
  const information = new Float64Array(16);
  const slope = new Float64Array(4);
  let logLikelihood = 0;
  for (const { margin, lengthDifference, choseFirst } of rows) {
    const u = (margin + l * lengthDifference + b) / tau;
    const chosen = 1 / (1 + Math.exp(-u));
    const lead = (1 - 2 * e) * chosen * (1 - chosen);
    slope[0] = -lead * u;
    slope[1] = 1 - 2 * chosen;
    slope[2] = lead / tau;
    slope[3] = (lead * lengthDifference) / tau;
    const p = Math.min(1 - PROBABILITY_MIN, Math.max(PROBABILITY_MIN, e + (1 - 2 * e) * chosen));
    logLikelihood += Math.log(choseFirst ? p : 1 - p);
    addScore({ gradient, information }, slope, { p, answer: choseFirst });
  }
  return { logLikelihood, gradient, information };
}

/** Adds one answer's part: (y − p)/(p(1 − p)) ∂p to the gradient, ∂p ∂pᵀ/(p(1 − p)) to the rest. */
function addScore(
  { gradient, information }: Pick<Scored, "gradient" | "information">,
  slope: Float64Array,
  { p, answer }: { readonly p: number; readonly answer: boolean },
): void {
  const k = slope.length;
  const weight = 1 / (p * (1 - p));
  const pull = ((answer ? 1 : 0) - p) * weight;
  for (let i = 0; i < k; i++) {
    const si = slope[i] as number;
    gradient[i] = (gradient[i] as number) + pull * si;
    for (let j = 0; j < k; j++)
      information[i * k + j] =
        (information[i * k + j] as number) + weight * si * (slope[j] as number);
  }
}

interface End {
  readonly value: number;
  /** The likelihood had not fallen far enough where the search ended. */
  readonly open: boolean;
}

const WIDENINGS_MAX = 60;
const NARROWINGS_MAX = 60;
/** How closely the fall of the likelihood is met, nats: a hundredth of the fall at 95 %. */
const FALL_TOLERANCE = 0.02;
const FIRST_STEP = 0.02;

/**
 * Where the likelihood, highest over the other parameters, has fallen by half the χ² quantile of
 * one degree of freedom: widened until it has, then narrowed by halves.
 */
function profileEnd(
  score: (parameters: Float64Array) => Scored,
  best: { readonly parameters: Float64Array; readonly logLikelihood: number },
  how: { readonly index: number; readonly side: "low" | "high"; readonly level: number },
): End {
  const { index, side, level } = how;
  const fallen = twoSidedZ(level) ** 2 / 2;
  const edge = BOUNDS[side][index] as number;
  const direction = side === "low" ? -1 : 1;
  let from = best.parameters;
  const fallAt = (value: number) => {
    const start = from.slice();
    start[index] = value;
    const there = fisherScoring(score, start, { bounds: BOUNDS, fixed: [index] });
    return { fall: best.logLikelihood - there.logLikelihood, parameters: there.parameters };
  };
  let near = best.parameters[index] as number;
  let far = near;
  for (let widening = 0, step = FIRST_STEP; ; widening++, step *= 2) {
    far = direction < 0 ? Math.max(edge, near - step) : Math.min(edge, near + step);
    const there = fallAt(far);
    if (there.fall >= fallen) break;
    if (far === edge) return { value: edge, open: true };
    assert(widening < WIDENINGS_MAX, "doubling steps reach the edge");
    near = far;
    from = there.parameters;
  }
  for (let narrowing = 0; narrowing < NARROWINGS_MAX; narrowing++) {
    const middle = (near + far) / 2;
    const there = fallAt(middle);
    if (Math.abs(there.fall - fallen) < FALL_TOLERANCE) return { value: middle, open: false };
    if (there.fall < fallen) {
      near = middle;
      from = there.parameters;
    } else far = middle;
  }
  return { value: far, open: false };
}

/** A comparison by what its replies are like, where nobody has said what they are worth. */
export interface FeaturedPair {
  readonly annotator: string;
  /** [k] features of the first less those of the second. */
  readonly features: readonly number[];
  readonly lengthDifference: number;
  readonly choseFirst: boolean;
}

export interface SharedTaste {
  /** [k] worth of a unit of each feature; margins by them have a root mean square of 1. */
  readonly weights: Float64Array;
  /** Fitted with the weights as they are: intervals do not hold the doubt about the weights. */
  readonly annotators: ReadonlyMap<string, FittedAnnotator>;
  readonly logLikelihood: number;
}

const ROUNDS_MAX = 100;
/** Nats gained by a round, below which it is the last. */
const ROUND_GAIN_MIN = 1e-4;

/**
 * One taste for all and each annotator's own noise, turn by turn until the likelihood stands. Worth
 * has no scale of its own: it is given the margins' root mean square as unit. Where a feature is
 * the length itself, only how length biases differ between annotators can be told.
 */
export function fitSharedTaste(
  rows: readonly FeaturedPair[],
  options: { readonly level?: number } = {},
): SharedTaste {
  const width = rows[0]?.features.length ?? 0;
  rows.forEach(({ features }, i) => {
    if (features.length === width && width > 0 && features.every(Number.isFinite)) return;
    throw new Problem("bad-input", "A comparison has other features than the first", {
      expected: `${Math.max(1, width)} finite numbers`,
      got: features.join(", "),
      at: { row: i + 1, field: "features" },
    });
  });
  for (const [name, own] of answeredBy(rows, new Float64Array(width))) checkRows(own, name);
  const anywhere = new Array<number>(width).fill(Number.POSITIVE_INFINITY);
  const bounds = { low: anywhere.map((high) => -high), high: anywhere };
  let weights: Float64Array = new Float64Array(width);
  let noise: ReadonlyMap<string, AnnotatorNoise> | undefined;
  let told = Number.NEGATIVE_INFINITY;
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const taste = (w: Float64Array) => tasteScore(rows, noise, w);
    weights = unitMargins(rows, fisherScoring(taste, weights, { bounds }).parameters);
    const fits = Array.from(answeredBy(rows, weights), ([name, own]) => {
      const { best, inUnits } = likeliest(own);
      return { name, noise: inUnits(best.parameters), logLikelihood: best.logLikelihood };
    });
    noise = new Map(fits.map((fit) => [fit.name, fit.noise]));
    const now = fits.reduce((sum, fit) => sum + fit.logLikelihood, 0);
    const gain = now - told;
    told = now;
    if (gain < ROUND_GAIN_MIN) break;
  }
  const annotators = fitAnnotators(answeredBy(rows, weights), options);
  return { weights, annotators, logLikelihood: told };
}

const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
};

function unitMargins(rows: readonly FeaturedPair[], weights: Float64Array): Float64Array {
  const squares = rows.reduce((sum, { features }) => sum + dot(features, weights) ** 2, 0);
  const size = Math.sqrt(squares / rows.length);
  return size > 0 ? weights.map((weight) => weight / size) : weights;
}

function answeredBy(rows: readonly FeaturedPair[], weights: Float64Array) {
  const answers = new Map<string, AnsweredPair[]>();
  for (const { annotator, features, lengthDifference, choseFirst } of rows) {
    const own = answers.get(annotator) ?? [];
    if (own.length === 0) answers.set(annotator, own);
    own.push({ margin: dot(features, weights), lengthDifference, choseFirst });
  }
  return answers;
}

/** What an annotator is taken for before anything is known: some noise, and no bias. */
const UNKNOWN: AnnotatorNoise = { temperature: 1, flipRate: 0.1, positionBias: 0, lengthBias: 0 };

/** As `scoreOf`, with the annotators given and the weights to be found. */
function tasteScore(
  rows: readonly FeaturedPair[],
  annotators: ReadonlyMap<string, AnnotatorNoise> | undefined,
  weights: Float64Array,
): Scored {
  const k = weights.length;
  const gradient = new Float64Array(k);
  const information = new Float64Array(k * k);
  let logLikelihood = 0;
  for (const { annotator, features, lengthDifference, choseFirst } of rows) {
    const noise = annotators?.get(annotator) ?? UNKNOWN;
    const { temperature, flipRate: e, positionBias, lengthBias } = noise;
    const lead = dot(features, weights) + lengthBias * lengthDifference + positionBias;
    const chosen = 1 / (1 + Math.exp(-lead / temperature));
    const p = Math.min(1 - PROBABILITY_MIN, Math.max(PROBABILITY_MIN, e + (1 - 2 * e) * chosen));
    logLikelihood += Math.log(choseFirst ? p : 1 - p);
    const slope = ((1 - 2 * e) * chosen * (1 - chosen)) / temperature;
    const slopes = Float64Array.from(features, (feature) => slope * feature);
    addScore({ gradient, information }, slopes, { p, answer: choseFirst });
  }
  return { logLikelihood, gradient, information };
}
