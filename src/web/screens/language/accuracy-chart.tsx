import type { ComparisonOverview } from "#core/comparison-views.ts";
import { count, percent, percentTick } from "#web/app/format.ts";
import { ChartFrame } from "#web/charts/chart-frame.tsx";
import { csvOf } from "#web/charts/csv.ts";
import { LineChart } from "#web/charts/line-chart.tsx";
import { accuracyFinding } from "./findings.ts";

interface Props {
  readonly projectId: string;
  readonly overview: ComparisonOverview;
  readonly height?: number;
}

/** Held-out accuracy against comparisons learned from: one point a lesson, green where it came in force. */
export function AccuracyChart({ projectId, overview: { accuracyCurve }, height = 260 }: Props) {
  const finding = accuracyFinding(accuracyCurve);
  const n = accuracyCurve.at(-1)?.accuracy.n;
  const points = accuracyCurve.map(({ comparisons, accuracy }) => ({
    x: comparisons,
    y: accuracy.value,
    low: accuracy.interval?.low,
    high: accuracy.interval?.high,
  }));
  const lowest = Math.min(0.4, ...points.map(({ low, y }) => Math.floor((low ?? y) * 10) / 10));
  return (
    <ChartFrame
      title={finding}
      under={
        <>
          held-out comparisons{n === undefined ? "" : `, n ${count(n)}`}, 95 % band;{" "}
          <span className="learned">● in force</span>
        </>
      }
      name="accuracy-by-comparisons"
      csv={() =>
        csvOf(
          ["comparisons", "accuracy", "low", "high", "n", "lesson", "promoted"],
          accuracyCurve.map(({ comparisons, accuracy, lessonId, promoted }) => [
            comparisons,
            accuracy.value,
            accuracy.interval?.low,
            accuracy.interval?.high,
            accuracy.n,
            lessonId,
            String(promoted),
          ]),
        )
      }
      empty={accuracyCurve.length === 0 ? "Measured with the first lesson" : undefined}
    >
      <LineChart
        title={finding}
        height={height}
        xLabel="comparisons learned from"
        yLabel="held-out accuracy, %"
        xDomain={[0, Math.max(20, ...points.map(({ x }) => x))]}
        yDomain={[lowest, 1]}
        xText={(x) => count(Math.round(x))}
        yText={percentTick}
        baseline={{ y: 0.5, label: "by chance 50 %" }}
        series={[{ id: "accuracy", label: "", tone: "learned", points, dots: true }]}
        marks={accuracyCurve
          .filter(({ promoted }) => promoted)
          .map(({ comparisons, accuracy, lessonId }) => ({
            x: comparisons,
            y: accuracy.value,
            href: `/p/${encodeURIComponent(projectId)}/language?view=scores#lesson-${lessonId}`,
            title: `In force with ${count(comparisons)} comparisons: ${percent(accuracy.value)} %`,
          }))}
      />
    </ChartFrame>
  );
}
