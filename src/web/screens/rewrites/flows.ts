/** The neighbourhood of one request laid out as bands: from the request to where its users went. */
import type { RewriteGraph } from "#core/rewrite.ts";

export interface Flow {
  readonly id: string;
  readonly kind: "success" | "failure" | "edge" | "others";
  readonly label: string;
  readonly count: number;
  /** Of all that left or ended here, in [0, 1]. */
  readonly share: number;
  /** Middle and thickness of the band where it leaves the request, and the middle of its row, px. */
  readonly from: number;
  readonly to: number;
  readonly thick: number;
}

export interface FlowsOptions {
  /** Reformulations with a row of their own; the rest share one. */
  readonly edgesMax: number;
  readonly rowPx: number;
  /** A band is never thinner: a rare way stays visible. */
  readonly thinPx: number;
  /** Nor thicker: rows stay apart. */
  readonly thickPx: number;
}

interface Part {
  readonly id: string;
  readonly kind: Flow["kind"];
  readonly label: string;
  readonly count: number;
}

function partsOf({ edges, absorption }: RewriteGraph, edgesMax: number): Part[] {
  const sorted = edges.toSorted((a, b) => b.count - a.count);
  const shown = sorted.slice(0, edgesMax);
  const rest = sorted.slice(edgesMax);
  const parts: Part[] = [
    { id: "success", kind: "success", label: "ended well here", count: absorption.success },
    ...shown.map(({ to, count }, i): Part => ({ id: `edge-${i}`, kind: "edge", label: to, count })),
    ...(rest.length === 0
      ? []
      : [
          {
            id: "others",
            kind: "others" as const,
            label: `${rest.length} other wordings`,
            count: rest.reduce((sum, { count }) => sum + count, 0),
          },
        ]),
    { id: "failure", kind: "failure", label: "gave up here", count: absorption.failure },
  ];
  return parts;
}

/** Bands from the top, in rows of equal height. Empty where nothing was ever counted. */
export function flowsOf(
  graph: RewriteGraph,
  { edgesMax, rowPx, thinPx, thickPx }: FlowsOptions,
): Flow[] {
  const parts = partsOf(graph, edgesMax);
  const total = parts.reduce((sum, { count }) => sum + count, 0);
  if (!(total > 0)) return [];
  const height = parts.length * rowPx;
  const most = Math.max(...parts.map(({ count }) => count)) / total;
  const scale = Math.min(height * BAND_SHARE, thickPx / most);
  const thicks = parts.map(({ count }) =>
    count === 0 ? 0 : Math.max(thinPx, (count / total) * scale),
  );
  const stacked = thicks.reduce((sum, thick) => sum + thick, 0);
  let at = (height - stacked) / 2;
  return parts.map((part, i) => {
    const thick = thicks[i] ?? 0;
    const from = at + thick / 2;
    at += thick;
    return { ...part, share: part.count / total, from, to: (i + 0.5) * rowPx, thick };
  });
}

/** Bands are stacked at the request and take this share of the height, or less: they fan out to the rows from there. */
const BAND_SHARE = 0.6;
