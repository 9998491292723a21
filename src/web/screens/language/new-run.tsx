import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import {
  type CheckpointView,
  TRAINING_METHODS,
  type TrainingMethod,
  TrainingOptions,
  type TrainingRun,
} from "#core/comparison-views.ts";
import { path, post } from "#web/app/api.ts";
import { Failure } from "#web/app/parts.tsx";
import { queryClient, trainingQuery } from "#web/app/queries.ts";
import { AGGREGATES } from "#web/app/search.ts";
import css from "./panels.module.css";
import { AGGREGATE_WORDS, METHOD_WORDS } from "./words.ts";

interface Props {
  readonly projectId: string;
  readonly checkpoints: readonly CheckpointView[];
  readonly onStarted: (runId: string) => void;
}

interface NumberOption {
  readonly id:
    | "steps"
    | "learningRate"
    | "batch"
    | "klWeight"
    | "groupSize"
    | "beta"
    | "bestOf"
    | "lookEvery"
    | "seed";
  readonly label: string;
  readonly step: string;
  /** Methods that heed it; all where none are named. */
  readonly of?: readonly TrainingMethod[];
}

const OPTIONS: readonly NumberOption[] = [
  { id: "steps", label: "Steps", step: "1" },
  { id: "learningRate", label: "Learning rate", step: "any" },
  { id: "batch", label: "Replies a step", step: "1" },
  {
    id: "klWeight",
    label: "Cost of a nat from the start",
    step: "any",
    of: ["policy-gradient", "ppo"],
  },
  { id: "groupSize", label: "Replies to a prompt", step: "1", of: ["policy-gradient", "ppo"] },
  { id: "beta", label: "DPO β", step: "any", of: ["dpo"] },
  { id: "bestOf", label: "Sampled for one kept", step: "1", of: ["expert-iteration"] },
  { id: "lookEvery", label: "Steps between looks", step: "1" },
  { id: "seed", label: "Seed", step: "1" },
];
const CLIMBS: readonly TrainingMethod[] = ["policy-gradient", "ppo", "expert-iteration"];

/** What to train and how, with defaults that work. */
export function NewRun({ projectId, checkpoints, onStarted }: Props) {
  const [method, setMethod] = useState<TrainingMethod>("policy-gradient");
  const start = useMutation({
    mutationFn: (body: unknown) => post<TrainingRun>(path`/projects/${projectId}/training`, body),
    onSuccess: ({ id }) => {
      void queryClient.invalidateQueries({ queryKey: trainingQuery(projectId).queryKey });
      onStarted(id);
    },
  });
  const defaults = TrainingOptions.parse({});
  const begin = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const name = String(form.get("name") ?? "").trim();
    const numbers = OPTIONS.flatMap(({ id }) => (form.has(id) ? [[id, Number(form.get(id))]] : []));
    start.mutate({
      method,
      start: form.get("start"),
      ...(name === "" ? {} : { name }),
      options: {
        ...Object.fromEntries(numbers),
        ...(form.has("aggregate") ? { aggregate: form.get("aggregate") } : {}),
      },
    });
  };
  const fields = OPTIONS.filter(({ of }) => of === undefined || of.includes(method));
  const [often, seldom] = [fields.slice(0, 2), fields.slice(2)];
  const field = ({ id, label, step }: NumberOption) => (
    <label key={id} className={css.field}>
      {label}
      <input name={id} type="number" step={step} min="0" defaultValue={defaults[id]} required />
    </label>
  );
  return (
    <section className={css.panel} aria-label="New run">
      <header>
        <h2>Train a policy</h2>
        <p>{METHOD_WORDS[method].means}</p>
      </header>
      <form className={css.pad} onSubmit={begin}>
        <div className={css.fields}>
          <label className={css.field}>
            Method
            <select
              value={method}
              onChange={(event) => {
                const chosen = TRAINING_METHODS.find((one) => one === event.currentTarget.value);
                if (chosen !== undefined) setMethod(chosen);
              }}
            >
              {TRAINING_METHODS.map((one) => (
                <option key={one} value={one}>
                  {METHOD_WORDS[one].title}
                </option>
              ))}
            </select>
          </label>
          <label className={css.field}>
            From
            <select name="start" defaultValue="base">
              {checkpoints.map(({ id, name }) => (
                <option key={id} value={id}>
                  {name}
                </option>
              ))}
            </select>
          </label>
          {often.map(field)}
          <label className={css.field}>
            Name
            <input name="name" placeholder={METHOD_WORDS[method].title} maxLength={200} />
          </label>
          <button type="submit" className="button primary" disabled={start.isPending}>
            {start.isPending ? "Starting…" : "Start"}
          </button>
        </div>
        <details className={css.more}>
          <summary>More options</summary>
          <div className={css.fields}>
            {seldom.map(field)}
            {CLIMBS.includes(method) ? (
              <label className={css.field}>
                Members become one score by
                <select name="aggregate" defaultValue={defaults.aggregate}>
                  {AGGREGATES.map((one) => (
                    <option key={one} value={one}>
                      {AGGREGATE_WORDS[one]}
                    </option>
                  ))}
                </select>
              </label>
            ) : null}
          </div>
        </details>
        {start.error === null ? null : (
          <Failure error={start.error} what="The run was not started" />
        )}
      </form>
    </section>
  );
}
