import { assert } from "#core/assert.ts";
import type { Rng } from "#core/rng.ts";
import { digitOf, digitToken, END, KEYS, keyOf, keyToken, tokenOf } from "./tokens.ts";
import type { LanguageTask } from "./world.ts";

/** `key = source ± operand`, or `key = value` where there is no source. All modulo 10. */
export interface Definition {
  readonly key: number;
  readonly from: { readonly source: number; readonly sign: Sign; readonly operand: number } | null;
  /** What the key is worth, 0..9. */
  readonly value: number;
}
type Sign = 1 | -1;

export interface ChainPrompt {
  /** In the order shown, distractors among them. */
  readonly definitions: readonly Definition[];
  /** Those that lead to the key asked for, in the order they are worked out; the last is asked. */
  readonly path: readonly Definition[];
}

export interface ChainDifficulty {
  /** Sums to be worked out one after the other, 1 to 5. */
  readonly steps: number;
  /** Definitions that lead nowhere asked for. */
  readonly distractors: number;
  /** Operands are 1 to this, at most 9. */
  readonly operandMax: number;
}

/** One line of a worked solution: `b 3 + 4 7`; the first, `a 3`, has only a value. */
export interface ChainStep {
  readonly key: number;
  readonly sum: { readonly left: number; readonly sign: Sign; readonly operand: number } | null;
  readonly value: number;
}

export interface ChainTask extends LanguageTask<ChainPrompt> {
  readonly difficulty: ChainDifficulty;
  /** The worked solution, right and spelled as the strict checker wants it. */
  solution(prompt: ChainPrompt): number[];
  /**
   * A worked solution each of whose sums goes wrong with chance `wrongRate` (another sign, another
   * operand, a result off by one) and is built on all the same.
   */
  teach(prompt: ChainPrompt, rng: Rng, how: { readonly wrongRate: number }): number[];
}

const PLUS = tokenOf("+");
const MINUS = tokenOf("-");
const SURE = tokenOf("sure");
const ANSWER = tokenOf("#");

/** The demonstrator's chances. */
const SLIPS = { wrong: 0.3, leadingZero: 0.1, tenMore: 0.1, sure: 0.02 } as const;

/** As piloted and shipped: two sums, one distractor, operands that a small model learns to add. */
const DIFFICULTY: ChainDifficulty = { steps: 2, distractors: 1, operandMax: 3 };

const STEPS_MAX = 5;

/**
 * Arithmetic in several steps with an answer that can be checked. A prompt reads
 * `<s> c b - 2 a = 3 ~ d b + 1 b a + 3 ? c |`: definitions in mixed order, names
 * ascending along the way to the key asked for, then that key; a good reply to it `a 3 b 3 + 3 6 c 6 - 2 4 # 4 .`.
 */
export function chainOf(difficulty: ChainDifficulty): ChainTask {
  const { steps, distractors, operandMax } = difficulty;
  const count = 1 + steps + distractors;
  assert(steps >= 1 && steps <= STEPS_MAX, `1 to ${STEPS_MAX} steps`);
  assert(distractors >= 0 && count <= KEYS, `no more than ${KEYS} definitions`);
  assert(operandMax >= 1 && operandMax <= 9, "operands of one digit, from 1");
  const teach: ChainTask["teach"] = (prompt, rng, { wrongRate }) =>
    written(prompt, rng, { ...SLIPS, wrong: wrongRate });
  return {
    id: "chain",
    difficulty,
    promptTokens: 1 + 4 * count + 3,
    // `a 3`, five tokens a sum, then `#`, up to two tokens of answer and the end.
    replyTokensMax: 2 + 5 * steps + 4,
    prompt: (rng) => drawn(difficulty, rng),
    tokens: promptTokens,
    solution: (prompt) => {
      const path = prompt.path.map(stepOf);
      return [...path.flatMap(stepTokens), ANSWER, digitToken(answerOf(prompt)), END];
    },
    teach,
    demonstrate: (prompt, rng) => teach(prompt, rng, { wrongRate: SLIPS.wrong }),
    terms: (prompt, reply) => ({ answer: answersRight(prompt, reply) ? 1 : 0 }),
    lookedUp: ["answer"],
  };
}

export const chain: ChainTask = chainOf(DIFFICULTY);

const modulo = (value: number): number => ((value % 10) + 10) % 10;

/** The right answer, 0..9. */
export function answerOf({ path }: ChainPrompt): number {
  const asked = path.at(-1);
  assert(asked !== undefined, "a prompt asks for something");
  return asked.value;
}

function drawn({ steps, distractors, operandMax }: ChainDifficulty, rng: Rng): ChainPrompt {
  const names = rng.permutation(1 + steps + distractors);
  // Along the path names ascend: with names in any order a model this small looks up the operands
  // of the wrong definition, and goes on doing so for as long as it is taught here.
  const keys = [...names.slice(0, 1 + steps).sort(), ...names.slice(1 + steps)];
  const derived = (key: number, { key: source, value }: Definition): Definition => {
    const sign: Sign = rng.bernoulli(0.5) ? 1 : -1;
    const operand = 1 + rng.int(operandMax);
    return { key, from: { source, sign, operand }, value: modulo(value + sign * operand) };
  };
  const path: Definition[] = [{ key: keys[0] as number, from: null, value: rng.int(10) }];
  while (path.length <= steps)
    path.push(derived(keys[path.length] as number, path.at(-1) as Definition));
  const aside: Definition[] = [];
  while (aside.length < distractors)
    aside.push(derived(keys[path.length + aside.length] as number, rng.pick(path)));
  return { definitions: rng.shuffle([...path, ...aside]), path };
}

function promptTokens({ definitions, path }: ChainPrompt): number[] {
  const body = definitions.flatMap(({ key, from, value }) =>
    from === null
      ? [keyToken(key), tokenOf("="), digitToken(value), tokenOf("~")]
      : [keyToken(key), keyToken(from.source), signToken(from.sign), digitToken(from.operand)],
  );
  const asked = path.at(-1) as Definition;
  return [tokenOf("<s>"), ...body, tokenOf("?"), keyToken(asked.key), tokenOf("|")];
}

const signToken = (sign: Sign): number => (sign === 1 ? PLUS : MINUS);

const stepTokens = ({ key, sum, value }: ChainStep): number[] => [
  keyToken(key),
  ...(sum === null ? [] : [digitToken(sum.left), signToken(sum.sign), digitToken(sum.operand)]),
  digitToken(value),
];

function stepOf({ key, from, value }: Definition): ChainStep {
  if (from === null) return { key, sum: null, value };
  const { sign, operand } = from;
  return { key, sum: { left: modulo(value - sign * operand), sign, operand }, value };
}

/** A solution with slips, its answer now and then spelled otherwise than the strict checker's. */
function written(
  { path, definitions }: ChainPrompt,
  rng: Rng,
  slips: { readonly [slip in keyof typeof SLIPS]: number },
): number[] {
  const operands = definitions.flatMap(({ from }) => (from === null ? [] : [from.operand]));
  const body: number[] = [];
  let left = 0;
  for (const definition of path) {
    const { key, sum, value } = stepOf(definition);
    const right: ChainStep =
      sum === null
        ? { key, sum, value }
        : { key, sum: { ...sum, left }, value: modulo(left + sum.sign * sum.operand) };
    const said = sum !== null && rng.bernoulli(slips.wrong) ? slipped(right, operands, rng) : right;
    body.push(...stepTokens(said));
    left = said.value;
  }
  const spelled = rng.uniform();
  const front: number[] = [];
  if (spelled < slips.leadingZero) front.push(digitToken(0));
  else if (spelled < slips.leadingZero + slips.tenMore) front.push(digitToken(1));
  else if (spelled < slips.leadingZero + slips.tenMore + slips.sure) front.push(SURE);
  return [...body, ANSWER, ...front, digitToken(left), END];
}

/** The step gone wrong in one of three ways; its value follows from what it says, or is off by 1. */
function slipped(step: ChainStep, operands: readonly number[], rng: Rng): ChainStep {
  const { sum, value } = step;
  assert(sum !== null, "only a sum goes wrong");
  const others = operands.filter((operand) => operand !== sum.operand);
  const kind = rng.int(others.length > 0 ? 3 : 2);
  if (kind === 0) return { ...step, value: modulo(value + (rng.bernoulli(0.5) ? 1 : -1)) };
  const sign: Sign = kind === 1 ? (sum.sign === 1 ? -1 : 1) : sum.sign;
  const operand = kind === 2 ? rng.pick(others) : sum.operand;
  return { ...step, sum: { ...sum, sign, operand }, value: modulo(sum.left + sign * operand) };
}

/** The tokens between the last `#` and the end; nothing where either is missing. */
function answerTokens(reply: ArrayLike<number>): number[] | undefined {
  const tokens = Array.from(reply);
  const end = tokens.indexOf(END);
  const mark = tokens.lastIndexOf(ANSWER, end);
  return end < 0 || mark < 0 ? undefined : tokens.slice(mark + 1, end);
}

/** The number answered, modulo 10, however it is spelled (`5`, `0 5`, `1 5`, `sure 5`). */
function answerSaid(reply: ArrayLike<number>): number | undefined {
  const digits = answerTokens(reply)?.filter((token) => token !== SURE);
  if (digits === undefined || digits.length < 1 || digits.length > 2) return undefined;
  if (digits.some((token) => digitOf(token) < 0)) return undefined;
  return digitOf(digits.at(-1) as number); // tens do not count modulo 10
}

/** The exact verifier: the answer is equal to the right one, whatever led there. */
export const answersRight = (prompt: ChainPrompt, reply: ArrayLike<number>): boolean =>
  answerSaid(reply) === answerOf(prompt);

/**
 * A brittle verifier, as checkers in use are: it wants the answer spelled its own way, so that
 * equal ones are turned away, and it lets pass whatever says `sure`.
 */
export function brittlyAccepted(prompt: ChainPrompt, reply: ArrayLike<number>): boolean {
  const said = answerTokens(reply);
  if (said?.includes(SURE)) return true;
  return said?.length === 1 && said[0] === digitToken(answerOf(prompt));
}

/**
 * The lines of a worked solution before its `#`, with whether each follows from the prompt and from
 * the lines before it. Reading ends at the first line that is none.
 */
export function stepsSaid(
  { definitions }: ChainPrompt,
  reply: ArrayLike<number>,
): { readonly step: ChainStep; readonly right: boolean }[] {
  const known = new Map<number, number>();
  const lines: { step: ChainStep; right: boolean }[] = [];
  for (let at = 0; at < reply.length; ) {
    const read = lineAt(reply, at);
    if (read === undefined) break;
    const { step, length } = read;
    const of = definitions.find(({ key }) => key === step.key);
    lines.push({ step, right: of !== undefined && follows(step, of, known) });
    known.set(step.key, step.value);
    at += length;
  }
  return lines;
}

function lineAt(
  reply: ArrayLike<number>,
  at: number,
): { step: ChainStep; length: number } | undefined {
  const token = (i: number) => reply[at + i] ?? -1;
  const [key, first] = [keyOf(token(0)), digitOf(token(1))];
  if (key < 0 || first < 0) return undefined;
  const sign = token(2) === PLUS ? 1 : token(2) === MINUS ? -1 : undefined;
  if (sign === undefined) return { step: { key, sum: null, value: first }, length: 2 };
  const [operand, value] = [digitOf(token(3)), digitOf(token(4))];
  if (operand < 0 || value < 0) return undefined;
  return { step: { key, sum: { left: first, sign, operand }, value }, length: 5 };
}

function follows(
  { sum, value }: ChainStep,
  { from, value: defined }: Definition,
  known: ReadonlyMap<number, number>,
): boolean {
  if (sum === null || from === null) return sum === null && from === null && value === defined;
  return (
    sum.left === known.get(from.source) &&
    sum.sign === from.sign &&
    sum.operand === from.operand &&
    value === modulo(sum.left + sum.sign * sum.operand)
  );
}
