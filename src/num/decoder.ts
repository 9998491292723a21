import type { DataShape, DecoderLoss } from "./decoder-losses.ts";
import {
  arraysOf,
  type BatchArrays,
  batchArrays,
  type DecoderArrays,
  type Sized,
  type TokenBatch,
  withPass,
} from "./decoder-pass.ts";
import {
  adapterParts,
  type DecoderPart,
  decoderParts,
  headParts,
  mergedAdapters,
} from "./decoder-shape.ts";
import { fromF32, type Jax, type JaxArray, toF32 } from "./jax.ts";

export interface AdamSettings {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  /** The whole gradient is scaled down to this length where it is longer. */
  readonly clipNorm: number;
}

/** What a decoder in training starts from. */
export interface DecoderStart {
  /** In the order of `decoderParts`. */
  readonly parameters: Float32Array;
  /** Of a scalar head, in the order of `headParts`; for losses that read one. */
  readonly head?: Float32Array;
  /** Learned in place of the parameters, which then stand still; in the order of `adapterParts`. */
  readonly adapters?: { readonly rank: number; readonly values: Float32Array };
}

/** A batch with what its loss needs beside the tokens. */
export interface LossBatch<Data extends string> {
  readonly tokens: TokenBatch;
  readonly data: Readonly<Record<Data, Float32Array>>;
}

/** What a step tells: the loss before it, the gradient's length before it was clipped, the meters. */
export type StepTold<Meter extends string> = {
  readonly loss: number;
  readonly gradientNorm: number;
} & Readonly<Record<Meter, number>>;

/** A decoder in training by one loss, by whatever it is fed. */
export interface DecoderTrainer<Data extends string, Meter extends string> {
  /** One bias-corrected step of Adam. */
  step(batch: LossBatch<Data>, settings: AdamSettings): StepTold<Meter>;
  /** A copy as a decoder's parameters, adapters merged into them. */
  parameters(): Float32Array;
  /** A copy of the scalar head, empty where there is none. */
  head(): Float32Array;
  /** What the weights as they are now make of a batch. */
  read(tokens: TokenBatch): DecoderReading;
  dispose(): void;
}

export interface DecoderReading {
  /** [batch, T] log-probability of the target at each place, nats. */
  readonly logProbs: Float32Array;
  /** [batch, T] of the scalar head; empty where there is none. */
  readonly scalars: Float32Array;
}

const ADAM_EPSILON = 1e-8;

export function decoderTrainer<Data extends string, Meter extends string>(
  jax: Jax,
  { loss, ...sized }: Sized & { readonly loss: DecoderLoss<Data, Meter> },
  start: DecoderStart,
): DecoderTrainer<Data, Meter> {
  const { numpy: np } = jax;
  const model = modelOf(jax, sized, start);
  let { learned } = model;
  let first = learned.map((w) => np.zeros(w.shape));
  let second = learned.map((w) => np.zeros(w.shape));
  const compiled = jax.jit(clippedAdam(jax, { ...sized, loss }, model));
  const reader = jax.jit(readerOf(jax, sized, model));
  const refs = (arrays: readonly JaxArray[]) => arrays.map((array) => array.ref);
  const copyOf = (parts: readonly DecoderPart[], arrays: readonly JaxArray[]) =>
    flattened(parts, refs(arrays));
  let steps = 0;
  return {
    step({ tokens, data }, { learningRate, beta1, beta2, clipNorm }) {
      steps++;
      // Scalars that change with the step are data; as numbers they would be compiled in.
      const scalars = Float32Array.of(
        learningRate / (1 - beta1 ** steps),
        1 / Math.sqrt(1 - beta2 ** steps),
        beta1,
        beta2,
        clipNorm,
      );
      const [nextLearned, nextFirst, nextSecond, told] = compiled(
        learned,
        first,
        second,
        refs(model.frozen),
        [...batchArrays(jax, sized, tokens)],
        dataArrays(jax, { ...sized, loss }, data),
        fromF32(jax, scalars, [scalars.length]),
      );
      [learned, first, second] = [nextLearned, nextFirst, nextSecond];
      return toldOf(loss, toF32(told));
    },
    parameters() {
      const { decoder, adapters } = model.arrange(learned, model.frozen);
      const parameters = copyOf(decoderParts(sized.shape), decoder);
      if (start.adapters === undefined) return parameters;
      const { rank } = start.adapters;
      const values = copyOf(adapterParts(sized.shape, rank), adapters);
      return mergedAdapters(sized.shape, parameters, { rank, values });
    },
    head() {
      const { head } = model.arrange(learned, model.frozen);
      return head.length === 0 ? new Float32Array(0) : copyOf(headParts(sized.shape), head);
    },
    read(tokens) {
      const batch = [...batchArrays(jax, sized, tokens)];
      const [logProbs, scalars] = reader(refs(learned), refs(model.frozen), batch);
      return {
        logProbs: toF32(logProbs as JaxArray),
        scalars: scalars === undefined ? new Float32Array(0) : toF32(scalars),
      };
    },
    dispose() {
      for (const array of [...learned, ...first, ...second, ...model.frozen]) array.dispose();
      compiled.dispose();
      reader.dispose();
    },
  };
}

/** Log-probabilities of what may follow at every place, [batch, T, V], of parameters at rest. */
export function decoderReader(jax: Jax, sized: Sized, parameters: Float32Array) {
  const weights = arraysOf(jax, decoderParts(sized.shape), parameters);
  const compiled = jax.jit((decoder: JaxArray[], batch: JaxArray[]) => {
    const arrays = { decoder, head: [], adapters: [] };
    return withPass(jax, sized, { arrays, batch: asBatch(batch) }, (pass) => pass.distributions());
  });
  return {
    distributions(tokens: TokenBatch): Float32Array {
      const batch = [...batchArrays(jax, sized, tokens)];
      const own = weights.map((array) => array.ref);
      return toF32(compiled(own, batch));
    },
    dispose() {
      for (const array of weights) array.dispose();
      compiled.dispose();
    },
  };
}

/**
 * A loss with its gradient by what is learned (the parameters, or adapters in their place, then the
 * head), flat: what finite differences and other libraries are compared with. `like`: which of
 * these there are.
 */
export function lossGradients<Data extends string, Meter extends string>(
  jax: Jax,
  { loss, ...sized }: Sized & { readonly loss: DecoderLoss<Data, Meter> },
  like: DecoderStart,
) {
  const shape = modelOf(jax, sized, like);
  for (const array of [...shape.learned, ...shape.frozen]) array.dispose();
  const compiled = jax.jit(differentiated(jax, { ...sized, loss }, shape));
  return {
    of(start: DecoderStart, { tokens, data }: LossBatch<Data>) {
      const { learned, frozen } = modelOf(jax, sized, start);
      const [[value, meters], gradients] = compiled(
        learned,
        frozen,
        [...batchArrays(jax, sized, tokens)],
        dataArrays(jax, { ...sized, loss }, data),
      );
      const gradient = Float32Array.from(gradients.flatMap((part) => [...toF32(part)]));
      return { loss: toF32(value)[0] as number, meters: toF32(meters), gradient };
    },
    dispose: () => compiled.dispose(),
  };
}

/** What is learned, what stands still, and how both together are a decoder's arrays. */
interface Model {
  readonly learned: JaxArray[];
  readonly frozen: JaxArray[];
  arrange(learned: readonly JaxArray[], frozen: readonly JaxArray[]): DecoderArrays;
}

function modelOf(jax: Jax, { shape }: Sized, { parameters, head, adapters }: DecoderStart): Model {
  const decoder = arraysOf(jax, decoderParts(shape), parameters);
  const ofHead = head === undefined ? [] : arraysOf(jax, headParts(shape), head);
  if (adapters === undefined)
    return {
      learned: [...decoder, ...ofHead],
      frozen: [],
      arrange: (learned) => ({
        decoder: learned.slice(0, decoder.length),
        head: learned.slice(decoder.length),
        adapters: [],
      }),
    };
  const beside = arraysOf(jax, adapterParts(shape, adapters.rank), adapters.values);
  return {
    learned: [...beside, ...ofHead],
    frozen: decoder,
    arrange: (learned, frozen) => ({
      decoder: frozen,
      head: learned.slice(beside.length),
      adapters: learned.slice(0, beside.length),
    }),
  };
}

/** Consumes the arrays. */
function flattened(parts: readonly DecoderPart[], arrays: readonly JaxArray[]): Float32Array {
  const values = new Float32Array(parts.reduce((sum, { size }) => sum + size, 0));
  parts.forEach(({ at }, i) => {
    values.set(toF32(arrays[i] as JaxArray), at);
  });
  return values;
}

const asBatch = ([inputs, targets, weights]: readonly JaxArray[]): BatchArrays =>
  // As `batchArrays` made them: compiled functions take arrays, not tuples.
  [inputs as JaxArray, targets as JaxArray, weights as JaxArray];

function sidesOf({ shape, batch }: Sized, kind: DataShape): number[] {
  switch (kind) {
    case "places":
      return [batch, shape.context];
    case "sequences":
      return [batch];
    case "pairs":
      return [batch / 2];
    case "distributions":
      return [batch, shape.context, shape.vocabulary];
  }
}

type Losing<Data extends string, Meter extends string> = Sized & {
  readonly loss: DecoderLoss<Data, Meter>;
};

const namesOf = <Data extends string>({ data }: { data: Readonly<Record<Data, unknown>> }) =>
  Object.keys(data) as Data[]; // a record of exactly these keys

const dataArrays = <Data extends string, Meter extends string>(
  jax: Jax,
  { loss, ...sized }: Losing<Data, Meter>,
  data: Readonly<Record<Data, Float32Array>>,
): JaxArray[] =>
  namesOf(loss).map((name) => fromF32(jax, data[name], sidesOf(sized, loss.data[name])));

type Differentiated = (
  learned: JaxArray[],
  frozen: JaxArray[],
  batch: JaxArray[],
  data: JaxArray[],
) => [[loss: JaxArray, meters: JaxArray], gradients: JaxArray[]];

/** The loss with its meters, and its gradient by what is learned. Consumes all. */
function differentiated<Data extends string, Meter extends string>(
  jax: Jax,
  { loss, ...sized }: Losing<Data, Meter>,
  model: Model,
): Differentiated {
  const names = namesOf(loss);
  const value = (learned: JaxArray[], frozen: JaxArray[], batch: JaxArray[], data: JaxArray[]) => {
    const arrays = model.arrange(learned, frozen);
    const result = withPass(jax, sized, { arrays, batch: asBatch(batch) }, (pass) =>
      loss.of(jax, pass, (name) => (data[names.indexOf(name)] as JaxArray).ref),
    );
    for (const array of data) array.dispose();
    const told = loss.meters.map((name) => result.meters[name]);
    const meters = told.length === 0 ? jax.numpy.zeros([1]) : jax.numpy.stack(told);
    return [result.loss, jax.lax.stopGradient(meters)] as [JaxArray, JaxArray];
  };
  // Its types do not say that with `hasAux` the value is a pair.
  return jax.valueAndGrad(value, { hasAux: true }) as unknown as Differentiated;
}

function toldOf<Data extends string, Meter extends string>(
  loss: DecoderLoss<Data, Meter>,
  told: Float32Array,
): StepTold<Meter> {
  const [value = Number.NaN, gradientNorm = Number.NaN] = told;
  const meters = Object.fromEntries(loss.meters.map((name, i) => [name, told[2 + i]]));
  return { loss: value, gradientNorm, ...meters } as StepTold<Meter>; // stacked in this order
}

function readerOf(jax: Jax, sized: Sized, model: Model) {
  return (learned: JaxArray[], frozen: JaxArray[], batch: JaxArray[]): JaxArray[] => {
    const arrays = model.arrange(learned, frozen);
    return withPass(jax, sized, { arrays, batch: asBatch(batch) }, (pass) =>
      arrays.head.length === 0 ? [pass.logProbs()] : [pass.logProbs(), pass.scalars()],
    );
  };
}

type Step = [learned: JaxArray[], first: JaxArray[], second: JaxArray[], told: JaxArray];

function clippedAdam<Data extends string, Meter extends string>(
  jax: Jax,
  losing: Losing<Data, Meter>,
  model: Model,
) {
  const { numpy: np } = jax;
  const lossAndGradient = differentiated(jax, losing, model);
  return (
    learned: JaxArray[],
    first: JaxArray[],
    second: JaxArray[],
    frozen: JaxArray[],
    batch: JaxArray[],
    data: JaxArray[],
    scalars: JaxArray,
  ): Step => {
    const refs = learned.map((w) => w.ref);
    const [[loss, meters], gradients] = lossAndGradient(refs, frozen, batch, data);
    const scalar = (at: number) => scalars.ref.slice(at);
    const [stepSize, secondScale, beta1, beta2] = [scalar(0), scalar(1), scalar(2), scalar(3)];
    const squares = gradients.map((g) => np.sum(np.square(g.ref)));
    const norm = np.sqrt(squares.reduce((sum, part) => sum.add(part)));
    const shrink = np.minimum(scalar(4).div(norm.ref.add(ADAM_EPSILON)), 1);
    const moved: [JaxArray[], JaxArray[], JaxArray[]] = [[], [], []];
    learned.forEach((w, i) => {
      const g = (gradients[i] as JaxArray).mul(shrink.ref);
      const m = mix(first[i] as JaxArray, g.ref, beta1);
      const v = mix(second[i] as JaxArray, np.square(g), beta2);
      const denominator = np.sqrt(v.ref).mul(secondScale.ref).add(ADAM_EPSILON);
      moved[0].push(w.sub(m.ref.mul(stepSize.ref).div(denominator)));
      moved[1].push(m);
      moved[2].push(v);
    });
    for (const scalar of [scalars, stepSize, secondScale, beta1, beta2, shrink]) scalar.dispose();
    return [...moved, np.concatenate([np.stack([loss, norm]), meters])];
  };
}

/** β a + (1 − β) b. */
const mix = (a: JaxArray, b: JaxArray, beta: JaxArray): JaxArray =>
  a.mul(beta.ref).add(b.mul(beta.ref.mul(-1).add(1)));
