import fc from "fast-check";
import { expect, test } from "vitest";
import { withWorkspace } from "./simd.ts";

// Whole numbers are exact in float32, and lengths on both sides of a vector's four lanes tell the
// wide loop from the narrow one that finishes it.
const lengths = fc.integer({ min: 0, max: 13 });
const small = fc.integer({ min: -9, max: 9 });

test("axpy adds a multiple, and touches nothing beyond its count", () => {
  fc.assert(
    fc.property(lengths, small, (n, a) => {
      withWorkspace([n + 3, n + 3], ({ zeros, kernels }) => {
        const [x, y] = [zeros(n + 3), zeros(n + 3)];
        x.set(x.map((_, i) => i + 1));
        y.fill(7);
        kernels.axpy(n, a, x.byteOffset, y.byteOffset);
        expect(y).toEqual(x.map((xi, i) => (i < n ? 7 + a * xi : 7)));
      });
    }),
    { seed: 1 },
  );
});

test("axpy4 is four times axpy", () => {
  fc.assert(
    fc.property(lengths, fc.tuple(small, small, small, small), (n, a) => {
      withWorkspace([n, n, n, n, n, n], ({ zeros, kernels }) => {
        const xs = a.map((_, j) => {
          const x = zeros(n);
          x.set(x.map((__, i) => (i + 1) * (j - 2)));
          return x.byteOffset;
        }) as [number, number, number, number];
        const [together, apart] = [zeros(n), zeros(n)];
        kernels.axpy4(n, ...a, ...xs, together.byteOffset);
        xs.forEach((x, j) => {
          kernels.axpy(n, a[j] as number, x, apart.byteOffset);
        });
        expect(together).toEqual(apart);
      });
    }),
    { seed: 2 },
  );
});

test("pointers need not be aligned to a vector", () => {
  withWorkspace([16, 16], ({ zeros, kernels }) => {
    const [x, y] = [zeros(16).fill(1), zeros(16)];
    kernels.axpy(9, 2, x.byteOffset + 4, y.byteOffset + 12);
    expect(Array.from(y)).toEqual([0, 0, 0, 2, 2, 2, 2, 2, 2, 2, 2, 2, 0, 0, 0, 0]);
  });
});

test("a workspace starts at zero whatever was there before, and grows to what is asked", () => {
  withWorkspace([8], ({ zeros }) => zeros(8).fill(3));
  for (const length of [8, 100_000]) {
    const sum = withWorkspace([length], ({ zeros }) => zeros(length).reduce((a, b) => a + b, 0));
    expect(sum).toBe(0);
  }
});

test("a workspace within a workspace is another", () => {
  withWorkspace([4], ({ zeros }) => {
    const outer = zeros(4).fill(1);
    withWorkspace([4], (inner) => inner.zeros(4).fill(2));
    expect(outer).toEqual(Float32Array.of(1, 1, 1, 1));
  });
});

test("a workspace hands out what was asked for, and is given back when its body throws", () => {
  expect(() => withWorkspace([4], ({ zeros }) => [zeros(4), zeros(1)])).toThrow(/no more/);
  expect(withWorkspace([4], ({ zeros }) => zeros(4).length)).toBe(4);
});
