import { expect, test } from "vitest";
import { rngOf } from "#core/rng.ts";
import { policyOf } from "#propose/tiny-lm.ts";
import { type DpoReport, dpo } from "./dpo.ts";
import { replyLogProbs } from "./reference.ts";
import { freshPolicy, PROMPT } from "./threes.fixture.ts";

const pairs = [
  { prompt: PROMPT, chosen: [3, 5], rejected: [2, 5] },
  { prompt: PROMPT, chosen: [3, 3, 5], rejected: [4] },
  { prompt: [2], chosen: [1, 5], rejected: [5] },
];
const options = { steps: 40, batch: 3, learningRate: 0.01, beta: 0.1, rng: rngOf(2) };

const logProb = (model: typeof freshPolicy, reply: number[]) =>
  replyLogProbs(model, [{ prompt: PROMPT, reply }])[0] ?? Number.NaN;

test("at the start the loss is log 2, and it falls as the pairs are learned", async () => {
  const reports: DpoReport[] = [];
  const model = await dpo(freshPolicy, pairs, {
    ...options,
    onStep: (report) => void reports.push(report),
  });
  expect(reports[0]?.loss).toBeCloseTo(Math.log(2), 4);
  expect(reports[0]?.margin).toBeCloseTo(0, 4);
  expect(reports.at(-1)?.loss).toBeLessThan(0.8 * Math.log(2));
  expect(reports.at(-1)?.accuracy).toBe(1);
  const gained = (reply: number[]) => logProb(model, reply) - logProb(freshPolicy, reply);
  expect(gained([3, 5])).toBeGreaterThan(gained([2, 5]) + 1);
});

test("a larger β stays nearer to the start, and smoothing keeps margins small", async () => {
  const apart = async (change: Partial<typeof options> & { labelSmoothing?: number }) => {
    const model = await dpo(freshPolicy, pairs, { ...options, ...change });
    const gained = (reply: number[]) => logProb(model, reply) - logProb(freshPolicy, reply);
    return gained([3, 5]) - gained([2, 5]);
  };
  expect(await apart({ beta: 10 })).toBeLessThan(await apart({ beta: 0.1 }));
  expect(await apart({ beta: 1, labelSmoothing: 0.4 })).toBeLessThan(await apart({ beta: 1 }));
});

test("with its likelihood beside, the chosen reply becomes likelier itself", async () => {
  const model = await dpo(freshPolicy, pairs, { ...options, nllWeight: 1 });
  expect(logProb(model, [3, 5])).toBeGreaterThan(logProb(freshPolicy, [3, 5]) + 1);
  expect(policyOf(model).featureCount).toBe(policyOf(freshPolicy).featureCount);
});

test("no pairs and a β of 0 are refused", async () => {
  await expect(dpo(freshPolicy, [], options)).rejects.toThrow("at least one");
  await expect(dpo(freshPolicy, pairs, { ...options, beta: 0 })).rejects.toThrow("β");
});
