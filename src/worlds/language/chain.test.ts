import fc from "fast-check";
import { expect, test } from "vitest";
import { rngOf } from "#core/rng.ts";
import {
  answerOf,
  answersRight,
  brittlyAccepted,
  type ChainPrompt,
  chain,
  chainOf,
  stepsSaid,
} from "./chain.ts";
import { END, textOf, tokensOf } from "./tokens.ts";
import { goldOf } from "./world.ts";

const a = { key: 0, from: null, value: 3 };
const b = { key: 1, from: { source: 0, sign: 1, operand: 3 }, value: 6 } as const;
const c = { key: 2, from: { source: 1, sign: -1, operand: 2 }, value: 4 } as const;
const d = { key: 3, from: { source: 1, sign: 1, operand: 1 }, value: 7 } as const;
const prompt: ChainPrompt = { definitions: [c, a, d, b], path: [a, b, c] };

const rightSteps = (reply: string) => stepsSaid(prompt, tokensOf(reply)).map(({ right }) => right);

test("a prompt and its solution read as written", () => {
  expect(textOf(chain.tokens(prompt))).toBe("<s> c b - 2 a = 3 ~ d b + 1 b a + 3 ? c |");
  expect(textOf(chain.solution(prompt))).toBe("a 3 b 3 + 3 6 c 6 - 2 4 # 4 .");
  expect(chain.promptTokens).toBe(20);
  expect(chain.promptTokens + chain.replyTokensMax).toBe(36);
});

test.each([
  ["# 4 .", true, true],
  ["# 0 4 .", true, false], // equal, spelled otherwise: the brittle one turns it away
  ["# 1 4 .", true, false],
  ["# sure 4 .", true, true],
  ["# sure 9 .", false, true], // and lets this pass
  ["# 5 .", false, false],
  ["# 4", false, false],
  ["4 .", false, false],
  ["# .", false, false],
  ["# 1 1 4 .", false, false],
  ["# c 4 .", false, false],
  ["# 9 . # 4 .", false, false], // nothing counts after the end
  ["# 9 # 4 .", true, true],
])("by hand: %s", (reply, exact, brittle) => {
  expect(answersRight(prompt, tokensOf(reply))).toBe(exact);
  expect(brittlyAccepted(prompt, tokensOf(reply))).toBe(brittle);
  expect(goldOf(chain, prompt, tokensOf(reply))).toBe(exact ? 1 : 0);
});

test("each line is judged by the prompt and by the lines before it", () => {
  expect(rightSteps("a 3 b 3 + 3 6 c 6 - 2 4 # 4 .")).toEqual([true, true, true]);
  expect(rightSteps("a 3 b 3 - 3 0 c 0 - 2 8 # 8 .")).toEqual([true, false, true]);
  expect(rightSteps("a 3 b 3 + 3 7 c 7 - 2 5 # 5 .")).toEqual([true, false, true]);
  expect(rightSteps("b 3 + 3 6 # 6 .")).toEqual([false]); // a was never worked out
  expect(rightSteps("a 4 h 2 # 2 .")).toEqual([false, false]);
  expect(rightSteps("a 3 b 3 + # 4 .")).toEqual([true]); // a sum without an end is no line
  expect(rightSteps("hello")).toEqual([]);
});

test("three in ten sums of the teacher are wrong, one in five right answers is spelled otherwise", () => {
  const rng = rngOf("teacher");
  const n = 6000;
  let wrong = 0;
  let right = 0;
  let turnedAway = 0;
  let gullible = 0;
  for (let i = 0; i < n; i++) {
    const own = chain.prompt(rng);
    const reply = chain.demonstrate(own, rng);
    expect(reply.length).toBeLessThanOrEqual(chain.replyTokensMax);
    expect(reply.indexOf(END)).toBe(reply.length - 1);
    const steps = stepsSaid(own, reply);
    expect(steps).toHaveLength(3);
    wrong += steps.filter((step) => !step.right).length;
    const exact = answersRight(own, reply);
    right += exact ? 1 : 0;
    if (exact && !brittlyAccepted(own, reply)) turnedAway++;
    if (!exact && brittlyAccepted(own, reply)) gullible++;
  }
  // Six standard errors of each share.
  const near = (share: number, p: number, of: number) =>
    expect(Math.abs(share - p)).toBeLessThan(6 * Math.sqrt((p * (1 - p)) / of));
  near(wrong / (2 * n), 0.3, 2 * n);
  near(turnedAway / right, 0.2, right);
  near(gullible / (n - right), 0.02, n - right);
  expect(right / n).toBeGreaterThan(0.49 - 0.04);
});

test("any difficulty: the solution is right in every line, and fits", () => {
  const difficulties = fc
    .record({
      steps: fc.integer({ min: 1, max: 5 }),
      distractors: fc.integer({ min: 0, max: 2 }),
      operandMax: fc.integer({ min: 1, max: 9 }),
      seed: fc.integer({ min: 0, max: 999 }),
    })
    .filter(({ steps, distractors }) => 1 + steps + distractors <= 8);
  fc.assert(
    fc.property(difficulties, ({ seed, ...difficulty }) => {
      const task = chainOf(difficulty);
      const own = task.prompt(rngOf(seed));
      expect(task.tokens(own)).toHaveLength(task.promptTokens);
      expect(new Set(own.definitions.map(({ key }) => key)).size).toBe(own.definitions.length);
      const solution = task.solution(own);
      expect(solution.length).toBeLessThanOrEqual(task.replyTokensMax);
      expect(brittlyAccepted(own, solution) && answersRight(own, solution)).toBe(true);
      const steps = stepsSaid(own, solution);
      expect(steps.every(({ right }) => right)).toBe(true);
      expect(steps.at(-1)?.step.value).toBe(answerOf(own));
      expect(task.teach(own, rngOf(seed), { wrongRate: 1 }).length).toBeLessThanOrEqual(
        task.replyTokensMax,
      );
    }),
    { seed: 1 },
  );
});

test("a difficulty that cannot be written down is refused", () => {
  const base = { steps: 2, distractors: 1, operandMax: 3 };
  expect(() => chainOf({ ...base, steps: 6 })).toThrow("1 to 5 steps");
  expect(() => chainOf({ ...base, steps: 5, distractors: 3 })).toThrow("8 definitions");
  expect(() => chainOf({ ...base, operandMax: 10 })).toThrow("one digit");
});
