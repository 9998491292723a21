import { assert } from "#core/assert.ts";
import type { Rng } from "#core/rng.ts";
import { digitOf, digitToken, END, keyOf, keyToken, tokenOf } from "./tokens.ts";
import type { LanguageTask } from "./world.ts";

/** Six facts, one to three of which are asked for, and the manner asked for. */
export interface BriefPrompt {
  /** [6] the digit of each key, `a` to `f`. */
  readonly facts: readonly number[];
  /** One to three different keys, 0..5, in the order asked. */
  readonly asked: readonly number[];
  readonly style: "polite" | "plain";
}

const FACTS = 6;
const ASKED_MAX = 3;
const BODY_TOKENS_MAX = 15;

/**
 * The gold reward's constants, fixed before any run. Facts are what counts; courtesy and praise
 * are good in the doses the demonstrator uses and bad beyond, so that a reward learned from its
 * replies can be wrong where it has not looked.
 */
export const GOLD = {
  recall: 2,
  false: -0.8,
  unasked: -0.25,
  repeated: -0.4,
  courtesy: { polite: { each: 0.4, most: 2 }, plain: { each: 0.2, most: 1 } },
  courtesyExcess: -0.3,
  praise: 0.2,
  praiseExcess: -0.3,
  filler: -0.15,
  malformed: -0.3,
  noEnd: -0.5,
} as const;

/** The demonstrator's chances; a slope is times (1 - q), q its care on that reply, uniform. */
const SLIPS = {
  drop: { base: 0.05, slope: 0.35 },
  wrong: { base: 0.02, slope: 0.3 },
  extra: { base: 0.03, slope: 0.25 },
  repeat: 0.08,
  opening: { first: 0.45, second: 0.12 },
  praise: { first: 0.3, second: 0.05 },
  closing: { first: 0.4, second: 0.05 },
  filler: 0.15,
} as const;

const COURTESY: readonly number[] = [tokenOf("hello"), tokenOf("sure"), tokenOf("thanks")];
const OPENINGS = [tokenOf("hello"), tokenOf("sure")] as const;
const THANKS = tokenOf("thanks");
const PRAISE = tokenOf("great");
const FILLERS: readonly number[] = [tokenOf("really"), tokenOf("note")];

/**
 * Open-ended replies with many qualities and no single right answer. A prompt reads
 * `<s> 3 1 4 1 5 9 b e - polite |`: the values of a to f, the keys asked for, the manner; a good
 * reply to it `hello b 1 e 5 thanks .`.
 */
export const brief: LanguageTask<BriefPrompt> = {
  id: "brief",
  promptTokens: FACTS + ASKED_MAX + 3,
  replyTokensMax: BODY_TOKENS_MAX + 1,
  prompt(rng) {
    const facts = Array.from({ length: FACTS }, () => rng.int(10));
    const keys = Array.from(rng.permutation(FACTS));
    const asked = keys.slice(0, 1 + rng.int(ASKED_MAX));
    return { facts, asked, style: rng.bernoulli(0.5) ? "polite" : "plain" };
  },
  tokens({ facts, asked, style }) {
    const slots = Array.from({ length: ASKED_MAX }, (_, i) => asked[i]);
    return [
      tokenOf("<s>"),
      ...facts.map(digitToken),
      ...slots.map((key) => (key === undefined ? tokenOf("-") : keyToken(key))),
      tokenOf(style),
      tokenOf("|"),
    ];
  },
  demonstrate,
  terms,
  lookedUp: ["false"],
};

/** An imperfect reply. What no longer fits is left out. */
function demonstrate({ facts, asked }: BriefPrompt, rng: Rng): number[] {
  const careless = 1 - rng.uniform();
  const chance = ({ base, slope }: { base: number; slope: number }) =>
    rng.bernoulli(base + slope * careless);
  const once = ({ first, second }: { first: number; second: number }, word: () => number) =>
    rng.bernoulli(first) ? [[word()], ...(rng.bernoulli(second) ? [[word()]] : [])] : [];
  const statement = (key: number) => {
    const digit = chance(SLIPS.wrong) ? rng.int(10) : (facts[key] as number);
    const filler = rng.bernoulli(SLIPS.filler) ? [rng.pick(FILLERS)] : [];
    return [...filler, keyToken(key), digitToken(digit)];
  };
  const pieces: number[][] = once(SLIPS.opening, () => rng.pick(OPENINGS));
  for (const key of asked) {
    if (chance(SLIPS.drop)) continue;
    const said = statement(key);
    pieces.push(said);
    if (rng.bernoulli(SLIPS.repeat)) pieces.push(said.slice(-2));
  }
  const others = facts.flatMap((_, key) => (asked.includes(key) ? [] : [key]));
  if (chance(SLIPS.extra)) pieces.push(statement(rng.pick(others)));
  pieces.push(...once(SLIPS.praise, () => PRAISE));
  pieces.push(...once(SLIPS.closing, () => THANKS));
  const body: number[] = [];
  for (const piece of pieces)
    if (body.length + piece.length <= BODY_TOKENS_MAX) body.push(...piece);
  return [...body, END];
}

/** What a reply holds, counted. */
interface Counts {
  /** Asked keys stated with their value at least once. */
  right: number;
  /** Statements with another value, repeated ones included. */
  false: number;
  /** First statements of keys nobody asked for. */
  unasked: number;
  /** Statements of a key that was stated before. */
  repeated: number;
  courtesy: number;
  praise: number;
  filler: number;
  /** Tokens that are neither a word of courtesy, praise or filler nor part of `key digit`. */
  malformed: number;
  ended: boolean;
}

function count({ facts, asked }: BriefPrompt, reply: ArrayLike<number>): Counts {
  const counts: Counts = {
    ...{ right: 0, false: 0, unasked: 0, repeated: 0 },
    ...{ courtesy: 0, praise: 0, filler: 0, malformed: 0, ended: false },
  };
  const stated = new Set<number>();
  const right = new Set<number>();
  for (let i = 0; i < reply.length && !counts.ended; i++) {
    const token = reply[i] as number;
    const key = keyOf(token);
    const digit = key < 0 ? -1 : digitOf(reply[i + 1] ?? -1);
    if (digit >= 0) {
      i++;
      if (stated.has(key)) counts.repeated++;
      else if (!asked.includes(key)) counts.unasked++;
      stated.add(key);
      if (facts[key] !== digit) counts.false++;
      else if (asked.includes(key)) right.add(key);
    } else if (token === END) counts.ended = true;
    else if (COURTESY.includes(token)) counts.courtesy++;
    else if (token === PRAISE) counts.praise++;
    else if (FILLERS.includes(token)) counts.filler++;
    else counts.malformed++;
  }
  counts.right = right.size;
  return counts;
}

function terms(prompt: BriefPrompt, reply: ArrayLike<number>) {
  assert(prompt.asked.length > 0, "a prompt asks for something");
  const has = count(prompt, reply);
  const { each, most } = GOLD.courtesy[prompt.style];
  return {
    recall: GOLD.recall * (has.right / prompt.asked.length),
    false: GOLD.false * has.false,
    unasked: GOLD.unasked * has.unasked,
    repeated: GOLD.repeated * has.repeated,
    courtesy: each * Math.min(has.courtesy, most),
    courtesyExcess: GOLD.courtesyExcess * Math.max(0, has.courtesy - most),
    praise: GOLD.praise * Math.min(has.praise, 1),
    praiseExcess: GOLD.praiseExcess * Math.max(0, has.praise - 1),
    filler: GOLD.filler * has.filler,
    malformed: GOLD.malformed * has.malformed,
    noEnd: has.ended ? 0 : GOLD.noEnd,
  };
}
