import fc from "fast-check";
import { expect, test } from "vitest";
import { absorbingChain } from "#num/absorbing-chain.ts";
import { markovCandidates } from "./candidates.ts";
import { type CountOptions, countPaths, knownStates, usersAt } from "./counts.ts";
import { beatsStaying, boundsApart, successRate } from "./gate.ts";
import { PathBuilder, type Paths } from "./paths.ts";
import { polarityConflict } from "./polarity.ts";

type Path = readonly [user: number, day: number, success: boolean, ...states: number[]];

function pathsOf(all: readonly Path[], states = 10, users = 10): Paths {
  const builder = new PathBuilder();
  for (const [user, day, success, ...said] of all) {
    for (const state of said) builder.step(state, state);
    builder.end(success, user, day);
  }
  return builder.take(states, users).paths;
}

const once: CountOptions = { decay: 1, perUserMax: 3, edgeUsersMin: 1 };
const row = ({ start, to, count }: ReturnType<typeof countPaths>, from: number) =>
  Object.fromEntries(
    Array.from({ length: (start[from + 1] ?? 0) - (start[from] ?? 0) }, (_, k) => {
      const e = (start[from] ?? 0) + k;
      return [to[e], count[e]];
    }),
  );

test("counts by hand: moves, ends, visits", () => {
  const counts = countPaths(
    pathsOf([
      [0, 0, true, 1, 2, 3],
      [1, 0, false, 1, 2],
      [2, 0, true, 1],
    ]),
    once,
  );
  expect(row(counts, 1)).toEqual({ 2: 2 });
  expect(row(counts, 2)).toEqual({ 3: 1 });
  expect(Array.from(counts.success.subarray(0, 4))).toEqual([0, 1, 0, 1]);
  expect(Array.from(counts.failure.subarray(0, 4))).toEqual([0, 0, 1, 0]);
  expect(Array.from(counts.visits.subarray(0, 4))).toEqual([0, 3, 2, 1]);
});

test("one user counts three times at most, the latest ones", () => {
  const paths = pathsOf([0, 1, 2, 3, 4].map((day): Path => [0, day, true, 1]));
  expect(countPaths(paths, { ...once, decay: 0.5 }).success[1]).toBe(1 + 0.5 + 0.25);
});

test("too few users, or what must not be linked: a failure of what they left", () => {
  const paths = pathsOf([
    [0, 0, true, 1, 2],
    [0, 0, true, 1, 2],
    [1, 0, true, 3, 2],
    [2, 0, true, 3, 2],
  ]);
  const counts = countPaths(paths, { ...once, edgeUsersMin: 2 });
  expect(row(counts, 1)).toEqual({});
  expect(counts.failure[1]).toBe(2);
  expect(row(counts, 3)).toEqual({ 2: 2 });
  expect(counts.dropped).toBe(1);
  const apart = countPaths(paths, { ...once, cannotLink: (from, to) => from === 3 && to === 2 });
  expect([row(apart, 3), apart.failure[3]]).toEqual([{}, 2]);
});

test("users of a state are counted once each", () => {
  const paths = pathsOf([
    [0, 0, true, 1, 2, 1],
    [0, 0, true, 1],
    [4, 0, true, 1],
  ]);
  expect(Array.from(usersAt(paths, Uint8Array.of(0, 1, 0, 0, 0, 0, 0, 0, 0, 0)))).toEqual([
    0, 2, 0, 0, 0, 0, 0, 0, 0, 0,
  ]);
  const counts = countPaths(paths, once);
  const { known } = knownStates(paths, counts, { minSupport: 1, usersMin: 2 });
  expect(Array.from(known.subarray(0, 3))).toEqual([0, 1, 0]);
});

test("no paths at all", () => {
  const counts = countPaths(pathsOf([]), once);
  expect(counts.visits.every((visits) => visits === 0)).toBe(true);
  expect(markovCandidates(counts, [0, 1], new Uint8Array(10).fill(1))).toEqual([]);
});

const somePaths = fc
  .array(
    fc.tuple(
      fc.nat(5),
      fc.boolean(),
      fc
        .array(fc.nat(7), { minLength: 1, maxLength: 5 })
        .map((states) => states.filter((state, at) => at === 0 || state !== states[at - 1])),
    ),
    { maxLength: 60 },
  )
  .map((all) =>
    pathsOf(
      all.map(([user, success, states]): Path => [user, 0, success, ...states]),
      8,
    ),
  );

test("rows of the chain sum to one, whatever the paths", () => {
  fc.assert(
    fc.property(somePaths, (paths) => {
      const counts = countPaths(paths, { ...once, perUserMax: 255 });
      const total = counts.visits.reduce((sum, visits) => sum + visits, 0);
      expect(total).toBe(paths.state.length);
      const { start, probability, success, failure } = absorbingChain(counts);
      for (let i = 0; i < counts.states; i++) {
        let sum = (success[i] as number) + (failure[i] as number);
        for (let e = start[i] as number; e < (start[i + 1] as number); e++)
          sum += probability[e] as number;
        expect(sum).toBeCloseTo(1, 9);
      }
    }),
    { seed: 11, numRuns: 100 },
  );
});

test("neither rule ever goes round: not by the textbook rule in twos, not by the gate at all", () => {
  fc.assert(
    fc.property(somePaths, (paths) => {
      const counts = countPaths(paths, { ...once, perUserMax: 255 });
      const all = new Uint8Array(8).fill(1);
      const candidates = markovCandidates(counts, all.keys(), all, { residualMax: 1e-12 });
      const rate = (i: number) =>
        successRate(counts.success[i] as number, counts.visits[i] as number, 1.28);
      const textbook = new Map(
        candidates.filter((one) => one.score > one.own + 1e-9).map(({ from, to }) => [from, to]),
      );
      for (const [from, to] of textbook) expect(textbook.get(to)).not.toBe(from);
      const gated = new Map(
        candidates
          .filter(({ from, to }) => boundsApart(rate(from), rate(to)))
          .map(({ from, to }) => [from, to]),
      );
      for (const from of gated.keys()) {
        let at: number | undefined = from;
        for (let steps = 0; at !== undefined; steps++) {
          expect(steps).toBeLessThanOrEqual(8);
          at = gated.get(at);
        }
      }
    }),
    { seed: 12, numRuns: 200 },
  );
});

test("the candidate by hand: the target that success most often goes through", () => {
  // From 0: half go to 1, where half end well and half go on to 2, which always works.
  const counts = countPaths(
    pathsOf([
      [0, 0, true, 0, 1],
      [1, 0, true, 0, 1, 2],
      [2, 0, false, 0],
      [3, 0, true, 0],
    ]),
    once,
  );
  const all = new Uint8Array(10).fill(1);
  const [one] = markovCandidates(counts, [0], all);
  expect(one).toEqual({ from: 0, to: 1, score: 0.25, share: 1 / 3, own: 0.25 });
  expect(beatsStaying(one ?? { from: 0, to: 0, score: 0, share: 0, own: 0 })).toBe(false);
  all[1] = 0;
  expect(markovCandidates(counts, [0], all)).toMatchObject([{ to: 2, score: 0.25 }]);
  expect(markovCandidates(counts, [0], all, { depthMax: 1 })).toEqual([]);
  expect(markovCandidates(counts, [2], all)).toEqual([]);
});

test("the gate wants bounds apart", () => {
  expect(boundsApart(successRate(1, 20, 1.28), successRate(18, 20, 1.28))).toBe(true);
  expect(boundsApart(successRate(9, 20, 1.28), successRate(11, 20, 1.28))).toBe(false);
  expect(boundsApart(successRate(0, 0, 1.28), successRate(18, 20, 1.28))).toBe(false);
});

test.each([
  ["turn light on", "turn light off", true],
  ["turn on light", "switch on light", false],
  ["play jaz", "play jazz", false],
  ["turn it up", "turn it down", true],
  ["do not call mum", "call mum", true],
  ["do not call mum", "dont call mum", false],
  ["turn the light on and off", "turn the light off", false],
  ["call <number>", "dial <number>", false],
  ["call <number>", "call", true],
  ["mail <email>", "mail <number>", true],
  ["open the door", "close the door", true],
])("%s → %s: refused %s", (from, to, refused) => {
  expect(polarityConflict(from, to) !== undefined).toBe(refused);
  expect(polarityConflict(to, from) !== undefined).toBe(refused);
});
