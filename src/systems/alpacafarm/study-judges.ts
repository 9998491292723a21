import type { Rng } from "#core/rng.ts";
import { type BothOrders, debiasedWinRate } from "#measure/win-rate.ts";
import type { Annotator } from "#worlds/language/annotators.ts";
import {
  type FarmWorld,
  type Labels,
  prefers,
  type Source,
  seenReply,
  withoutFlips,
} from "./study-world.ts";

/**
 * [prompts] verdicts on each reply against the reference, in both orders, by one annotator drawn
 * for the prompt who does not slip. Equal replies are a tie without asking.
 */
export function judged(
  { prompts, reference, annotators }: FarmWorld,
  judges: Exclude<Source, "control">,
  { replies, rng }: { readonly replies: readonly Uint8Array[]; readonly rng: Rng },
): BothOrders[] {
  const pool = withoutFlips(annotators[judges]);
  return prompts.map((prompt, p) => {
    const [ours, other] = [replies[p] as Uint8Array, reference[p] as Uint8Array];
    if (String(ours) === String(other)) return { oursFirst: 0.5, oursSecond: 0.5 };
    const own = rng.split(p);
    const judge = own.pick(pool);
    const two = { first: seenReply(prompt, ours), second: seenReply(prompt, other) };
    const verdict = (shownFirst: boolean) => Number(prefers(judge, two, { shownFirst, rng: own }));
    return { oursFirst: verdict(true), oursSecond: verdict(false) };
  });
}

/** [prompts] the mean of both orders: 0, 0.5 or 1. */
export const worthOf = (verdicts: readonly BothOrders[]): Float64Array =>
  Float64Array.from(verdicts, (verdict) => debiasedWinRate([verdict]).winRate);

/** How often labels agree with the majority of people, pair by pair: [pairs] 0, 0.5 or 1. */
export interface Agreement {
  /** One more person, against the majority of the others. */
  readonly person: Float64Array;
  /** One of the pool, against the majority of as many people. */
  readonly pool: Float64Array;
}

/**
 * Everybody labels as when asked for training, slips included. The same person is left out of the
 * majority that both are held against.
 */
export function agreementWithPeople(
  { pairs, annotators }: FarmWorld,
  { count, rng }: { readonly count: number; readonly rng: Rng },
): Agreement {
  const agreement = { person: new Float64Array(count), pool: new Float64Array(count) };
  for (let p = 0; p < count; p++) {
    const prompt = pairs.prompts[p] as (typeof pairs.prompts)[number];
    const seen = (row: number) => seenReply(prompt, pairs.replies[row] as Uint8Array);
    const two = { first: seen(2 * p), second: seen(2 * p + 1) };
    const own = rng.split(p);
    const says = (annotator: Annotator) =>
      prefers(annotator, two, { shownFirst: own.bernoulli(0.5), rng: own });
    const left = own.int(annotators.people.length);
    const others = annotators.people.filter((_, i) => i !== left);
    const firsts = others.filter(says).length;
    const majority = Math.sign(2 * firsts - others.length);
    const agrees = (first: boolean) => (majority === 0 ? 0.5 : Number(first === majority > 0));
    agreement.person[p] = agrees(says(annotators.people[left] as Annotator));
    agreement.pool[p] = agrees(says(own.pick(annotators.pool)));
  }
  return agreement;
}

/** Share of labels that gold agrees with; pairs gold cannot tell apart are left out. */
export function rightShare(gold: Float64Array, { chosen, rejected }: Labels): number {
  let right = 0;
  let told = 0;
  chosen.forEach((row, p) => {
    const lead = (gold[row] as number) - (gold[rejected[p] as number] as number);
    if (Math.abs(lead) < 1e-9) return;
    told++;
    if (lead > 0) right++;
  });
  return right / told;
}
