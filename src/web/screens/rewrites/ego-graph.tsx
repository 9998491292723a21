import { useElementSize } from "@mantine/hooks";
import type { RewriteGraph } from "#core/rewrite.ts";
import { count, percent } from "#web/app/format.ts";
import css from "./ego-graph.module.css";
import { type Flow, flowsOf } from "./flows.ts";

const LAYOUT = { edgesMax: 6, rowPx: 26, thinPx: 1.5, thickPx: 20 } as const;
const BAR_PX = 6;
/** Room at the right for words and counts, as a share of the width. */
const WORDS_SHARE = 0.7;
const CHAR_PX = 6.2;
/** Of the share, and of count and share together. */
const PART_PX = 56;
const COUNT_PX = 104;

interface Props {
  readonly graph: RewriteGraph;
  /** The wording the request is rewritten to. */
  readonly toText: string;
}

/** Where users went from one request: on to other wordings, or to an end, good or bad. */
export function EgoGraph({ graph, toText }: Props) {
  const { ref, width } = useElementSize();
  const flows = flowsOf(graph, LAYOUT);
  if (flows.length === 0) return <p className="quiet">Nothing was counted from this request.</p>;
  return (
    <>
      <div ref={ref} className={css.graph} style={{ height: flows.length * LAYOUT.rowPx }}>
        {width > 0 ? <Drawing flows={flows} toText={toText} width={width} /> : null}
      </div>
      <table className="hidden">
        <caption>Where users went from “{graph.node}”</caption>
        <thead>
          <tr>
            <th scope="col">To</th>
            <th scope="col">Times</th>
            <th scope="col">Share</th>
          </tr>
        </thead>
        <tbody>
          {flows.map(({ id, label, count: times, share }) => (
            <tr key={id}>
              <th scope="row">{label}</th>
              <td>{timesText(times)}</td>
              <td>{percent(share)} %</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

/** Counts fade with time, so they may not be whole. */
const timesText = (n: number): string => {
  const tenths = Number(n.toFixed(1));
  return Number.isInteger(tenths) ? count(tenths) : tenths.toFixed(1);
};

function Drawing({
  flows,
  toText,
  width,
}: {
  readonly flows: readonly Flow[];
  readonly toText: string;
  readonly width: number;
}) {
  const height = flows.length * LAYOUT.rowPx;
  const words = width * (1 - WORDS_SHARE);
  const first = flows[0];
  const last = flows.at(-1);
  const top = (first?.from ?? 0) - (first?.thick ?? 0) / 2;
  const bottom = (last?.from ?? 0) + (last?.thick ?? 0) / 2;
  return (
    <svg width={width} height={height} aria-hidden="true">
      <rect className={css.bar} x={0} y={top} width={BAR_PX} height={bottom - top} rx={2} />
      {flows.map((flow) => (
        <Way
          key={flow.id}
          flow={flow}
          target={flow.kind === "edge" && flow.label === toText}
          words={words}
          width={width}
        />
      ))}
    </svg>
  );
}

function Way({
  flow: { kind, label, count: times, share, from, to, thick },
  target,
  words,
  width,
}: {
  readonly flow: Flow;
  readonly target: boolean;
  readonly words: number;
  readonly width: number;
}) {
  const end = words - 12;
  const bend = (BAR_PX + end) / 2;
  const charsMax = Math.max(4, Math.floor((width - words - COUNT_PX) / CHAR_PX));
  return (
    <g data-kind={kind} data-target={target || undefined} className={css.way}>
      {thick === 0 ? null : (
        <path
          d={`M${BAR_PX} ${from}C${bend} ${from} ${bend} ${to} ${end} ${to}`}
          strokeWidth={thick}
        />
      )}
      <text x={words} y={to + 4}>
        {label.length <= charsMax ? label : `${label.slice(0, charsMax - 1)}…`}
        <title>{label}</title>
      </text>
      <text x={width - PART_PX} y={to + 4} className={css.times}>
        {timesText(times)}
      </text>
      <text x={width} y={to + 4} className={css.part}>
        {percent(share)} %
      </text>
    </g>
  );
}
