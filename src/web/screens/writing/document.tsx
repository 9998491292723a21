import { useMediaQuery } from "@mantine/hooks";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import type { TextEdit } from "#core/text.ts";
import { type Hotkey, useHotkeys } from "#web/app/hotkeys.ts";
import { Failure, Key, Lines } from "#web/app/parts.tsx";
import type { WritingPanel } from "#web/app/search.ts";
import type { Manuscript } from "#web/editors/text/manuscript.ts";
import { useMeter } from "#web/screens/inbox/meter.ts";
import { ActionBar } from "./action-bar.tsx";
import { CardOf } from "./card.tsx";
import { Comparison } from "./comparison.tsx";
import css from "./document.module.css";
import { FilterPanel } from "./filter-panel.tsx";
import { Head } from "./head.tsx";
import { HistoryPanel } from "./history-panel.tsx";
import { Margin } from "./margin.tsx";
import { useManuscript, useShown } from "./use-manuscript.ts";
import { spoken, wordsEdited } from "./words.ts";

const ROUTE = "/p/$projectId/writing/{-$documentId}";
const URL_SETTLES_MS = 150;
/** Narrower than this there is no room beside the text: the card in hand stands below it. */
export const NARROW = "(max-width: 1000px)";

interface Props {
  readonly projectId: string;
  readonly documentId: string;
}

export function DocumentScreen({ projectId, documentId }: Props) {
  const { edit = null } = useSearch({ from: ROUTE });
  const { manuscript, error, refetch, waiting } = useManuscript(projectId, documentId, edit);
  if (manuscript !== null)
    return <Revision projectId={projectId} documentId={documentId} manuscript={manuscript} />;
  if (error !== null)
    return (
      <div className={css.failure}>
        <Failure
          error={error}
          retry={() => void refetch()}
          what="This document could not be read"
        />
        <Link to={ROUTE} params={{ projectId, documentId: undefined }}>
          All documents
        </Link>
      </div>
    );
  return <Skeleton waiting={waiting} />;
}

/** What a key or a button does to the edit in hand, or to all of its intent. */
export interface Acts {
  readonly accept: () => void;
  readonly reject: () => void;
  readonly amend: () => void;
  readonly acceptIntent: () => void;
  readonly rejectIntent: () => void;
  readonly undo: () => void;
  readonly next: () => void;
  /** Shows all that changed since the document was opened. */
  readonly changes: () => void;
  readonly previousEdit: () => void;
  readonly nextEdit: () => void;
}

function Revision({ projectId, documentId, manuscript }: Props & { manuscript: Manuscript }) {
  const { panel, version } = useSearch({ from: ROUTE });
  const navigate = useNavigate({ from: ROUTE });
  const current = useShown(manuscript, ({ review }) => review.current);
  const meter = useMeter<TextEdit>(current, wordsEdited);
  const [amending, setAmending] = useState<string | null>(null);
  /** The writer was asked whether to leave what is open. */
  const [leaving, setLeaving] = useState(false);
  const narrow = useMediaQuery(NARROW) ?? false;
  useAddress(projectId, documentId, current);

  const decide = (ids: readonly string[], decision: "confirmed" | "rejected") => {
    const edits = ids.flatMap((id) => manuscript.edit(id)?.edit ?? []);
    manuscript.decide(ids, decision, { effort: meter.decide(edits) });
    setAmending(null);
    setLeaving(false);
  };
  const decideIntent = (decision: "confirmed" | "rejected") => {
    const held = manuscript.edit(current);
    if (held === undefined) return;
    const same = manuscript.review.edits.filter(({ intent }) => intent === held.intent);
    decide(
      same.map(({ id }) => id),
      decision,
    );
  };
  const one = (decision: "confirmed" | "rejected") => () =>
    current === null ? undefined : decide([current], decision);
  const next = () => {
    const { review, view, asked } = manuscript.snapshot();
    if (asked || view.status === "proposing") return;
    const open = view.status === "reviewing" && review.tally.open > 0;
    if (open && !leaving) return setLeaving(true);
    setLeaving(false);
    manuscript.next(open);
  };
  const acts: Acts = {
    accept: one("confirmed"),
    reject: one("rejected"),
    amend: () => setAmending(manuscript.edit(current)?.state === "open" ? current : null),
    acceptIntent: () => decideIntent("confirmed"),
    rejectIntent: () => decideIntent("rejected"),
    undo: () => manuscript.undo(),
    next,
    changes: () =>
      void navigate({
        params: true,
        search: (old) => ({ ...old, panel: "history" as const, version: 0 }),
        replace: true,
      }),
    previousEdit: () => manuscript.move(-1),
    nextEdit: () => manuscript.move(1),
  };
  const show = (wanted: WritingPanel | undefined) =>
    void navigate({
      params: true,
      search: ({ panel: _panel, version: _version, ...rest }) =>
        wanted === undefined ? rest : { ...rest, panel: wanted },
      replace: true,
    });
  const toggle = (wanted: WritingPanel) => () => show(panel === wanted ? undefined : wanted);
  const leave = () => (leaving ? setLeaving(false) : show(undefined));

  const comparing = version !== undefined;
  const deciding: readonly Hotkey[] = [
    { keys: ["a"], label: "Accept", run: acts.accept },
    { keys: ["r"], label: "Reject", run: acts.reject },
    { keys: ["e"], label: "Amend: your own wording", run: acts.amend },
    { keys: ["j", "arrowdown"], label: "Next edit", run: acts.nextEdit },
    { keys: ["k", "arrowup"], label: "Previous edit", run: acts.previousEdit },
    { keys: ["u", "z", "mod+z"], label: "Undo", run: acts.undo },
    { keys: ["shift+a"], label: "Accept all of this intent", run: acts.acceptIntent },
    { keys: ["shift+r"], label: "Reject all of this intent", run: acts.rejectIntent },
    { keys: ["n"], label: "Next pass", run: next },
    { keys: ["i"], label: "Type in the text; Esc leaves it", run: () => manuscript.focusText() },
  ];
  useHotkeys("Writing", [
    // What cannot be seen is not decided.
    ...(comparing ? [] : deciding),
    { keys: ["h"], label: "History", run: toggle("history") },
    { keys: ["f"], label: "What was learned of you", run: toggle("filter") },
    { keys: ["escape"], label: "Close", run: leave },
  ]);

  const card = (id: string) => (
    <CardOf
      key={id}
      id={id}
      manuscript={manuscript}
      amending={amending === id}
      bare={narrow}
      acts={acts}
      onAmended={(after, reason) => {
        const edit = manuscript.edit(id)?.edit;
        if (edit !== undefined)
          manuscript.decide([id], "edited", {
            after,
            reason,
            effort: meter.decide([{ ...edit, after }]),
          });
        setAmending(null);
      }}
      onCancel={() => setAmending(null)}
    />
  );
  return (
    <div className={css.screen}>
      <Head
        projectId={projectId}
        documentId={documentId}
        manuscript={manuscript}
        panel={panel}
        onToggle={(wanted) => toggle(wanted)()}
        onNext={next}
      />
      <Text manuscript={manuscript} hidden={comparing} />
      {version === undefined ? null : (
        <Comparison
          projectId={projectId}
          documentId={documentId}
          version={version}
          manuscript={manuscript}
          onClose={() => show("history")}
        />
      )}
      {comparing ? null : narrow ? (
        <section className={css.dock} aria-label="Suggestion in hand">
          {current === null ? null : card(current)}
        </section>
      ) : (
        <Margin manuscript={manuscript} card={card} />
      )}
      {panel === undefined ? null : (
        <aside className={css.panel} aria-label={panel === "history" ? "History" : "Learned"}>
          <button
            type="button"
            className={`button plain small ${css.close}`}
            onClick={() => show(undefined)}
          >
            Close <Key name="escape" />
          </button>
          {panel === "history" ? (
            <HistoryPanel
              projectId={projectId}
              documentId={documentId}
              manuscript={manuscript}
              chosen={version}
            />
          ) : (
            <FilterPanel projectId={projectId} manuscript={manuscript} />
          )}
        </aside>
      )}
      {comparing ? null : (
        <ActionBar
          manuscript={manuscript}
          acts={acts}
          leaving={leaving}
          onStay={() => setLeaving(false)}
        />
      )}
      <Spoken manuscript={manuscript} />
    </div>
  );
}

/** The external system is the address bar: it follows the edit in hand, once the hand rests. */
function useAddress(projectId: string, documentId: string, current: string | null): void {
  const { edit } = useSearch({ from: ROUTE });
  const navigate = useNavigate({ from: ROUTE });
  useEffect(() => {
    const timer = setTimeout(() => {
      if (current === (edit ?? null)) return;
      void navigate({
        params: { projectId, documentId },
        search: ({ edit: _old, ...rest }) => (current === null ? rest : { ...rest, edit: current }),
        replace: true,
      });
    }, URL_SETTLES_MS);
    return () => clearTimeout(timer);
  }, [current, edit, navigate, projectId, documentId]);
}

/** The editor, which is not React's: its place in the page. */
function Text({ manuscript, hidden }: { manuscript: Manuscript; hidden: boolean }) {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const { current } = manuscript.review;
    host.current?.append(manuscript.editor.dom);
    manuscript.editor.requestMeasure();
    if (current !== null) manuscript.select(current);
  }, [manuscript]);
  return <div ref={host} className={css.text} hidden={hidden} />;
}

/** Says the edit in hand to a screen reader. */
function Spoken({ manuscript }: { readonly manuscript: Manuscript }) {
  const current = useShown(manuscript, ({ review }) => review.current);
  const open = useShown(manuscript, ({ review }) => review.tally.open);
  const held = manuscript.edit(current);
  return (
    <p className="hidden" aria-live="polite">
      {held === undefined
        ? `${open} open`
        : `${held.intent}: ${spoken(held.edit)}. ${held.rationale} ${open} open`}
    </p>
  );
}

/** The shape of the text to come. */
function Skeleton({ waiting }: { readonly waiting: boolean }) {
  return (
    <div className={css.waiting} role="status" aria-label="Loading the document">
      {waiting ? (
        <p className="quiet">
          What you did here earlier is sent first; the document opens when the server has it.
        </p>
      ) : null}
      <Lines widths={[40, 0, 95, 92, 97, 90, 60, 0, 94, 96, 91, 30]} />
    </div>
  );
}
