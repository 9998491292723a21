import { useElementSize } from "@mantine/hooks";
import { type PointerEvent, useState } from "react";
import css from "./charts.module.css";
import { type Scale, scaleOf, spread } from "./scale.ts";

export interface ChartPoint {
  readonly x: number;
  readonly y: number;
  readonly low?: number | null | undefined;
  readonly high?: number | null | undefined;
}

/** `machine`, `person` and `learned` as everywhere; `ink` for what a chart is about, `grey` for the rest. */
export type Tone = "machine" | "person" | "learned" | "ink" | "grey";

export interface Series {
  readonly id: string;
  /** Written at the end of the line. */
  readonly label: string;
  readonly tone: Tone;
  readonly points: readonly ChartPoint[];
  readonly dashed?: boolean;
  /** Dots at the points; `learned` marks them as lessons that went live. */
  readonly dots?: boolean;
}

export interface ChartMark {
  readonly x: number;
  readonly y: number;
  readonly title: string;
  readonly href: string;
}

export interface LineChartProps {
  /** The finding, for those who do not see the drawing. */
  readonly title: string;
  readonly series: readonly Series[];
  readonly xLabel: string;
  readonly yLabel: string;
  readonly xText: (x: number) => string;
  readonly yText: (y: number) => string;
  readonly height?: number;
  /** A dashed level with its word. */
  readonly baseline?: { readonly y: number; readonly label: string } | undefined;
  /** A stretch of the x axis that is shaded, with its word. */
  readonly zone?:
    | { readonly from: number; readonly to: number; readonly label: string }
    | undefined;
  /** Draw the line where y equals x. */
  readonly diagonal?: string;
  readonly marks?: readonly ChartMark[];
  readonly xDomain?: readonly [number, number];
  readonly yDomain?: readonly [number, number];
  /** The one series in front, when there are many. */
  readonly lit?: string | null;
}

const LABEL_PX = 14;
/** Width of a character of a label, about. */
const LABEL_CHAR_PX = 6.4;
const MARGIN = { top: 26, bottom: 40, left: 48 } as const;

function extent(values: readonly number[], include: readonly number[]): [number, number] {
  const all = [...values, ...include].filter(Number.isFinite);
  return all.length === 0 ? [0, 1] : [Math.min(...all), Math.max(...all)];
}

export function LineChart(props: LineChartProps) {
  const { ref, width } = useElementSize();
  const height = props.height ?? 260;
  return (
    <div ref={ref} className={css.chart} style={{ height }}>
      {width > 0 ? <Drawing {...props} width={width} height={height} /> : null}
    </div>
  );
}

function useScales(props: LineChartProps, width: number, height: number) {
  const points = props.series.flatMap((one) => one.points);
  const longest = Math.max(0, ...props.series.map(({ label }) => label.length));
  const right = longest === 0 ? 16 : Math.min(width * 0.32, 16 + longest * LABEL_CHAR_PX);
  const ys = points.flatMap(({ y, low, high }) => [y, low ?? y, high ?? y]);
  const x = scaleOf({
    domain:
      props.xDomain ??
      extent(
        points.map((point) => point.x),
        [],
      ),
    range: [MARGIN.left, width - right],
    ticks: Math.max(2, Math.floor(width / 110)),
  });
  const y = scaleOf({
    domain: props.yDomain ?? extent(ys, [0, props.baseline?.y ?? 0]),
    range: [height - MARGIN.bottom, MARGIN.top],
    ticks: Math.max(2, Math.floor(height / 56)),
    nice: true,
  });
  return { x, y, right };
}

function Drawing(props: LineChartProps & { readonly width: number; readonly height: number }) {
  const { title, series, width, height, xText, yText, baseline, marks = [], lit } = props;
  const { x, y, right } = useScales(props, width, height);
  const [hover, setHover] = useState<number | null>(null);
  const onMove = (event: PointerEvent<SVGSVGElement>) => {
    const px = event.clientX - event.currentTarget.getBoundingClientRect().left;
    setHover(px < MARGIN.left - 8 || px > width - right + 8 ? null : px);
  };
  return (
    <svg
      width={width}
      height={height}
      role={marks.length === 0 ? "img" : "group"}
      aria-label={title}
      onPointerMove={onMove}
      onPointerLeave={() => setHover(null)}
    >
      {props.zone === undefined ? null : <Zone zone={props.zone} x={x} y={y} />}
      <Axes {...props} x={x} y={y} right={right} />
      {props.diagonal === undefined ? null : <Diagonal x={x} y={y} label={props.diagonal} />}
      {baseline === undefined ? null : (
        <g className={css.baseline}>
          <line x1={MARGIN.left} x2={width - right} y1={y(baseline.y)} y2={y(baseline.y)} />
          <text x={MARGIN.left + 6} y={y(baseline.y) - 5}>
            {baseline.label}
          </text>
        </g>
      )}
      {series.map((one) => (
        <Line key={one.id} series={one} x={x} y={y} faded={lit != null && lit !== one.id} />
      ))}
      <EndLabels series={series} x={x} y={y} width={width} right={right} lit={lit ?? null} />
      {marks.map((mark) => (
        <a key={`${mark.x}/${mark.href}`} href={mark.href} aria-label={mark.title}>
          <circle className={css.lesson} cx={x(mark.x)} cy={y(mark.y)} r={5}>
            <title>{mark.title}</title>
          </circle>
        </a>
      ))}
      {hover === null ? null : (
        <Readout series={series} x={x} y={y} px={hover} xText={xText} yText={yText} width={width} />
      )}
    </svg>
  );
}

function Axes({
  x,
  y,
  right,
  width,
  height,
  xText,
  yText,
  xLabel,
  yLabel,
}: LineChartProps & {
  readonly x: Scale;
  readonly y: Scale;
  readonly right: number;
  readonly width: number;
  readonly height: number;
}) {
  return (
    <g className={css.axes}>
      {y.ticks.map((tick) => (
        <g key={tick}>
          <line x1={MARGIN.left} x2={width - right} y1={y(tick)} y2={y(tick)} />
          <text x={MARGIN.left - 8} y={y(tick) + 4} textAnchor="end">
            {yText(tick)}
          </text>
        </g>
      ))}
      {x.ticks.map((tick) => (
        <text key={tick} x={x(tick)} y={height - MARGIN.bottom + 18} textAnchor="middle">
          {xText(tick)}
        </text>
      ))}
      <text className={css.axisName} x={width - right} y={height - 4} textAnchor="end">
        {xLabel}
      </text>
      <text className={css.axisName} x={0} y={11}>
        {yLabel}
      </text>
    </g>
  );
}

function Zone({
  zone: { from, to, label },
  x,
  y,
}: {
  readonly zone: NonNullable<LineChartProps["zone"]>;
  readonly x: Scale;
  readonly y: Scale;
}) {
  return (
    <g className={css.zone}>
      <rect
        x={x(from)}
        y={y(y.to)}
        width={Math.max(0, x(to) - x(from))}
        height={y(y.from) - y(y.to)}
      />
      <text x={x(from) + 6} y={y(y.from) - 6}>
        {label}
      </text>
    </g>
  );
}

function Diagonal({
  x,
  y,
  label,
}: {
  readonly x: Scale;
  readonly y: Scale;
  readonly label: string;
}) {
  const to = Math.min(x.to, y.to);
  return (
    <g className={css.baseline}>
      <line x1={x(0)} y1={y(0)} x2={x(to)} y2={y(to)} />
      <text x={x(to * 0.62) - 6} y={y(to * 0.7)} textAnchor="end">
        {label}
      </text>
    </g>
  );
}

const pathOf = (points: readonly (readonly [number, number])[]): string =>
  points.map(([px, py], i) => `${i === 0 ? "M" : "L"}${px.toFixed(1)},${py.toFixed(1)}`).join("");

function Line({
  series: { points, tone, dashed, dots },
  x,
  y,
  faded,
}: {
  readonly series: Series;
  readonly x: Scale;
  readonly y: Scale;
  readonly faded: boolean;
}) {
  const band = points.filter(({ low, high }) => low != null && high != null);
  const edge = (side: "low" | "high") =>
    band.map((point) => [x(point.x), y(point[side] ?? point.y)] as const);
  return (
    <g className={css.series} data-tone={tone} data-faded={faded || undefined}>
      {band.length < 2 ? null : (
        <path
          className={css.band}
          d={`${pathOf([...edge("high"), ...edge("low").toReversed()])}Z`}
        />
      )}
      <path
        className={css.line}
        strokeDasharray={dashed === true ? "5 4" : undefined}
        d={pathOf(points.map((point) => [x(point.x), y(point.y)]))}
      />
      {dots === true
        ? points.map((point) => (
            <circle key={point.x} className={css.dot} cx={x(point.x)} cy={y(point.y)} r={3} />
          ))
        : null}
    </g>
  );
}

function EndLabels({
  series,
  x,
  y,
  width,
  right,
  lit,
}: {
  readonly series: readonly Series[];
  readonly x: Scale;
  readonly y: Scale;
  readonly width: number;
  readonly right: number;
  readonly lit: string | null;
}) {
  const named = series.filter(({ label, points }) => label !== "" && points.length > 0);
  // Lines that end together are named in the order they lie on the way.
  const ends = named.map(({ points }) => {
    const mean = points.reduce((sum, point) => sum + y(point.y), 0) / points.length;
    return y(points.at(-1)?.y ?? 0) + 4 + mean * 1e-6;
  });
  // Many labels stand in one column; long ones are cut to its width.
  const column = named.length > 2;
  const charsMax = Math.floor((right - 12) / LABEL_CHAR_PX);
  const bounds = [MARGIN.top + 8, y(y.from)] as const;
  const placed = spread(ends, LABEL_PX, bounds);
  return named.map(({ id, label, tone, points }, i) => {
    const end = x(points.at(-1)?.x ?? 0);
    // Where other lines go on beyond the end, the word stands above it.
    const above = !column && end < width - right - 1;
    return (
      <text
        key={id}
        className={css.endLabel}
        data-tone={tone}
        data-faded={(lit !== null && lit !== id) || undefined}
        x={(column ? width - right : Math.min(width - right, end)) + 8}
        y={(placed[i] ?? 0) - (above ? 12 : 0)}
      >
        {label.length <= charsMax ? label : `${label.slice(0, charsMax - 1)}…`}
        <title>{label}</title>
      </text>
    );
  });
}

/** The numbers under the pointer: the nearest point of each line. */
function Readout({
  series,
  x,
  y,
  px,
  xText,
  yText,
  width,
}: {
  readonly series: readonly Series[];
  readonly x: Scale;
  readonly y: Scale;
  readonly px: number;
  readonly xText: (x: number) => string;
  readonly yText: (y: number) => string;
  readonly width: number;
}) {
  const nearest = (points: readonly ChartPoint[]) =>
    points.toSorted((a, b) => Math.abs(x(a.x) - px) - Math.abs(x(b.x) - px))[0];
  const found = series.flatMap((one) => {
    const point = nearest(one.points);
    return point === undefined ? [] : [{ ...one, point }];
  });
  const first = found[0];
  if (first === undefined) return null;
  const lines = found
    .toSorted((a, b) => b.point.y - a.point.y)
    .map(({ label, point }) => {
      const interval =
        point.low == null || point.high == null
          ? ""
          : ` [${yText(point.low)}, ${yText(point.high)}]`;
      return `${label === "" ? "" : `${label} `}${yText(point.y)}${interval}`;
    });
  const at = x(first.point.x);
  const wide = Math.max(...lines.map(({ length }) => length)) * 6.3 + 16;
  const left = at + 12 + wide > width ? at - 12 - wide : at + 12;
  return (
    <g className={css.readout} pointerEvents="none">
      <line x1={at} x2={at} y1={y(y.to)} y2={y(y.from)} />
      {found.map(({ id, point, tone }) => (
        <circle key={id} data-tone={tone} cx={x(point.x)} cy={y(point.y)} r={4} />
      ))}
      <rect x={left} y={y(y.to)} width={wide} height={lines.length * 16 + 24} rx={5} />
      <text x={left + 8} y={y(y.to) + 16} className={css.readoutX}>
        {xText(first.point.x)}
      </text>
      {lines.map((line, i) => (
        <text key={line} x={left + 8} y={y(y.to) + 33 + i * 16}>
          {line}
        </text>
      ))}
    </g>
  );
}
