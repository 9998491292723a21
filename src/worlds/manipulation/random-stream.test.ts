import { expect, test } from "vitest";
import { rngOf } from "#core/rng.ts";
import { randomStream } from "./random-stream.ts";

test("the words are those of sfc32", () => {
  const stream = randomStream(rngOf(1));
  stream.restore([1, 2, 3, 1]);
  // By hand: out = a + b + counter; a = b ^ b >>> 9; b = c + (c << 3); c = rotl(c, 21) + out.
  expect(stream.uniform() * 2 ** 32).toBe(4);
  expect([...stream.state()]).toEqual([2, 27, 3 * 2 ** 21 + 4, 2]);
  expect(stream.uniform() * 2 ** 32).toBe(31);
});

test("a state put back gives the same numbers again", () => {
  const stream = randomStream(rngOf(2));
  const numbers = () => [stream.uniform(), stream.normal(), stream.uniform()];
  const state = stream.state();
  const first = numbers();
  expect(numbers()).not.toEqual(first);
  stream.restore(state);
  expect(numbers()).toEqual(first);
});

test("it depends on the path of its rng, not on what was drawn", () => {
  const drawn = rngOf(3);
  drawn.uniform();
  expect(randomStream(drawn).state()).toEqual(randomStream(rngOf(3)).state());
  expect(randomStream(rngOf(4)).state()).not.toEqual(randomStream(rngOf(3)).state());
});

test("uniform and normal have their moments", () => {
  const stream = randomStream(rngOf(5));
  const n = 100_000;
  const mean = (draw: () => number) => {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += draw();
    return sum / n;
  };
  // 6.2 standard errors: a tail probability below 1e-9.
  const far = (sd: number) => (6.2 * sd) / Math.sqrt(n);
  expect(Math.abs(mean(stream.uniform) - 0.5)).toBeLessThan(far(Math.sqrt(1 / 12)));
  expect(Math.abs(mean(stream.normal))).toBeLessThan(far(1));
  expect(Math.abs(mean(() => stream.normal() ** 2) - 1)).toBeLessThan(far(Math.SQRT2));
  expect(Math.abs(mean(() => stream.normal() ** 3))).toBeLessThan(far(Math.sqrt(15)));
});
