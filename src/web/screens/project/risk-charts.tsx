import type { Point } from "#core/views.ts";
import { count, percent, percentTick } from "#web/app/format.ts";
import { ChartFrame } from "#web/charts/chart-frame.tsx";
import { csvOf } from "#web/charts/csv.ts";
import { reliabilityFinding, riskCoverageFinding } from "#web/charts/findings.ts";
import { LineChart } from "#web/charts/line-chart.tsx";

const rows = (points: readonly Point[]) =>
  points.map(({ x, y, low, high, n }) => [x, y, low, high, n]);

/** Error among what goes out unseen, by the share that does. */
export function RiskCoverageChart({ points }: { readonly points: readonly Point[] }) {
  const finding = riskCoverageFinding(points);
  const all = points.find(({ x }) => x === 1) ?? points.at(-1);
  return (
    <ChartFrame
      title={finding}
      under={`error among what nobody reviews${all?.n == null ? "" : `, n ${count(all.n)} held-out items`}, 95 % band`}
      name="risk-coverage"
      csv={() => csvOf(["coverage", "error", "low", "high", "n"], rows(points))}
      empty={points.length === 0 ? "Measured with the first lesson" : undefined}
    >
      <LineChart
        title={finding}
        xLabel="coverage: share that goes out unseen, %"
        yLabel="error among these, %"
        xDomain={[0, 1]}
        xText={percentTick}
        yText={percentTick}
        baseline={
          all === undefined ? undefined : { y: all.y, label: `no review ${percent(all.y)} %` }
        }
        series={[{ id: "error", label: "", tone: "machine", points }]}
      />
    </ChartFrame>
  );
}

/** Stated risk against the error really seen. */
export function ReliabilityChart({ bins }: { readonly bins: readonly Point[] }) {
  const finding = reliabilityFinding(bins);
  const n = bins.reduce((sum, bin) => sum + (bin.n ?? 0), 0);
  return (
    <ChartFrame
      title={finding}
      under={`${bins.length} bins of risk, n ${count(n)} held-out items, 95 % band`}
      name="reliability"
      csv={() => csvOf(["risk", "error", "low", "high", "n"], rows(bins))}
      empty={bins.length === 0 ? "Measured with the first lesson" : undefined}
    >
      <LineChart
        title={finding}
        xLabel="stated risk, %"
        yLabel="error seen, %"
        xDomain={[0, 1]}
        yDomain={[0, 1]}
        xText={percentTick}
        yText={percentTick}
        diagonal="as stated"
        series={[{ id: "error", label: "", tone: "machine", points: bins, dots: true }]}
      />
    </ChartFrame>
  );
}
