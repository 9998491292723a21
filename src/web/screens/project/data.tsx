import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import type { ImportReport } from "#core/views.ts";
import { href, path, query, upload } from "#web/app/api.ts";
import { count, plural } from "#web/app/format.ts";
import { DownloadIcon } from "#web/app/icons.tsx";
import { Failure } from "#web/app/parts.tsx";
import { queryClient } from "#web/app/queries.ts";
import { formatOf, IMPORT_FORMATS } from "./formats.ts";
import css from "./project.module.css";

const EXPORT_FORMATS = [
  ...IMPORT_FORMATS,
  { id: "openai-jsonl", title: "OpenAI fine-tuning JSONL" },
];

/** Files in and out. */
export function Data({ projectId }: { readonly projectId: string }) {
  const [format, setFormat] = useState("jsonl");
  return (
    <section className={css.panel} id="data" aria-label="Data">
      <header>
        <h2>Data</h2>
        <p>good rows go in; bad ones come back with the reason</p>
      </header>
      <div className={css.pad}>
        <ImportForm projectId={projectId} />
        <hr className={css.divide} />
        <div className={css.row}>
          <label className={css.field}>
            Export as
            <select value={format} onChange={(event) => setFormat(event.currentTarget.value)}>
              {EXPORT_FORMATS.map(({ id, title }) => (
                <option key={id} value={id}>
                  {title}
                </option>
              ))}
            </select>
          </label>
          <a
            className="button"
            href={href(path`/projects/${projectId}/export` + query({ format }))}
            download
          >
            <DownloadIcon size={14} /> Export
          </a>
        </div>
      </div>
    </section>
  );
}

/** A file is sent as it is, as soon as it is chosen and its format confirmed. */
export function ImportForm({ projectId }: { readonly projectId: string }) {
  const [file, setFile] = useState<File | null>(null);
  const [format, setFormat] = useState("jsonl");
  const send = useMutation({
    mutationFn: (chosen: File) =>
      upload<ImportReport>(path`/projects/${projectId}/import` + query({ format }), chosen),
    onSuccess: () => {
      void queryClient.invalidateQueries({ queryKey: ["project", projectId] });
      void queryClient.invalidateQueries({ queryKey: ["projects"] });
    },
  });
  return (
    <>
      <form
        className={css.row}
        onSubmit={(event) => {
          event.preventDefault();
          if (file !== null) send.mutate(file);
        }}
      >
        <label className={css.field}>
          Import a file
          <input
            type="file"
            onChange={(event) => {
              const chosen = event.currentTarget.files?.[0] ?? null;
              setFile(chosen);
              if (chosen !== null) setFormat(formatOf(chosen.name));
            }}
          />
        </label>
        <label className={css.field}>
          Format
          <select value={format} onChange={(event) => setFormat(event.currentTarget.value)}>
            {IMPORT_FORMATS.map(({ id, title }) => (
              <option key={id} value={id}>
                {title}
              </option>
            ))}
          </select>
        </label>
        <button type="submit" className="button primary" disabled={file === null || send.isPending}>
          {send.isPending ? "Importing…" : "Import"}
        </button>
      </form>
      {send.error === null ? null : <Failure error={send.error} what="The file was not imported" />}
      {send.data === undefined ? null : <Report projectId={projectId} report={send.data} />}
    </>
  );
}

function Report({
  projectId,
  report,
}: {
  readonly projectId: string;
  readonly report: ImportReport;
}) {
  const { accepted, rejected, problems, ms, batch } = report;
  return (
    <div className={css.report} role="status">
      <p>
        <strong>{plural(accepted, "row")} went in</strong>
        {rejected === 0 ? ", none was refused" : `, ${count(rejected)} came back`}{" "}
        <span className="quiet">in {(ms / 1000).toFixed(1)} s</span>
      </p>
      <ul>
        {problems.map((problem) => (
          <li key={problem}>{problem}</li>
        ))}
      </ul>
      {batch === null ? null : (
        <a
          className="button small"
          href={href(path`/projects/${projectId}/rejects/${batch}`)}
          download
        >
          <DownloadIcon size={14} /> The rows that came back
        </a>
      )}
    </div>
  );
}
