import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type DragEvent, useState } from "react";
import type { DocumentFormat, DocumentView } from "#core/revision.ts";
import { path, post, query, upload } from "#web/app/api.ts";
import { plural } from "#web/app/format.ts";
import { Failure } from "#web/app/parts.tsx";
import { documentsQuery, queryClient } from "#web/app/queries.ts";
import css from "./documents.module.css";

interface Draft {
  readonly title: string;
  readonly text: string;
  readonly format: DocumentFormat;
}

const REJECTS_SHOWN = 5;
const EMPTY: Draft = { title: "", text: "", format: "plain" };

const shelfKey = (projectId: string) => `emend/new-document/${projectId}`;

/** What was typed here and not yet sent survives a closed window; where storage is off, it lives as long as the page. */
function keptDraft(projectId: string): Draft {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(shelfKey(projectId)) ?? "null");
    if (typeof kept !== "object" || kept === null) return EMPTY;
    const { title = "", text = "", format } = kept as Partial<Record<keyof Draft, unknown>>;
    return {
      title: String(title),
      text: String(text),
      format: format === "markdown" ? "markdown" : "plain",
    };
  } catch {
    return EMPTY;
  }
}

function keepDraft(projectId: string, draft: Draft): void {
  try {
    if (draft.text === "" && draft.title === "") localStorage.removeItem(shelfKey(projectId));
    else localStorage.setItem(shelfKey(projectId), JSON.stringify(draft));
  } catch {
    // Storage is full or off: the draft is still on the page.
  }
}

/** Files that bring edits along: a page of tracked changes, IteraTeR's JSON. */
function markedFormat(name: string): "html" | "iterater" | undefined {
  if (/\.html?$/i.test(name)) return "html";
  return /\.jsonl$/i.test(name) ? "iterater" : undefined;
}

interface Imported {
  readonly documents: readonly DocumentView[];
  readonly rejects: readonly { readonly problem: string }[];
}

const isMarkdown = (name: string): boolean => /\.(md|markdown)$/i.test(name);
const nameOf = (file: string): string => file.replace(/\.[^.]+$/, "");

/** A document comes from the clipboard, a file, or the writer's fingers. */
export function NewDocument({
  projectId,
  first,
}: {
  readonly projectId: string;
  readonly first: boolean;
}) {
  const [draft, setDraft] = useState(() => keptDraft(projectId));
  const navigate = useNavigate();
  const change = (next: Draft) => {
    setDraft(next);
    keepDraft(projectId, next);
  };
  const go = (documentId: string) =>
    void navigate({
      to: "/p/$projectId/writing/{-$documentId}",
      params: { projectId, documentId },
    });
  const opening = useMutation({
    mutationFn: ({ title, text, format }: Draft) =>
      post<DocumentView>(path`/projects/${projectId}/documents`, {
        text,
        format,
        ...(title.trim() === "" ? {} : { title: title.trim() }),
      }),
    onSuccess: ({ id }) => {
      change(EMPTY);
      void queryClient.invalidateQueries(documentsQuery(projectId));
      go(id);
    },
  });
  const importing = useMutation({
    mutationFn: (file: File) =>
      upload<Imported>(
        path`/projects/${projectId}/documents/import` +
          query({ format: markedFormat(file.name) ?? "text", name: file.name }),
        file,
      ),
    onSuccess: ({ documents, rejects }) => {
      void queryClient.invalidateQueries(documentsQuery(projectId));
      const [only] = documents;
      if (only !== undefined && documents.length === 1 && rejects.length === 0) go(only.id);
    },
  });
  const take = async (file: File | null | undefined) => {
    if (file === null || file === undefined) return;
    if (markedFormat(file.name) !== undefined) return importing.mutate(file);
    const text = await file.text();
    const format = isMarkdown(file.name) ? "markdown" : "plain";
    change({ text, format, title: draft.title === "" ? nameOf(file.name) : draft.title });
  };
  const onDrop = (event: DragEvent) => {
    const file = event.dataTransfer.files[0];
    if (file === undefined) return;
    event.preventDefault();
    void take(file);
  };
  const words = draft.text.match(/\S+/g)?.length ?? 0;
  const ready = words > 0 && !opening.isPending;
  return (
    <form
      className={css.new}
      aria-label="New document"
      onDrop={onDrop}
      onDragOver={(event) => event.preventDefault()}
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) opening.mutate(draft);
      }}
    >
      <h2>{first ? "Paste a text to begin" : "New document"}</h2>
      {first ? (
        <p className="quiet">
          Suggestions appear in the text as tracked changes. You decide each; the next pass starts
          from what you accepted and does not ask again for what you rejected.
        </p>
      ) : null}
      <input
        aria-label="Title"
        placeholder="Title (optional)"
        maxLength={200}
        dir="auto"
        value={draft.title}
        onChange={(event) => change({ ...draft, title: event.currentTarget.value })}
      />
      <textarea
        aria-label="Text"
        placeholder="Paste or type the text, or drop a file here: text, Markdown, tracked HTML, IteraTeR JSONL"
        rows={first ? 12 : 5}
        dir="auto"
        value={draft.text}
        onChange={(event) => change({ ...draft, text: event.currentTarget.value })}
      />
      <div className={css.row}>
        <label className={css.file}>
          <span className="button">Open a file</span>
          <input
            type="file"
            accept=".txt,.md,.markdown,.html,.jsonl,text/plain,text/markdown,text/html"
            onChange={(event) => void take(event.currentTarget.files?.[0])}
          />
        </label>
        <label className={css.format}>
          <span className="quiet">Read as</span>
          <select
            value={draft.format}
            onChange={(event) =>
              change({
                ...draft,
                format: event.currentTarget.value === "markdown" ? "markdown" : "plain",
              })
            }
          >
            <option value="plain">plain text</option>
            <option value="markdown">Markdown</option>
          </select>
        </label>
        <span className={css.count}>{words === 0 ? "" : plural(words, "word")}</span>
        <button type="submit" className="button primary" disabled={!ready}>
          {opening.isPending ? "Opening…" : "Revise"}
        </button>
      </div>
      {importing.data === undefined ? null : (
        <div role="status">
          <p>
            {plural(importing.data.documents.length, "document")} opened
            {importing.data.rejects.length === 0
              ? "."
              : `, ${plural(importing.data.rejects.length, "line")} left out:`}
          </p>
          <ul className="quiet">
            {importing.data.rejects.slice(0, REJECTS_SHOWN).map(({ problem }) => (
              <li key={problem}>{problem}</li>
            ))}
          </ul>
        </div>
      )}
      {importing.error === null ? null : (
        <Failure error={importing.error} what="The file was not opened" />
      )}
      {opening.error === null ? null : (
        <Failure
          error={opening.error}
          what="The document was not opened; your text is still here"
        />
      )}
    </form>
  );
}
