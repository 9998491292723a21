import { useVirtualizer } from "@tanstack/react-virtual";
import { memo, useEffect, useRef } from "react";
import type { RewriteView, SuccessRate } from "#core/rewrite.ts";
import { count, fixed, measurementText } from "#web/app/format.ts";
import css from "./table.module.css";
import { rateSentence, rateText, ratio, STATE_MEANS, STATE_TONE } from "./words.ts";

const ROW_PX = 52;
const HEAD_PX = 33;
const ROWS_BEYOND = 12;

interface Props {
  readonly rows: readonly RewriteView[];
  readonly current: string | undefined;
  /** There are rows that were not read yet. */
  readonly more: boolean;
  readonly onOpen: (ruleId: string) => void;
  readonly onEnd: () => void;
}

/** Each row is a request above what it is rewritten to. Only rows in sight are on the page. */
export function RewriteTable({ rows, current, more, onOpen, onEnd }: Props) {
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: ROWS_BEYOND,
    scrollPaddingStart: HEAD_PX,
    scrollPaddingEnd: HEAD_PX + ROW_PX,
  });
  const shown = virtual.getVirtualItems();
  const above = shown[0]?.start ?? 0;
  const below = virtual.getTotalSize() - (shown.at(-1)?.end ?? 0);
  const lastShown = shown.at(-1)?.index ?? 0;
  const at = rows.findIndex(({ id }) => id === current);

  // The external system is the scroll position: it follows the rewrite in hand, and asks for more at the end.
  useEffect(() => {
    if (at >= 0) virtual.scrollToIndex(at, { align: "auto" });
  }, [at, virtual]);
  useEffect(() => {
    if (lastShown >= rows.length - ROWS_BEYOND) onEnd();
  });

  return (
    <div ref={scroller} className={css.scroll}>
      {/* Padding holds the place of the rows out of sight. */}
      <div style={{ paddingTop: above, paddingBottom: below }}>
        {/* biome-ignore lint/a11y/useKeyWithClickEvents: J, K and the arrows move in the list */}
        <table
          className={css.table}
          // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: rows are chosen, so the table is a grid
          role="grid"
          aria-label="Rewrites"
          aria-rowcount={more ? -1 : rows.length + 1}
          tabIndex={0}
          aria-activedescendant={at < 0 ? undefined : `rewrite-${at}`}
          onClick={({ target }) => {
            const row =
              target instanceof Element ? target.closest<HTMLElement>("[data-rule]") : null;
            if (row?.dataset.rule !== undefined) onOpen(row.dataset.rule);
          }}
        >
          <thead>
            <tr aria-rowindex={1}>
              <th scope="col">Request → rewritten to</th>
              <th scope="col" className={css.rates}>
                Ends well
              </th>
              <th
                scope="col"
                className={css.share}
                title="Of all success after the request, the part that came through this rewording"
              >
                Share
              </th>
              <th scope="col" className={css.users} title="People whose sessions went this way">
                Users
              </th>
              <th
                scope="col"
                className={css.won}
                title="Requests won for each one lost, where it is applied against the hold-out"
              >
                Win / loss
              </th>
              <th scope="col" className={css.state}>
                State
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.map(({ index }) => {
              const view = rows[index];
              return view === undefined ? null : (
                <Row key={view.id} view={view} index={index} selected={index === at} />
              );
            })}
          </tbody>
        </table>
      </div>
    </div>
  );
}

interface RowProps {
  readonly view: RewriteView;
  readonly index: number;
  readonly selected: boolean;
}

/** Memoised: going on repaints the two rows it concerns. */
const Row = memo(function Row({ view, index, selected }: RowProps) {
  const { id, fromText, toText, from, to, share, users, winLoss, edited } = view;
  return (
    <tr
      id={`rewrite-${index}`}
      aria-rowindex={index + 2}
      aria-selected={selected}
      data-rule={id}
      data-odd={index % 2 === 1 || undefined}
    >
      <td>
        <span className={css.line} title={fromText}>
          {fromText}
        </span>
        <span className={css.line} title={toText}>
          <span className="quiet">→ </span>
          <span className={edited ? "person" : "machine"}>{toText}</span>
        </span>
      </td>
      <td className={css.rates}>
        <Rate what={fromText} of={from} />
        <Rate what={toText} of={to} />
      </td>
      <td className={css.share}>{fixed(share * 100, 0)} %</td>
      <td className={css.users}>{count(users)}</td>
      <td className={css.won}>
        {winLoss === null ? (
          <span className="quiet" title="Not applied and held out often enough yet">
            –
          </span>
        ) : (
          <span title={measurementText(winLoss, "number")}>
            {ratio(winLoss.value)}
            <span className="interval">
              {winLoss.interval === null
                ? "no interval"
                : `[${ratio(winLoss.interval.low)}, ${ratio(winLoss.interval.high)}]`}
            </span>
          </span>
        )}
      </td>
      <td className={css.state}>
        <StateChips view={view} />
      </td>
    </tr>
  );
});

function Rate({ what, of }: { readonly what: string; readonly of: SuccessRate }) {
  const { rate, interval } = rateText(of);
  return (
    <span className={css.rate} title={rateSentence(what, of)}>
      {rate} <span className="interval">{interval}</span>
    </span>
  );
}

/** The state in a word and its colour, and what a person fixed of it in orange. */
export function StateChips({ view: { state, pinned, edited } }: { readonly view: RewriteView }) {
  const tone = STATE_TONE[state];
  const byPerson = [...(pinned ? ["pinned"] : []), ...(edited ? ["edited"] : [])];
  return (
    <span className={css.chips}>
      <span className={tone === "plain" ? "chip" : `chip ${tone}`} title={STATE_MEANS[state]}>
        {state}
      </span>
      {byPerson.length === 0 ? null : (
        <span className="chip person" title="A person fixed it, or gave it another target">
          {byPerson.join(", ")}
        </span>
      )}
    </span>
  );
}
