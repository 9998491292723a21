import { afterEach, describe, expect, test } from "vitest";
import { manualClock } from "#core/clock.ts";
import { Problem } from "#core/errors.ts";
import { rngOf } from "#core/rng.ts";
import { type Behaviour, llmStub } from "#propose/llm-stub-server.ts";
import { poolAgreement } from "./agreement.ts";
import { examplePairs } from "./example.ts";
import { leaderboard } from "./leaderboard.ts";
import { moreLabels } from "./more-labels.ts";
import type { FarmRow } from "./rows.ts";
import { simulateAnnotators } from "./simulate.ts";

const ctx = () => ({
  rng: rngOf(1),
  clock: manualClock(),
  signal: new AbortController().signal,
  progress: () => undefined,
});
const simulate = (input: object) =>
  simulateAnnotators.run(simulateAnnotators.input.parse(input), ctx());
const board = (input: object) => leaderboard.run(leaderboard.input.parse(input), ctx());
const buy = (input: object) => moreLabels.run(moreLabels.input.parse(input), ctx());
const problemOf = async (run: Promise<unknown>) => {
  const error: unknown = await run.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(Problem);
  return error as Problem;
};

const pair = (i: number, more: Partial<FarmRow> = {}): FarmRow => ({
  instruction: `task ${i}`,
  output_1: `short ${i}`,
  output_2: `a longer answer ${i}`,
  ...more,
});
const noise = { temperature: 0.3, flipRate: 0.1, positionBias: 0, lengthBias: 0 };
const scored = (i: number, more: Partial<FarmRow> = {}) =>
  pair(i, { worth_1: 0, worth_2: (i % 9) - 4, ...more });

describe("simulated annotators that judge by scores", () => {
  test("a pool without noise prefers what is worth more, in whatever order it is shown", async () => {
    const pairs = Array.from({ length: 40 }, (_, i) => pair(i, { worth_1: i % 2, worth_2: 0.5 }));
    const cold = { temperature: 1e-4, flipRate: 0, positionBias: 0, lengthBias: 0 };
    const { rows, report } = await simulate({ pairs, noise: cold, flipRate: 0 });
    expect(rows.map(({ preference }) => preference)).toEqual(
      pairs.map((_, i) => (i % 2 === 1 ? 1 : 2)),
    );
    expect(report).toMatchObject({ pairs: 40, judged: 40, share: 1, stopped: null });
    expect(new Set(rows.map(({ annotator }) => annotator)).size).toBeGreaterThan(5);
  });

  test("labels for training are turned around in a quarter", async () => {
    const pairs = Array.from({ length: 2000 }, (_, i) => pair(i, { worth_1: 9, worth_2: 0 }));
    const { rows } = await simulate({ pairs, noise: { ...noise, flipRate: 0 } });
    const turned = rows.filter(({ preference }) => preference === 2).length / rows.length;
    expect(Math.abs(turned - 0.25)).toBeLessThan(6 * Math.sqrt(0.1875 / 2000));
  });

  test("the pool takes after the people whose labels are there", async () => {
    const slipped = (i: number) => i % 5 === 0;
    const pairs = Array.from({ length: 400 }, (_, i) => {
      const better = (i % 9) - 4 > 0 !== slipped(i) ? 2 : 1;
      return scored(i, { preference: better, annotator: "ada" });
    });
    const { rows, report } = await simulate({ pairs, flipRate: 0 });
    const pool = rows.filter(({ annotator }) => annotator?.startsWith("pool-"));
    expect(pool).toHaveLength(400);
    const wrong = pool.filter(({ worth_2 = 0, preference }) => {
      return worth_2 !== 0 && (preference === 2) !== worth_2 > 0;
    }).length;
    expect(wrong / 355).toBeGreaterThan(0.1);
    expect(wrong / 355).toBeLessThan(0.32);
    expect(report.agreement).toBeNull(); // one person cannot be held against others
  });

  test("what comes out goes in again, and nothing is asked twice", async () => {
    const pairs = Array.from({ length: 30 }, (_, i) => scored(i));
    const first = await simulate({ pairs, noise });
    const again = await simulate({ pairs: first.rows, noise, seed: 9 });
    expect(again.rows).toEqual(first.rows);
    expect(again.report).toMatchObject({ judged: 0, kept: 30, share: 1 });
  });

  test("equal outputs are a tie without asking, 0 and 1 are read with a note", async () => {
    const same = scored(1, { output_2: "short 1" });
    const { rows, report } = await simulate({ pairs: [same, scored(2)], noise });
    expect(rows[0]).toMatchObject({ preference: 1.5 });
    expect(report.ties).toBe(1);
    const zeroOne = [scored(3, { preference: 0 }), scored(4, { preference: 1 })];
    const read = await simulate({ pairs: zeroOne, noise });
    expect(read.warnings.join()).toContain("0 for the first output");
    expect(read.rows.filter(({ annotator }) => annotator === undefined)).toMatchObject([
      { preference: 1 },
      { preference: 2 },
    ]);
  });

  test("bad input says where", async () => {
    const mixed = [scored(1, { preference: 0 }), scored(2, { preference: 2 })];
    expect((await problemOf(simulate({ pairs: mixed, noise }))).detail).toMatchObject({
      at: { row: 1, field: "preference" },
      got: "2",
    });
    expect((await problemOf(simulate({ pairs: [pair(1)], noise }))).detail.at).toMatchObject({
      row: 0,
      field: "worth_1",
    });
    expect((await problemOf(simulate({ pairs: [scored(1)] }))).detail.got).toBe("0");
    const split = [scored(1, { split: "train" }), scored(1, { split: "test", output_1: "x" })];
    expect((await problemOf(simulate({ pairs: split, noise }))).detail).toMatchObject({
      at: { row: 1, field: "split" },
      got: "test",
    });
  });
});

describe("a language model as the pool", () => {
  const before = { ...process.env };
  const closing: (() => Promise<void>)[] = [];
  afterEach(async () => {
    process.env = { ...before };
    await Promise.all(closing.splice(0).map((close) => close()));
  });
  const served = async (behave: (asked: { messages: { content: string }[] }) => Behaviour) => {
    const stub = await llmStub(behave);
    closing.push(stub.close);
    process.env.EMEND_LLM_BASE_URL = stub.url;
    process.env.EMEND_LLM_MODEL = "judge";
    return stub;
  };
  const one = [{ name: "one", criteria: "Choose the better.", batch: 1 }];
  const pairs = Array.from({ length: 6 }, (_, i) => pair(i));
  /** Prefers the longer of what stands between the fences, wherever it stands. */
  const longer = ({ messages }: { messages: { content: string }[] }) => {
    const text = messages.at(-1)?.content ?? "";
    const outputs = [...text.matchAll(/<([AB])-\w+>\n([\s\S]*?)\n<\/\1/g)].map(
      ([, , o]) => o ?? "",
    );
    const better: string[] = [];
    for (let i = 0; i < outputs.length; i += 2)
      better.push((outputs[i]?.length ?? 0) > (outputs[i + 1]?.length ?? 0) ? "a" : "b");
    return better;
  };

  test("is asked in random order, several pairs at once where the variant says so", async () => {
    const stub = await served((asked) => ({ content: JSON.stringify({ better: longer(asked) }) }));
    const pool = [{ name: "four", criteria: "Choose the better.", batch: 4, temperature: 0.7 }];
    const { rows, warnings } = await simulate({ pairs, judge: "model", pool, flipRate: 0 });
    expect(rows.map(({ preference }) => preference)).toEqual([2, 2, 2, 2, 2, 2]);
    expect(stub.asked).toHaveLength(2);
    expect(stub.asked[0]?.temperature).toBe(0.7);
    expect(warnings.join()).toContain("pool of one");
    const firsts = new Set(stub.asked.flatMap((asked) => longer(asked)));
    expect(firsts).toEqual(new Set(["a", "b"]));
  });

  test("prose that names one output counts; neither and both are dropped after a second try", async () => {
    let calls = 0;
    await served((asked) => {
      calls++;
      const name = longer(asked)[0];
      return calls <= 2
        ? { content: "Output (a) is fine, and Output (b) as well." }
        : { content: `I prefer Output (${name}).` };
    });
    const { rows, report } = await simulate({
      ...{ pairs: pairs.slice(0, 2), judge: "model", pool: one, flipRate: 0 },
    });
    expect(report).toMatchObject({ judged: 1, dropped: 1, stopped: null });
    expect(rows.filter(({ preference }) => preference === 2)).toHaveLength(1);
  });

  test("a failure halfway keeps what was said, and the rest can be asked for later", async () => {
    let calls = 0;
    await served((asked) =>
      ++calls > 3
        ? { status: 400, body: JSON.stringify({ error: { message: "no more" } }) }
        : { content: JSON.stringify({ better: longer(asked) }) },
    );
    const first = await simulate({ pairs, judge: "model", pool: one, flipRate: 0 });
    expect(first.report).toMatchObject({ judged: 3, share: 0.5 });
    expect(first.report.stopped).toContain("400");
    await served((asked) => ({ content: JSON.stringify({ better: longer(asked) }) }));
    const rest = await simulate({ pairs: first.rows, judge: "model", pool: one, flipRate: 0 });
    expect(rest.report).toMatchObject({ kept: 3, judged: 3, share: 1, stopped: null });
  });

  test("stops cleanly at the cap, and cuts what is too long", async () => {
    const stub = await served((asked) => ({
      content: JSON.stringify({ better: longer(asked) }),
    }));
    const long = pair(9, { output_2: "x".repeat(9_000) });
    const { report } = await simulate({ pairs: [long], judge: "model", pool: one, flipRate: 0 });
    expect(report.cut).toBe(1);
    expect(JSON.stringify(stub.asked).length).toBeLessThan(9_500);
    const capped = await simulate({
      ...{ pairs, judge: "model", pool: one, tokensMax: 1, pricePerMillionTokens: 2 },
    });
    if (capped.report.tokens > 0) {
      expect(capped.report.stopped).toContain("cap of 1 tokens");
      expect(capped.report.cost).toBeCloseTo((2 * capped.report.tokens) / 1e6, 12);
    }
    expect(capped.report.judged).toBeGreaterThan(0);
  });
});

test("a pool that is as people are is validated, one that tosses coins is not", () => {
  const rng = rngOf(3);
  const people = (right: boolean) => [0, 1, 2, 3].map(() => rng.bernoulli(0.75) === right);
  const of = (poolRight: number) =>
    Array.from({ length: 4000 }, () => {
      const right = rng.bernoulli(0.5);
      return { people: people(right), pool: rng.bernoulli(poolRight) === right };
    });
  expect(poolAgreement(of(0.75), rngOf(4))).toMatchObject({ pairs: 4000, validated: true });
  expect(poolAgreement(of(0.5), rngOf(4))?.validated).toBe(false);
  expect(poolAgreement(of(0.75).slice(0, 40), rngOf(4))?.validated).toBe(false); // too few to say
  expect(poolAgreement([{ people: [true, false], pool: true }], rngOf(4))).toBeNull();
});

describe("leaderboard", () => {
  test("by hand: wins, draws and losses on either side, over instructions", async () => {
    const named = { generator_1: "base", generator_2: "new" };
    const { rows, excluded } = await board({
      reference: "base",
      pairs: [
        pair(1, { ...named, preference: 2 }),
        pair(2, { ...named, preference: 1.5 }),
        pair(3, { ...named, preference: 1 }),
        pair(4, { generator_1: "new", generator_2: "base", preference: 1 }),
        pair(5, { generator_1: "new", generator_2: "other", preference: 1 }),
        pair(6, named),
      ],
    });
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({
      ...{ generator: "new", win_rate: 62.5, n_wins: 2, n_wins_base: 1, n_draws: 1, n_total: 4 },
      length: (3 * "a longer answer 1".length + "short 4".length) / 4,
    });
    // Over 4 instructions: squared deviations .375², .125², .625², .375².
    const squares = 2 * 0.375 ** 2 + 0.125 ** 2 + 0.625 ** 2;
    expect(rows[0]?.standard_error).toBeCloseTo(100 * Math.sqrt(squares / 4 / 3), 9);
    expect(excluded).toEqual({ withoutReference: 1, unjudged: 1 });
  });

  test("refuses what cannot be ranked", async () => {
    const named = { generator_1: "a", generator_2: "b", preference: 1 as const };
    expect(
      (await problemOf(board({ reference: "base", pairs: [pair(1, named)] }))).detail.at,
    ).toEqual({ field: "reference" });
    expect(
      (await problemOf(board({ reference: "base", pairs: [pair(1, { preference: 1 })] }))).detail,
    ).toMatchObject({ at: { row: 0, field: "generator_2" } });
  });

  test("of the example: the best of more is not worse", async () => {
    const { rows } = await board({ reference: "base", pairs: [...examplePairs] });
    expect(rows.map(({ generator }) => generator).sort()).toEqual(["best-of-16", "best-of-4"]);
    for (const { win_rate, interval } of rows) {
      expect(win_rate).toBeGreaterThan(50);
      expect(interval.low).toBeLessThan(win_rate);
    }
  });
});

test("more labels: the curve is measured on pairs that were kept apart, and goes on", async () => {
  const { rows, forecast, heldOut } = await buy({ pairs: [...examplePairs], more: [100, 1000] });
  expect(rows.length).toBeGreaterThanOrEqual(4);
  for (const { accuracy, interval } of rows) {
    expect(accuracy).toBeGreaterThan(0.3);
    expect(interval.low).toBeLessThanOrEqual(accuracy);
  }
  expect(heldOut).toBeGreaterThan(20);
  expect(forecast).toHaveLength(2);
  expect((await problemOf(buy({ pairs: examplePairs.slice(0, 5) }))).detail.expected).toContain(
    "at least 10",
  );
});
