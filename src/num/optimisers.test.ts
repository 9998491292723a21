import { expect, test } from "vitest";
import reference from "./optimisers.reference.json" with { type: "json" };
import { createOptimiser, type OptimiserOptions } from "./optimisers.ts";

test.each(reference.cases)("$name: every step as PyTorch takes it", (run) => {
  const parameters = Float32Array.from(reference.start);
  const size = parameters.length;
  const decay = { weightDecay: run.weightDecay, decayed: size };
  const optimiser = createOptimiser(run.options as OptimiserOptions, size, decay);
  reference.gradients.forEach((gradient, t) => {
    optimiser.step(parameters, Float32Array.from(gradient), run.learningRate);
    parameters.forEach((w, i) => {
      const expected = run.path[t]?.[i] ?? Number.NaN;
      expect(Math.abs(w - expected)).toBeLessThanOrEqual(
        reference.rtol * Math.max(1, Math.abs(expected)),
      );
    });
  });
});

test("the first Adam step is one learning rate long, whatever the gradient's size", () => {
  const w = Float32Array.of(0, 0, 0);
  createOptimiser({ kind: "adam" }, 3).step(w, Float32Array.of(1e-3, -5, 0), 0.1);
  expect(w[0]).toBeCloseTo(-0.1, 5);
  expect(w[1]).toBeCloseTo(0.1, 6);
  expect(w[2]).toBe(0);
});

test("parameters beyond `decayed` do not decay", () => {
  for (const kind of ["sgd", "adam", "adamw"] as const) {
    const w = Float32Array.of(1, 1);
    createOptimiser({ kind }, 2, { weightDecay: 0.5, decayed: 1 }).step(
      w,
      new Float32Array(2),
      0.1,
    );
    expect(w[0]).toBeLessThan(1);
    expect(w[1]).toBe(1);
  }
});

test("a vector of another size is refused", () => {
  const optimiser = createOptimiser({ kind: "adam" }, 2);
  expect(() => optimiser.step(new Float32Array(3), new Float32Array(3), 0.1)).toThrow(
    /2 parameters/,
  );
});

test("options out of range are refused", () => {
  expect(() => createOptimiser({ kind: "sgd", momentum: 1 }, 1)).toThrow(/momentum/);
  expect(() => createOptimiser({ kind: "adam", beta2: 1 }, 1)).toThrow(/betas/);
  expect(() => createOptimiser({ kind: "adam" }, 1, { weightDecay: -1, decayed: 1 })).toThrow(
    /decay/,
  );
});
