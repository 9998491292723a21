import { Modal } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { z } from "zod";
import { FINETUNE_TARGETS, FINETUNE_TASKS, FinetuneTarget, FinetuneTask } from "#core/finetune.ts";
import { get, path, query } from "#web/app/api.ts";
import { count, plural } from "#web/app/format.ts";
import { DownloadIcon } from "#web/app/icons.tsx";
import { Failure } from "#web/app/parts.tsx";
import { save } from "#web/charts/export.ts";
import css from "./panels.module.css";

interface Props {
  readonly projectId: string;
  /** Told the hash of the manifest, which a run elsewhere is recorded with. */
  readonly onExported: (manifestHash: string) => void;
  readonly onClose: () => void;
}

interface Files {
  readonly files: readonly { readonly name: string; readonly text: string }[];
  readonly manifestHash: string;
}

const TARGET_WORDS: Readonly<Record<FinetuneTarget, string>> = {
  trl: "TRL",
  axolotl: "Axolotl",
  openai: "OpenAI style",
  llamafactory: "LLaMA-Factory",
  rlhflow: "RLHFlow",
};
const TASK_WORDS: Readonly<Record<FinetuneTask, string>> = {
  sft: "imitation (SFT)",
  dpo: "preference pairs (DPO and kin)",
  kto: "single verdicts (KTO)",
  rm: "reward model",
  prm: "reward model, step by step",
  grpo: "prompts alone (GRPO)",
  principle: "keeping to a principle",
};

/** The part of the manifest that is told here. */
const Manifest = z.object({
  examples: z.object({ train: z.number(), valid: z.number() }),
  dropped: z.record(z.string(), z.number()),
  loss: z.array(z.string()),
});

/** Target and task in, files out, with what the files cannot hold said before they are saved. */
export function FinetuneDialog({ projectId, onExported, onClose }: Props) {
  const [target, setTarget] = useState<FinetuneTarget>("trl");
  const [task, setTask] = useState<FinetuneTask>("dpo");
  const make = useMutation({
    mutationFn: () =>
      get<Files>(path`/projects/${projectId}/comparisons/finetune` + query({ target, task })),
    onSuccess: ({ manifestHash }) => onExported(manifestHash),
  });
  const found = make.data;
  return (
    <Modal
      opened
      onClose={onClose}
      title="Export for fine-tuning"
      size="lg"
      closeButtonProps={{ "aria-label": "Close" }}
    >
      <form
        className={css.dialog}
        onSubmit={(event) => {
          event.preventDefault();
          make.mutate();
        }}
      >
        <p>
          Held-out prompts are never trained on: they go to validation. What a format cannot hold is
          said before you save anything.
        </p>
        <div className={css.fields}>
          <label className={css.field}>
            Trainer
            <select
              data-autofocus
              value={target}
              onChange={(event) => {
                make.reset();
                setTarget(FinetuneTarget.parse(event.currentTarget.value));
              }}
            >
              {FINETUNE_TARGETS.map((one) => (
                <option key={one} value={one}>
                  {TARGET_WORDS[one]}
                </option>
              ))}
            </select>
          </label>
          <label className={css.field}>
            Task
            <select
              value={task}
              onChange={(event) => {
                make.reset();
                setTask(FinetuneTask.parse(event.currentTarget.value));
              }}
            >
              {FINETUNE_TASKS.map((one) => (
                <option key={one} value={one}>
                  {TASK_WORDS[one]}
                </option>
              ))}
            </select>
          </label>
          <button type="submit" className="button primary" disabled={make.isPending}>
            {make.isPending ? "Making the files…" : "Make the files"}
          </button>
        </div>
        {make.error === null ? null : (
          <Failure error={make.error} what="The files could not be made" />
        )}
        {found === undefined ? null : <Made made={found} name={`${projectId}-${target}-${task}`} />}
      </form>
    </Modal>
  );
}

function Made({
  made: { files, manifestHash },
  name,
}: {
  readonly made: Files;
  readonly name: string;
}) {
  const manifest = Manifest.safeParse(
    JSON.parse(files.find((file) => file.name === "manifest.json")?.text ?? "{}"),
  );
  const keep = (file: Files["files"][number]) =>
    save(`${name}-${file.name.replaceAll("/", "-")}`, new Blob([file.text]));
  return (
    <div className={css.report} role="status">
      {manifest.success ? (
        <>
          <p>
            <strong>
              {plural(manifest.data.examples.train, "example")} to train on,{" "}
              {count(manifest.data.examples.valid)} to validate with
            </strong>
          </p>
          <ul aria-label="What the files do not hold">
            {Object.entries(manifest.data.dropped).map(([reason, n]) => (
              <li key={reason}>
                {count(n)} left out: {reason}
              </li>
            ))}
            {manifest.data.loss.map((loss) => (
              <li key={loss}>{loss}</li>
            ))}
            {manifest.data.loss.length === 0 && Object.keys(manifest.data.dropped).length === 0 ? (
              <li>Nothing is lost.</li>
            ) : null}
          </ul>
        </>
      ) : null}
      <ul className={css.files} aria-label="Files">
        {files.map((file) => (
          <li key={file.name}>
            <button
              type="button"
              className="button small"
              onClick={() => keep(file)}
              aria-label={`Save ${file.name}`}
            >
              <DownloadIcon size={14} /> {file.name}
            </button>{" "}
            <span className="quiet">{count(file.text.length)} characters</span>
          </li>
        ))}
      </ul>
      <button type="button" className="button" onClick={() => files.forEach(keep)}>
        <DownloadIcon size={14} /> Save all {count(files.length)}
      </button>
      <p>
        What comes of it is recorded under the hash of the manifest:{" "}
        <code className={css.hash}>{manifestHash}</code>
      </p>
    </div>
  );
}
