import type { TrainingPoint, TrainingRun } from "#core/comparison-views.ts";
import { count, fixed, tick } from "#web/app/format.ts";
import { ChartFrame } from "#web/charts/chart-frame.tsx";
import { csvOf } from "#web/charts/csv.ts";
import { type ChartPoint, LineChart, type Series } from "#web/charts/line-chart.tsx";
import { parleyPrompt } from "#web/editors/comparison/parley.ts";
import { PromptText, ReplyText } from "#web/editors/comparison/transcript.tsx";
import { trainingFinding } from "./findings.ts";
import css from "./panels.module.css";

const of = (
  points: readonly TrainingPoint[],
  value: (point: TrainingPoint) => number | null,
  half: (point: TrainingPoint) => number | null = () => null,
): ChartPoint[] =>
  points.flatMap((point) => {
    const y = value(point);
    const error = half(point);
    if (y === null) return [];
    return [{ x: point.step, y, ...(error === null ? {} : { low: y - error, high: y + error }) }];
  });

/** A run's curves: learned reward and the true one, how far it went, and its loss. */
export function RunCharts({ run }: { readonly run: TrainingRun }) {
  const { points, name, options } = run;
  const finding = trainingFinding(points);
  const last = points.at(-1);
  const xDomain = [0, options.steps] as const;
  const csv = () =>
    csvOf(
      ["step", "loss", "learned reward", "true reward", "true reward ±", "KL", "length"],
      points.map((p) => [p.step, p.loss, p.reward, p.gold, p.goldError, p.kl, p.length]),
    );
  const empty = points.length === 0 ? "The first look is on its way" : undefined;
  const losses = of(points, ({ loss }) => loss);
  return (
    <section aria-label={`Curves of ${name}`} className={css.curves}>
      <ChartFrame
        title={finding}
        under="means over held-out prompts; learned reward in s.d., true reward in the world's points with its 95 % band: it is shown, never learned from"
        name={`${name}-reward`}
        csv={csv}
        empty={empty}
      >
        <LineChart
          title={finding}
          height={280}
          xLabel="step"
          yLabel="reward"
          xDomain={xDomain}
          xText={(x) => count(Math.round(x))}
          yText={tick}
          series={[
            {
              id: "true",
              label: "true",
              tone: "ink",
              points: of(
                points,
                ({ gold }) => gold,
                ({ goldError }) => goldError,
              ),
              dots: true,
            },
            {
              id: "learned",
              label: "learned",
              tone: "learned",
              points: of(points, ({ reward }) => reward),
              dots: true,
            },
          ]}
        />
      </ChartFrame>
      <div className={css.two}>
        <SmallChart
          title={
            last === undefined ? "Distance" : `${fixed(last.kl, 1)} nats away from where it began`
          }
          under="KL from the start, a reply"
          name={`${name}-kl`}
          yLabel="KL, nats"
          xDomain={xDomain}
          csv={csv}
          empty={empty}
          series={{
            id: "kl",
            label: "",
            tone: "machine",
            points: of(points, ({ kl }) => kl),
            dots: true,
          }}
        />
        <SmallChart
          title={lossFinding(losses)}
          under="mean since the look before"
          name={`${name}-loss`}
          yLabel="loss"
          xDomain={xDomain}
          csv={csv}
          empty={losses.length === 0 ? "No loss yet" : undefined}
          series={{ id: "loss", label: "", tone: "grey", points: losses, dots: true }}
        />
      </div>
      {last === undefined ? null : (
        <figure className={css.sample}>
          <figcaption className="label">
            At step {count(last.step)} it answers the first held-out prompt with
          </figcaption>
          <Sample text={last.sample} />
        </figure>
      )}
    </section>
  );
}

function lossFinding(losses: readonly ChartPoint[]): string {
  const [first, last] = [losses[0], losses.at(-1)];
  if (first === undefined || last === undefined) return "Loss";
  if (first === last) return `Loss ${fixed(last.y, 2)}`;
  return `Loss ${fixed(first.y, 2)} → ${fixed(last.y, 2)}`;
}

function SmallChart({
  title,
  under,
  name,
  yLabel,
  xDomain,
  csv,
  empty,
  series,
}: {
  readonly title: string;
  readonly under: string;
  readonly name: string;
  readonly yLabel: string;
  readonly xDomain: readonly [number, number];
  readonly csv: () => string;
  readonly empty: string | undefined;
  readonly series: Series;
}) {
  return (
    <ChartFrame title={title} under={under} name={name} csv={csv} empty={empty}>
      <LineChart
        title={title}
        height={180}
        xLabel="step"
        yLabel={yLabel}
        xDomain={xDomain}
        xText={(x) => count(Math.round(x))}
        yText={tick}
        series={[series]}
      />
    </ChartFrame>
  );
}

/** A prompt of the small world and its reply stand in one line, the one ends at "|". */
function Sample({ text }: { readonly text: string }) {
  const end = text.indexOf("|") + 1;
  if (parleyPrompt(text.slice(0, end)) === null) return <ReplyText text={text} />;
  return (
    <>
      <PromptText text={text.slice(0, end)} short />
      <ReplyText text={text.slice(end).trim()} />
    </>
  );
}
