import { expect, test } from "vitest";
import { fromF32, loadJax, scope, toF32 } from "./jax.ts";

const alreadyThere = "Float16Array" in globalThis;
const jax = await loadJax();
const { numpy: np } = jax;

test.skipIf(alreadyThere)("what Node 20 lacks was made up for by loading, not by importing", () => {
  expect("Float16Array" in globalThis).toBe(true);
});

test("it is loaded once, with the WebAssembly backend", async () => {
  expect(await loadJax()).toBe(jax);
  expect(jax.defaultDevice()).toBe("wasm");
});

test("values go in and come out as they were, also when all are equal", () => {
  for (const values of [Float32Array.of(1, 2, 3, 4, 5, 6), new Float32Array(6).fill(7)]) {
    const out = toF32(fromF32(jax, values, [2, 3]));
    expect(out).toEqual(values);
    expect(out.buffer).not.toBe(values.buffer);
  }
});

test("a product by hand", () => {
  const a = fromF32(jax, Float32Array.of(1, 2, 3, 4), [2, 2]);
  const b = fromF32(jax, Float32Array.of(5, 6), [2, 1]);
  expect(toF32(np.matmul(a, b))).toEqual(Float32Array.of(17, 39));
});

test("float64 works too, with the class Node 20 lacks made up for", () => {
  const x = np.array(Float64Array.of(0.1, 0.2));
  expect(np.add(x.ref, x).dataSync()).toEqual(Float64Array.of(0.2, 0.4));
});

test("a shape that the values do not fill is refused", () => {
  expect(() => fromF32(jax, new Float32Array(5), [2, 3])).toThrow(
    /6 values fill the shape \[2, 3\]/,
  );
});

test("only float32 leaves", () => {
  expect(() => toF32(np.array(Int32Array.of(1, 2)))).toThrow(/float32/);
});

test("an array is consumed by its first use", () => {
  const x = fromF32(jax, Float32Array.of(1, 2), [2]);
  toF32(x);
  expect(() => toF32(x)).toThrow(ReferenceError);
});

test("a scope disposes what was not consumed, and what was, once", () => {
  const [kept, spent] = scope(jax, (own) => {
    const a = own(fromF32(jax, Float32Array.of(1, 2), [2]));
    const b = own(fromF32(jax, Float32Array.of(3, 4), [2]));
    expect(toF32(np.add(a.ref, b))).toEqual(Float32Array.of(4, 6));
    return [() => a.refCount, () => b.refCount];
  });
  expect([kept?.(), spent?.()]).toEqual([0, 0]);
});

test("a scope disposes when its body throws, and lets the error through", () => {
  let count = () => -1;
  const failing = () =>
    scope(jax, (own) => {
      const a = own(fromF32(jax, Float32Array.of(1, 2), [2]));
      count = () => a.refCount;
      throw new RangeError("no luck");
    });
  expect(failing).toThrow(RangeError);
  expect(count()).toBe(0);
});

test("a reference that nothing consumes is a leak, and is reported", () => {
  const leaky = () =>
    scope(jax, (own) => {
      const a = own(fromF32(jax, Float32Array.of(1, 2), [2]));
      a.ref;
    });
  expect(leaky).toThrow(/1 were not/);
});

test("no array is smuggled out, however deep", () => {
  const smuggle = () =>
    scope(jax, (own) => ({ deep: [own(fromF32(jax, Float32Array.of(1, 2), [2]))] }));
  expect(smuggle).toThrow(/leaves its scope/);
});

test("memory stays flat over many scopes", () => {
  const megabytes = () => process.memoryUsage().external / 2 ** 20;
  const values = new Float32Array(2 ** 20).map((_, i) => i); // 4 MB
  const once = () =>
    scope(jax, (own) => {
      const x = own(fromF32(jax, values, [values.length]));
      return toF32(np.sum(x.ref.mul(x.ref)))[0];
    });
  for (let i = 0; i < 5; i++) once();
  const before = megabytes();
  for (let i = 0; i < 100; i++) once(); // 400 MB of inputs, were they kept
  expect(megabytes() - before).toBeLessThan(40);
});
