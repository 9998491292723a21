import { z } from "zod";
import { applyIsotonic, fitIsotonic, type Isotonic } from "#assess/calibration/isotonic.ts";
import { ABSTAIN } from "#assess/votes.ts";
import { Interval, Measurement } from "#core/measurement.ts";
import type { Rng } from "#core/rng.ts";
import { wilson } from "#measure/proportion.ts";
import { auroc } from "#measure/ranking.ts";
import { ECE_ITEMS_MIN, ece, reliabilityBins } from "#measure/reliability.ts";

/** From so many gold labels on, risk is held against them. */
export const GOLD_MIN = 30;
/** Fewer gold labels than this cannot pick settings and leave enough to report on. */
export const SELECTION_GOLD_MIN = 20;
const BINS = 10;

const Bin = z.strictObject({
  low: z.number(),
  high: z.number(),
  n: z.int(),
  predicted: z.number(),
  observed: z.number().nullable(),
  interval: Interval,
});

/** Risk against gold on items whose gold was never used. */
export const GoldReport = z.strictObject({
  /** Items with gold and a proposal, that no choice was made on. */
  n: z.int(),
  /** Error of the proposals among them. */
  error: Measurement,
  /** Refused below 50 items: null, while the counts of the bins are printed all the same. */
  ece: z.number().nullable(),
  /** Chance that a wrong proposal has the higher risk; null when all are right or all wrong. */
  auroc: z.number().nullable(),
  bins: z.array(Bin),
  /**
   * ECE of the mapped risk on the half that the map was not fitted on; null without a map or too
   * few.
   */
  eceMapped: z.number().nullable(),
});
export type GoldReport = z.infer<typeof GoldReport>;

export interface GoldInput {
  /** [items] NaN where nothing was proposed. */
  readonly risk: Float64Array;
  /** [items] class indices or -1, both. */
  readonly labels: readonly number[];
  readonly gold: readonly number[];
  /** Whether an item's gold was kept out of every choice. */
  readonly fresh: (row: number) => boolean;
  readonly isotonic: boolean;
  readonly rng: Rng;
}

/**
 * Reliability on held-out gold, and the isotonic map where it is asked for and there is enough to
 * fit it on.
 */
export function goldReport({ risk, labels, gold, fresh, isotonic, rng }: GoldInput): {
  report: GoldReport | null;
  calibrator: Isotonic | null;
  warnings: string[];
} {
  const rows = [...gold.keys()].filter(
    (row) => gold[row] !== ABSTAIN && labels[row] !== ABSTAIN && fresh(row),
  );
  if (rows.length < GOLD_MIN) {
    const tooFew = `${rows.length} fresh gold labels beside a proposal; ${GOLD_MIN} are needed for a reliability table`;
    const asked = isotonic ? " and an isotonic map: the risk is left as it is" : "";
    const silent = rows.length === 0 && !isotonic;
    return { report: null, calibrator: null, warnings: silent ? [] : [`${tooFew}${asked}.`] };
  }
  const risks = rows.map((row) => risk[row] as number);
  const wrong = rows.map((row) => (labels[row] === gold[row] ? 0 : 1));
  const errors = wrong.reduce<number>((sum, w) => sum + w, 0);
  const ranked = auroc(risks, wrong);
  const gap = ece(risks, wrong, { bins: BINS });
  const map = isotonic ? mapped(risks, wrong, rng) : null;
  return {
    report: {
      n: rows.length,
      error: {
        metric: "error",
        value: errors / rows.length,
        interval: wilson(errors, rows.length),
        n: rows.length,
        note: "of the proposals, where gold is known",
      },
      ece: gap.ok ? gap.value.value : null,
      auroc: ranked.ok ? ranked.value : null,
      bins: reliabilityBins(risks, wrong, { bins: BINS }).map((bin) => ({ ...bin })),
      eceMapped: map?.eceMapped ?? null,
    },
    calibrator: map?.calibrator ?? null,
    warnings: gap.ok
      ? []
      : [
          `ECE needs ${ECE_ITEMS_MIN} items with gold and there are ${rows.length}: see the bins' counts.`,
        ],
  };
}

/**
 * Fits the map on one half and judges it on the other; what is put to use is the map of the judged
 * half's sibling.
 */
function mapped(
  risks: readonly number[],
  wrong: readonly number[],
  rng: Rng,
): { calibrator: Isotonic; eceMapped: number | null } {
  const order = rng.permutation(risks.length);
  const half = Math.floor(risks.length / 2);
  const take = (values: readonly number[], rows: Uint32Array) =>
    Array.from(rows, (row) => values[row] as number);
  const [fitted, judged] = [order.subarray(0, half), order.subarray(half)];
  const calibrator = fitIsotonic(take(risks, fitted), take(wrong, fitted));
  const gap = ece(
    take(risks, judged).map((risk) => applyIsotonic(calibrator, risk)),
    take(wrong, judged),
    { bins: BINS },
  );
  return { calibrator, eceMapped: gap.ok ? gap.value.value : null };
}
