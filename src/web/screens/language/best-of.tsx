import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { useState } from "react";
import type { BestOfCurve } from "#core/comparison-views.ts";
import type { Measurement } from "#core/measurement.ts";
import { path, post } from "#web/app/api.ts";
import { count, fixed, tick } from "#web/app/format.ts";
import { Failure } from "#web/app/parts.tsx";
import { ChartFrame } from "#web/charts/chart-frame.tsx";
import { csvOf } from "#web/charts/csv.ts";
import { type ChartPoint, LineChart, type Series } from "#web/charts/line-chart.tsx";
import { bestOfFinding } from "./findings.ts";
import css from "./panels.module.css";

interface Props {
  readonly projectId: string;
  readonly world: boolean;
  readonly ready: boolean;
}

type Axis = "n" | "kl";

const keyOf = (projectId: string) => ["project", projectId, "best-of-n"];

/** Over-optimisation: what choosing the best of n by the learned score gives by that score, and truly. */
export function BestOf({ projectId, world, ready }: Props) {
  const { aggregate, lambda } = useSearch({ from: "/p/$projectId/language" });
  const client = useQueryClient();
  const [axis, setAxis] = useState<Axis>("n");
  const measure = useMutation({
    mutationFn: () =>
      post<BestOfCurve>(path`/projects/${projectId}/best-of-n`, {
        ...(aggregate === undefined ? {} : { aggregate }),
        ...(lambda === undefined ? {} : { lambda }),
      }),
    onSuccess: (curve) => client.setQueryData(keyOf(projectId), curve),
  });
  const found = measure.data ?? client.getQueryData<BestOfCurve>(keyOf(projectId));
  const finding = found === undefined ? "How far the score can be pushed" : bestOfFinding(found);
  return (
    <div className={css.best}>
      <ChartFrame
        title={finding}
        under={
          found === undefined
            ? "best of n by the learned score"
            : `${count(found.prompts)} fresh prompts, 95 % bands; the true reward is shown, never used. ${found.recommended.reason}`
        }
        name="best-of-n"
        csv={() => csvOfCurve(found)}
        empty={
          found !== undefined
            ? undefined
            : !world
              ? "Only where replies can be sampled: the project has no world"
              : !ready
                ? "Needs a reward model"
                : "Not measured yet"
        }
      >
        {found === undefined ? null : <Curve curve={found} title={finding} axis={axis} />}
      </ChartFrame>
      <div className={css.row}>
        <button
          type="button"
          className="button"
          disabled={!world || !ready || measure.isPending}
          onClick={() => measure.mutate()}
        >
          {measure.isPending
            ? "Sampling and scoring…"
            : found === undefined
              ? "Measure"
              : "Measure anew"}
        </button>
        <fieldset className={css.choice}>
          <legend className="hidden">Across</legend>
          {(["n", "kl"] as const).map((one) => (
            <button
              key={one}
              type="button"
              className="button small"
              aria-pressed={axis === one}
              onClick={() => setAxis(one)}
            >
              {one === "n" ? "against n" : "against KL"}
            </button>
          ))}
        </fieldset>
      </div>
      {measure.error === null ? null : (
        <Failure error={measure.error} what="The curve could not be measured" />
      )}
      {found?.warnings.map((warning) => (
        <p key={warning} className={css.under}>
          {warning}
        </p>
      ))}
    </div>
  );
}

function Curve({
  curve: { curve, recommended },
  title,
  axis,
}: {
  readonly curve: BestOfCurve;
  readonly title: string;
  readonly axis: Axis;
}) {
  const at = (point: { n: number; kl: number }) => (axis === "n" ? Math.log2(point.n) : point.kl);
  const line = (of: (point: (typeof curve)[number]) => Measurement | null): ChartPoint[] =>
    curve.flatMap((point) => {
      const measured = of(point);
      return measured === null
        ? []
        : [
            {
              x: at(point),
              y: measured.value,
              low: measured.interval?.low,
              high: measured.interval?.high,
            },
          ];
    });
  const safe = curve.findLast(({ n }) => recommended.n !== null && n <= recommended.n);
  const first = curve[0];
  const series: Series[] = [
    { id: "true", label: "true", tone: "ink", points: line(({ gold }) => gold), dots: true },
    {
      id: "learned",
      label: "learned",
      tone: "learned",
      points: line(({ proxy }) => proxy),
      dots: true,
    },
    {
      id: "unseen",
      label: "unheard member",
      tone: "grey",
      points: line(({ unseen }) => unseen),
      dashed: true,
    },
  ];
  return (
    <LineChart
      title={title}
      height={280}
      xLabel={axis === "n" ? "n: replies chosen from" : "KL from the policy sampled, nats"}
      yLabel="reward of the chosen (learned: s.d.)"
      xText={axis === "n" ? (x) => fixed(2 ** x, 0) : tick}
      yText={tick}
      series={series.filter(({ points }) => points.length > 0)}
      zone={
        safe === undefined || first === undefined
          ? undefined
          : { from: at(first), to: at(safe), label: `safe: n ≤ ${safe.n}` }
      }
    />
  );
}

const csvOfCurve = (found: BestOfCurve | undefined): string =>
  csvOf(
    ["n", "kl", "learned", "unheard member", "true", "true low", "true high"],
    (found?.curve ?? []).map(({ n, kl, proxy, unseen, gold }) => [
      n,
      kl,
      proxy.value,
      unseen?.value,
      gold?.value,
      gold?.interval?.low,
      gold?.interval?.high,
    ]),
  );
