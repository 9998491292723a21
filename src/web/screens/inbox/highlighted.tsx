import { memo } from "react";
import type { CaseView } from "#core/views.ts";
import css from "./item-pane.module.css";
import { segmentsOf } from "./segments.ts";

interface Props {
  readonly open: CaseView;
  readonly field: string;
  readonly text: string;
  readonly lit: string | null;
  readonly onLight: (source: string | null) => void;
}

export const voteId = (source: string): string => `vote-${source}`;

/** A text with the evidence of the votes marked, each mark linked to its vote. */
export const Highlighted = memo(function Highlighted({ open, field, text, lit, onLight }: Props) {
  const spans = open.votes.flatMap(({ source, evidence = [] }) =>
    evidence.filter((one) => one.field === field).map(({ start, end }) => ({ start, end, source })),
  );
  if (spans.length === 0) return text;
  const proposed = open.suggestionShown ? (open.proposal?.output ?? null) : null;
  const against = new Set(
    open.votes
      .filter(({ output }) => proposed !== null && output !== null && output !== proposed)
      .map(({ source }) => source),
  );
  const titles = new Map(open.votes.map(({ source, title }) => [source, title]));
  return segmentsOf(text, spans).map(({ start, text: part, sources }) => {
    const [first] = sources;
    if (first === undefined) return part;
    return (
      // biome-ignore lint/a11y/useKeyWithClickEvents: the votes' own buttons do the same by key
      <mark
        key={start}
        className={css.mark}
        data-sources={sources.join(" ")}
        data-against={sources.some((source) => against.has(source)) || undefined}
        data-lit={lit !== null && sources.includes(lit)}
        title={sources.map((source) => titles.get(source)).join(", ")}
        onMouseEnter={() => onLight(first)}
        onMouseLeave={() => onLight(null)}
        onClick={() => document.getElementById(voteId(first))?.scrollIntoView({ block: "nearest" })}
      >
        {part}
      </mark>
    );
  });
});

/** Brings the first words a vote rests on into view. */
export function showEvidence(source: string): void {
  for (const mark of document.querySelectorAll<HTMLElement>("mark[data-sources]"))
    if (mark.dataset.sources?.split(" ").includes(source)) {
      mark.closest("details")?.setAttribute("open", "");
      mark.scrollIntoView({ block: "center" });
      return;
    }
}
