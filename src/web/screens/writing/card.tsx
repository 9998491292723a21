import { type KeyboardEvent, memo, useEffect, useRef, useState } from "react";
import type { EditView } from "#core/revision.ts";
import { probability } from "#web/app/format.ts";
import { Key } from "#web/app/parts.tsx";
import type { Manuscript } from "#web/editors/text/manuscript.ts";
import { visible } from "#web/editors/text/said.ts";
import css from "./card.module.css";
import type { Acts } from "./document.tsx";
import { useShown } from "./use-manuscript.ts";
import { STATE_WORDS, spoken } from "./words.ts";

interface Props {
  readonly id: string;
  readonly manuscript: Manuscript;
  readonly amending: boolean;
  /** Whether the buttons stand elsewhere already. */
  readonly bare?: boolean;
  readonly acts: Acts;
  readonly onAmended: (after: string, reason: string) => void;
  readonly onCancel: () => void;
}

/** The card of an edit: a line, and all of it for the one in hand. */
export function CardOf(props: Props) {
  const { id, manuscript, amending, bare = false, acts, onAmended, onCancel } = props;
  // State and wording are what a card shows; that the edit moved with the text is no news to it.
  useShown(manuscript, () => {
    const view = manuscript.edit(id);
    return view === undefined ? "" : `${view.state} ${view.placed} ${view.edit.after}`;
  });
  const held = useShown(manuscript, ({ review }) => review.current === id);
  const view = manuscript.edit(id);
  if (view === undefined) return null;
  if (!held) return <Line view={view} onSelect={() => manuscript.select(id)} />;
  return (
    <article
      className={css.card}
      data-state={view.state}
      aria-label={`${view.intent}: ${spoken(view.edit)}`}
    >
      <header>
        <span className="chip machine">{view.intent}</span>
        <span className="quiet">proposed by {view.source}</span>
      </header>
      <Change view={view} />
      {view.rationale === "" ? null : <p className={css.reason}>{view.rationale}</p>}
      {view.oscillates ? (
        <p className={css.warning}>
          Takes back an edit you accepted earlier. Accepting both goes in a circle.
        </p>
      ) : null}
      <Likely view={view} />
      {view.state !== "open" ? (
        <Decided view={view} onReopen={() => manuscript.reopen([id])} />
      ) : amending ? (
        <Amend view={view} onAmended={onAmended} onCancel={onCancel} />
      ) : bare ? null : (
        <div className={css.acts}>
          <Act name="a" primary onAct={acts.accept}>
            Accept
          </Act>
          <Act name="r" onAct={acts.reject}>
            Reject
          </Act>
          <Act name="e" onAct={acts.amend}>
            Amend
          </Act>
        </div>
      )}
    </article>
  );
}

/** A card that is not in hand. */
const Line = memo(function Line({
  view,
  onSelect,
}: {
  readonly view: EditView;
  readonly onSelect: () => void;
}) {
  const { intent, state } = view;
  const open = state === "open";
  return (
    <button type="button" className={css.line} data-state={state} onClick={onSelect}>
      <span className={open ? css.intent : css.said}>{open ? intent : STATE_WORDS[state]}</span>
      <Change view={view} />
    </button>
  );
});

function Change({ view: { edit, state } }: { readonly view: EditView }) {
  const { before, after } = edit;
  return (
    <span className={css.change} dir="auto">
      <span className="hidden">{before === "" ? "insert " : after === "" ? "delete " : ""}</span>
      {before === "" ? null : <del>{visible(before)}</del>}
      {before === "" || after === "" ? null : (
        <>
          {" "}
          <span className="hidden">to </span>
        </>
      )}
      {after === "" ? null : <ins data-state={state}>{visible(after)}</ins>}
    </span>
  );
}

/** What the filter thinks of it: learned, and so in green. */
function Likely({ view: { acceptance, propensity } }: { readonly view: EditView }) {
  if (acceptance === null) return null;
  return (
    <p className={css.likely}>
      <span className="learned">learned</span> you accept such edits with probability{" "}
      {probability(acceptance)}
      {propensity < 1 ? "; shown all the same, to learn whether that is still so" : ""}
    </p>
  );
}

function Decided({ view, onReopen }: { readonly view: EditView; readonly onReopen: () => void }) {
  return (
    <div className={css.acts}>
      <span className="chip person">{STATE_WORDS[view.state]}</span>
      {view.placed ? (
        <button type="button" className="button small" onClick={onReopen}>
          Take back
        </button>
      ) : (
        <span className="quiet">the text there was changed since</span>
      )}
    </div>
  );
}

function Act({
  name,
  primary = false,
  onAct,
  children,
}: {
  readonly name: string;
  readonly primary?: boolean;
  readonly onAct: () => void;
  readonly children: string;
}) {
  return (
    <button
      type="button"
      className={primary ? "button small primary" : "button small"}
      onClick={onAct}
      // A click leaves the keys with the screen.
      onMouseDown={(event) => event.preventDefault()}
    >
      {children} <Key name={name} />
    </button>
  );
}

/** The writer's own wording, and why, for whoever learns from it. */
function Amend({
  view: { edit },
  onAmended,
  onCancel,
}: Pick<Props, "onAmended" | "onCancel"> & { readonly view: EditView }) {
  const [after, setAfter] = useState(edit.after === "" ? edit.before : edit.after);
  const [reason, setReason] = useState("");
  const field = useRef<HTMLTextAreaElement>(null);
  // The external system is the focus: one amends in order to type.
  useEffect(() => field.current?.select(), []);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Escape") onCancel();
    else if (event.key === "Enter" && !event.shiftKey) onAmended(after, reason);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <form
      className={css.amend}
      onKeyDown={onKeyDown}
      onSubmit={(event) => {
        event.preventDefault();
        onAmended(after, reason);
      }}
    >
      <textarea
        ref={field}
        aria-label="Your wording"
        rows={2}
        dir="auto"
        value={after}
        onChange={(event) => setAfter(event.currentTarget.value)}
      />
      <input
        aria-label="Why (optional)"
        placeholder="Why (optional)"
        maxLength={2_000}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      <div className={css.acts}>
        <button type="submit" className="button small primary">
          Use this <Key name="enter" />
        </button>
        <button type="button" className="button small" onClick={onCancel}>
          Cancel <Key name="escape" />
        </button>
      </div>
    </form>
  );
}
