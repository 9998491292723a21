import { expect, test } from "vitest";
import { manualClock } from "#core/clock.ts";
import { Problem } from "#core/errors.ts";
import { rngOf } from "#core/rng.ts";
import { BestOfOutput, bestOf } from "./best-of.ts";

const ctx = () => ({
  rng: rngOf(1),
  clock: manualClock(),
  signal: new AbortController().signal,
  progress: () => undefined,
});
const run = (input: object) => bestOf.run(bestOf.input.parse(input), ctx());

const PROMPTS = 20;
const EACH = 32;

/**
 * Two rewards that see the true worth through errors of their own, and a flaw they share: above
 * `flawFrom` in true worth units of an irrelevant quality both are fooled by it.
 */
function candidates({ marked = PROMPTS, own = 0.7, flaw = 0 } = {}) {
  const rng = rngOf("candidates");
  return Array.from({ length: PROMPTS * EACH }, (_, i) => {
    const prompt = Math.floor(i / EACH);
    const [worth, trick] = [rng.normal(), rng.normal()];
    const fooled = flaw * Math.max(0, trick - 1.2);
    const gold = worth - 2 * fooled;
    return {
      id: `c${i}`,
      promptId: `p${prompt}`,
      rewards: {
        one: worth + fooled + own * rng.normal(),
        two: worth + fooled + own * rng.normal(),
        three: worth + fooled + own * rng.normal(),
      },
      ...(prompt < marked && { gold }),
    };
  });
}

test("with marks the peak is recommended, and a shared flaw shows only there", async () => {
  const flawed = await run({ candidates: candidates({ flaw: 4 }) });
  expect(BestOfOutput.safeParse(flawed).error).toBeUndefined();
  expect(flawed.recommended.by).toBe("gold");
  expect(flawed.recommended.n).toBeLessThan(EACH);
  const [first, last] = [flawed.curve[0], flawed.curve.at(-1)];
  expect(last?.gold?.value).toBeLessThan(first?.gold?.value ?? 0);
  // The members share the flaw: what they say of each other's choice goes on rising.
  expect(last?.unseen?.value).toBeGreaterThan(first?.unseen?.value ?? 0);
  const sound = await run({ candidates: candidates() });
  expect(sound.recommended.n).toBe(EACH);
});

test("without marks, members that know nothing in common recommend no choosing at all", async () => {
  const rng = rngOf("noise");
  const noise = candidates({ marked: 0 }).map((row) => ({
    ...row,
    rewards: { one: rng.normal(), two: rng.normal(), three: rng.normal() },
  }));
  const { recommended, curve } = await run({ candidates: noise });
  expect(recommended).toMatchObject({ by: "members", n: 1 });
  // While the score they were chosen by rises by itself.
  expect((curve.at(-1)?.score ?? 0) - (curve[0]?.score ?? 0)).toBeGreaterThan(1);
  const sound = await run({ candidates: candidates({ marked: 0 }) });
  expect(sound.recommended.n).toBeGreaterThanOrEqual(8);
});

test("the divergence and the score are those of best-of-n", async () => {
  const rows = [1, 2, 3].map((reward, i) => ({
    id: `${i}`,
    promptId: "p",
    rewards: { a: reward },
  }));
  const { curve, recommended } = await run({ candidates: rows, aggregate: "mean", ns: [1, 3] });
  expect(curve[0]).toMatchObject({ n: 1, kl: 0, unseen: null, gold: null });
  expect(curve[0]?.score).toBeCloseTo(0, 12);
  expect(curve[1]?.score).toBeCloseTo(Math.sqrt(3 / 2), 12);
  expect(recommended).toMatchObject({ n: null, by: "none" });
});

test("an n above the fewest candidates is refused with the prompt", async () => {
  const rows = candidates().slice(0, -EACH + 5);
  await expect(run({ candidates: rows, ns: [8] })).rejects.toThrow(Problem);
  await expect(run({ candidates: rows, ns: [8] })).rejects.toMatchObject({
    detail: { got: expect.stringContaining('"p19" of 5 candidates'), at: { field: "ns" } },
  });
  expect((await run({ candidates: rows })).curve.at(-1)?.n).toBe(4);
});

test("marks on part of a prompt are told and not used; few prompts give no recommendation", async () => {
  const part = candidates({ marked: 10 }).map((row, i) => (i === 0 ? { ...row, gold: null } : row));
  const { report, warnings } = await run({ candidates: part });
  expect(report.marked).toBe(9);
  expect(warnings.join()).toContain("marked in part");
  const few = await run({ candidates: candidates({ marked: 0 }).slice(0, 3 * EACH) });
  expect(few.recommended).toMatchObject({ by: "none", n: null });
  expect(few.recommended.reason).toContain("at least 8");
});

test("equal scores are counted as ties", async () => {
  const rows = candidates().map((row, i) => ({ ...row, rewards: { a: i % 4 } }));
  expect((await run({ candidates: rows })).report.tied).toBe(1);
});
