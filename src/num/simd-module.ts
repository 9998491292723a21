/**
 * The inner loops of training as a WebAssembly module of a few hundred bytes, put together here
 * since plain JavaScript has no vector instructions. Each kernel runs over `count` float32
 * elements, four at a time, then one at a time for what is left; both loops come from one
 * description of the body.
 */

const I32 = 0x7f;
const F32 = 0x7d;

/** Unsigned LEB128, the format's variable-length integer. */
function uint(value: number): number[] {
  const low = value & 0x7f;
  return value < 0x80 ? [low] : [low | 0x80, ...uint(value >>> 7)];
}
const vector = (items: readonly number[][]) => [...uint(items.length), ...items.flat()];
const section = (id: number, body: readonly number[]) => [id, ...uint(body.length), ...body];
const text = (name: string) => vector([...name].map((letter) => [letter.charCodeAt(0)]));

type Code = readonly number[];
const get = (local: number): Code => [0x20, ...uint(local)];
const i32Add = [0x6a];

/** Arithmetic on one lane or on four: the same body compiles to either. */
interface Lanes {
  readonly bytes: number;
  /** The element at byte `offset` local beyond the pointer in local `pointer`. */
  load(pointer: number): Code;
  store(pointer: number, value: Code): Code;
  /** The number in local `scalar`, in every lane. */
  scalar(local: number): Code;
  add(a: Code, b: Code): Code;
  sub(a: Code, b: Code): Code;
  mul(a: Code, b: Code): Code;
  div(a: Code, b: Code): Code;
  sqrt(a: Code): Code;
}

const simd = (op: number): Code => [0xfd, ...uint(op)];
const ALIGNED_4 = [2, 0]; // alignment 2², offset 0: only a hint, unaligned loads are as right

const lanes = (offset: number, wide: boolean): Lanes => {
  const binary = (narrowOp: number, wideOp: number) => (a: Code, b: Code) => [
    ...a,
    ...b,
    ...(wide ? simd(wideOp) : [narrowOp]),
  ];
  const address = (pointer: number) => [...get(pointer), ...get(offset), ...i32Add];
  return {
    bytes: wide ? 16 : 4,
    load: (pointer) => [...address(pointer), ...(wide ? simd(0x00) : [0x2a]), ...ALIGNED_4],
    store: (pointer, value) => [
      ...address(pointer),
      ...value,
      ...(wide ? simd(0x0b) : [0x38]),
      ...ALIGNED_4,
    ],
    scalar: (local) => [...get(local), ...(wide ? simd(0x13) : [])],
    add: binary(0x92, 0xe4),
    sub: binary(0x93, 0xe5),
    mul: binary(0x94, 0xe6),
    div: binary(0x95, 0xe7),
    sqrt: (a) => [...a, ...(wide ? simd(0xe3) : [0x91])],
  };
};

interface Kernel {
  readonly name: string;
  /** Float scalars, then pointers in bytes; `count` comes before them all. */
  readonly scalars: number;
  readonly pointers: number;
  body(lanes: Lanes, scalars: number[], pointers: number[]): Code;
}

const range = (start: number, length: number) => Array.from({ length }, (_, i) => start + i);

/** Locals: 0 count, turned into the end in bytes; scalars; pointers; the offset in bytes. */
function compile({ scalars, pointers, body }: Kernel): { parameters: number[][]; code: number[] } {
  const parameters = [
    [I32],
    ...range(0, scalars).map(() => [F32]),
    ...range(0, pointers).map(() => [I32]),
  ];
  const offset = parameters.length;
  const loop = (wide: boolean) => {
    const ops = lanes(offset, wide);
    // block; loop; leave if offset + bytes > end; body; offset += bytes; again; end; end
    return [
      ...[0x02, 0x40, 0x03, 0x40],
      ...[...get(offset), 0x41, ops.bytes, ...i32Add, ...get(0), 0x4b, 0x0d, 1],
      ...body(ops, range(1, scalars), range(1 + scalars, pointers)),
      ...[...get(offset), 0x41, ops.bytes, ...i32Add, 0x21, offset],
      ...[0x0c, 0, 0x0b, 0x0b],
    ];
  };
  const toBytes = [...get(0), 0x41, 2, 0x74, 0x21, 0]; // count <<= 2
  const code = [1, 1, I32, ...toBytes, ...loop(true), ...loop(false), 0x0b];
  return { parameters, code };
}

const kernels: readonly Kernel[] = [
  {
    name: "axpy", // y += a x
    scalars: 1,
    pointers: 2,
    body: (l, [a = 0], [x = 0, y = 0]) =>
      l.store(y, l.add(l.load(y), l.mul(l.scalar(a), l.load(x)))),
  },
  {
    name: "axpy4", // y += a₀ x₀ + a₁ x₁ + a₂ x₂ + a₃ x₃, with one load and store of y for the four
    scalars: 4,
    pointers: 5,
    body: (l, a, [x0 = 0, x1 = 0, x2 = 0, x3 = 0, y = 0]) =>
      l.store(
        y,
        [x0, x1, x2, x3].reduce(
          (sum, x, i) => l.add(sum, l.mul(l.scalar(a[i] as number), l.load(x))),
          l.load(y),
        ),
      ),
  },
  {
    name: "sgd", // b ← μ b + g + penalty w; w ← w − η b
    scalars: 3,
    pointers: 3,
    body: (l, [momentum = 0, penalty = 0, rate = 0], [w = 0, g = 0, b = 0]) => {
      const gradient = l.add(l.load(g), l.mul(l.scalar(penalty), l.load(w)));
      return [
        ...l.store(b, l.add(l.mul(l.scalar(momentum), l.load(b)), gradient)),
        ...l.store(w, l.sub(l.load(w), l.mul(l.scalar(rate), l.load(b)))),
      ];
    },
  },
  {
    // m ← m + (1 − β₁)(g − m); v ← β₂ v + (1 − β₂) g²; w ← w · shrink − step m / (√v · scale + ε)
    name: "adam",
    scalars: 8,
    pointers: 4,
    body: (l, scalars, [w = 0, g = 0, m = 0, v = 0]) => {
      const [rate1, beta2, rate2, step, secondScale, epsilon, shrink, penalty] = scalars.map((s) =>
        l.scalar(s),
      ) as [Code, Code, Code, Code, Code, Code, Code, Code];
      const gradient = l.add(l.load(g), l.mul(penalty, l.load(w)));
      const denominator = l.add(l.mul(l.sqrt(l.load(v)), secondScale), epsilon);
      return [
        ...l.store(m, l.add(l.load(m), l.mul(rate1, l.sub(gradient, l.load(m))))),
        ...l.store(v, l.add(l.mul(beta2, l.load(v)), l.mul(rate2, l.mul(gradient, gradient)))),
        ...l.store(w, l.sub(l.mul(l.load(w), shrink), l.div(l.mul(step, l.load(m)), denominator))),
      ];
    },
  },
];

/** The module: one function for each kernel, and the memory they work in. */
export function simdModule(): Uint8Array<ArrayBuffer> {
  const compiled = kernels.map(compile);
  const exported = [
    ...kernels.map(({ name }, i) => [...text(name), 0x00, ...uint(i)]),
    [...text("memory"), 0x02, 0x00],
  ];
  return Uint8Array.of(
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00], // "\0asm", version 1
    ...section(1, vector(compiled.map(({ parameters }) => [0x60, ...vector(parameters), 0x00]))),
    ...section(3, vector(kernels.map((_, i) => uint(i)))),
    ...section(5, vector([[0x00, 0x01]])), // one memory of at least one page
    ...section(7, vector(exported)),
    ...section(10, vector(compiled.map(({ code }) => [...uint(code.length), ...code]))),
  );
}
