import { z } from "zod";
import { Isotonic } from "#assess/calibration/isotonic.ts";
import {
  EPOCHS_DEFAULT,
  fitHarmoniser,
  type Harmoniser,
  type HarmoniserFailure,
  HarmoniserJson,
  type Selection,
  type Setting,
} from "#assess/harmoniser.ts";
import { gradientCorrelation, maxEigWeights, minVarWeights } from "#assess/source-weights.ts";
import { type VoteMatrix, voteRows } from "#assess/votes.ts";
import { assert } from "#core/assert.ts";
import { err, ok, type Result } from "#core/result.ts";
import type { Rng } from "#core/rng.ts";
import type { Dense64 } from "#num/dense.ts";
import { type Matrix, takeRows } from "#num/matrix.ts";
import { Options, scalariserOf } from "./options.ts";

/** A fitted system as JSON: what `score` takes, and the body of a lesson. */
export const Model = z.strictObject({
  system: z.literal("pareto-calibration"),
  classes: z.array(z.string()).min(2),
  /** In the order of `harmoniser.weights`. */
  sources: z.array(z.string()),
  features: Options.pick({ features: true, buckets: true, fields: true }),
  harmoniser: HarmoniserJson,
  /** Risk to calibrated risk, where gold allowed it and it was asked for. */
  calibrator: Isotonic.nullable(),
});
export type Model = z.infer<typeof Model>;

export interface FitInput {
  /** [items, columns] */
  readonly features: Matrix;
  readonly votes: VoteMatrix;
  /** [sources]; only their ratios matter. Default equal. */
  readonly weights?: Float64Array;
  readonly options: Options;
  /** For gold selection: [items] class index or -1. Rows with gold are then kept out of the fit. */
  readonly gold?: ArrayLike<number>;
  readonly grid?: readonly Setting[];
  readonly rng: Rng;
  readonly signal?: AbortSignal;
}

export interface Fit {
  readonly harmoniser: Harmoniser;
  /** [sources] shares of 1 the harmoniser was fitted with. */
  readonly weights: Float64Array;
  /** [sources, sources] of the first fit's gradients, over all items. */
  readonly correlation: Dense64;
  /** Rows that picked the settings by their gold: their labels are no longer fresh. */
  readonly selectedOn: ReadonlySet<number>;
}

/** Learning rates and weight decays tried, for Adam steps on unit-length rows. */
export const GRID: readonly Setting[] = [
  { learningRate: 0.02, weightDecay: 0 },
  { learningRate: 0.02, weightDecay: 0.01 },
  { learningRate: 0.05, weightDecay: 0 },
  { learningRate: 0.05, weightDecay: 0.01 },
];
const HIDDEN = 100;
/** Share of the items held out to stop training and pick settings by weak votes. */
const HELD_OUT = 0.15;
/** Fewer items than this are all trained on, with the first settings. */
const SPLIT_ITEMS_MIN = 40;

/**
 * As many epochs as make `EXAMPLES` with few items, up to the authors' 100; training stops early
 * anyway.
 */
const epochsFor = (items: number): number =>
  Math.min(EPOCHS_MAX, Math.max(EPOCHS_DEFAULT, Math.ceil(EXAMPLES / items)));
const EPOCHS_MAX = 100;
const EXAMPLES = 20_000;

/** The whole fit: h on all sources at once, and once more where sources are to be re-weighted. */
export function fitSources(input: FitInput): Result<Fit, HarmoniserFailure> {
  const { features, votes, options, weights } = input;
  const { fitRows, select, selectedOn } = splitRows(input);
  const train = { features: takeRows(features, fitRows), votes: voteRows(votes, fitRows) };
  const fitWith = (given: Float64Array | undefined) =>
    fitHarmoniser({
      ...train,
      ...(given && { weights: given }),
      ...(select && { select }),
      ...(input.signal && { signal: input.signal }),
      scalariser: scalariserOf(options),
      normalise: options.normalise,
      head: options.harmonizer === "mlp" ? { kind: "mlp", hidden: HIDDEN } : { kind: "linear" },
      grid: input.grid ?? GRID,
      epochs: epochsFor(fitRows.length),
      rng: input.rng.split("fit"),
    });
  const first = fitWith(weights);
  if (!first.ok) return atRow(first.error, fitRows);
  const correlation = gradientCorrelation(votes, first.value.probabilities(features));
  if (options.reweight === "none") {
    const shares = Float64Array.from(first.value.toJSON().weights);
    return ok({ harmoniser: first.value, weights: shares, correlation, selectedOn });
  }
  const factors =
    options.reweight === "max-eig" ? maxEigWeights(correlation) : minVarWeights(correlation);
  const again = fitWith(factors.map((factor, j) => factor * (weights?.[j] ?? 1)));
  if (!again.ok) return atRow(again.error, fitRows);
  const shares = Float64Array.from(again.value.toJSON().weights);
  return ok({ harmoniser: again.value, weights: shares, correlation, selectedOn });
}

/** Which rows are fitted on, and which stop the training. */
function splitRows({ features, votes, options, gold, rng }: FitInput): {
  fitRows: Uint32Array;
  select: Selection | undefined;
  selectedOn: ReadonlySet<number>;
} {
  const order = rng.split("held-out").permutation(votes.items);
  if (options.select === "gold") {
    assert(gold !== undefined, "gold labels to select by");
    const known = order.filter((i) => (gold[i] ?? -1) >= 0);
    // Half of the gold picks, the other half stays fresh for the reliability table.
    const chosen = known.subarray(0, Math.ceil(known.length / 2));
    const selectedOn = new Set(chosen);
    const labels = Array.from(chosen, (i) => gold[i] ?? -1);
    return {
      fitRows: order.filter((i) => !selectedOn.has(i)).sort(),
      select: { kind: "gold", features: takeRows(features, chosen), gold: labels },
      selectedOn,
    };
  }
  const held = votes.items < SPLIT_ITEMS_MIN ? 0 : Math.floor(HELD_OUT * votes.items);
  const heldRows = order.subarray(0, held);
  return {
    fitRows: order.slice(held).sort(),
    select:
      held === 0
        ? undefined
        : {
            kind: "weak",
            features: takeRows(features, heldRows),
            votes: voteRows(votes, heldRows),
          },
    selectedOn: new Set(),
  };
}

/** The failure with its row among all items. */
const atRow = (
  failure: HarmoniserFailure,
  fitRows: Uint32Array,
): Result<never, HarmoniserFailure> =>
  err(
    failure.kind === "nan-loss" && failure.part === "training"
      ? { ...failure, row: fitRows[failure.row] ?? failure.row }
      : failure,
  );
