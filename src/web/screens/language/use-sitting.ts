import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useReducer, useState } from "react";
import type { NextQuestions, QuestionView } from "#core/comparison-views.ts";
import { CorrectionId } from "#core/ids.ts";
import { ApiProblem, get, path, query } from "#web/app/api.ts";
import { comparisonsQuery, progressQuery } from "#web/app/queries.ts";
import { reviewer } from "#web/app/reviewer.ts";
import { sync, useOutbox } from "#web/app/sync.ts";
import { type Judgement, outputOf } from "#web/editors/comparison/judgement.ts";
import { useMeter } from "#web/screens/inbox/meter.ts";
import {
  emptySitting,
  follow,
  inOrder,
  type Said,
  type Sitting,
  say,
  serve,
  takeBack,
} from "./sitting.ts";
import { keepHand, keepTrail, readHand, readTrail, trailKey } from "./trail.ts";

/** Questions on hand beside the one on the screen, and how many are asked for at a time. */
const AHEAD_MIN = 2;
const SERVED_AT_ONCE = 4;
/** All that can be on hand, and so come again after a reload. */
const HAND_MAX = AHEAD_MIN + SERVED_AT_ONCE;
const LOOK_AGAIN_MS = 3_000;

type Action =
  | { readonly kind: "serve"; readonly questions: readonly QuestionView[] }
  | { readonly kind: "say"; readonly said: Said }
  | { readonly kind: "take-back" }
  | { readonly kind: "follow"; readonly trail: readonly Said[] };

function step(sitting: Sitting, action: Action): Sitting {
  switch (action.kind) {
    case "serve":
      return serve(sitting, action.questions);
    case "say":
      return say(sitting, action.said);
    case "take-back":
      return takeBack(sitting);
    case "follow":
      return follow(sitting, action.trail);
  }
}

/** The sitting: the question on the screen, the next ones on hand before they are asked for, and the way back. */
export function useSitting(projectId: string) {
  const [sitting, dispatch] = useReducer(step, projectId, (id) =>
    follow(emptySitting, readTrail(id)),
  );
  const [before] = useState(() => readHand(projectId));
  const { settled, problem, again } = useQuestions(projectId, sitting, (questions) =>
    dispatch({ kind: "serve", questions: inOrder(questions, before) }),
  );
  const { refused } = useOutbox();
  const current = sitting.hand[0];
  const meter = useMeter<unknown>(current?.id ?? null, (operations) => operations.length);

  // The external system is the browser's storage: another tab of the same person writes there.
  useEffect(() => {
    const changed = ({ key }: StorageEvent) => {
      if (key === trailKey(projectId)) dispatch({ kind: "follow", trail: readTrail(projectId) });
    };
    window.addEventListener("storage", changed);
    return () => window.removeEventListener("storage", changed);
  }, [projectId]);

  // The external system is the tab's storage, which a reload leaves.
  useEffect(() => {
    if (sitting.hand.length > 0)
      keepHand(
        projectId,
        sitting.hand.map(({ id }) => id),
      );
  }, [projectId, sitting.hand]);

  const note = (said: Said) => {
    keepTrail(projectId, say(sitting, said).trail);
    dispatch({ kind: "say", said });
  };
  const judge = (judgement: Judgement, reasons: readonly string[]) => {
    if (current === undefined) return;
    const output = outputOf(current, judgement, reasons);
    const id = CorrectionId.parse(crypto.randomUUID());
    const effort = meter.decide([output]);
    const { key } = sync.add({
      kind: "compare",
      projectId,
      itemId: current.id,
      input: { id, questionId: current.id, output, effort },
    });
    note({ question: current, judgement, correctionId: id, entry: key });
  };
  const skip = () => {
    if (current === undefined) return;
    const { key } = sync.add({ kind: "pass-over", projectId, itemId: current.id });
    note({ question: current, judgement: null, correctionId: null, entry: key });
  };
  const undo = () => {
    const last = sitting.trail.at(-1);
    if (last === undefined) return;
    const { question, correctionId, entry } = last;
    // Another tab may be sending it right now: what is on its way is taken back behind it, never withdrawn.
    if (refused.some(({ key }) => key === entry)) sync.discard(entry);
    else
      sync.add(
        correctionId === null
          ? { kind: "bring-back", projectId, itemId: question.id }
          : { kind: "take-back", projectId, itemId: question.id, correctionId },
      );
    keepTrail(projectId, takeBack(sitting).trail);
    dispatch({ kind: "take-back" });
  };
  return { current, last: sitting.trail.at(-1), settled, problem, again, meter, judge, skip, undo };
}

/** Asks for questions before the hand is empty; on failure again and again, while those on hand are compared. */
function useQuestions(
  projectId: string,
  { hand }: Sitting,
  onServed: (questions: readonly QuestionView[]) => void,
) {
  const client = useQueryClient();
  const { waiting } = useOutbox();
  // Whatever changes what can be asked changes the overview too.
  const { dataUpdatedAt: seen } = useQuery(comparisonsQuery(projectId));
  const [asking, setAsking] = useState(false);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const [dryAt, setDryAt] = useState<number | null>(null);
  const dry = dryAt === seen;
  const wanted = !asking && problem === null && !dry && hand.length <= AHEAD_MIN;
  // What is said and not yet sent would come again.
  const exclude = [...hand.map(({ id }) => id), ...waiting.map(({ act }) => act.itemId)].join();

  // The external system is the server: questions are put to this person before they are needed.
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is asked is as it was when asking became due
  useEffect(() => {
    if (!wanted) return;
    setAsking(true);
    get<NextQuestions>(
      path`/projects/${projectId}/comparisons/next` +
        query({ count: hand.length === 0 ? HAND_MAX : SERVED_AT_ONCE, exclude }),
      undefined,
      { "X-Reviewer": reviewer() },
    )
      .then(({ questions, ...progress }) => {
        client.setQueryData(progressQuery(projectId).queryKey, progress);
        if (questions.length === 0) setDryAt(seen);
        onServed(questions);
      })
      .catch((error: unknown) => {
        if (!(error instanceof ApiProblem)) throw error;
        setProblem(error);
      })
      .finally(() => setAsking(false));
  }, [wanted]);
  useEffect(() => {
    if (problem?.passing !== true) return;
    const timer = setTimeout(() => setProblem(null), LOOK_AGAIN_MS);
    return () => clearTimeout(timer);
  }, [problem]);
  return { settled: dry, problem, again: () => setProblem(null) };
}
