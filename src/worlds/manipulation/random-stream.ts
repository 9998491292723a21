import type { Rng } from "#core/rng.ts";

/** Numbers of a stream's state: what a snapshot has to hold. */
export const STREAM_WORDS = 4;

/**
 * A stream of random numbers whose state can be read and put back, as a world's snapshot needs:
 * sfc32 (Doty-Humphrey, PractRand), three mixed words and a counter.
 */
export interface RandomStream {
  /** Uniform in [0, 1), 32 bits. */
  uniform(): number;
  /** Standard normal. */
  normal(): number;
  /** [4] unsigned 32-bit words. */
  state(): Uint32Array;
  restore(state: ArrayLike<number>): void;
}

/** Starts where `rng.path` says, however much was drawn from `rng` before. */
export function randomStream(rng: Rng): RandomStream {
  const source = rng.split("stream");
  const [a, b] = source.key();
  const [c] = source.key();
  const words = Uint32Array.of(a, b, c, 1);

  const next = (): number => {
    const [a, b, c, count] = words as unknown as [number, number, number, number]; // 4 by make
    const sum = (a + b + count) >>> 0;
    words[0] = b ^ (b >>> 9);
    words[1] = c + (c << 3);
    words[2] = ((c << 21) | (c >>> 11)) + sum;
    words[3] = count + 1;
    return sum;
  };
  for (let i = 0; i < 12; i++) next(); // as its author seeds it

  const uniform = () => next() / 2 ** 32;
  return {
    uniform,
    // Box and Muller's second number is thrown away, so that the four words are all of the state.
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    state: () => words.slice(),
    restore(state) {
      for (let i = 0; i < STREAM_WORDS; i++) words[i] = state[i] as number;
    },
  };
}
