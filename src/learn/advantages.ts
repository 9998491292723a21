/**
 * Generalised advantage estimation over one finished reply (Schulman et al. 2016, eq. 16): δ_t =
 * r_t + γ V_{t+1} − V_t, A_t = δ_t + γ λ A_{t+1}, nothing being worth anything after the end. All
 * [tokens]; returns are A + V.
 */
export function generalisedAdvantages(
  rewards: ArrayLike<number>,
  values: ArrayLike<number>,
  { gamma, lambda }: { readonly gamma: number; readonly lambda: number },
): { advantages: Float64Array; returns: Float64Array } {
  const { length } = rewards;
  const advantages = new Float64Array(length);
  let ahead = 0;
  for (let t = length - 1; t >= 0; t--) {
    const next = t + 1 < length ? (values[t + 1] as number) : 0;
    const surprise = (rewards[t] as number) + gamma * next - (values[t] as number);
    ahead = surprise + gamma * lambda * ahead;
    advantages[t] = ahead;
  }
  return { advantages, returns: advantages.map((a, t) => a + (values[t] as number)) };
}

const VARIANCE_EPSILON = 1e-8;

/**
 * All numbers of ragged rows brought to variance 1, their mean kept or brought to 0. Values that are
 * all equal keep their differences of 0.
 */
export function whitened(
  rows: readonly Float64Array[],
  { shiftMean }: { readonly shiftMean: boolean },
): Float64Array[] {
  const count = rows.reduce((sum, row) => sum + row.length, 0);
  const total = (f: (x: number) => number) =>
    rows.reduce((sum, row) => row.reduce((inner, x) => inner + f(x), sum), 0);
  const mean = total((x) => x) / count;
  const variance = total((x) => (x - mean) ** 2) / count;
  const scale = 1 / Math.sqrt(variance + VARIANCE_EPSILON);
  return rows.map((row) => row.map((x) => (x - mean) * scale + (shiftMean ? 0 : mean)));
}

/** A share of the KL weight that one step may add or take, and how far off counts in full. */
const KL_GAIN = 0.1;
const KL_ERROR_MAX = 0.2;

/**
 * The next weight of a KL penalty that is to hold a reply's KL at a target, nats (Ziegler et al.
 * 2019, section 2.2): it grows by up to 2 % where the KL is above, and shrinks where it is below.
 */
export function adaptedKlWeight(weight: number, kl: number, target: number): number {
  const error = Math.min(Math.max(kl / target - 1, -KL_ERROR_MAX), KL_ERROR_MAX);
  return weight * (1 + KL_GAIN * error);
}
