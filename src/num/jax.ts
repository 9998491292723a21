import type * as Library from "@jax-js/jax";
import { assert } from "#core/assert.ts";

/**
 * The only door to the array library. Its arrays have move semantics: every operation consumes its
 * operands, `.ref` keeps one for further use, and memory is freed by hand. So they never leave the
 * module that made them: in by `fromF32`, out by `toF32`, between the two a `scope` that disposes.
 *
 * Three habits keep it fast: fixed shapes (each new one compiles anew), scalars that change with
 * the step passed as arrays (a number is compiled in), and `toF32` of something every step (work is
 * queued).
 */
export type Jax = typeof Library;
export type JaxArray = Library.Array;

let loading: Promise<Jax> | undefined;

/** Loads the library on first use (about 0.15 s), with its WebAssembly backend as default. */
export function loadJax(): Promise<Jax> {
  loading ??= load();
  return loading;
}

async function load(): Promise<Jax> {
  // Reading any array but a float32 or integer one tests `instanceof Float16Array`, which Node 20
  // lacks.
  if (!("Float16Array" in globalThis))
    Object.defineProperty(globalThis, "Float16Array", { value: class Float16Array {} });
  const jax = await import("@jax-js/jax");
  await jax.init("wasm"); // without a name it asks `navigator` for a GPU
  jax.defaultDevice("wasm");
  return jax;
}

/** A float32 array of the given shape, copied. */
export function fromF32(jax: Jax, values: Float32Array, shape: number[]): JaxArray {
  const size = shape.reduce((product, side) => product * side, 1);
  assert(values.length === size, `${size} values fill the shape [${shape.join(", ")}]`);
  return jax.numpy.array(values, { shape });
}

/** Runs what is queued for `array`, consumes it and gives its values, row-major. */
export function toF32(array: JaxArray): Float32Array {
  const values = array.dataSync();
  assert(values instanceof Float32Array, "only float32 arrays leave through toF32");
  return values;
}

/** Hands an array to the scope, which disposes it at the end if nothing consumed it. */
export type Own = <A extends JaxArray>(array: A) => A;

/**
 * Runs `body` and disposes what it owned and did not consume, also when it throws. Fails when an
 * owned array has more references than its owner, or when the result smuggles an array out.
 */
export function scope<T>(jax: Jax, body: (own: Own) => T): T {
  const owned = new Set<JaxArray>();
  const own: Own = (array) => {
    owned.add(array);
    return array;
  };
  let leaked = 0;
  const release = () => {
    for (const array of owned) {
      leaked += Math.max(0, array.refCount - 1);
      while (array.refCount > 0) array.dispose();
    }
  };
  let result: T;
  try {
    result = body(own);
  } finally {
    release();
  }
  assert(leaked === 0, `every .ref is consumed before its scope ends, but ${leaked} were not`);
  assert(!holdsArray(jax, result), "no array leaves its scope");
  return result;
}

const holdsArray = (jax: Jax, value: unknown): boolean =>
  value instanceof jax.Array ||
  (typeof value === "object" &&
    value !== null &&
    !ArrayBuffer.isView(value) &&
    Object.values(value).some((part) => holdsArray(jax, part)));
