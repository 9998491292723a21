import { z } from "zod";
import { assert } from "#core/assert.ts";
import { badInput } from "#core/errors.ts";
import { err, ok, type Result } from "#core/result.ts";
import type { Rng } from "#core/rng.ts";
import {
  HeadJson,
  type HeadShape,
  headFromJson,
  type LogitLoss,
  type NanLoss,
  type TrainedHead,
  trainHead,
} from "#num/heads.ts";
import { type Matrix, takeRows } from "#num/matrix.ts";
import { softmaxInPlace } from "#num/softmax.ts";
import { type ParetoLoss, paretoLoss, SCALARISERS, shareOut } from "./scalarisers.ts";
import { ABSTAIN, type VoteMatrix, voteRows } from "./votes.ts";

/**
 * What stops training and picks among settings: held-out weak votes (no gold needed), or gold
 * labels.
 */
export type Selection =
  | { readonly kind: "weak"; readonly features: Matrix; readonly votes: VoteMatrix }
  | {
      readonly kind: "gold";
      readonly features: Matrix;
      /** [rows] class indices. */
      readonly gold: ArrayLike<number>;
    };

export interface Setting {
  readonly learningRate: number;
  readonly weightDecay: number;
}

export interface HarmoniserOptions extends ParetoLoss {
  /** [items, columns], row i belonging to item i of the votes. */
  readonly features: Matrix;
  readonly head: HeadShape;
  /** Absent: the first setting is trained for all epochs. */
  readonly select?: Selection;
  /** Tried in turn; the one with the lowest selection loss is kept. */
  readonly grid?: readonly Setting[];
  readonly epochs?: number;
  readonly batch?: number;
  /** Epochs without a lower selection loss before training stops. */
  readonly patience?: number;
  readonly rng: Rng;
  readonly signal?: AbortSignal;
}

export type HarmoniserFailure =
  /** No source votes on any item. */
  | { readonly kind: "no-votes" }
  /** `row`: of the items fitted, or of the selection's where `part` is `validation`. */
  | NanLoss
  /** The output is the same for every item: it says nothing about any of them. */
  | { readonly kind: "constant-output"; readonly variance: number };

/** How the kept setting was chosen, for the report. */
const Chosen = z.strictObject({
  by: z.enum(["weak", "gold", "none"]),
  learningRate: z.number(),
  weightDecay: z.number(),
  epochs: z.int(),
  /** Selection loss; null without a selection. */
  loss: z.number().nullable(),
});
export type Chosen = z.infer<typeof Chosen>;

export const HarmoniserJson = z.strictObject({
  head: HeadJson,
  scalariser: z.enum(SCALARISERS),
  normalise: z.enum(["all", "voters"]),
  /** [sources] shares of 1. */
  weights: z.array(z.number()),
  chosen: Chosen,
});
export type HarmoniserJson = z.infer<typeof HarmoniserJson>;

/** h(x): a small model fitted to agree with all sources at once (Zhao et al. 2023). */
export interface Harmoniser {
  readonly classes: number;
  readonly chosen: Chosen;
  /** [n * classes] */
  probabilities(features: Matrix): Float32Array;
  toJSON(): HarmoniserJson;
}

export const EPOCHS_DEFAULT = 12;
const BATCH_DEFAULT = 64;
const PATIENCE_DEFAULT = 5;
const SETTING_DEFAULT: Setting = { learningRate: 0.05, weightDecay: 0 };
/** Below it the output does not tell items apart, and the run is refused. */
const VARIANCE_MIN = 1e-8;

/** Fits h on the items with a vote. Throws a `cancelled` problem when `signal` says so. */
export function fitHarmoniser(options: HarmoniserOptions): Result<Harmoniser, HarmoniserFailure> {
  const { features, votes, select, grid = [SETTING_DEFAULT] } = options;
  assert(features.rows === votes.items, "a row of features for every item");
  assert(grid.length > 0, "a setting to train with");
  const voted = votedRows(votes);
  if (voted.length === 0) return err({ kind: "no-votes" });
  const train = { features: takeRows(features, voted), votes: voteRows(votes, voted) };
  const validation = select === undefined ? undefined : selectionLoss(select, options);
  let best: { head: TrainedHead; chosen: Chosen } | undefined;
  for (const setting of select === undefined ? grid.slice(0, 1) : grid) {
    const fitted = fitOne(setting, train, validation, options);
    if (!fitted.ok) return err(atItem(fitted.error, voted));
    const loss = fitted.value.chosen.loss ?? 0;
    if (best === undefined || loss < (best.chosen.loss ?? 0)) best = fitted.value;
  }
  assert(best !== undefined, "a setting was trained");
  const { scalariser, normalise = "all" } = options;
  const weights = Array.from(shareOut(options.weights, votes.sources));
  const harmoniser = harmoniserOf(best.head, {
    scalariser,
    normalise,
    weights,
    chosen: best.chosen,
  });
  const variance = spread(harmoniser.probabilities(train.features), votes.classes);
  return variance < VARIANCE_MIN ? err({ kind: "constant-output", variance }) : ok(harmoniser);
}

/** Rows of the items somebody votes on. */
function votedRows({ items, sources, votes }: VoteMatrix): Uint32Array {
  const rows: number[] = [];
  for (let i = 0; i < items; i++)
    for (let j = 0; j < sources; j++)
      if (votes[i * sources + j] !== ABSTAIN) {
        rows.push(i);
        break;
      }
  return Uint32Array.from(rows);
}

type Validation = { features: Matrix; loss: LogitLoss };

function selectionLoss(select: Selection, how: ParetoLoss): Validation {
  const { features } = select;
  if (select.kind === "weak")
    return { features, loss: paretoLoss({ ...how, votes: select.votes }) };
  const { classes } = how.votes;
  const gold: VoteMatrix = {
    items: features.rows,
    sources: 1,
    classes,
    votes: Int16Array.from(select.gold),
  };
  return { features, loss: paretoLoss({ votes: gold, scalariser: "linear" }) };
}

function fitOne(
  setting: Setting,
  train: { features: Matrix; votes: VoteMatrix },
  validation: Validation | undefined,
  options: HarmoniserOptions,
): Result<{ head: TrainedHead; chosen: Chosen }, NanLoss> {
  let epochs = 0;
  let lowest = Number.POSITIVE_INFINITY;
  const trained = trainHead({
    features: train.features,
    classes: train.votes.classes,
    head: options.head,
    loss: paretoLoss({ ...options, votes: train.votes }),
    epochs: options.epochs ?? EPOCHS_DEFAULT,
    batch: options.batch ?? BATCH_DEFAULT,
    ...setting,
    optimiser: { kind: "adamw" },
    ...(validation && {
      validation: { ...validation, patience: options.patience ?? PATIENCE_DEFAULT },
    }),
    rng: options.rng,
    ...(options.signal && { signal: options.signal }),
    onEpoch: ({ epoch, validationLoss }) => {
      epochs = epoch + 1;
      lowest = Math.min(lowest, validationLoss ?? lowest);
    },
  });
  if (!trained.ok) return trained;
  const by = options.select?.kind ?? "none";
  const loss = validation === undefined ? null : lowest;
  return ok({ head: trained.value, chosen: { by, ...setting, epochs, loss } });
}

/** The failure with its row among the caller's items. */
const atItem = (failure: NanLoss, voted: Uint32Array): NanLoss =>
  failure.part === "training" ? { ...failure, row: voted[failure.row] ?? failure.row } : failure;

function harmoniserOf(head: TrainedHead, rest: Omit<HarmoniserJson, "head">): Harmoniser {
  return {
    classes: head.classes,
    chosen: rest.chosen,
    probabilities(features) {
      const logits = head.logits(features);
      softmaxInPlace(logits, head.classes);
      return logits;
    },
    toJSON: () => ({ head: head.toJSON(), ...rest }),
  };
}

/** The harmoniser that `toJSON` wrote. Throws a `Problem` where it is anything else. */
export function harmoniserFromJson(json: unknown): Harmoniser {
  const parsed = HarmoniserJson.safeParse(json);
  if (!parsed.success) throw badInput(parsed.error, json);
  const { head, ...rest } = parsed.data;
  return harmoniserOf(headFromJson(head), rest);
}

/** Largest variance over items among the classes. */
function spread(probabilities: Float32Array, classes: number): number {
  const n = probabilities.length / classes;
  let most = 0;
  for (let c = 0; c < classes; c++) {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += probabilities[i * classes + c] as number;
    let squares = 0;
    for (let i = 0; i < n; i++)
      squares += ((probabilities[i * classes + c] as number) - sum / n) ** 2;
    most = Math.max(most, squares / n);
  }
  return most;
}
