import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import type { ComparisonSchema } from "#core/comparison.ts";
import type { QuestionView } from "#core/comparison-views.ts";
import { path, post } from "#web/app/api.ts";
import { type Hotkey, useHotkeys } from "#web/app/hotkeys.ts";
import { Empty, Failure, Lines } from "#web/app/parts.tsx";
import { letterOf, ranked, unranked } from "#web/editors/comparison/judgement.ts";
import { Transcript } from "#web/editors/comparison/transcript.tsx";
import css from "./compare.module.css";
import { CompareBar } from "./compare-bar.tsx";
import { Learned } from "./learned.tsx";
import { NoticeLine } from "./notice-line.tsx";
import { Replies } from "./replies.tsx";
import { useSitting } from "./use-sitting.ts";

interface Props {
  readonly projectId: string;
  readonly schema: ComparisonSchema;
}

/** What a person has in mind of the question on the screen, and has not said yet. */
interface Draft {
  readonly questionId: string | null;
  readonly reasons: readonly string[];
  readonly tiers: readonly (readonly string[])[];
  readonly lengths: boolean;
}

const blank = (questionId: string | null): Draft => ({
  questionId,
  reasons: [],
  tiers: [],
  lengths: false,
});

/** Two replies side by side and the keys that say which is better. */
export function Compare({ projectId, schema }: Props) {
  const sitting = useSitting(projectId);
  const { current, last, judge, skip, undo } = sitting;
  const [kept, setDraft] = useState(blank(null));
  // Another question is begun with nothing in mind.
  const draft = kept.questionId === (current?.id ?? null) ? kept : blank(current?.id ?? null);
  const change = (next: Partial<Draft>) => setDraft({ ...draft, ...next });
  const refit = useMutation({
    mutationFn: () => post<{ jobId: string }>(path`/projects/${projectId}/refit`),
  });

  const toggleReason = (reason: string) =>
    change({
      reasons: draft.reasons.includes(reason)
        ? draft.reasons.filter((one) => one !== reason)
        : [...draft.reasons, reason],
    });
  const prefer = (verdict: "first" | "second" | "tie" | "both-bad") => {
    if (current?.form === "pair") judge({ kind: "pair", verdict }, draft.reasons);
  };
  const rank = (side: number, asGood: boolean) => {
    const id = current?.replies[side]?.id;
    if (id !== undefined) change({ tiers: ranked(draft.tiers, id, asGood && schema.tieAllowed) });
  };
  const complete = current !== undefined && draft.tiers.flat().length === current.replies.length;
  const give = () => {
    if (current?.form === "ranking" && complete)
      judge({ kind: "ranking", tiers: draft.tiers }, draft.reasons);
  };
  const acts = {
    prefer,
    rank,
    unrank: () => change({ tiers: unranked(draft.tiers) }),
    give,
    skip,
    undo,
    toggleReason,
    toggleLengths: () => change({ lengths: !draft.lengths }),
  };

  useHotkeys("Compare", [
    ...(current?.form === "ranking"
      ? rankingKeys(current, schema, acts)
      : pairKeys(schema, prefer)),
    ...schema.reasons.slice(0, 9).map((reason, i) => ({
      keys: [String(i + 1)],
      label: `Because: ${reason}`,
      run: () => toggleReason(reason),
    })),
    { keys: ["s"], label: "Skip", run: skip },
    { keys: ["z", "mod+z"], label: "Undo", run: undo },
    { keys: ["l"], label: "Show the lengths of these replies", run: acts.toggleLengths },
    { keys: ["r"], label: "Learn now from the comparisons so far", run: () => refit.mutate() },
  ]);

  return (
    <div className={css.compare}>
      <div className={css.case}>
        {current !== undefined ? (
          <Question
            question={current}
            tiers={draft.tiers}
            lengths={draft.lengths}
            onRank={(side) => rank(side, false)}
          />
        ) : sitting.problem !== null ? (
          <Failure
            error={sitting.problem}
            retry={sitting.again}
            what="The next replies could not be read"
          />
        ) : sitting.settled ? (
          <Empty title="Nothing left to compare">
            Every pair on offer has your word. Sample or import more replies under Data.
          </Empty>
        ) : (
          <Lines widths={[60, 40, 90, 90, 70]} />
        )}
      </div>
      <Learned projectId={projectId} question={current} refit={refit} />
      <NoticeLine projectId={projectId} last={last} onUndo={undo} />
      <CompareBar
        question={current}
        schema={schema}
        draft={draft}
        complete={complete}
        canUndo={last !== undefined}
        meter={sitting.meter}
        acts={acts}
      />
    </div>
  );
}

function pairKeys(
  { tieAllowed }: ComparisonSchema,
  prefer: (verdict: "first" | "second" | "tie" | "both-bad") => void,
): Hotkey[] {
  return [
    { keys: ["a", "arrowleft"], label: "A is better", run: () => prefer("first") },
    { keys: ["b", "arrowright"], label: "B is better", run: () => prefer("second") },
    ...(tieAllowed ? [{ keys: ["t"], label: "A tie", run: () => prefer("tie") }] : []),
    { keys: ["x"], label: "Both bad", run: () => prefer("both-bad") },
  ];
}

function rankingKeys(
  { replies }: QuestionView,
  { tieAllowed }: ComparisonSchema,
  acts: { rank(side: number, asGood: boolean): void; unrank(): void; give(): void },
): Hotkey[] {
  const letters = replies.map((_, side) => letterOf(side));
  return [
    ...letters.map((letter, side) => ({
      keys: [letter.toLowerCase()],
      label: `${letter} is next best`,
      run: () => acts.rank(side, false),
    })),
    ...(tieAllowed
      ? letters.map((letter, side) => ({
          keys: [`shift+${letter.toLowerCase()}`],
          label: `${letter} is as good as the last one`,
          run: () => acts.rank(side, true),
        }))
      : []),
    { keys: ["backspace"], label: "Take the last one back", run: acts.unrank },
    { keys: ["enter"], label: "Give this order", run: acts.give },
  ];
}

function Question({
  question,
  tiers,
  lengths,
  onRank,
}: {
  readonly question: QuestionView;
  readonly tiers: Draft["tiers"];
  readonly lengths: boolean;
  readonly onRank: (side: number) => void;
}) {
  return (
    <article className={css.question} aria-label="Question" data-question={question.id}>
      <Transcript prompt={question.prompt} />
      <Replies
        replies={question.replies}
        tiers={question.form === "ranking" ? tiers : null}
        lengths={lengths}
        onRank={onRank}
      />
    </article>
  );
}
