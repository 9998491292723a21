import { expect, test } from "vitest";
import reference from "./optimisers.reference.json" with { type: "json" };
import { createOptimiser, type OptimiserOptions, optimiserScratch } from "./optimisers.ts";
import { withWorkspace } from "./simd.ts";

interface Run {
  readonly options: OptimiserOptions;
  readonly start: readonly number[];
  readonly gradients: readonly (readonly number[])[];
  readonly learningRate: number;
  readonly weightDecay?: number;
  readonly decayed?: number;
}

/** The parameters after each step. */
function pathOf({ options, start, gradients, learningRate, ...decay }: Run): number[][] {
  const size = start.length;
  const { weightDecay = 0, decayed = size } = decay;
  return withWorkspace([size, size, ...optimiserScratch(options, size)], (work) => {
    const optimiser = createOptimiser(options, { size, weightDecay, decayed }, work);
    const [parameters, gradient] = [work.zeros(size), work.zeros(size)];
    parameters.set(start);
    return gradients.map((values) => {
      gradient.set(values);
      optimiser.step(parameters, gradient, learningRate);
      return Array.from(parameters);
    });
  });
}

test.each(reference.cases)("$name: every step as PyTorch takes it", (run) => {
  const { start, gradients, rtol } = reference;
  const path = pathOf({ ...run, options: run.options as OptimiserOptions, start, gradients });
  expect(path.length).toBe(run.path.length);
  path.flat().forEach((w, i) => {
    const expected = run.path.flat()[i] ?? Number.NaN;
    expect(Math.abs(w - expected)).toBeLessThanOrEqual(rtol * Math.max(1, Math.abs(expected)));
  });
});

test("the first Adam step is one learning rate long, whatever the gradient's size", () => {
  const adam: Run = {
    options: { kind: "adam" },
    start: [0, 0, 0],
    gradients: [[1e-3, -5, 0]],
    learningRate: 0.1,
  };
  const [a, b, c] = pathOf(adam)[0] ?? [];
  expect(a).toBeCloseTo(-0.1, 5);
  expect(b).toBeCloseTo(0.1, 6);
  expect(c).toBe(0);
});

test("parameters beyond `decayed` do not decay, wherever the line falls", () => {
  for (const kind of ["sgd", "adam", "adamw"] as const)
    for (let decayed = 0; decayed <= 9; decayed++) {
      const start = new Array<number>(9).fill(1);
      const gradients = [new Array<number>(9).fill(0)];
      const run = { options: { kind }, start, gradients, learningRate: 0.1, weightDecay: 0.5 };
      const moved = (pathOf({ ...run, decayed })[0] ?? []).map((w) => w < 1);
      expect(moved).toEqual(start.map((_, i) => i < decayed));
    }
});

test("a parameter moves as it would alone, wherever it lies", () => {
  const options = { kind: "adamw" } as const;
  const gradients = [1, 2, 3].map((t) => Array.from({ length: 11 }, (_, i) => Math.sin(i * t)));
  const start = Array.from({ length: 11 }, (_, i) => i - 5);
  const together = pathOf({ options, start, gradients, learningRate: 0.1, weightDecay: 0.1 });
  start.forEach((w, i) => {
    const own = gradients.map((g) => [g[i] as number]);
    const alone = pathOf({
      options,
      start: [w],
      gradients: own,
      learningRate: 0.1,
      weightDecay: 0.1,
    });
    expect(alone.map(([x]) => x)).toEqual(together.map((step) => step[i]));
  });
});

test("a vector of another size is refused", () => {
  const run = { options: { kind: "adam" }, start: [1, 2], learningRate: 0.1 } as const;
  expect(() =>
    withWorkspace([8, 8, 8], (work) => {
      const target = { size: 2, weightDecay: 0, decayed: 2 };
      createOptimiser(run.options, target, work).step(work.zeros(3), work.zeros(3), 0.1);
    }),
  ).toThrow(/2 parameters/);
});

test.each([
  ["momentum", { kind: "sgd", momentum: 1 }, 0],
  ["betas", { kind: "adam", beta2: 1 }, 0],
  ["decay", { kind: "adam" }, -1],
] satisfies [string, OptimiserOptions, number][])(
  "%s out of range is refused",
  (name, options, weightDecay) => {
    const run = { options, start: [1], gradients: [[1]], learningRate: 0.1, weightDecay };
    expect(() => pathOf(run)).toThrow(new RegExp(name));
  },
);
