import { type FormEvent, useState } from "react";
import type { RewriteView } from "#core/rewrite.ts";
import { Act, Key } from "#web/app/parts.tsx";
import type { Done } from "./acts.ts";
import css from "./rewrites.module.css";
import { doneText, named } from "./words.ts";

/** An act that needs words: why it is blocked, or what it is rewritten to. */
export type Asked = "block" | "retarget";

/** What people most often say, so that it need not be typed. */
const REASONS = [
  "changes the meaning",
  "the target no longer works",
  "too personal",
  "not worth it",
];
const REASON_CHARS_MAX = 500;
const TARGET_CHARS_MAX = 1_000;

interface Props {
  readonly open: RewriteView | undefined;
  readonly last: Done | undefined;
  readonly asked: Asked | null;
  readonly onAsk: (asked: Asked | null) => void;
  readonly onApprove: () => void;
  readonly onShadow: () => void;
  readonly onBlock: (reason: string) => void;
  readonly onPin: () => void;
  readonly onRetarget: (toText: string) => void;
  readonly onNotTheSame: () => void;
  readonly onUndo: () => void;
}

/** The last act with its undo, and what can be done with the rewrite in hand. */
export function ActBar(props: Props) {
  const { open, last, asked, onAsk, onUndo } = props;
  const asking = asked !== null && open !== undefined;
  return (
    <div className={css.foot}>
      <p role="status" className={asking ? "hidden" : css.last}>
        {last === undefined ? (
          <span className="quiet">Nothing decided in this sitting yet.</span>
        ) : (
          <LastAct last={last} onUndo={onUndo} />
        )}
      </p>
      {!asking ? (
        <Acts {...props} />
      ) : asked === "block" ? (
        <Ask
          key={`block/${open.id}`}
          label={`Why is ${named(open.fromText)} blocked?`}
          act="Block"
          first=""
          charsMax={REASON_CHARS_MAX}
          ready={(text) => text !== ""}
          choices={REASONS}
          onSay={props.onBlock}
          onClose={() => onAsk(null)}
        />
      ) : (
        <Ask
          key={`retarget/${open.id}`}
          label={`Rewrite ${named(open.fromText)} to`}
          act="Set the target"
          first={open.toText}
          charsMax={TARGET_CHARS_MAX}
          ready={(text) => text !== "" && text !== open.toText && text !== open.fromText}
          choices={[]}
          onSay={props.onRetarget}
          onClose={() => onAsk(null)}
        />
      )}
    </div>
  );
}

function LastAct({ last, onUndo }: { readonly last: Done; readonly onUndo: () => void }) {
  const text = doneText(last.name, last.fromText, last.toText);
  return (
    <>
      <span className="person" title={text}>
        {text}
      </span>
      <button type="button" className="button plain small" onClick={onUndo}>
        undo <Key name="z" />
      </button>
    </>
  );
}

function Acts(props: Props) {
  const { open, onAsk } = props;
  const idle = open === undefined;
  return (
    <section className={css.acts} aria-label="What to do with this rewrite">
      <Act name="a" primary disabled={idle || open.state === "live"} onAct={props.onApprove}>
        Approve
      </Act>
      <Act name="b" disabled={idle} onAct={() => onAsk("block")}>
        Block
      </Act>
      <Act name="s" disabled={idle || open.state === "shadow"} onAct={props.onShadow}>
        Shadow
      </Act>
      <Act name="p" disabled={idle} onAct={props.onPin}>
        {open?.pinned === true ? "Unpin" : "Pin"}
      </Act>
      <Act name="e" disabled={idle} onAct={() => onAsk("retarget")}>
        Edit target
      </Act>
      <Act name="n" disabled={idle} onAct={props.onNotTheSame}>
        Not the same
      </Act>
    </section>
  );
}

/** One line asked for in place of the acts: Enter says it, Escape goes back. */
function Ask({
  label,
  act,
  first,
  charsMax,
  ready,
  choices,
  onSay,
  onClose,
}: {
  readonly label: string;
  readonly act: string;
  readonly first: string;
  readonly charsMax: number;
  readonly ready: (text: string) => boolean;
  readonly choices: readonly string[];
  readonly onSay: (text: string) => void;
  readonly onClose: () => void;
}) {
  const [text, setText] = useState(first);
  const trimmed = text.trim();
  const say = (event: FormEvent) => {
    event.preventDefault();
    if (ready(trimmed)) onSay(trimmed);
  };
  return (
    <form
      className={css.ask}
      onSubmit={say}
      onKeyDown={(event) => {
        if (event.key === "Escape") onClose();
      }}
    >
      <label>
        <span>{label}</span>
        <input
          // biome-ignore lint/a11y/noAutofocus: the person asked to type here
          autoFocus
          value={text}
          maxLength={charsMax}
          onFocus={(event) => event.currentTarget.select()}
          onChange={(event) => setText(event.currentTarget.value)}
        />
      </label>
      {choices.map((choice) => (
        <button key={choice} type="button" className="button small" onClick={() => onSay(choice)}>
          {choice}
        </button>
      ))}
      <button type="submit" className="button primary" disabled={!ready(trimmed)}>
        {act} <Key name="enter" />
      </button>
      <button type="button" className="button plain" onClick={onClose}>
        Cancel <Key name="escape" />
      </button>
    </form>
  );
}
