import type { LessonView, Overview } from "#core/views.ts";
import { count, percent, percentTick } from "#web/app/format.ts";
import { ChartFrame } from "#web/charts/chart-frame.tsx";
import { csvOf } from "#web/charts/csv.ts";
import { errorCurveFinding } from "#web/charts/findings.ts";
import { LineChart } from "#web/charts/line-chart.tsx";

interface Props {
  readonly overview: Overview;
  readonly lessons: readonly LessonView[];
}

/** The axis before there is a correction: as far as the first refit goes by default. */
const BEFORE_ANY = [0, 40] as const;

/** Held-out error against corrections: band, lessons that went live in green, the forecast dashed. */
export function ErrorChart({ overview, lessons }: Props) {
  const { errorCurve, forecast } = overview;
  const finding = errorCurveFinding(errorCurve);
  const versions = new Map(lessons.map(({ id, version }) => [id, version]));
  const first = errorCurve[0];
  const n = errorCurve.at(-1)?.n ?? null;
  const none = (errorCurve.at(-1)?.x ?? 0) === 0 && forecast.length === 0;
  const csv = () =>
    csvOf(
      ["corrections", "error", "low", "high", "n", "lesson", "promoted"],
      errorCurve.map((p) => [p.x, p.y, p.low, p.high, p.n, p.lessonId, String(p.promoted)]),
    );
  return (
    <ChartFrame
      title={finding}
      under={
        <>
          held-out items{n === null ? "" : `, n ${count(n)}`}, 95 % band;{" "}
          <span className="learned">● lessons that went live</span>
        </>
      }
      name="error-by-corrections"
      csv={csv}
      empty={errorCurve.length === 0 ? "Nothing measured yet" : undefined}
    >
      <LineChart
        title={finding}
        height={280}
        xLabel="corrections"
        {...(none && { xDomain: BEFORE_ANY })}
        yLabel="held-out error, %"
        xText={(x) => count(Math.round(x))}
        yText={percentTick}
        baseline={
          first === undefined || errorCurve.length < 2
            ? undefined
            : { y: first.y, label: `before any correction ${percent(first.y)} %` }
        }
        series={[
          { id: "error", label: "error", tone: "ink", points: errorCurve, dots: true },
          ...(forecast.length === 0
            ? []
            : [
                {
                  id: "forecast",
                  label: "forecast",
                  tone: "grey" as const,
                  points: forecast,
                  dashed: true,
                },
              ]),
        ]}
        marks={errorCurve
          .filter(({ promoted }) => promoted)
          .map(({ x, y, lessonId }) => ({
            x,
            y,
            href: `#lesson-${lessonId}`,
            title: `Lesson ${versions.get(lessonId) ?? ""} went live: ${percent(y)} % after ${count(x)} corrections`,
          }))}
      />
    </ChartFrame>
  );
}
