import { Popover, TextInput } from "@mantine/core";
import { useWindowEvent } from "@mantine/hooks";
import { Link } from "@tanstack/react-router";
import { useState, useSyncExternalStore } from "react";
import { type ComparisonAct, comparisonActText } from "#web/editors/comparison/deliver.ts";
import { type EpisodeAct, episodeActText } from "#web/editors/episode/deliver.ts";
import { actText } from "#web/editors/text/acts.ts";
import { plural } from "./format.ts";
import { live } from "./live.ts";
import type { Act, Entry, OutboxState } from "./outbox.ts";
import { nameReviewer, reviewer } from "./reviewer.ts";
import css from "./shell.module.css";
import { sync, useOutbox } from "./sync.ts";

type Shown = OutboxState["sync"] | "refused";

/** The state in a word or two; the colour and shape of the dot say the same. */
function wordsOf({ sync: state, waiting, refused }: OutboxState): { shown: Shown; text: string } {
  if (refused.length > 0)
    return { shown: "refused", text: `${plural(refused.length, "decision")} to settle` };
  switch (state) {
    case "saved":
      return { shown: state, text: "saved" };
    case "saving":
      return { shown: state, text: "saving" };
    case "offline":
      return { shown: state, text: `offline, ${waiting.length} waiting` };
    case "unsaved":
      return { shown: state, text: `${waiting.length} not stored` };
  }
}

const EXPLAINED: Record<Shown, string> = {
  saved: "Everything you did is with the server.",
  saving: "Your last decision is stored here and on its way.",
  offline:
    "The server does not answer. Go on working: what you decide is stored in this browser and sent in order when it does.",
  unsaved:
    "This browser's storage is full or off. Keep this page open until the server has your decisions.",
  refused: "Somebody else answered first. Nothing of yours is lost: choose which answer stands.",
};

export function SyncDot() {
  const outbox = useOutbox();
  const { connected } = useSyncExternalStore(live.subscribe, live.snapshot);
  const { shown, text } = wordsOf(outbox);
  const [opened, setOpened] = useState(false);
  // Settling a decision takes its button, and the focus with it: Escape must close from anywhere.
  useWindowEvent("keydown", ({ key }) => {
    if (key === "Escape") setOpened(false);
  });
  return (
    <Popover position="bottom-end" width={340} trapFocus opened={opened} onChange={setOpened}>
      <Popover.Target>
        <button
          type="button"
          className={css.sync}
          aria-label={`Sync: ${text}`}
          onClick={() => setOpened(!opened)}
        >
          <span className={css.dot} data-sync={shown} />
          <span className={shown === "saved" || shown === "saving" ? css.syncText : undefined}>
            {text}
          </span>
        </button>
      </Popover.Target>
      <Popover.Dropdown className={css.popover}>
        <p>{EXPLAINED[shown]}</p>
        {outbox.refused.map((entry) => (
          <Refused key={entry.key} entry={entry} />
        ))}
        {shown === "offline" ? (
          <button type="button" className="button small" onClick={sync.hurry}>
            Try now
          </button>
        ) : null}
        <p className="quiet">
          {connected ? "Live updates are on." : "Live updates are off; reconnecting."}
        </p>
        <ReviewerName />
      </Popover.Dropdown>
    </Popover>
  );
}

const isComparison = (act: Act): act is ComparisonAct =>
  act.kind === "compare" ||
  act.kind === "take-back" ||
  act.kind === "pass-over" ||
  act.kind === "bring-back";

const isEpisode = (act: Act): act is EpisodeAct =>
  act.kind === "episode-rows" || act.kind === "episode-end";

/** An act in a few words. */
function whatOf(act: Act): string {
  if (act.kind === "correct") return `${act.input.decision} ${act.input.after ?? ""}`;
  if (act.kind === "document") return actText(act);
  if (isComparison(act)) return comparisonActText(act);
  if (isEpisode(act)) return episodeActText(act);
  if (act.kind !== "rewrite") return act.kind;
  return act.said === "not-the-same" ? "not the same" : (act.said.state ?? act.said.because);
}

/** A decision the server would not take, with both ways out. */
function Refused({ entry }: { readonly entry: Entry }) {
  const { act, key, refused } = entry;
  const { projectId, itemId } = act;
  return (
    <div className={css.refused}>
      <p>
        <strong>{whatOf(act)}</strong> on{" "}
        {act.kind === "document" ? (
          <Link
            to="/p/$projectId/writing/{-$documentId}"
            params={{ projectId, documentId: itemId }}
          >
            a document
          </Link>
        ) : isEpisode(act) ? (
          <Link to="/p/$projectId/robot/{-$episodeId}" params={{ projectId, episodeId: itemId }}>
            {itemId}
          </Link>
        ) : isComparison(act) ? (
          <Link to="/p/$projectId/language" params={{ projectId }} search={{}}>
            two replies
          </Link>
        ) : act.kind === "rewrite" ? (
          <Link
            to="/p/$projectId/rewrites/{-$ruleId}"
            params={{ projectId, ruleId: itemId }}
            search={{}}
          >
            a rewrite
          </Link>
        ) : (
          <Link to="/p/$projectId/inbox/{-$itemId}" params={{ projectId, itemId }}>
            {itemId}
          </Link>
        )}
        : {refused}
      </p>
      <div className={css.row}>
        <button type="button" className="button small" onClick={() => sync.insist(key)}>
          Send mine on top
        </button>
        <button type="button" className="button small plain" onClick={() => sync.discard(key)}>
          Keep theirs
        </button>
      </div>
    </div>
  );
}

function ReviewerName() {
  const [name, setName] = useState(reviewer);
  return (
    <TextInput
      label="You review as"
      value={name}
      onChange={(event) => {
        setName(event.currentTarget.value);
        nameReviewer(event.currentTarget.value);
      }}
    />
  );
}
