import { assert } from "./assert.ts";

/**
 * A labelled, splittable stream of random numbers.
 *
 * `split("annotator-3")` depends only on the seed and the labels on the way, never on how many numbers were drawn:
 * a new draw in one place does not shift the draws of another.
 */
export interface Rng {
  /** Seed and labels on the way here, as stored with every run: `7/annotator-3`. */
  readonly path: string;
  split(label: string | number): Rng;
  /** Uniform in [0, 1), 53 bits. */
  uniform(): number;
  /** Standard normal. */
  normal(): number;
  /** Uniform integer in [0, n). */
  int(n: number): number;
  bernoulli(p: number): boolean;
  /** Gamma(shape, 1), shape > 0 (Marsaglia and Tsang 2000). */
  gamma(shape: number): number;
  /** Index drawn in proportion to the non-negative `weights`. */
  categorical(weights: ArrayLike<number>): number;
  pick<T>(values: readonly T[]): T;
  /** A shuffled copy. */
  shuffle<T>(values: readonly T[]): T[];
  permutation(n: number): Uint32Array;
  /** Two 32-bit words: the key of an array library's own generator. */
  key(): [number, number];
}

/** Four well-mixed 32-bit words of a string (cyrb128 with a murmur finaliser). */
function hash128(text: string): [number, number, number, number] {
  let h1 = 1779033703;
  let h2 = 3144134277;
  let h3 = 1013904242;
  let h4 = 2773480762;
  for (let i = 0; i < text.length; i++) {
    const k = text.charCodeAt(i);
    h1 = h2 ^ Math.imul(h1 ^ k, 597399067);
    h2 = h3 ^ Math.imul(h2 ^ k, 2869860233);
    h3 = h4 ^ Math.imul(h3 ^ k, 951274213);
    h4 = h1 ^ Math.imul(h4 ^ k, 2716044179);
  }
  const mix = (h: number) => {
    let x = h;
    x = Math.imul(x ^ (x >>> 16), 2246822507);
    x = Math.imul(x ^ (x >>> 13), 3266489909);
    return (x ^ (x >>> 16)) >>> 0;
  };
  return [mix(h1 ^ h3), mix(h2 ^ h4), mix(h3 + h1), mix(h4 + h2)];
}

/** xoshiro128** (Blackman and Vigna 2018). */
class Stream implements Rng {
  readonly path: string;
  private s0: number;
  private s1: number;
  private s2: number;
  private s3: number;
  private spare: number | undefined;

  constructor(path: string) {
    this.path = path;
    const [a, b, c, d] = hash128(path);
    this.s0 = a;
    this.s1 = b;
    this.s2 = c;
    this.s3 = d | 1; // the all-zero state is a fixed point
    for (let i = 0; i < 8; i++) this.word();
  }

  private word(): number {
    const rotated = Math.imul(this.s1, 5);
    const result = Math.imul((rotated << 7) | (rotated >>> 25), 9) >>> 0;
    const t = this.s1 << 9;
    this.s2 ^= this.s0;
    this.s3 ^= this.s1;
    this.s1 ^= this.s2;
    this.s0 ^= this.s3;
    this.s2 ^= t;
    this.s3 = (this.s3 << 11) | (this.s3 >>> 21);
    return result;
  }

  split(label: string | number): Rng {
    return new Stream(`${this.path}/${label}`);
  }

  uniform(): number {
    return ((this.word() >>> 5) * 67108864 + (this.word() >>> 6)) / 9007199254740992;
  }

  normal(): number {
    if (this.spare !== undefined) {
      const value = this.spare;
      this.spare = undefined;
      return value;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    const angle = 2 * Math.PI * this.uniform();
    this.spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  int(n: number): number {
    assert(Number.isSafeInteger(n) && n > 0, "int(n) takes a positive whole number");
    return Math.floor(this.uniform() * n);
  }

  bernoulli(p: number): boolean {
    return this.uniform() < p;
  }

  gamma(shape: number): number {
    assert(shape > 0, "gamma(shape) takes a positive shape");
    if (shape < 1) return this.gamma(shape + 1) * (1 - this.uniform()) ** (1 / shape);
    const d = shape - 1 / 3;
    const c = 1 / Math.sqrt(9 * d);
    for (;;) {
      const x = this.normal();
      const v = (1 + c * x) ** 3;
      if (v > 0 && Math.log(1 - this.uniform()) < 0.5 * x * x + d - d * v + d * Math.log(v))
        return d * v;
    }
  }

  categorical(weights: ArrayLike<number>): number {
    let total = 0;
    for (let i = 0; i < weights.length; i++) total += weights[i] ?? 0;
    assert(
      total > 0 && Number.isFinite(total),
      "categorical weights are finite and do not sum to 0",
    );
    let left = this.uniform() * total;
    for (let i = 0; i < weights.length; i++) {
      left -= weights[i] ?? 0;
      if (left < 0) return i;
    }
    return weights.length - 1;
  }

  pick<T>(values: readonly T[]): T {
    assert(values.length > 0, "pick takes a list with something in it");
    return values[this.int(values.length)] as T;
  }

  shuffle<T>(values: readonly T[]): T[] {
    const order = this.permutation(values.length);
    return Array.from(order, (i) => values[i] as T);
  }

  permutation(n: number): Uint32Array {
    const order = Uint32Array.from({ length: n }, (_, i) => i);
    for (let i = n - 1; i > 0; i--) {
      const j = this.int(i + 1);
      const held = order[i] as number;
      order[i] = order[j] as number;
      order[j] = held;
    }
    return order;
  }

  key(): [number, number] {
    return [this.word(), this.word()];
  }
}

/** The root of a run's randomness. */
export const rngOf = (seed: number | string): Rng => new Stream(String(seed));
