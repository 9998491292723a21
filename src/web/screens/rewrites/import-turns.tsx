import { Modal } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import type { TurnsReport } from "#core/rewrite.ts";
import { href, path, query, upload } from "#web/app/api.ts";
import { count, plural } from "#web/app/format.ts";
import { DownloadIcon } from "#web/app/icons.tsx";
import { Failure } from "#web/app/parts.tsx";
import { queryClient } from "#web/app/queries.ts";
import { EXAMPLE_TURN } from "./empty.tsx";
import css from "./rewrites.module.css";
import { TURN_FORMATS, turnFormatOf } from "./turn-formats.ts";
import type { Mining } from "./use-mining.ts";

interface Props {
  readonly projectId: string;
  readonly mining: Mining;
  readonly onClose: () => void;
}

/** A file of turns is sent as it is; good rows go in, bad ones come back. */
export function ImportTurns({ projectId, mining, onClose }: Props) {
  const [file, setFile] = useState<File | null>(null);
  const [format, setFormat] = useState<string>("jsonl");
  const send = useMutation({
    mutationFn: (chosen: File) =>
      upload<TurnsReport>(path`/projects/${projectId}/turns` + query({ format }), chosen),
    onSuccess: () =>
      void queryClient.invalidateQueries({ queryKey: ["project", projectId, "rewriting"] }),
  });
  const chosen = TURN_FORMATS.find(({ id }) => id === format);
  return (
    <Modal
      opened
      onClose={onClose}
      title="Import turns"
      size="lg"
      closeButtonProps={{ "aria-label": "Close" }}
    >
      <form
        className={css.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (file !== null) send.mutate(file);
        }}
      >
        <p>
          What people said or typed, in their order. Good rows go in; bad ones come back with the
          reason, and nothing else is lost.
        </p>
        <div className={css.fields}>
          <label className={css.field}>
            File of turns
            <input
              type="file"
              data-autofocus
              onChange={(event) => {
                const picked = event.currentTarget.files?.[0] ?? null;
                setFile(picked);
                if (picked !== null) setFormat(turnFormatOf(picked.name));
              }}
            />
          </label>
          <label className={css.field}>
            Format
            <select value={format} onChange={(event) => setFormat(event.currentTarget.value)}>
              {TURN_FORMATS.map(({ id, title }) => (
                <option key={id} value={id}>
                  {title}
                </option>
              ))}
            </select>
          </label>
          <button
            type="submit"
            className="button primary"
            disabled={file === null || send.isPending}
          >
            {send.isPending ? "Importing…" : "Import"}
          </button>
        </div>
        <p className="quiet">
          {chosen?.means} <code className={css.example}>{chosen?.example ?? EXAMPLE_TURN}</code>
        </p>
        {send.error === null ? null : (
          <Failure error={send.error} what="The turns were not imported" />
        )}
        {send.data === undefined ? null : (
          <Report
            projectId={projectId}
            report={send.data}
            mining={mining}
            onMine={() => {
              mining.start();
              onClose();
            }}
          />
        )}
      </form>
    </Modal>
  );
}

function Report({
  projectId,
  report: { accepted, duplicates, rejected, problems, batch },
  mining,
  onMine,
}: {
  readonly projectId: string;
  readonly report: TurnsReport;
  readonly mining: Mining;
  readonly onMine: () => void;
}) {
  return (
    <div className={css.report} role="status">
      <p>
        <strong>{plural(accepted, "turn")} went in</strong>
        {duplicates === 0 ? "" : `, ${count(duplicates)} were there already`}
        {rejected === 0 ? ", none was refused" : `, ${count(rejected)} came back`}
      </p>
      <ul>
        {problems.map((problem) => (
          <li key={problem}>{problem}</li>
        ))}
      </ul>
      <div className={css.fields}>
        {batch === null ? null : (
          <a
            className="button small"
            href={href(path`/projects/${projectId}/rejects/${batch}`)}
            download
          >
            <DownloadIcon size={14} /> The rows that came back
          </a>
        )}
        {accepted === 0 ? null : (
          <button type="button" className="button small" disabled={mining.running} onClick={onMine}>
            Mine now
          </button>
        )}
      </div>
    </div>
  );
}
