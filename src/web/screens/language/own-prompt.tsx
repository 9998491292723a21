import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import type { CheckpointView, SampledReply } from "#core/comparison-views.ts";
import { path, post } from "#web/app/api.ts";
import { Failure } from "#web/app/parts.tsx";
import { PromptText } from "#web/editors/comparison/transcript.tsx";
import { Checkpoints, ENDPOINT } from "./checkpoints.tsx";
import css from "./panels.module.css";
import { ScoredText } from "./scored-text.tsx";

interface Props {
  readonly projectId: string;
  readonly checkpoints: readonly CheckpointView[];
  readonly endpoint: string | null;
}

const EXAMPLE = "<s> 3 1 4 1 5 9 b e - polite |";
const REPLIES = 4;

/** A prompt of one's own, answered by any policy. */
export function OwnPrompt({ projectId, checkpoints, endpoint }: Props) {
  const [from, setFrom] = useState("base");
  const [prompt, setPrompt] = useState(EXAMPLE);
  const [temperature, setTemperature] = useState(1);
  const ask = useMutation({
    mutationFn: () =>
      post<{ replies: SampledReply[] }>(path`/projects/${projectId}/training/sample`, {
        from: from === ENDPOINT ? { kind: "endpoint" } : { kind: "checkpoint", id: from },
        prompt,
        n: REPLIES,
        temperature,
      }),
  });
  return (
    <section className={css.panel} aria-label="Your own prompt">
      <header>
        <h2>Your own prompt</h2>
        <p>the small policies know six facts, up to three keys asked for, and polite or plain</p>
      </header>
      <form
        className={css.pad}
        onSubmit={(event) => {
          event.preventDefault();
          ask.mutate();
        }}
      >
        <div className={css.fields}>
          <label className={`${css.field} ${css.wide}`}>
            Prompt
            <textarea
              rows={2}
              value={prompt}
              onChange={(event) => setPrompt(event.currentTarget.value)}
              spellCheck={false}
            />
          </label>
          <Checkpoints
            label="Answered by"
            checkpoints={checkpoints}
            value={from}
            onChoose={setFrom}
            endpoint={endpoint}
          />
          <label className={css.field}>
            Temperature
            <input
              type="number"
              min="0"
              max="5"
              step="0.1"
              value={temperature}
              onChange={(event) => setTemperature(event.currentTarget.valueAsNumber)}
            />
          </label>
          <button
            type="submit"
            className="button"
            disabled={ask.isPending || prompt.trim() === "" || Number.isNaN(temperature)}
          >
            {ask.isPending ? "Answering…" : "Answer"}
          </button>
        </div>
        <div className={css.under}>
          <PromptText text={prompt} short />
        </div>
        {ask.error === null ? null : <Failure error={ask.error} what="It was not answered" />}
        {ask.data === undefined ? null : (
          <ol className={css.answers} aria-label="Answers">
            {ask.data.replies.map((reply, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the same reply may come twice
              <li key={i}>
                <ScoredText reply={reply} />
              </li>
            ))}
          </ol>
        )}
      </form>
    </section>
  );
}
