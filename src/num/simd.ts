import { assert } from "#core/assert.ts";
import { simdModule } from "./simd-module.ts";

/**
 * Float32 vectors that the vector kernels can reach, laid out one after the other. All arguments of
 * a kernel are arrays of the same workspace, or parts of them.
 */
export interface Workspace {
  /** A vector of zeros, valid until the workspace closes. */
  zeros(length: number): Float32Array;
  readonly kernels: Kernels;
}

/** Pointers are byte offsets in the workspace's memory, counts are elements. */
export interface Kernels {
  /** y += a x */
  axpy(count: number, a: number, x: number, y: number): void;
  /** y += a₀ x₀ + a₁ x₁ + a₂ x₂ + a₃ x₃ */
  axpy4(
    ...args: [
      count: number,
      ...a: [number, number, number, number],
      ...x: [number, number, number, number],
      y: number,
    ]
  ): void;
  /** One step of momentum SGD, b being its buffer. */
  sgd(
    ...args: [
      count: number,
      ...scalars: [momentum: number, penalty: number, rate: number],
      ...pointers: [w: number, g: number, b: number],
    ]
  ): void;
  /** One step of Adam; the scalars are those of `optimisers.ts`, each at its step. */
  adam(
    ...args: [
      count: number,
      ...scalars: [
        oneMinusBeta1: number,
        beta2: number,
        oneMinusBeta2: number,
        stepSize: number,
        secondScale: number,
        epsilon: number,
        shrink: number,
        penalty: number,
      ],
      ...pointers: [w: number, g: number, m: number, v: number],
    ]
  ): void;
}

interface Instance {
  readonly memory: WebAssembly.Memory;
  readonly kernels: Kernels;
}

const PAGE_BYTES = 65_536;
const ALIGN_BYTES = 16;

let compiled: WebAssembly.Module | undefined;
/**
 * Memories at rest. A memory takes gigabytes of address space, so it is used again, not made anew.
 */
const resting: Instance[] = [];

function instantiate(): Instance {
  compiled ??= new WebAssembly.Module(simdModule());
  const { memory, ...kernels } = new WebAssembly.Instance(compiled).exports;
  assert(memory instanceof WebAssembly.Memory, "the module exports its memory");
  for (const name of ["axpy", "axpy4", "sgd", "adam"])
    assert(typeof kernels[name] === "function", `the module exports ${name}`);
  return { memory, kernels: kernels as unknown as Kernels };
}

const aligned = (length: number) =>
  Math.ceil((length * Float32Array.BYTES_PER_ELEMENT) / ALIGN_BYTES) * ALIGN_BYTES;

/** A workspace that stays open, over several turns of the event loop, until it is closed. */
interface OpenWorkspace extends Workspace {
  close(): void;
}

/**
 * A workspace that has room for vectors of the given lengths. Its arrays must not be kept once it
 * is closed: whoever opens a workspace next writes over them.
 */
export function openWorkspace(lengths: readonly number[]): OpenWorkspace {
  const instance = resting.pop() ?? instantiate();
  const { memory, kernels } = instance;
  const bytes = lengths.reduce((sum, length) => sum + aligned(length), 0);
  const missing = bytes - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / PAGE_BYTES));
  let top = 0;
  let open = true;
  return {
    kernels,
    zeros(length) {
      const at = top;
      top += aligned(length);
      assert(open && top <= bytes, "a workspace hands out no more than was asked for");
      return new Float32Array(memory.buffer, at, length).fill(0);
    },
    close() {
      assert(open, "a workspace is closed once");
      open = false;
      resting.push(instance);
    },
  };
}

/** Runs `body` with a workspace that is closed when it returns. */
export function withWorkspace<T>(lengths: readonly number[], body: (work: Workspace) => T): T {
  const work = openWorkspace(lengths);
  try {
    return body(work);
  } finally {
    work.close();
  }
}
