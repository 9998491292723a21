import type { ArmMetric, Curve } from "#core/study.ts";
import { wordLevenshtein } from "#measure/text/levenshtein.ts";
import { sari } from "#measure/text/sari.ts";
import type { Revised } from "./study-arms.ts";
import type { StudyDocument } from "./study-world.ts";

export type Metrics = Record<string, ArmMetric>;

/** What the metrics of all arms are resampled by: replicate r takes the same documents everywhere. */
export interface Scoring {
  readonly documents: readonly StudyDocument[];
  /** Each [documents], rows with replacement. */
  readonly resamples: readonly Uint32Array[];
}

const MINUTE_MS = 60_000;
const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
const wordsIn = (text: string): number => text.match(/\S+/g)?.length ?? 0;

/** Σ parts / Σ wholes over documents, and on each resample; `empty` where there is no whole. */
function ratioOf(
  parts: readonly number[],
  wholes: readonly number[],
  { resamples }: Pick<Scoring, "resamples">,
  empty = 0,
): ArmMetric {
  const at = (rows: Iterable<number>): number => {
    let [part, whole] = [0, 0];
    for (const row of rows) {
      part += parts[row] ?? 0;
      whole += wholes[row] ?? 0;
    }
    return whole === 0 ? empty : part / whole;
  };
  return { value: at(parts.keys()), replicates: resamples.map(at) };
}

/** Words to change until the text is as it should be. */
export const distances = (documents: readonly StudyDocument[], texts: readonly string[]) =>
  documents.map(({ clean }, d) => wordLevenshtein(texts[d] ?? "", clean));

const spoiltTexts = (documents: readonly StudyDocument[]) =>
  documents.map(({ corrupted }) => corrupted.text);

/** How far the texts are from right: over whole texts, whatever was reviewed of them. */
function textMetrics(scoring: Scoring, texts: readonly string[]): Metrics {
  const { documents } = scoring;
  const each = documents.map(() => 1);
  const words = documents.map(({ clean }) => wordsIn(clean));
  const scores = documents.map(({ clean, corrupted }, d) =>
    sari({ source: corrupted.text, output: texts[d] ?? "", references: [clean] }),
  );
  return {
    "errors-per-word": ratioOf(distances(documents, texts), words, scoring),
    sari: ratioOf(scores, each, scoring),
  };
}

/** The texts as they came. */
export const metricsBefore = (scoring: Scoring): Metrics =>
  textMetrics(scoring, spoiltTexts(scoring.documents));

/** What an arm left, and what it asked of a person. */
export function metricsOf(
  scoring: Scoring,
  revised: readonly Revised[],
  how: { readonly reviewed: boolean; readonly depths: number },
): Metrics {
  const { documents } = scoring;
  const each = documents.map(() => 1);
  const reviews = revised.map((one) => total(one.reviews));
  const accepted = revised.map((one) => total(one.accepted));
  const texts = revised.map(({ text }) => text);
  const metrics: Metrics = {
    ...textMetrics(scoring, texts),
    edits: ratioOf(accepted, each, scoring),
    reviews: ratioOf(reviews, each, scoring),
    minutes: ratioOf(
      revised.map(({ ms }) => ms / MINUTE_MS),
      each,
      scoring,
    ),
  };
  if (!how.reviewed) return metrics;
  const before = distances(documents, spoiltTexts(documents));
  const mended = distances(documents, texts).map((left, d) => (before[d] ?? 0) - left);
  metrics["mended-per-review"] = ratioOf(mended, reviews, scoring);
  metrics.acceptance = ratioOf(accepted, reviews, scoring);
  if (how.depths > 1)
    for (let depth = 0; depth < how.depths; depth++)
      metrics[`acceptance-${depth + 1}`] = ratioOf(
        revised.map((one) => one.accepted[depth] ?? 0),
        revised.map((one) => one.reviews[depth] ?? 0),
        scoring,
      );
  return metrics;
}

/** Errors per word against reviews a document, pass by pass, from the texts as they came. */
export function curveOf(
  arm: string,
  documents: readonly StudyDocument[],
  revised: readonly Revised[],
): Curve {
  const depths = Math.max(0, ...revised.map(({ texts }) => texts.length));
  const words = total(documents.map(({ clean }) => wordsIn(clean)));
  const errorsAt = (depth: number): number => {
    const texts = revised.map(({ texts }, d) =>
      depth === 0
        ? (documents[d]?.corrupted.text ?? "")
        : (texts[Math.min(depth, texts.length) - 1] ?? documents[d]?.corrupted.text ?? ""),
    );
    return total(distances(documents, texts)) / words;
  };
  const reviewsAt = (depth: number): number =>
    total(revised.map(({ reviews }) => total(reviews.slice(0, depth)))) / documents.length;
  const points = Array.from({ length: depths + 1 }, (_, depth) => depth);
  return {
    id: `errors-by-reviews/${arm}`,
    arm,
    xLabel: "edits reviewed per document",
    yLabel: "errors left per word",
    x: points.map(reviewsAt),
    y: points.map(errorsAt),
  };
}
