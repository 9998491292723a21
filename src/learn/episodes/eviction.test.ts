import fc from "fast-check";
import { expect, test } from "vitest";
import { Problem } from "#core/errors.ts";
import { rngOf } from "#core/rng.ts";
import { EVICTIONS, type Eviction, evict } from "./eviction.ts";

const one = (id: string, round: number, humanShare: number) => ({ id, round, humanShare });
/** Two demonstrations, then two rounds of two. */
const memory = [
  one("demo-1", 0, 1),
  one("demo-2", 0, 1),
  one("r1-much", 1, 0.6),
  one("r1-none", 1, 0),
  one("r2-some", 2, 0.2),
  one("r2-none", 2, 0),
];
const order = (strategy: Eviction) =>
  evict(memory, { capacity: 1, strategy, rng: rngOf(1) }).evicted;

test("the least intervened go first under lfi, the most under mfi", () => {
  expect(order("lfi")).toEqual(["r1-none", "r2-none", "r2-some", "r1-much", "demo-1"]);
  expect(order("mfi")).toEqual(["demo-1", "demo-2", "r1-much", "r2-some", "r1-none"]);
});

test("the oldest go first under fifo, the newest under filo", () => {
  expect(order("fifo")).toEqual(["demo-1", "demo-2", "r1-much", "r1-none", "r2-some"]);
  expect(order("filo")).toEqual(["r2-none", "r2-some", "r1-none", "r1-much", "demo-2"]);
});

test("what is kept stays in the order recorded, and nothing goes while there is room", () => {
  const { kept } = evict(memory, { capacity: 3, strategy: "lfi", rng: rngOf(1) });
  expect(kept).toEqual(["demo-1", "demo-2", "r1-much"]);
  for (const strategy of EVICTIONS) {
    const plan = evict(memory, { capacity: 6, strategy, rng: rngOf(1) });
    expect(plan).toEqual({ kept: memory.map(({ id }) => id), evicted: [] });
  }
  expect(evict([], { capacity: 1, strategy: "lfi", rng: rngOf(1) }).evicted).toEqual([]);
});

test("uniform eviction keeps every episode equally often, and the same for the same seed", () => {
  const keeps = new Map(memory.map(({ id }) => [id, 0]));
  const trials = 3000;
  for (let seed = 0; seed < trials; seed++)
    for (const id of evict(memory, { capacity: 2, strategy: "uniform", rng: rngOf(seed) }).kept)
      keeps.set(id, (keeps.get(id) ?? 0) + 1);
  // Six standard deviations of a binomial of rate 1/3.
  for (const kept of keeps.values())
    expect(Math.abs(kept - trials / 3)).toBeLessThan(6 * Math.sqrt((trials * 2) / 9));
  expect(order("uniform")).toEqual(order("uniform"));
});

test("a capacity below one episode and repeated ids are refused", () => {
  const problem = (episodes: typeof memory, capacity: number) => {
    try {
      evict(episodes, { capacity, strategy: "lfi", rng: rngOf(1) });
    } catch (error) {
      if (error instanceof Problem) return error;
    }
    throw new Error("no problem was thrown");
  };
  expect(problem(memory, 0).detail.expected).toContain("1 or more");
  expect(problem(memory, 0.3).detail.got).toBe("0.3");
  expect(problem([one("a", 0, 1), one("a", 1, 0)], 1).detail.got).toBe("a");
});

test("any plan parts the episodes in two and fills the memory as far as it can", () => {
  const episodes = fc.uniqueArray(fc.tuple(fc.nat(99), fc.nat(4), fc.nat(10)), {
    selector: ([id]) => id,
  });
  fc.assert(
    fc.property(
      episodes,
      fc.integer({ min: 1, max: 20 }),
      fc.constantFrom(...EVICTIONS),
      (drawn, capacity, strategy) => {
        const given = drawn.map(([id, round, share]) => one(String(id), round, share / 10));
        const { kept, evicted } = evict(given, { capacity, strategy, rng: rngOf(1) });
        expect(kept).toHaveLength(Math.min(capacity, given.length));
        expect([...kept, ...evicted].sort()).toEqual(given.map(({ id }) => id).sort());
      },
    ),
    { seed: 1 },
  );
});
