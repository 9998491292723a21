import { Menu } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { DocumentView } from "#core/revision.ts";
import { href, patch, path } from "#web/app/api.ts";
import { count, plural } from "#web/app/format.ts";
import { ArrowIcon, ChevronIcon, DownloadIcon } from "#web/app/icons.tsx";
import { Key } from "#web/app/parts.tsx";
import { documentsQuery, queryClient } from "#web/app/queries.ts";
import type { WritingPanel } from "#web/app/search.ts";
import type { Manuscript } from "#web/editors/text/manuscript.ts";
import css from "./head.module.css";
import { useShown } from "./use-manuscript.ts";
import { passText } from "./words.ts";

interface Props {
  readonly projectId: string;
  readonly documentId: string;
  readonly manuscript: Manuscript;
  readonly panel: WritingPanel | undefined;
  readonly onToggle: (panel: WritingPanel) => void;
  readonly onNext: () => void;
}

export function Head({ projectId, documentId, manuscript, panel, onToggle, onNext }: Props) {
  const view = useShown(manuscript, (shown) => shown.view);
  const tally = useShown(manuscript, ({ review }) => review.tally);
  const asked = useShown(manuscript, (shown) => shown.asked);
  const busy = asked || view.status === "proposing";
  return (
    <header className={css.head}>
      <div className={css.names}>
        <Link
          to="/p/$projectId/writing/{-$documentId}"
          params={{ projectId, documentId: undefined }}
          className={css.back}
        >
          Documents
        </Link>
        <span className="quiet" aria-hidden="true">
          /
        </span>
        <Title projectId={projectId} documentId={documentId} title={view.title} />
      </div>
      <Passes view={view} tally={tally} busy={busy} />
      <div className={css.acts}>
        <Toggle name="h" on={panel === "history"} onToggle={() => onToggle("history")}>
          History
        </Toggle>
        <Toggle name="f" on={panel === "filter"} onToggle={() => onToggle("filter")}>
          Learned
        </Toggle>
        <ExportMenu projectId={projectId} documentId={documentId} />
        <button
          type="button"
          className={tally.open === 0 && view.status === "reviewing" ? "button primary" : "button"}
          disabled={busy}
          onClick={onNext}
          onMouseDown={(event) => event.preventDefault()}
        >
          {view.status === "done"
            ? "One more pass"
            : view.pass < view.depthMax
              ? "Next pass"
              : "Finish"}
          <Key name="n" />
          <ArrowIcon size={14} />
        </button>
      </div>
      {view.silent.length === 0 ? null : (
        <p className={css.silent}>
          {view.silent
            .map(({ source, reason }) => `${source} did not answer: ${reason}`)
            .join(" · ")}
        </p>
      )}
    </header>
  );
}

/** Where the document stands: which pass, and what is left of it. */
function Passes({
  view,
  tally,
  busy,
}: {
  readonly view: DocumentView;
  readonly tally: ReturnType<Manuscript["snapshot"]>["review"]["tally"];
  readonly busy: boolean;
}) {
  const decided = tally.accepted + tally.rejected + tally.amended;
  const all = decided + tally.open;
  const current = Math.max(1, view.pass + (busy && view.status !== "reviewing" ? 1 : 0));
  return (
    <div className={css.passes}>
      <span className={css.pips} aria-hidden="true">
        {Array.from({ length: Math.max(view.depthMax, current) }, (_, i) => i + 1).map((pass) => (
          <span
            key={pass}
            data-state={pass < current ? "past" : pass === current ? "now" : "to-come"}
          />
        ))}
      </span>
      <strong>{passText({ ...view, pass: current })}</strong>
      {busy ? (
        <span role="status" className="machine">
          proposers are reading
        </span>
      ) : view.status === "done" ? (
        <span className="quiet">done</span>
      ) : (
        <>
          <progress max={Math.max(1, all)} value={decided} aria-label="Decided in this pass" />
          <span>
            <strong>{count(tally.open)}</strong> <span className="quiet">of {count(all)} open</span>
          </span>
        </>
      )}
      {tally.hidden === 0 ? null : (
        <span className="learned" title="Kept from you by what was learned: see Learned">
          {plural(tally.hidden, "edit")} kept from you
        </span>
      )}
    </div>
  );
}

function Toggle({
  name,
  on,
  onToggle,
  children,
}: {
  readonly name: string;
  readonly on: boolean;
  readonly onToggle: () => void;
  readonly children: string;
}) {
  return (
    <button type="button" className="button plain" aria-pressed={on} onClick={onToggle}>
      {children} <Key name={name} />
    </button>
  );
}

/** The title, which is changed in place. */
function Title({
  projectId,
  documentId,
  title,
}: {
  readonly projectId: string;
  readonly documentId: string;
  readonly title: string;
}) {
  const [typed, setTyped] = useState<string | null>(null);
  const renaming = useMutation({
    mutationFn: (wanted: string) =>
      patch(path`/projects/${projectId}/documents/${documentId}`, { title: wanted }),
    onSettled: () => queryClient.invalidateQueries(documentsQuery(projectId)),
  });
  const shown = renaming.isError ? title : (renaming.variables ?? title);
  const done = () => {
    const wanted = typed?.trim() ?? "";
    if (wanted !== "" && wanted !== shown) renaming.mutate(wanted);
    setTyped(null);
  };
  return typed === null ? (
    <h1 className={css.title}>
      <button type="button" title="Rename" dir="auto" onClick={() => setTyped(shown)}>
        {shown === "" ? "Untitled" : shown}
      </button>
    </h1>
  ) : (
    <input
      className={css.rename}
      aria-label="Title"
      // biome-ignore lint/a11y/noAutofocus: one renames in order to type
      autoFocus
      maxLength={200}
      value={typed}
      dir="auto"
      onChange={(event) => setTyped(event.currentTarget.value)}
      onBlur={done}
      onKeyDown={(event) => {
        if (event.key === "Escape") setTyped(null);
        if (event.key === "Enter") done();
      }}
    />
  );
}

const EXPORTS = [
  { format: "text", label: "Text", about: "the text as it is now" },
  { format: "markdown", label: "Markdown", about: "the same text, named .md" },
  { format: "html", label: "HTML", about: "changes marked, for any browser" },
  { format: "diff", label: "Unified diff", about: "from the first version to now" },
  { format: "iterater", label: "IteraTeR JSON", about: "edits of each pass, for research" },
  { format: "jsonl", label: "Decisions", about: "one a line, to learn from" },
] as const;

function ExportMenu({ projectId, documentId }: Pick<Props, "projectId" | "documentId">) {
  return (
    <Menu position="bottom-end" width={280}>
      <Menu.Target>
        <button type="button" className="button plain">
          <DownloadIcon size={14} /> Export <ChevronIcon size={12} />
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        {EXPORTS.map(({ format, label, about }) => (
          <Menu.Item
            key={format}
            component="a"
            href={href(
              `${path`/projects/${projectId}/documents/${documentId}/export`}?format=${format}`,
            )}
            download
          >
            {label} <span className="quiet">{about}</span>
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
