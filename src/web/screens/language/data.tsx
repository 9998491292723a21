import { useMutation, useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import type { ImportReport } from "#core/views.ts";
import { href, path, post, query, upload } from "#web/app/api.ts";
import { count, plural } from "#web/app/format.ts";
import { DownloadIcon } from "#web/app/icons.tsx";
import { Failure } from "#web/app/parts.tsx";
import { jobQuery, queryClient, trainingQuery } from "#web/app/queries.ts";
import { Checkpoints, ENDPOINT } from "./checkpoints.tsx";
import { FinetuneDialog } from "./finetune-dialog.tsx";
import { OutsideRuns } from "./outside-runs.tsx";
import css from "./panels.module.css";

interface Props {
  readonly projectId: string;
  readonly world: boolean;
}

/** Prompts, replies and comparisons in and out. */
export function Data({ projectId, world }: Props) {
  const [exporting, setExporting] = useState(false);
  const [hash, setHash] = useState("");
  return (
    <div className={css.page}>
      <div className={css.two}>
        <Import projectId={projectId} />
        <section className={css.panel} aria-label="Export">
          <header>
            <h2>Take it elsewhere</h2>
            <p>the comparisons as they were made, or all a trainer needs</p>
          </header>
          <div className={`${css.pad} ${css.row}`}>
            <a
              className="button"
              href={href(path`/projects/${projectId}/comparisons/export`)}
              download
            >
              <DownloadIcon size={14} /> Comparisons, JSONL
            </a>
            <button type="button" className="button primary" onClick={() => setExporting(true)}>
              Export for fine-tuning…
            </button>
          </div>
        </section>
      </div>
      <Sample projectId={projectId} world={world} />
      <OutsideRuns key={hash} projectId={projectId} hash={hash} />
      {exporting ? (
        <FinetuneDialog
          projectId={projectId}
          onExported={setHash}
          onClose={() => setExporting(false)}
        />
      ) : null}
    </div>
  );
}

const FORMATS = [
  {
    id: "jsonl",
    title: "JSONL",
    means: '{"prompt": …, "replies": [{"text": …}]} or {"prompt": …, "chosen": …, "rejected": …}',
  },
  {
    id: "finetune",
    title: "A training file",
    means: "preference, KTO, SFT and other files of the usual trainers; told from their rows",
  },
] as const;

function Import({ projectId }: { readonly projectId: string }) {
  const [file, setFile] = useState<File | null>(null);
  const [format, setFormat] = useState<string>("jsonl");
  const send = useMutation({
    mutationFn: (chosen: File) =>
      upload<ImportReport>(
        path`/projects/${projectId}/candidates/import` + query({ format }),
        chosen,
      ),
    onSuccess: () => void queryClient.invalidateQueries({ queryKey: ["project", projectId] }),
  });
  return (
    <section className={css.panel} aria-label="Import">
      <header>
        <h2>Bring in prompts, replies, comparisons</h2>
        <p>good rows go in; bad ones come back with the reason</p>
      </header>
      <form
        className={css.pad}
        onSubmit={(event) => {
          event.preventDefault();
          if (file !== null) send.mutate(file);
        }}
      >
        <div className={css.fields}>
          <label className={css.field}>
            File
            <input
              type="file"
              onChange={(event) => setFile(event.currentTarget.files?.[0] ?? null)}
            />
          </label>
          <label className={css.field}>
            Format
            <select value={format} onChange={(event) => setFormat(event.currentTarget.value)}>
              {FORMATS.map(({ id, title }) => (
                <option key={id} value={id}>
                  {title}
                </option>
              ))}
            </select>
          </label>
          <button type="submit" className="button" disabled={file === null || send.isPending}>
            {send.isPending ? "Importing…" : "Import"}
          </button>
        </div>
        <p className={css.under}>{FORMATS.find(({ id }) => id === format)?.means}</p>
        {send.error === null ? null : (
          <Failure error={send.error} what="The file was not imported" />
        )}
        {send.data === undefined ? null : <Report projectId={projectId} report={send.data} />}
      </form>
    </section>
  );
}

function Report({
  projectId,
  report: { accepted, rejected, problems, batch },
}: {
  readonly projectId: string;
  readonly report: ImportReport;
}) {
  return (
    <div className={css.report} role="status">
      <p>
        <strong>{plural(accepted, "row")} went in</strong>
        {rejected === 0 ? ", none was refused" : `, ${count(rejected)} came back`}
      </p>
      <ul>
        {problems.map((problem) => (
          <li key={problem}>{problem}</li>
        ))}
      </ul>
      {batch === null || rejected === 0 ? null : (
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

/** New candidates from a policy, so that there is more to compare. */
function Sample({ projectId, world }: Props) {
  const { data: training } = useQuery(trainingQuery(projectId));
  const [from, setFrom] = useState("base");
  const start = useMutation({
    mutationFn: (body: unknown) =>
      post<{ jobId: string }>(path`/projects/${projectId}/candidates/sample`, body),
  });
  const { data: job } = useQuery({
    ...jobQuery(start.data?.jobId ?? ""),
    enabled: start.data !== undefined,
  });
  const begin = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    start.mutate({
      from: from === ENDPOINT ? { kind: "endpoint" } : { kind: "checkpoint", id: from },
      prompts: Number(form.get("prompts")),
      replies: Number(form.get("replies")),
      fresh: form.has("fresh"),
    });
  };
  return (
    <section className={css.panel} aria-label="Sample replies">
      <header>
        <h2>More replies to compare</h2>
        <p>prompts with the fewest replies come first</p>
      </header>
      <form className={css.pad} onSubmit={begin}>
        <div className={css.fields}>
          <Checkpoints
            label="From"
            checkpoints={world ? (training?.checkpoints ?? []) : []}
            value={from}
            onChoose={setFrom}
            endpoint={training?.endpoint ?? null}
          />
          <label className={css.field}>
            Prompts
            <input name="prompts" type="number" min="1" max="1000" defaultValue="16" required />
          </label>
          <label className={css.field}>
            Replies to each
            <input name="replies" type="number" min="1" max="64" defaultValue="4" required />
          </label>
          {world ? (
            <label className={css.check}>
              <input name="fresh" type="checkbox" /> new prompts
            </label>
          ) : null}
          <button
            type="submit"
            className="button"
            disabled={start.isPending || (!world && training?.endpoint == null)}
          >
            Sample
          </button>
          <span role="status" className="quiet">
            {job === undefined ? "" : `${job.state}${job.error === null ? "" : `: ${job.error}`}`}
          </span>
        </div>
        {!world && training?.endpoint === null ? (
          <p className={css.under}>
            There is nothing to sample from: the server has no language model's endpoint
            (EMEND_LLM_BASE_URL), and the project no small policy.
          </p>
        ) : null}
        {start.error === null ? null : (
          <Failure error={start.error} what="Sampling was not started" />
        )}
      </form>
    </section>
  );
}
