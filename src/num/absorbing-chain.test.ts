import fc from "fast-check";
import { expect, test } from "vitest";
import { unwrap } from "#core/result.ts";
import reference from "./absorbing-chain.reference.json" with { type: "json" };
import {
  type AbsorbingChain,
  absorbingChain,
  endsWell,
  type MoveCounts,
  visitsFrom,
} from "./absorbing-chain.ts";
import type { Dense64 } from "./dense.ts";
import { cholesky, choleskySolve, matmul, timesVector, transpose } from "./linalg.ts";

type Move = readonly [from: number, to: number, count: number];

function counted(
  states: number,
  moves: readonly Move[],
  success: number[],
  failure: number[],
): MoveCounts {
  const sorted = [...moves].sort(([a, b], [c, d]) => a - c || b - d);
  const start = new Uint32Array(states + 1);
  for (const [from] of sorted)
    for (let i = from + 1; i <= states; i++) start[i] = (start[i] ?? 0) + 1;
  return {
    states,
    start,
    to: Uint32Array.from(sorted, ([, to]) => to),
    count: Float64Array.from(sorted, ([, , count]) => count),
    success: Float64Array.from(success),
    failure: Float64Array.from(failure),
  };
}

function row(chain: AbsorbingChain, source: number, options = {}): Float64Array {
  const dense = new Float64Array(chain.states);
  const { states, visits } = visitsFrom(chain)(source, options);
  states.forEach((state, at) => {
    dense[state] = visits[at] as number;
  });
  return dense;
}

/** The oracle: x (I - Q) = e solved densely by the normal equations. */
function denseRow(chain: AbsorbingChain, source: number): Float64Array {
  const n = chain.states;
  const values = new Float64Array(n * n); // (I - Q)ᵀ
  for (let i = 0; i < n; i++) {
    values[i * n + i] = 1;
    for (let e = chain.start[i] as number; e < (chain.start[i + 1] as number); e++)
      values[(chain.to[e] as number) * n + i] = -(chain.probability[e] as number);
  }
  const a: Dense64 = { rows: n, cols: n, values };
  const e = new Float64Array(n);
  e[source] = 1;
  const factor = unwrap(cholesky(matmul(transpose(a), a)));
  return choleskySolve(factor, timesVector(transpose(a), e));
}

const EXACT = { residualMax: 1e-14 };

test("a walk by hand: i → j half the time, j back to i a quarter", () => {
  const chain = absorbingChain(
    counted(
      2,
      [
        [0, 1, 2],
        [1, 0, 1],
      ],
      [1, 3],
      [1, 0],
    ),
  );
  // N = 1 / (1 - 1/2 · 1/4) [[1, 1/2], [1/4, 1]]
  expect(row(chain, 0, EXACT)[0]).toBeCloseTo(8 / 7, 12);
  expect(row(chain, 0, EXACT)[1]).toBeCloseTo(4 / 7, 12);
  expect(row(chain, 1, EXACT)[0]).toBeCloseTo(2 / 7, 12);
});

test.each(reference.cases)(
  "rows of N and absorption as SciPy's splu has them: $states states",
  (known) => {
    const { states, moves, success, failure, visits, absorbed } = known;
    const chain = absorbingChain(counted(states, moves as unknown as Move[], success, failure));
    expect(chain.sealed).toBe(0);
    for (let source = 0; source < states; source++) {
      const found = row(chain, source, EXACT);
      const ends = found.reduce((sum, n, j) => sum + n * (chain.success[j] as number), 0);
      expect(ends).toBeCloseTo(absorbed[source] as number, 9);
      for (let j = 0; j < states; j++)
        expect(found[j]).toBeCloseTo(visits[source]?.[j] as number, 9);
    }
  },
);

const anyChain = fc
  .integer({ min: 1, max: 30 })
  .chain((states) => {
    const state = fc.nat(states - 1);
    const count = fc.integer({ min: 1, max: 9 });
    return fc.record({
      states: fc.constant(states),
      moves: fc.uniqueArray(fc.tuple(state, state, count), {
        selector: ([a, b]) => `${a},${b}`,
        maxLength: 4 * states,
      }),
      success: fc.array(fc.nat(9), { minLength: states, maxLength: states }),
      failure: fc.array(fc.nat(3), { minLength: states, maxLength: states }),
    });
  })
  .map(({ states, moves, success, failure }) =>
    counted(
      states,
      moves.filter(([a, b]) => a !== b),
      success,
      failure,
    ),
  );

test("the push keeps to its bounds, and agrees with a dense solve", () => {
  fc.assert(
    fc.property(anyChain, fc.constantFrom(1e-2, 1e-4, 1e-8), (counts, residualMax) => {
      const chain = absorbingChain(counts);
      const push = visitsFrom(chain);
      for (let source = 0; source < chain.states; source++) {
        const exact = denseRow(chain, source);
        const { states, visits, residual, visitErrorMax } = push(source, { residualMax });
        const found = new Float64Array(chain.states);
        states.forEach((state, at) => {
          found[state] = visits[at] as number;
        });
        let apart = 0;
        let missed = 0;
        for (let j = 0; j < chain.states; j++) {
          const short = (exact[j] as number) - (found[j] as number);
          expect(short).toBeGreaterThan(-1e-9); // mass is only ever missing
          apart += Math.abs(short);
          missed += short * (chain.success[j] as number);
        }
        expect(apart).toBeLessThanOrEqual(visitErrorMax + 1e-9);
        expect(missed).toBeLessThanOrEqual(residual + 1e-9);
      }
    }),
    { seed: 7, numRuns: 150 },
  );
});

test("a walk from i meets j before it can come back to it: N_ij <= N_jj", () => {
  fc.assert(
    fc.property(anyChain, (counts) => {
      const chain = absorbingChain(counts);
      const rows = Array.from({ length: chain.states }, (_, i) => row(chain, i, EXACT));
      for (const from of rows)
        from.forEach((visits, j) => {
          expect(visits).toBeLessThanOrEqual((rows[j]?.[j] as number) + 1e-9);
        });
    }),
    { seed: 8, numRuns: 60 },
  );
});

test("a depth is a number of moves, and what is beyond it is residual", () => {
  const line = absorbingChain(
    counted(
      4,
      [
        [0, 1, 1],
        [1, 2, 1],
        [2, 3, 1],
      ],
      [1, 1, 1, 1],
      [0, 0, 0, 0],
    ),
  );
  const push = visitsFrom(line);
  const at = (depthMax: number) => {
    const { states, visits, residual } = push(0, { depthMax });
    return { reached: Array.from(states, (_, k) => visits[k]).filter((v) => v !== 0), residual };
  };
  expect(at(0)).toEqual({ reached: [1], residual: 0.5 });
  expect(at(1)).toEqual({ reached: [1, 0.5], residual: 0.25 });
  expect(at(2)).toEqual({ reached: [1, 0.5, 0.25], residual: 0.125 });
  expect(at(20)).toEqual({ reached: [1, 0.5, 0.25, 0.125], residual: 0 });
  // Depth k in a loop too: truncated Neumann series.
  const loop = absorbingChain(
    counted(
      2,
      [
        [0, 1, 1],
        [1, 0, 1],
      ],
      [1, 1],
      [0, 0],
    ),
  );
  expect(Array.from(row(loop, 0, { depthMax: 2 }))).toEqual([1.25, 0.5]);
});

test("what leaks nothing is sealed with a failure, and nothing else is touched", () => {
  // 0 → 1 ⇄ 2 never ends; 3 ends well; 4 was never counted.
  const chain = absorbingChain(
    counted(
      5,
      [
        [0, 1, 1],
        [1, 2, 4],
        [2, 1, 4],
      ],
      [0, 0, 0, 2, 0],
      [0, 0, 0, 0, 0],
    ),
  );
  expect(chain.sealed).toBe(4);
  expect(Array.from(chain.failure)).toEqual([0.5, 0.2, 0.2, 0, 1]);
  const { residual } = visitsFrom(chain)(0);
  expect(residual).toBeLessThan(1e-4);
  expect(row(chain, 3)[3]).toBe(1);
});

test("one source after another leaves nothing behind", () => {
  const { states, moves, success, failure } = reference
    .cases[3] as (typeof reference.cases)[number];
  const chain = absorbingChain(counted(states, moves as unknown as Move[], success, failure));
  const push = visitsFrom(chain);
  const once = Array.from(push(2).visits);
  push(5, { depthMax: 1 });
  push(0, { residualMax: 0.3 });
  expect(Array.from(push(2).visits)).toEqual(once);
  expect(() => push(states)).toThrow(/a source that is a state/);
});

test("a chain that hardly leaks is given up, and its residual says so", () => {
  const chain = absorbingChain(
    counted(
      2,
      [
        [0, 1, 1e9],
        [1, 0, 1e9],
      ],
      [1, 1],
      [0, 0],
    ),
  );
  const { residual, visitErrorMax } = visitsFrom(chain)(0);
  expect(residual).toBeGreaterThan(0.9);
  expect(visitErrorMax).toBeGreaterThan(1e8);
});

test("success from every state at once, as SciPy solves for it", () => {
  for (const { states, moves, success, failure, absorbed } of reference.cases) {
    const chain = absorbingChain(counted(states, moves as unknown as Move[], success, failure));
    const ends = endsWell(chain, 1e-13);
    for (let i = 0; i < states; i++) expect(ends[i]).toBeCloseTo(absorbed[i] as number, 9);
  }
  const nowhere = absorbingChain(
    counted(
      2,
      [
        [0, 1, 1],
        [1, 0, 1],
      ],
      [0, 0],
      [0, 0],
    ),
  );
  expect(Array.from(endsWell(nowhere))).toEqual([0, 0]);
});
