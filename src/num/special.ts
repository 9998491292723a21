/**
 * Special functions behind the intervals and tests: gamma, beta, normal, Student t, chi-square,
 * binomial.
 *
 * Accuracy is held against SciPy to 1e-10 relative or better (see `special.reference.json`).
 * Large shapes keep it because densities are taken in Loader's saddle-point form, in which no large
 * logarithms cancel.
 */
import { assert } from "#core/assert.ts";

const LOG_SQRT_TWO_PI = 0.9189385332046728;
const LOG_TWO_PI = 2 * LOG_SQRT_TWO_PI;
const EPSILON = 2 ** -52;
/**
 * A continued fraction needs about the square root of its shape in terms: enough for shapes to
 * 1e10.
 */
const TERMS_MAX = 1_000_000;
/** Keeps Lentz's quotients away from division by zero. */
const TINY = 1e-300;

/** ln Γ(x + 1) − [(x + ½) ln x − x + ½ ln 2π], x > 0: what Stirling's formula leaves out. */
function stirlingError(x: number): number {
  if (x < 10) return logGamma(x + 1) - (x + 0.5) * Math.log(x) + x - LOG_SQRT_TWO_PI;
  const y = 1 / (x * x);
  return (
    (1 / 12 -
      y * (1 / 360 - y * (1 / 1260 - y * (1 / 1680 - y * (1 / 1188 - (y * 691) / 360360))))) /
    x
  );
}

/** ln Γ(x), x > 0. Stirling's series, after moving x above 10 by Γ(x + 1) = x Γ(x). */
export function logGamma(x: number): number {
  assert(x > 0, "logGamma takes a positive number");
  if (x === Number.POSITIVE_INFINITY) return x;
  if (x >= 10) return (x - 0.5) * Math.log(x) - x + LOG_SQRT_TWO_PI + stirlingError(x);
  let product = 1;
  let shifted = x;
  for (; shifted < 10; shifted++) product *= shifted;
  return logGamma(shifted) - Math.log(product);
}

/** x ln(x/m) + m − x without cancellation near x = m (Loader 2000, eq. 3). */
function deviance(x: number, m: number): number {
  const difference = x - m;
  if (Math.abs(difference) >= 0.1 * (x + m)) return x * Math.log(x / m) + m - x;
  const v = difference / (x + m);
  let sum = difference * v;
  let term = 2 * x * v;
  for (let k = 3; k < 1000; k += 2) {
    term *= v * v;
    const next = sum + term / k;
    if (next === sum) break;
    sum = next;
  }
  return sum;
}

/** x^a y^b / B(a, b) for y = 1 − x, by Loader's saddle-point expansion. */
function betaKernel(x: number, y: number, a: number, b: number): number {
  const n = a + b;
  const exponent =
    stirlingError(n) -
    stirlingError(a) -
    stirlingError(b) -
    deviance(a, n * x) -
    deviance(b, n * y);
  return Math.sqrt((a * b) / n) * Math.exp(exponent - LOG_SQRT_TWO_PI);
}

/**
 * Continued fraction of I_x(a, b) · a / kernel by Lentz's method (DLMF 8.17.22).
 * Converges fast for x < (a+1)/(a+b+2).
 */
function betaFraction(x: number, a: number, b: number): number {
  let c = 1;
  let d = 1 - ((a + b) * x) / (a + 1);
  if (Math.abs(d) < TINY) d = TINY;
  d = 1 / d;
  let value = d;
  for (let m = 1; m <= TERMS_MAX; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 + even * d;
    if (Math.abs(d) < TINY) d = TINY;
    c = 1 + even / c;
    if (Math.abs(c) < TINY) c = TINY;
    d = 1 / d;
    value *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 + odd * d;
    if (Math.abs(d) < TINY) d = TINY;
    c = 1 + odd / c;
    if (Math.abs(c) < TINY) c = TINY;
    d = 1 / d;
    value *= d * c;
    if (Math.abs(d * c - 1) < 4 * EPSILON) return value;
  }
  assert(false, `the incomplete beta converges for a = ${a}, b = ${b}, x = ${x}`);
}

/** I_x(a, b) with both x and y = 1 − x given, so that neither end loses digits. */
function betaLower(x: number, y: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (y <= 0) return 1;
  if (x <= (a + 1) / (a + b + 2)) return (betaKernel(x, y, a, b) * betaFraction(x, a, b)) / a;
  return 1 - (betaKernel(y, x, b, a) * betaFraction(y, b, a)) / b;
}

/** Regularised incomplete beta I_x(a, b): the cdf of Beta(a, b) at x in [0, 1]; a, b > 0. */
export function betaIncomplete(x: number, a: number, b: number): number {
  assert(a > 0 && b > 0, "the shapes of a beta are positive");
  assert(x >= 0 && x <= 1, "the incomplete beta takes x in [0, 1]");
  return betaLower(x, 1 - x, a, b);
}

/**
 * Inverse of I_x(a, b) in x: the p-quantile of Beta(a, b).
 * Newton on the logarithm of the smaller tail against the log-odds of x, which is concave, kept
 * inside a bracket.
 */
export function betaQuantile(p: number, a: number, b: number): number {
  assert(a > 0 && b > 0, "the shapes of a beta are positive");
  assert(p >= 0 && p <= 1, "a quantile takes a probability");
  if (p === 0 || p === 1) return p;
  return p > betaIncomplete(a / (a + b), a, b)
    ? 1 - lowerTailBetaQuantile(1 - p, b, a)
    : lowerTailBetaQuantile(p, a, b);
}

function lowerTailBetaQuantile(p: number, a: number, b: number): number {
  const target = Math.log(p);
  // Quantiles below e^-700 are given as that: a smaller x has no room for its density.
  let low = -700;
  let high = Math.log(a / b);
  let odds = high;
  for (let step = 0; step < 200; step++) {
    const x = 1 / (1 + Math.exp(-odds));
    const y = 1 / (1 + Math.exp(odds));
    const cdf = betaLower(x, y, a, b);
    const gap = Math.log(cdf) - target;
    if (gap > 0) high = odds;
    else low = odds;
    const slope = betaKernel(x, y, a, b) / cdf;
    let next = odds - gap / slope;
    if (!(next >= low && next <= high)) next = (low + high) / 2;
    const moved = Math.abs(next - odds);
    odds = next;
    if (moved <= 4 * EPSILON * Math.max(1, Math.abs(odds))) break;
  }
  return 1 / (1 + Math.exp(-odds));
}

/** x^a e^-x / Γ(a), in saddle-point form. */
function gammaKernel(a: number, x: number): number {
  return Math.exp(-stirlingError(a) - deviance(a, x) + 0.5 * Math.log(a) - LOG_SQRT_TWO_PI);
}

/** Regularised lower incomplete gamma P(a, x): the cdf of Gamma(a, 1) at x >= 0; a > 0. */
export function gammaIncomplete(a: number, x: number): number {
  assert(a > 0 && x >= 0, "the incomplete gamma takes a > 0 and x >= 0");
  if (x === 0) return 0;
  if (x === Number.POSITIVE_INFINITY) return 1;
  return x < a + 1
    ? gammaKernel(a, x) * gammaSeries(a, x)
    : 1 - gammaKernel(a, x) * gammaFraction(a, x);
}

/** P(a, x) over its kernel, by the power series (DLMF 8.7.1): converges fast for x < a + 1. */
function gammaSeries(a: number, x: number): number {
  let term = 1 / a;
  let sum = term;
  for (let k = 1; k <= TERMS_MAX && term > sum * EPSILON; k++) {
    term *= x / (a + k);
    sum += term;
  }
  return sum;
}

/** 1 − P(a, x) over its kernel, by Lentz's method on the continued fraction (DLMF 8.9.2). */
function gammaFraction(a: number, x: number): number {
  let b = x + 1 - a;
  let c = 1 / TINY;
  let d = 1 / b;
  let fraction = d;
  for (let k = 1; k <= TERMS_MAX; k++) {
    const numerator = -k * (k - a);
    b += 2;
    d = numerator * d + b;
    if (Math.abs(d) < TINY) d = TINY;
    c = b + numerator / c;
    if (Math.abs(c) < TINY) c = TINY;
    d = 1 / d;
    fraction *= d * c;
    if (Math.abs(d * c - 1) < 4 * EPSILON) return fraction;
  }
  assert(false, `the incomplete gamma converges for a = ${a}, x = ${x}`);
}

const horner = (coefficients: readonly number[], x: number): number =>
  coefficients.reduceRight((sum, coefficient) => sum * x + coefficient, 0);

// Rational approximations of the normal cdf, W. J. Cody, Math. Comp. 23 (1969), lowest power first.
const CENTRE_P = [
  18154.98125334356, 1067.6894854603709, 161.02823106855587, 2.2352520354606837,
  0.06568233791820745,
];
const CENTRE_Q = [45507.78933502673, 10260.932208618979, 976.0985517377767, 47.202581904688245, 1];
const MIDDLE_P = [
  9842.714838383978, 11602.65143764735, 6848.190450536283, 2494.5375852903726, 597.2702763948002,
  93.50665613217785, 8.883149794388377, 0.39894151208813466, 1.0765576773720192e-8,
];
const MIDDLE_Q = [
  19685.429676859992, 38912.00328609327, 34900.95272114598, 18615.571640885097, 6485.558298266761,
  1519.3775994075547, 235.387901782625, 22.266688044328117, 1,
];
const FAR_P = [
  0.000029112874951168793, 0.0014216191932278934, 0.022235277649800766, 0.12740116116024736,
  0.215898534057957, 0.023073441764940174,
];
const FAR_Q = [
  0.00007297515550839662, 0.0037823963320275824, 0.06598813786892856, 0.4682382124808651,
  1.284260096144911, 1,
];

/** P(Z > z) for z > 0.66 of a standard normal. */
function normalUpper(z: number): number {
  // e^(-z²/2) in two factors: the square of z cut to 1/16 is exact.
  const cut = Math.trunc(z * 16) / 16;
  const density = Math.exp(-0.5 * cut * cut) * Math.exp(-0.5 * (z - cut) * (z + cut));
  if (z < Math.sqrt(32)) return (density * horner(MIDDLE_P, z)) / horner(MIDDLE_Q, z);
  const w = 1 / (z * z);
  return (density * (1 / Math.sqrt(2 * Math.PI) - (w * horner(FAR_P, w)) / horner(FAR_Q, w))) / z;
}

/** P(Z ≤ z) for Z standard normal, to about 15 digits in both tails. */
export function normalCdf(z: number): number {
  if (Number.isNaN(z)) return z;
  if (Math.abs(z) <= 0.66291) {
    const w = z * z;
    return 0.5 + (z * horner(CENTRE_P, w)) / horner(CENTRE_Q, w);
  }
  if (z < -39 || z > 39) return z < 0 ? 0 : 1;
  return z < 0 ? normalUpper(-z) : 1 - normalUpper(z);
}

// Wichura, Algorithm AS 241 (PPND16), Applied Statistics 37 (1988), lowest power first.
const NEAR_A = [
  3.3871328727963665, 133.14166789178438, 1971.5909503065513, 13731.69376550946, 45921.95393154987,
  67265.7709270087, 33430.57558358813, 2509.0809287301227,
];
const NEAR_B = [
  1, 42.31333070160091, 687.1870074920579, 5394.196021424751, 21213.794301586597, 39307.89580009271,
  28729.085735721943, 5226.495278852854,
];
const TAIL_C = [
  1.4234371107496835, 4.630337846156546, 5.769497221460691, 3.6478483247632045, 1.2704582524523684,
  0.2417807251774506, 0.022723844989269184, 0.0007745450142783414,
];
const TAIL_D = [
  1, 2.053191626637759, 1.6763848301838038, 0.6897673349851, 0.14810397642748008,
  0.015198666563616457, 0.0005475938084995345, 1.0507500716444169e-9,
];
const END_E = [
  6.657904643501103, 5.463784911164114, 1.7848265399172913, 0.29656057182850487,
  0.026532189526576124, 0.0012426609473880784, 0.000027115555687434876, 2.0103343992922881e-7,
];
const END_F = [
  1, 0.599832206555888, 0.1369298809227358, 0.014875361290850615, 0.0007868691311456133,
  0.000018463183175100548, 1.421511758316446e-7, 2.0442631033899397e-15,
];

/** The p-quantile of the standard normal; ∓∞ at 0 and 1. */
export function normalQuantile(p: number): number {
  assert(p >= 0 && p <= 1, "a quantile takes a probability");
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) {
    const r = 0.180625 - q * q;
    return (q * horner(NEAR_A, r)) / horner(NEAR_B, r);
  }
  const tail = q < 0 ? p : 1 - p;
  if (tail === 0) return q < 0 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const r = Math.sqrt(-Math.log(tail));
  const z =
    r <= 5
      ? horner(TAIL_C, r - 1.6) / horner(TAIL_D, r - 1.6)
      : horner(END_E, r - 5) / horner(END_F, r - 5);
  return q < 0 ? -z : z;
}

/** P(T ≤ t) for Student's t with `df` > 0 degrees of freedom. */
export function studentTCdf(t: number, df: number): number {
  assert(df > 0, "Student's t takes positive degrees of freedom");
  const square = t * t;
  const tail = 0.5 * betaLower(df / (df + square), square / (df + square), df / 2, 0.5);
  return t < 0 ? tail : 1 - tail;
}

/** The p-quantile of Student's t with `df` > 0 degrees of freedom. */
export function studentTQuantile(p: number, df: number): number {
  assert(df > 0, "Student's t takes positive degrees of freedom");
  assert(p > 0 && p < 1, "a finite quantile takes a probability strictly between 0 and 1");
  if (p === 0.5) return 0;
  const tail = Math.min(p, 1 - p);
  // Near the centre t² / (df + t²) is the small quantity, in the tail df / (df + t²) is.
  const square =
    tail > 0.25
      ? oddsOf(betaQuantile(1 - 2 * tail, 0.5, df / 2))
      : 1 / oddsOf(betaQuantile(2 * tail, df / 2, 0.5));
  const t = Math.sqrt(df * square);
  return p < 0.5 ? -t : t;
}

const oddsOf = (x: number): number => x / (1 - x);

/** P(X ≤ k) for X ~ Binomial(n, p). */
export function binomialCdf(k: number, n: number, p: number): number {
  if (k < 0) return 0;
  if (k >= n) return 1;
  return betaLower(1 - p, p, n - Math.floor(k), Math.floor(k) + 1);
}

/** P(X ≥ k) for X ~ Binomial(n, p), at full precision when small. */
export function binomialUpper(k: number, n: number, p: number): number {
  if (k <= 0) return 1;
  if (k > n) return 0;
  return betaLower(p, 1 - p, Math.ceil(k), n - Math.ceil(k) + 1);
}

/** P(X = k) for X ~ Binomial(n, p), k and n whole numbers (Loader 2000). */
export function binomialPmf(k: number, n: number, p: number): number {
  assert(n >= 0 && p >= 0 && p <= 1, "a binomial takes n >= 0 and a probability");
  if (k < 0 || k > n) return 0;
  if (p === 0 || p === 1) return k === n * p ? 1 : 0;
  if (k === 0) return Math.exp(n * Math.log1p(-p));
  if (k === n) return Math.exp(n * Math.log(p));
  const exponent =
    stirlingError(n) -
    stirlingError(k) -
    stirlingError(n - k) -
    deviance(k, n * p) -
    deviance(n - k, n * (1 - p));
  return Math.exp(exponent - 0.5 * (LOG_TWO_PI + Math.log(k) + Math.log1p(-k / n)));
}
