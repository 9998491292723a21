import type { Curve, StudyReport } from "#core/study.ts";
import { plural, tick } from "#web/app/format.ts";
import { ChartFrame } from "#web/charts/chart-frame.tsx";
import { csvOf } from "#web/charts/csv.ts";
import { LineChart, type Series } from "#web/charts/line-chart.tsx";
import css from "./system.module.css";

/** Curves that share both axes belong in one chart. */
function chartsOf(curves: readonly Curve[]): { key: string; curves: Curve[] }[] {
  const charts = new Map<string, Curve[]>();
  for (const curve of curves) {
    const key = `${curve.yLabel} by ${curve.xLabel}`;
    charts.set(key, [...(charts.get(key) ?? []), curve]);
  }
  return [...charts].map(([key, its]) => ({ key, curves: its }));
}

const areaUnder = ({ x, y }: Curve): number =>
  x.reduce((sum, at, i) => {
    const before = x[i - 1];
    return before === undefined ? 0 : sum + ((at - before) * ((y[i] ?? 0) + (y[i - 1] ?? 0))) / 2;
  }, 0);

export function StudyCurves({
  report,
  lit,
}: {
  readonly report: StudyReport;
  readonly lit: string | null;
}) {
  return (
    <div className={css.charts}>
      {chartsOf(report.curves).map(({ key, curves }) => (
        <StudyChart key={key} report={report} curves={curves} lit={lit} />
      ))}
    </div>
  );
}

function StudyChart({
  report,
  curves,
  lit,
}: {
  readonly report: StudyReport;
  readonly curves: readonly Curve[];
  readonly lit: string | null;
}) {
  const first = curves[0];
  if (first === undefined) return null;
  const arms = new Map(report.arms.map((arm) => [arm.id, arm]));
  const series: Series[] = curves.map((curve) => {
    const arm = arms.get(curve.arm);
    return {
      id: curve.arm,
      label: arm?.title ?? curve.arm,
      tone: arm?.role === "method" ? "machine" : "grey",
      dashed: arm?.role === "control" || arm?.role === "bound",
      points: curve.x.map((x, i) => ({ x, y: curve.y[i] ?? Number.NaN })),
    };
  });
  const contenders = curves.filter(({ arm }) => arms.get(arm)?.role !== "bound");
  const lowest = contenders.toSorted((a, b) => areaUnder(a) - areaUnder(b))[0];
  const winner = lowest === undefined ? undefined : arms.get(lowest.arm)?.title;
  // Where less is better, the lowest line is the finding; elsewhere the axes say what is shown.
  const lessIsBetter = first.yLabel.includes("error");
  const title =
    winner === undefined || !lessIsBetter
      ? `${first.yLabel} by ${first.xLabel}`
      : `${winner} lies lowest: ${first.yLabel}`;
  return (
    <ChartFrame
      title={title}
      under={`${plural(curves.length, "arm")}, mean of ${plural(report.seeds.length, "seed")}; blue is the paper's method`}
      name={`${report.study}-${first.yLabel.replaceAll(/\W+/g, "-")}`}
      csv={() =>
        csvOf(
          ["arm", first.xLabel, first.yLabel],
          curves.flatMap((curve) => curve.x.map((x, i) => [curve.arm, x, curve.y[i]])),
        )
      }
    >
      <LineChart
        title={title}
        height={Math.max(300, 60 + curves.length * 15)}
        xLabel={first.xLabel}
        yLabel={first.yLabel}
        xText={tick}
        yText={tick}
        series={series.toSorted((a, b) => Number(a.tone !== "grey") - Number(b.tone !== "grey"))}
        lit={lit}
        {...(first.xLabel.includes("risk") ? { diagonal: "as stated" } : {})}
      />
    </ChartFrame>
  );
}
