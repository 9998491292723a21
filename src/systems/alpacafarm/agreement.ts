import type { Rng } from "#core/rng.ts";
import { type Bootstrapped, bootstrap, meanOf, pairedBootstrap } from "#measure/bootstrap.ts";

/** All that was said of one pair: whether the second output wins. */
export interface PairOpinions {
  readonly people: readonly boolean[];
  readonly pool: boolean;
}

export interface PoolAgreement {
  /** Pairs that at least three people judged, so that one can be held against the others. */
  readonly pairs: number;
  readonly peoplePeople: Bootstrapped;
  readonly poolPeople: Bootstrapped;
  /** Pool less people, pair by pair. */
  readonly difference: Bootstrapped;
  /** Whether the whole interval of the difference lies within the margin. */
  readonly validated: boolean;
}

/** Beyond five points a pool is no stand-in for people. */
export const MARGIN = 0.05;
const PEOPLE_MIN = 3;

/**
 * How often one of the pool agrees with the majority of people, beside how often one more person
 * does. The same person is left out of the majority both are held against; a split counts half.
 * Null where no pair has three people.
 */
export function poolAgreement(opinions: readonly PairOpinions[], rng: Rng): PoolAgreement | null {
  const usable = opinions.filter(({ people }) => people.length >= PEOPLE_MIN);
  if (usable.length === 0) return null;
  const draws = rng.split("left-out");
  const person = new Float64Array(usable.length);
  const pool = new Float64Array(usable.length);
  usable.forEach(({ people, pool: said }, i) => {
    const left = draws.int(people.length);
    const others = people.filter((_, k) => k !== left);
    const lead = 2 * others.filter(Boolean).length - others.length;
    const agrees = (second: boolean) => (lead === 0 ? 0.5 : Number(second === lead > 0));
    person[i] = agrees(people[left] as boolean);
    pool[i] = agrees(said);
  });
  const options = (label: string) => ({ rng: rng.split(label) });
  const difference = pairedBootstrap(pool, person, options("difference"));
  const { low, high } = difference.interval;
  return {
    pairs: usable.length,
    peoplePeople: bootstrap(meanOf(person), person.length, options("people")),
    poolPeople: bootstrap(meanOf(pool), pool.length, options("pool")),
    difference,
    validated: low > -MARGIN && high < MARGIN,
  };
}
