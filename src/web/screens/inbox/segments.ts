/** A stretch of text and whose evidence it is: UTF-16 offsets, `end` exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
  readonly source: string;
}

export interface Segment {
  readonly start: number;
  readonly text: string;
  /** The sources resting on this stretch, in the order given; empty for plain text. */
  readonly sources: readonly string[];
}

/** Cuts a text where evidence begins or ends. The segments put together are the text. */
export function segmentsOf(text: string, spans: readonly Span[]): Segment[] {
  const inside = spans
    .map(({ start, end, source }) => ({
      start: Math.max(0, start),
      end: Math.min(text.length, end),
      source,
    }))
    .filter(({ start, end }) => start < end);
  const cuts = [...new Set([0, text.length, ...inside.flatMap((span) => [span.start, span.end])])];
  cuts.sort((a, b) => a - b);
  const segments: Segment[] = [];
  for (const [i, start] of cuts.entries()) {
    const end = cuts[i + 1];
    if (end === undefined) break;
    const over = inside.filter((span) => span.start <= start && span.end >= end);
    const sources = [...new Set(over.map(({ source }) => source))];
    segments.push({ start, text: text.slice(start, end), sources });
  }
  return segments;
}
