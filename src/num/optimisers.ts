import { assert } from "#core/assert.ts";
import type { Workspace } from "./simd.ts";

/**
 * `adam` adds `weightDecay * w` to the gradient (Kingma and Ba 2015, with an L2 penalty), as `sgd`
 * does; `adamw` shrinks the weights by `learningRate * weightDecay` beside the step (Loshchilov and
 * Hutter 2019). Defaults are PyTorch's.
 */
export type OptimiserOptions =
  | { readonly kind: "sgd"; readonly momentum?: number }
  | {
      readonly kind: "adam" | "adamw";
      readonly beta1?: number;
      readonly beta2?: number;
      readonly epsilon?: number;
    };

/**
 * What is optimised: `size` parameters, of which the first `decayed` (weights, not biases) decay.
 */
export interface Target {
  readonly size: number;
  readonly weightDecay: number;
  readonly decayed: number;
}

export interface Optimiser {
  /**
   * Moves `parameters` against `gradient`, both [size] and of the optimiser's workspace, in place.
   */
  step(parameters: Float32Array, gradient: Float32Array, learningRate: number): void;
}

/** Lengths of the vectors an optimiser takes from its workspace. */
export const optimiserScratch = ({ kind }: OptimiserOptions, size: number): number[] =>
  kind === "sgd" ? [size] : [size, size];

/** Every step updates every parameter, in float32. */
export function createOptimiser(
  options: OptimiserOptions,
  target: Target,
  work: Workspace,
): Optimiser {
  const { size, weightDecay, decayed } = target;
  assert(weightDecay >= 0 && decayed <= size, "decay is not negative and within size");
  const step = options.kind === "sgd" ? sgd(options, size, work) : adam(options, size, work);
  return {
    step(parameters, gradient, learningRate) {
      assert(parameters.length === size, `${size} parameters`);
      assert(gradient.length === size, `${size} gradients`);
      step.begin();
      const [w, g] = [parameters.byteOffset, gradient.byteOffset];
      step.part({ start: 0, count: decayed, w, g, learningRate, decay: weightDecay });
      step.part({ start: decayed, count: size - decayed, w, g, learningRate, decay: 0 });
    },
  };
}

/**
 * A run of parameters that decay alike: from `start`, `count` of them; w and g are byte offsets.
 */
interface Part {
  readonly start: number;
  readonly count: number;
  readonly w: number;
  readonly g: number;
  readonly learningRate: number;
  readonly decay: number;
}

interface Rule {
  begin(): void;
  part(part: Part): void;
}

const bytes = (elements: number) => elements * Float32Array.BYTES_PER_ELEMENT;

/** b ← μ b + g; w ← w − η b. */
function sgd(
  { momentum = 0 }: Extract<OptimiserOptions, { kind: "sgd" }>,
  size: number,
  { zeros, kernels }: Workspace,
): Rule {
  assert(momentum >= 0 && momentum < 1, "momentum lies in [0, 1)");
  const buffer = zeros(size).byteOffset;
  return {
    begin() {},
    part({ start, count, w, g, learningRate, decay }) {
      const shift = bytes(start);
      kernels.sgd(count, momentum, decay, learningRate, w + shift, g + shift, buffer + shift);
    },
  };
}

/**
 * m ← β₁ m + (1 − β₁) g; v ← β₂ v + (1 − β₂) g²; w ← w − η m̂ / (√v̂ + ε), hats for bias-corrected.
 */
function adam(
  {
    kind,
    beta1 = 0.9,
    beta2 = 0.999,
    epsilon = 1e-8,
  }: Extract<OptimiserOptions, { kind: "adam" | "adamw" }>,
  size: number,
  { zeros, kernels }: Workspace,
): Rule {
  assert(beta1 >= 0 && beta1 < 1 && beta2 >= 0 && beta2 < 1, "both betas lie in [0, 1)");
  const first = zeros(size).byteOffset;
  const second = zeros(size).byteOffset;
  let steps = 0;
  return {
    begin() {
      steps++;
    },
    part({ start, count, w, g, learningRate, decay }) {
      const shift = bytes(start);
      kernels.adam(
        count,
        1 - beta1,
        beta2,
        1 - beta2,
        learningRate / (1 - beta1 ** steps),
        1 / Math.sqrt(1 - beta2 ** steps),
        epsilon,
        kind === "adamw" ? 1 - learningRate * decay : 1,
        kind === "adam" ? decay : 0,
        w + shift,
        g + shift,
        first + shift,
        second + shift,
      );
    },
  };
}
