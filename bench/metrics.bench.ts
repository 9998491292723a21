import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { Interval } from "#core/measurement.ts";
import { unwrap } from "#core/result.ts";
import { type Rng, rngOf } from "#core/rng.ts";
import { krippendorffAlpha, type Ratings } from "#measure/agreement.ts";
import { bootstrap, meanOf } from "#measure/bootstrap.ts";
import { pairedPermutation } from "#measure/permutation.ts";
import { type Bench, type Figure, inSeconds, mustHold, repeat } from "./harness.ts";
import { runPeer } from "./python.ts";
import { inTempFolder } from "./temp.ts";

const N = 1_000;
const RESAMPLES = 9_999;
const UNITS = 100_000;
const RATERS = 5;
const CLASSES = 4;

const PEERS = ["scipy", "krippendorff"];
const ROUNDS = 5;

const script = `
import json, sys, time, statistics
import numpy as np
import krippendorff
from importlib.metadata import version
from scipy import stats
values = np.fromfile(sys.argv[1], dtype=np.float64)
ratings = np.fromfile(sys.argv[2], dtype=np.int16).reshape(${UNITS}, ${RATERS}).T.astype(float)
ratings[ratings < 0] = np.nan

def timed(work):
    work()
    seconds = []
    for _ in range(${ROUNDS}):
        start = time.perf_counter()
        result = work()
        seconds.append(time.perf_counter() - start)
    return result, statistics.median(seconds)

bca, bca_s = timed(lambda: stats.bootstrap((values,), np.mean, n_resamples=${RESAMPLES},
    method="BCa", vectorized=True, random_state=np.random.default_rng(1)))
test, test_s = timed(lambda: stats.permutation_test((values, np.zeros_like(values)),
    lambda a, b, axis: np.mean(a - b, axis=axis), permutation_type="samples", vectorized=True,
    n_resamples=${RESAMPLES}, rng=np.random.default_rng(1)))
alpha, alpha_s = timed(lambda: krippendorff.alpha(ratings, level_of_measurement="nominal"))
print(json.dumps({
    "scipy": version("scipy"), "krippendorff": version("krippendorff"),
    "bca": {"low": bca.confidence_interval.low, "high": bca.confidence_interval.high, "s": bca_s},
    "permutation": {"p": float(test.pvalue), "s": test_s},
    "alpha": {"value": float(alpha), "s": alpha_s}}))
`;
const Peers = z.object({
  scipy: z.string(),
  krippendorff: z.string(),
  bca: z.object({ low: z.number(), high: z.number(), s: z.number() }),
  permutation: z.object({ p: z.number(), s: z.number() }),
  alpha: z.object({ value: z.number(), s: z.number() }),
});

/** Differences with a mean that one would want an interval and a test of: skewed, barely above 0. */
const skewedValues = (rng: Rng): Float64Array =>
  Float64Array.from({ length: N }, () => rng.gamma(2) - 1.93);

/** Raters that say the truth three times in four, or skip a unit now and then. */
function ratingsOf(rng: Rng): Ratings {
  const values = new Int16Array(UNITS * RATERS);
  for (let unit = 0; unit < UNITS; unit++) {
    const truth = rng.int(CLASSES);
    for (let rater = 0; rater < RATERS; rater++)
      values[unit * RATERS + rater] = rng.bernoulli(0.1)
        ? -1
        : rng.bernoulli(0.75)
          ? truth
          : rng.int(CLASSES);
  }
  return { units: UNITS, raters: RATERS, values };
}

/** Two runs of a bootstrap differ by chance; their ends by far less than the interval is wide. */
function mustAgree(ours: Interval, theirs: { low: number; high: number }): void {
  const tolerance = 0.05 * (ours.high - ours.low);
  mustHold(
    Math.abs(ours.low - theirs.low) < tolerance && Math.abs(ours.high - theirs.high) < tolerance,
    `the interval is ${ours.low} to ${ours.high}, SciPy's ${theirs.low} to ${theirs.high}`,
  );
}

export const bench: Bench = {
  name: "metrics",
  about: "Intervals, tests and agreement on seeded values",
  async run(log) {
    const rng = rngOf("bench/metrics");
    const values = skewedValues(rng.split("values"));
    const ratings = ratingsOf(rng.split("ratings"));
    const bca = () =>
      bootstrap(meanOf(values), N, { rng, resamples: RESAMPLES, method: "bca" }).interval;
    const permuted = () => pairedPermutation(values, { rng, resamples: RESAMPLES }).p;
    const alpha = () => unwrap(krippendorffAlpha(ratings, "nominal"));

    log("SciPy and krippendorff");
    const peers = await inTempFolder(async (folder) => {
      const files = [join(folder, "values.f64"), join(folder, "ratings.i16")] as const;
      writeFileSync(files[0], values);
      writeFileSync(files[1], ratings.values);
      return runPeer("metrics", PEERS, { script, args: files, schema: Peers });
    });
    if ("value" in peers) {
      mustAgree(bca(), peers.value.bca);
      const chance = 4 * Math.sqrt(permuted() / RESAMPLES);
      mustHold(
        Math.abs(permuted() - peers.value.permutation.p) < chance,
        `p is ${permuted()}, SciPy's ${peers.value.permutation.p}`,
      );
      mustHold(
        Math.abs(alpha() - peers.value.alpha.value) < 1e-9,
        `alpha is ${alpha()}, the package's ${peers.value.alpha.value}`,
      );
    }
    log("ours");
    const beside = (name: "bca" | "permutation" | "alpha"): Pick<Figure, "peer" | "skipped"> => {
      if ("skipped" in peers) return peers;
      const { scipy, krippendorff } = peers.value;
      const peer = name === "alpha" ? `krippendorff ${krippendorff}` : `SciPy ${scipy}`;
      return { peer: { name: peer, value: peers.value[name].s } };
    };
    const seconds = { unit: "s", better: "less" } as const;
    return [
      {
        what: `BCa interval of a mean, n ${N.toLocaleString("en")}, ${RESAMPLES.toLocaleString("en")} resamples`,
        ...inSeconds(await repeat(bca)),
        ...seconds,
        target: 0.1,
        ...beside("bca"),
        note: "ends agree within 5 % of the width",
      },
      {
        what: `paired permutation test, n ${N.toLocaleString("en")}, ${RESAMPLES.toLocaleString("en")} flips`,
        ...inSeconds(await repeat(permuted)),
        ...seconds,
        ...beside("permutation"),
        note: `p ${permuted().toFixed(4)}, equal within chance`,
      },
      {
        what: `Krippendorff's alpha, ${UNITS.toLocaleString("en")} units × ${RATERS} raters, nominal`,
        ...inSeconds(await repeat(alpha)),
        ...seconds,
        target: 0.03,
        ...beside("alpha"),
        note: "equal to nine digits",
      },
    ];
  },
};
