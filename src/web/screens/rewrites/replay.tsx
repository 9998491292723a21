import { Modal } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import type { RewritePage, RewriteView, Rewritten } from "#core/rewrite.ts";
import { normaliseUtterance } from "#correct/utterance.ts";
import { get, path, post, query } from "#web/app/api.ts";
import { Failure, Key } from "#web/app/parts.tsx";
import { queryClient, rewriteQuery } from "#web/app/queries.ts";
import { longestWord, utterancesOf } from "./pasted.ts";
import { Rates } from "./rates.tsx";
import { StateChips } from "./rewrite-table.tsx";
import css from "./rewrites.module.css";
import { WORDS_CHARS_MAX } from "./toolbar.tsx";
import { whyText } from "./words.ts";

/** Rewrites with the same telling word in them, among which one of the same wording is looked for. */
const LOOKED_THROUGH_MAX = 500;

interface Replayed {
  readonly utterance: string;
  readonly answer: Rewritten;
  /** The rewrite that was applied or held out, or would apply if it were live; null where none fits. */
  readonly rewrite: RewriteView | null;
}

async function replayOne(projectId: string, utterance: string): Promise<Replayed> {
  const at = path`/projects/${projectId}`;
  const answer = await post<Rewritten>(`${at}/rewrite`, { text: utterance });
  if (answer.ruleId !== null) {
    const { rewrite } = await queryClient.fetchQuery(rewriteQuery(projectId, answer.ruleId));
    return { utterance, answer, rewrite };
  }
  // Nothing live or in shadow: is there one that would apply if it were?
  const key = normaliseUtterance(utterance);
  const wish = { q: longestWord(utterance).slice(0, WORDS_CHARS_MAX), limit: LOOKED_THROUGH_MAX };
  const { rewrites } = await get<RewritePage>(`${at}/rewrites${query(wish)}`);
  const rewrite = rewrites.find(
    ({ fromKey, fromText }) => fromKey === key || normaliseUtterance(fromText) === key,
  );
  return { utterance, answer, rewrite: rewrite ?? null };
}

async function replay(projectId: string, utterances: readonly string[]): Promise<Replayed[]> {
  const replayed: Replayed[] = [];
  for (const utterance of utterances) replayed.push(await replayOne(projectId, utterance));
  return replayed;
}

interface Props {
  readonly projectId: string;
  readonly onClose: () => void;
  readonly onOpen: (ruleId: string) => void;
}

/** What would become of a request, or of each of a session, and why. */
export function Replay({ projectId, onClose, onOpen }: Props) {
  const [pasted, setPasted] = useState("");
  const { utterances, left } = utterancesOf(pasted);
  const replaying = useMutation({ mutationFn: () => replay(projectId, utterances) });
  const ready = utterances.length > 0 && !replaying.isPending;
  return (
    <Modal
      opened
      onClose={onClose}
      title="Replay a request or a session"
      size="lg"
      closeButtonProps={{ "aria-label": "Close" }}
    >
      <form
        className={css.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (ready) replaying.mutate();
        }}
      >
        <label className={css.field}>
          One request a line, or turns as JSON lines
          <textarea
            data-autofocus
            value={pasted}
            placeholder="play songs"
            onChange={(event) => setPasted(event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
              event.preventDefault();
              if (ready) replaying.mutate();
            }}
          />
        </label>
        <div className={css.fields}>
          <button type="submit" className="button primary" disabled={!ready}>
            {replaying.isPending ? "Replaying…" : "Replay"} <Key name="mod+enter" />
          </button>
          {left === 0 ? null : (
            <span className="quiet">
              The first {utterances.length} are replayed, {left} are not.
            </span>
          )}
        </div>
        {replaying.error === null ? null : (
          <Failure error={replaying.error} what="This could not be replayed" />
        )}
        <ol className={css.replayed} aria-label="Replayed" aria-live="polite">
          {replaying.data?.map((one, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a session may say the same twice
            <li key={i}>
              <Outcome
                of={one}
                onOpen={(id) => {
                  onClose();
                  onOpen(id);
                }}
              />
            </li>
          ))}
        </ol>
      </form>
    </Modal>
  );
}

function Outcome({
  of: { utterance, answer, rewrite },
  onOpen,
}: {
  readonly of: Replayed;
  readonly onOpen: (ruleId: string) => void;
}) {
  const applied = answer.ruleId !== null && answer.arm === "treated";
  return (
    <>
      <p>
        {utterance}{" "}
        {applied ? (
          <>
            <span className="quiet">→</span> <strong className="learned">{answer.text}</strong>
          </>
        ) : (
          <span className="quiet">stays as it is</span>
        )}
      </p>
      <p className={css.why}>{whyText(answer, rewrite)}</p>
      {rewrite === null ? null : (
        <>
          <Rates
            rows={[
              { id: "from", label: "as asked", tone: "plain", rate: rewrite.from },
              { id: "to", label: "rewritten", tone: "machine", rate: rewrite.to },
            ]}
          />
          <div className={css.fields}>
            <StateChips view={rewrite} />
            <button type="button" className="button small" onClick={() => onOpen(rewrite.id)}>
              Open its evidence
            </button>
          </div>
        </>
      )}
    </>
  );
}
