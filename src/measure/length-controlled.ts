import { assert } from "#core/assert.ts";
import { fisherScoring, type Scored } from "#num/fisher-scoring.ts";

/** One comparison with the other side, and how much longer ours is, in any unit. */
export interface SizedVerdict {
  /** 1 for ours, 0 for the other, 0.5 a tie. */
  readonly verdict: number;
  readonly lengthDifference: number;
}

export interface LengthControlled {
  /** What the win rate would be at equal lengths. */
  readonly winRate: number;
  /** Log-odds a judge adds for a reply one standard deviation longer, times tanh 1. */
  readonly lengthEffect: number;
  /** Of `lengthDifference`; null where all are the same and length explains nothing. */
  readonly lengthSd: number | null;
}

/** Log-odds beyond this are certainty; it keeps a side that always wins from running away. */
const LOG_ODDS_MAX = 20;

/**
 * Length-controlled win rate (Dubois et al. 2024): P(ours) = σ(θ + φ tanh(Δlength / s.d.)) by
 * maximum likelihood, read off at Δlength = 0. The paper's term for how hard each instruction is
 * needs many models at once and is left out.
 */
export function lengthControlledWinRate(rows: readonly SizedVerdict[]): LengthControlled {
  const n = rows.length;
  assert(n > 0, "at least one comparison");
  for (const { verdict, lengthDifference } of rows) {
    assert(verdict >= 0 && verdict <= 1, "verdicts from 0 to 1");
    assert(Number.isFinite(lengthDifference), "lengths are numbers");
  }
  const mean = rows.reduce((sum, row) => sum + row.lengthDifference, 0) / n;
  const squares = rows.reduce((sum, row) => sum + (row.lengthDifference - mean) ** 2, 0);
  const sd = Math.sqrt(squares / n);
  if (sd === 0) {
    // The same everywhere: the win rate is what it is at that length, and nothing tells another.
    const rate = rows.reduce((sum, { verdict }) => sum + verdict, 0) / n;
    return { winRate: rate, lengthEffect: 0, lengthSd: null };
  }
  const extra = rows.map(({ lengthDifference }) => Math.tanh(lengthDifference / sd));
  const bounds = { low: [-LOG_ODDS_MAX, -LOG_ODDS_MAX], high: [LOG_ODDS_MAX, LOG_ODDS_MAX] };
  const score = ([theta = 0, phi = 0]: Float64Array): Scored => {
    let logLikelihood = 0;
    const gradient = new Float64Array(2);
    const information = new Float64Array(4);
    rows.forEach(({ verdict }, i) => {
      const x = extra[i] as number;
      const u = theta + phi * x;
      const p = 1 / (1 + Math.exp(-u));
      logLikelihood += verdict * u - Math.max(0, u) - Math.log1p(Math.exp(-Math.abs(u)));
      const [pull, spread] = [verdict - p, p * (1 - p)];
      gradient[0] = (gradient[0] as number) + pull;
      gradient[1] = (gradient[1] as number) + pull * x;
      information[0] = (information[0] as number) + spread;
      information[1] = (information[1] as number) + spread * x;
      information[2] = information[1] as number;
      information[3] = (information[3] as number) + spread * x * x;
    });
    return { logLikelihood, gradient, information };
  };
  const { parameters } = fisherScoring(score, [0, 0], { bounds });
  const [theta = 0, phi = 0] = parameters;
  return { winRate: 1 / (1 + Math.exp(-theta)), lengthEffect: phi, lengthSd: sd };
}
