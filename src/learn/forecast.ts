import { assert } from "#core/assert.ts";
import { studentTQuantile } from "#num/special.ts";

/** A measured error: after how many corrections, how large, and how sure. */
export interface ErrorPoint {
  readonly corrections: number;
  readonly error: number;
  /** Standard error of `error`, above 0. */
  readonly standardError: number;
}

export interface ForecastPoint {
  readonly corrections: number;
  readonly error: number;
  readonly low: number;
  readonly high: number;
}

/** A curve of two numbers and a choice of exponent wants more points than it has numbers. */
const POINTS_MIN = 4;
/** Exponents tried: power laws from slow to fast (Viering and Loog 2023 survey their use). */
const EXPONENTS = [0.25, 0.5, 0.75, 1, 1.5, 2];

/** One exponent's weighted least-squares fit of error = floor + drop x. */
interface Fit {
  readonly exponent: number;
  readonly floor: number;
  readonly drop: number;
  readonly chiSquare: number;
  /** Variances of the two numbers and their covariance. */
  readonly covariance: { readonly floor: number; readonly drop: number; readonly both: number };
}

/**
 * Where the error will be after further corrections, by a power law with a floor,
 * error(n) = floor + drop (1 + n / n0)^-exponent with n0 the mean of the measured n. Null when
 * there are too few points, or all at one place, to say.
 *
 * The interval mixes the fits of all exponents by their likelihood (which exponent holds is not
 * known), carries each fit's own uncertainty, is widened where the points scatter more than their
 * standard errors say (Birge's ratio) and uses Student's t. It is for the error itself, not for the
 * next noisy measurement of it, and it does not foresee a change in the data.
 */
export function forecastError(
  points: readonly ErrorPoint[],
  how: { readonly at: readonly number[]; readonly level?: number },
): ForecastPoint[] | null {
  const { at, level = 0.95 } = how;
  for (const { standardError } of points)
    assert(standardError > 0, "every measured error has a standard error above 0");
  const places = new Set(points.map(({ corrections }) => corrections));
  if (places.size < POINTS_MIN) return null;

  const n0 = points.reduce((sum, { corrections }) => sum + corrections, 0) / points.length;
  const fits = EXPONENTS.map((exponent) => fitOf(points, { exponent, n0 }));
  const chiMin = Math.min(...fits.map(({ chiSquare }) => chiSquare));
  const freedom = points.length - 2;
  const birge = Math.max(1, chiMin / freedom);
  const weights = fits.map(({ chiSquare }) => Math.exp(-(chiSquare - chiMin) / (2 * birge)));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const t = studentTQuantile(1 - (1 - level) / 2, freedom);

  return at.map((corrections) => {
    let error = 0;
    let square = 0;
    for (const [index, fit] of fits.entries()) {
      const weight = (weights[index] as number) / total;
      const x = (1 + corrections / n0) ** -fit.exponent;
      const value = fit.floor + fit.drop * x;
      const { floor, drop, both } = fit.covariance;
      const variance = (floor + 2 * x * both + x * x * drop) * birge;
      error += weight * value;
      square += weight * (value * value + variance);
    }
    const half = t * Math.sqrt(Math.max(square - error * error, 0));
    const clip = (value: number) => Math.min(Math.max(value, 0), 1);
    return { corrections, error: clip(error), low: clip(error - half), high: clip(error + half) };
  });
}

function fitOf(
  points: readonly ErrorPoint[],
  { exponent, n0 }: { readonly exponent: number; readonly n0: number },
): Fit {
  let [s, sx, sxx, sy, sxy] = [0, 0, 0, 0, 0];
  for (const { corrections, error, standardError } of points) {
    const weight = 1 / standardError ** 2;
    const x = (1 + corrections / n0) ** -exponent;
    s += weight;
    sx += weight * x;
    sxx += weight * x * x;
    sy += weight * error;
    sxy += weight * x * error;
  }
  const determinant = s * sxx - sx * sx;
  const floor = (sxx * sy - sx * sxy) / determinant;
  const drop = (s * sxy - sx * sy) / determinant;
  let chiSquare = 0;
  for (const { corrections, error, standardError } of points) {
    const fitted = floor + drop * (1 + corrections / n0) ** -exponent;
    chiSquare += ((error - fitted) / standardError) ** 2;
  }
  const covariance = { floor: sxx / determinant, drop: s / determinant, both: -sx / determinant };
  return { exponent, floor, drop, chiSquare, covariance };
}
