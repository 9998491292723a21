/**
 * People who compare, beside one another: how often two say the same, what the many say, and what
 * seems to sway one apart from the replies' worth.
 */
import type { Measurement } from "#core/measurement.ts";
import type { Rng } from "#core/rng.ts";
import { cohenKappa, krippendorffBootstrap } from "./agreement.ts";
import { wilson } from "./proportion.ts";

/** What one person said of one question: a class, the same for all who say the same. */
export interface Opinion {
  readonly question: string;
  readonly by: string;
  /** Index of what was said: 0 the first of the two named in a fixed order, 1 the other, 2 neither. */
  readonly said: 0 | 1 | 2;
}

const CLASSES = 3;

/** A share with its Wilson interval; null of nothing. */
export function shareOf(
  metric: string,
  hits: number,
  n: number,
  note?: string,
): Measurement | null {
  if (n === 0) return null;
  return {
    metric,
    value: hits / n,
    interval: wilson(hits, n),
    n,
    ...(note === undefined ? {} : { note }),
  };
}

/** The last opinion of each person on each question. */
function table(opinions: readonly Opinion[]): Map<string, Map<string, number>> {
  const questions = new Map<string, Map<string, number>>();
  for (const { question, by, said } of opinions) {
    const row = questions.get(question) ?? new Map<string, number>();
    row.set(by, said);
    questions.set(question, row);
  }
  return questions;
}

export interface PairAgreement {
  readonly a: string;
  readonly b: string;
  readonly same: Measurement;
  readonly kappa: number | null;
}

/** Every two persons with questions in common, those with most of them first. */
export function pairAgreements(opinions: readonly Opinion[]): PairAgreement[] {
  const both = new Map<string, { a: string; b: string; first: number[]; second: number[] }>();
  for (const row of table(opinions).values()) {
    const people = [...row.keys()].sort();
    people.forEach((b, j) => {
      for (const a of people.slice(0, j)) {
        const key = JSON.stringify([a, b]);
        const pair = both.get(key) ?? { a, b, first: [], second: [] };
        pair.first.push(row.get(a) ?? 2);
        pair.second.push(row.get(b) ?? 2);
        both.set(key, pair);
      }
    });
  }
  return [...both.values()]
    .sort((x, y) => y.first.length - x.first.length || (x.a + x.b < y.a + y.b ? -1 : 1))
    .flatMap(({ a, b, first, second }) => {
      const hits = first.filter((said, i) => said === second[i]).length;
      const same = shareOf("agreement", hits, first.length);
      const kappa = cohenKappa(first, second, { classes: CLASSES });
      return same === null ? [] : [{ a, b, same, kappa: kappa.ok ? kappa.value : null }];
    });
}

/** Krippendorff's alpha with an interval over questions; null where it is undefined. */
export function opinionsAlpha(opinions: readonly Opinion[], rng: Rng): Measurement | null {
  const questions = [...table(opinions).values()].filter((row) => row.size > 1);
  const people = [...new Set(questions.flatMap((row) => [...row.keys()]))];
  if (questions.length === 0) return null;
  const values = new Int16Array(questions.length * people.length).fill(-1);
  questions.forEach((row, u) => {
    people.forEach((by, r) => {
      values[u * people.length + r] = row.get(by) ?? -1;
    });
  });
  const ratings = { units: questions.length, raters: people.length, values };
  const alpha = krippendorffBootstrap(ratings, "nominal", { rng });
  if (!alpha.ok) return null;
  const { value, interval } = alpha.value;
  return { metric: "krippendorff-alpha", value, interval, n: questions.length };
}

/**
 * How often a person says what most of the others said of the same question. Questions on which the
 * others are split evenly are left out.
 */
export function withMajority(opinions: readonly Opinion[], by: string): Measurement | null {
  let [hits, n] = [0, 0];
  for (const row of table(opinions).values()) {
    const own = row.get(by);
    if (own === undefined) continue;
    const counts = new Array<number>(CLASSES).fill(0);
    for (const [person, said] of row) if (person !== by) counts[said] = (counts[said] ?? 0) + 1;
    const most = Math.max(...counts);
    if (most === 0 || counts.filter((count) => count === most).length > 1) continue;
    n++;
    if (counts[own] === most) hits++;
  }
  return shareOf("agreement-with-majority", hits, n);
}

/** One decided pair as it was shown. */
export interface Decided {
  /** Whether the left one was chosen; null where it is not known which was left. */
  readonly left: boolean | null;
  /** Whether the longer one was chosen; null where they are equally long. */
  readonly longer: boolean | null;
}

/** Of decided pairs, how often the left one and how often the longer one won. */
export function biasesOf(decided: readonly Decided[]): {
  leftWins: Measurement | null;
  longerWins: Measurement | null;
} {
  const share = (metric: string, of: "left" | "longer") => {
    const known = decided.filter((each) => each[of] !== null);
    return shareOf(metric, known.filter((each) => each[of]).length, known.length);
  };
  return { leftWins: share("left-wins", "left"), longerWins: share("longer-wins", "longer") };
}
