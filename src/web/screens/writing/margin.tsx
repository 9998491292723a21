import { type ReactNode, useEffect, useLayoutEffect } from "react";
import { createPortal } from "react-dom";
import type { Manuscript } from "#web/editors/text/manuscript.ts";
import css from "./margin.module.css";
import { stacked } from "./stack.ts";
import { useShown } from "./use-manuscript.ts";

const GAP_PX = 6;
/** Room above the first card; as in the style sheet. */
const ABOVE_PX = 10;

interface Place {
  readonly card: HTMLElement;
  /** Pixels from the top of the text; null where its edit is not drawn. */
  readonly top: number | null;
}

/** Where each card belongs: only reads the layout. */
function places({ editor, margin, review }: Manuscript): Place[] {
  const cards = [...margin.querySelectorAll<HTMLElement>("[data-card]")];
  const top = editor.documentTop - editor.documentPadding.top;
  const wishes = cards.flatMap((card) => {
    const edit = review.edits.find(({ id }) => id === card.dataset.card)?.edit;
    const at = edit === undefined ? null : editor.coordsAtPos(edit.start, 1);
    return at === null ? [] : [{ card, top: at.top - top - ABOVE_PX, height: card.offsetHeight }];
  });
  const held = wishes.findIndex(({ card }) => card.dataset.card === review.current);
  const tops = stacked(wishes, held, GAP_PX);
  const placed = new Map(wishes.map(({ card }, i) => [card, Math.round(tops[i] ?? 0)]));
  return cards.map((card) => ({ card, top: placed.get(card) ?? null }));
}

function put(all: readonly Place[]): void {
  for (const { card, top } of all) {
    card.style.visibility = top === null ? "hidden" : "visible";
    if (top !== null) card.style.transform = `translateY(${top}px)`;
  }
}

/**
 * Cards of the edits on the screen, beside them: they scroll with the text, and are moved by hand when it changes, so
 * that typing renders nothing here.
 */
export function Margin({
  manuscript,
  card,
}: {
  readonly manuscript: Manuscript;
  readonly card: (id: string) => ReactNode;
}) {
  const onScreen = useShown(manuscript, (shown) => shown.onScreen);
  const total = useShown(manuscript, ({ review }) => review.edits.length);
  // The external system is the layout of the text: it changes with every key, and with the size of the window.
  useEffect(() => {
    const key = {};
    const later = () =>
      manuscript.editor.requestMeasure({ key, read: () => places(manuscript), write: put });
    const sizes = new ResizeObserver(later);
    sizes.observe(manuscript.editor.contentDOM);
    const stop = manuscript.subscribe(later);
    return () => {
      sizes.disconnect();
      stop();
    };
  }, [manuscript]);
  // New cards are beside their edits before they are painted.
  useLayoutEffect(() => put(places(manuscript)));
  manuscript.margin.className = css.margin ?? "";
  return createPortal(
    <ol aria-label="Suggestions">
      {onScreen.map((id) => (
        <li
          key={id}
          data-card={id}
          aria-setsize={total}
          aria-posinset={manuscript.review.edits.findIndex((edit) => edit.id === id) + 1}
        >
          {card(id)}
        </li>
      ))}
    </ol>,
    manuscript.margin,
  );
}
