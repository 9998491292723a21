import { assert } from "#core/assert.ts";

/**
 * `adam` adds `weightDecay * w` to the gradient (Kingma and Ba 2015 with an L2 penalty), as `sgd` does;
 * `adamw` shrinks the weights by `learningRate * weightDecay` beside the step (Loshchilov and Hutter 2019).
 */
export type OptimiserOptions =
  | { readonly kind: "sgd"; readonly momentum?: number }
  | {
      readonly kind: "adam" | "adamw";
      readonly beta1?: number;
      readonly beta2?: number;
      readonly epsilon?: number;
    };

export interface Optimiser {
  /** Moves `parameters` against `gradient`, both [size], in place. */
  step(parameters: Float32Array, gradient: Float32Array, learningRate: number): void;
}

export interface DecayOptions {
  readonly weightDecay: number;
  /** Only the first so many parameters decay: weights lie before biases. */
  readonly decayed: number;
}

/** State of moments is float32, arithmetic within a step float64. */
export function createOptimiser(
  options: OptimiserOptions,
  size: number,
  decay: DecayOptions = { weightDecay: 0, decayed: 0 },
): Optimiser {
  assert(decay.weightDecay >= 0 && decay.decayed <= size, "decay is not negative and within size");
  return options.kind === "sgd" ? sgd(options, size, decay) : adam(options, size, decay);
}

/** b ← μ b + g; w ← w − η b. */
function sgd(
  { momentum = 0 }: Extract<OptimiserOptions, { kind: "sgd" }>,
  size: number,
  { weightDecay, decayed }: DecayOptions,
): Optimiser {
  assert(momentum >= 0 && momentum < 1, "momentum lies in [0, 1)");
  const buffer = new Float32Array(momentum === 0 ? 0 : size);
  return {
    step(w, gradient, learningRate) {
      assert(w.length === size && gradient.length === size, `${size} parameters and gradients`);
      for (let i = 0; i < size; i++) {
        const wi = w[i] as number;
        let g = gradient[i] as number;
        if (i < decayed) g += weightDecay * wi;
        if (momentum !== 0) {
          g += momentum * (buffer[i] as number);
          buffer[i] = g;
        }
        w[i] = wi - learningRate * g;
      }
    },
  };
}

/** m ← β₁ m + (1 − β₁) g; v ← β₂ v + (1 − β₂) g²; w ← w − η m̂ / (√v̂ + ε), hats for bias-corrected. */
function adam(
  {
    kind,
    beta1 = 0.9,
    beta2 = 0.999,
    epsilon = 1e-8,
  }: Extract<OptimiserOptions, { kind: "adam" | "adamw" }>,
  size: number,
  { weightDecay, decayed }: DecayOptions,
): Optimiser {
  assert(beta1 >= 0 && beta1 < 1 && beta2 >= 0 && beta2 < 1, "both betas lie in [0, 1)");
  const first = new Float32Array(size);
  const second = new Float32Array(size);
  let steps = 0;
  return {
    step(w, gradient, learningRate) {
      assert(w.length === size && gradient.length === size, `${size} parameters and gradients`);
      steps++;
      const stepSize = learningRate / (1 - beta1 ** steps);
      const secondScale = 1 / Math.sqrt(1 - beta2 ** steps);
      const shrink = kind === "adamw" ? 1 - learningRate * weightDecay : 1;
      const penalty = kind === "adam" ? weightDecay : 0;
      for (let i = 0; i < size; i++) {
        let wi = w[i] as number;
        let g = gradient[i] as number;
        if (i < decayed) {
          g += penalty * wi;
          wi *= shrink;
        }
        const m = beta1 * (first[i] as number) + (1 - beta1) * g;
        const v = beta2 * (second[i] as number) + (1 - beta2) * g * g;
        first[i] = m;
        second[i] = v;
        w[i] = wi - (stepSize * m) / (Math.sqrt(v) * secondScale + epsilon);
      }
    },
  };
}
