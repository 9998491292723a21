import { useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { DocumentSummary } from "#core/revision.ts";
import { path, remove } from "#web/app/api.ts";
import { ago, count, plural } from "#web/app/format.ts";
import { Failure, Lines } from "#web/app/parts.tsx";
import { documentsQuery, projectQuery, queryClient } from "#web/app/queries.ts";
import css from "./documents.module.css";
import { NewDocument } from "./new-document.tsx";
import { passText } from "./words.ts";

/** The documents of a project, the one changed last first, and the way to open another. */
export function Documents({ projectId }: { readonly projectId: string }) {
  const { data: project } = useQuery(projectQuery(projectId));
  const { data: documents, error, refetch } = useQuery(documentsQuery(projectId));
  return (
    <div className={css.page}>
      <h1>{project?.name ?? "Writing"}</h1>
      <NewDocument projectId={projectId} first={documents?.length === 0} />
      {error !== null ? (
        <Failure
          error={error}
          retry={() => void refetch()}
          what="The documents could not be read"
        />
      ) : documents === undefined ? (
        <Lines widths={[60, 80, 70]} />
      ) : documents.length === 0 ? null : (
        <section aria-label="Documents">
          <ul className={css.list}>
            {documents
              .toSorted((a, b) => b.updatedAtMs - a.updatedAtMs)
              .map((document) => (
                <Row key={document.id} projectId={projectId} document={document} />
              ))}
          </ul>
        </section>
      )}
    </div>
  );
}

function statusText(document: DocumentSummary): string {
  if (document.status === "proposing") return "proposers are reading";
  if (document.status === "done") return "done";
  return document.open === 0 ? "all decided" : `${count(document.open)} to decide`;
}

function Row({ projectId, document }: { projectId: string; document: DocumentSummary }) {
  const { id, title, words, updatedAtMs, status } = document;
  const [sure, setSure] = useState(false);
  const deleting = useMutation({
    mutationFn: () => remove(path`/projects/${projectId}/documents/${id}`),
    onSettled: () => queryClient.invalidateQueries(documentsQuery(projectId)),
  });
  return (
    <li className={css.row}>
      <div className={css.name}>
        <h2>
          <Link
            to="/p/$projectId/writing/{-$documentId}"
            params={{ projectId, documentId: id }}
            dir="auto"
          >
            {title === "" ? "Untitled" : title}
          </Link>
        </h2>
        <p className="quiet">
          {plural(words, "word")}, changed {ago(updatedAtMs, Date.now())}
        </p>
      </div>
      <p>
        {passText(document)}
        <br />
        <span className={status === "proposing" ? "machine" : "quiet"}>{statusText(document)}</span>
      </p>
      {sure ? (
        <div className={css.acts} role="alert">
          <button type="button" className="button small primary" onClick={() => deleting.mutate()}>
            Delete with its history
          </button>
          <button type="button" className="button small" onClick={() => setSure(false)}>
            Keep
          </button>
        </div>
      ) : (
        <button
          type="button"
          className="button small plain"
          aria-label={`Delete ${title}`}
          onClick={() => setSure(true)}
        >
          Delete
        </button>
      )}
      {deleting.error === null ? null : (
        <p className={css.problem} role="alert">
          Not deleted: {deleting.error.message}
        </p>
      )}
    </li>
  );
}
