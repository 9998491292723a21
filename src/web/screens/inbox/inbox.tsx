import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import type { CaseView } from "#core/views.ts";
import { path, post } from "#web/app/api.ts";
import { rememberProject } from "#web/app/current-project.ts";
import { useHotkeys } from "#web/app/hotkeys.ts";
import { Failure } from "#web/app/parts.tsx";
import { caseQuery, projectQuery, queryClient } from "#web/app/queries.ts";
import { reviewer } from "#web/app/reviewer.ts";
import { ORDERS } from "#web/app/search.ts";
import { sync } from "#web/app/sync.ts";
import { correctionOf, keyOfClass, labelsChanged } from "#web/editors/label/decide.ts";
import { ActionBar } from "./action-bar.tsx";
import { EvidencePane } from "./evidence-pane.tsx";
import css from "./inbox.module.css";
import { ItemPane, ItemSkeleton } from "./item-pane.tsx";
import { useMeter } from "./meter.ts";
import { NoticeLine } from "./notice-line.tsx";
import { QueueEmpty, QueuePane } from "./queue-pane.tsx";
import { isDecided } from "./session.ts";
import { useSession } from "./use-session.ts";

const FILTER_ID = "queue-filter";
const URL_SETTLES_MS = 150;

/** Another order or state is another sitting. */
export function Inbox() {
  const { projectId } = useParams({ from: "/p/$projectId/inbox/{-$itemId}" });
  const { order, state } = useSearch({ from: "/p/$projectId/inbox/{-$itemId}" });
  return <Sitting key={`${projectId}/${order ?? ""}/${state ?? ""}`} projectId={projectId} />;
}

function Sitting({ projectId }: { readonly projectId: string }) {
  const { itemId } = useParams({ from: "/p/$projectId/inbox/{-$itemId}" });
  const search = useSearch({ from: "/p/$projectId/inbox/{-$itemId}" });
  const navigate = useNavigate({ from: "/p/$projectId/inbox/{-$itemId}" });
  const { data: project, error, refetch } = useQuery(projectQuery(projectId));
  const order = search.order ?? project?.config.correct.order ?? "cost";
  const state = search.state ?? "open";
  const sitting = useSession({ projectId, itemId, order, state });
  const { session, current } = sitting;
  const shown = useQuery({ ...caseQuery(projectId, current ?? ""), enabled: current !== null });
  const open = current === null ? undefined : shown.data;
  const meter = useMeter(open?.itemId ?? null, labelsChanged);
  const [lit, setLit] = useState<string | null>(null);
  const askAgain = useAskAgain(projectId);

  // The external system is the address bar: it follows the case in hand, once the hand rests.
  useEffect(() => {
    rememberProject(projectId);
    const timer = setTimeout(() => {
      if (current !== null && current !== itemId)
        void navigate({ params: { projectId, itemId: current }, search: true, replace: true });
    }, URL_SETTLES_MS);
    return () => clearTimeout(timer);
  }, [current, itemId, navigate, projectId]);

  const task = project?.config.task;
  const classes = task?.kind === "label" ? task.schema.classes : [];
  const blind = open?.suggestionShown === false;
  const proposed = open?.proposal?.output ?? null;

  const give = (label: string | undefined) => {
    if (open === undefined || label === undefined) return;
    const before = session.decided.find((made) => made.itemId === open.itemId);
    const { id, decision, operations } = correctionOf(proposed, label);
    const effort = meter.decide(operations);
    const entry = sync.add({
      kind: "correct",
      projectId,
      itemId: open.itemId,
      input: { id, version: open.version, decision, after: label, effort },
      rebase: before !== undefined,
    });
    sitting.decide({
      itemId: open.itemId,
      kind: decision,
      label,
      correctionId: id,
      entry: entry.key,
    });
  };
  const skip = () => {
    if (open === undefined) return;
    const { key } = sync.add({ kind: "skip", projectId, itemId: open.itemId });
    sitting.decide({
      itemId: open.itemId,
      kind: "skipped",
      label: null,
      correctionId: null,
      entry: key,
    });
  };
  const undo = () => {
    const last = session.decided.at(-1);
    if (last === undefined) return;
    if (!sync.withdraw(last.entry) && last.correctionId !== null)
      sync.add({
        kind: "undo",
        projectId,
        itemId: last.itemId,
        correctionId: last.correctionId,
      });
    sitting.undo();
  };
  const confirm = () => (blind || proposed === null ? undefined : give(proposed));
  const ask = () => (open === undefined ? undefined : askAgain.mutate(open.itemId));
  const nextOrder = () => {
    const following = ORDERS[(ORDERS.indexOf(order) + 1) % ORDERS.length] ?? "cost";
    void navigate({
      // Another order begins at its top; what is not said of the address would be kept.
      params: { projectId, itemId: undefined },
      search: (old) => ({ ...old, order: following }),
    });
  };

  useHotkeys("Inbox", [
    ...classes.flatMap((label, k) => {
      const key = keyOfClass(k);
      return key === undefined
        ? []
        : [{ keys: [key], label: `Answer ${label}`, run: () => give(label) }];
    }),
    { keys: ["enter"], label: "Confirm the proposal", run: confirm },
    { keys: ["e"], label: "Ask the model again, with evidence", run: ask },
    { keys: ["s"], label: "Skip", run: skip },
    { keys: ["z", "mod+z"], label: "Undo", run: undo },
    { keys: ["j", "arrowdown"], label: "Next in the list", run: () => sitting.move(1) },
    { keys: ["k", "arrowup"], label: "Previous in the list", run: () => sitting.move(-1) },
    { keys: ["o"], label: "Change the order", run: nextOrder },
    {
      keys: ["h"],
      label: "Text or HTML",
      run: () =>
        void navigate({
          params: true,
          search: ({ view, ...old }) => (view === "html" ? old : { ...old, view: "html" }),
          replace: true,
        }),
    },
    {
      keys: ["/"],
      label: "Filter the list",
      run: () => document.getElementById(FILTER_ID)?.focus(),
    },
  ]);

  if (error !== null)
    return (
      <Failure error={error} retry={() => void refetch()} what="The project could not be read" />
    );
  return (
    <div className={css.inbox}>
      <h1 className="hidden">Inbox of {project?.name ?? "the project"}</h1>
      <QueuePane
        projectId={projectId}
        sitting={sitting}
        order={order}
        state={state}
        filterId={FILTER_ID}
      />
      {current === null ? (
        <div className={css.nothing}>
          {sitting.settled ? <QueueEmpty projectId={projectId} state={state} /> : <ItemSkeleton />}
        </div>
      ) : open === undefined ? (
        <div className={css.nothing}>
          {shown.error === null ? (
            <ItemSkeleton />
          ) : (
            <Failure
              error={shown.error}
              retry={() => void shown.refetch()}
              what="This item could not be read"
            />
          )}
        </div>
      ) : (
        <div className={css.case}>
          <ItemPane open={open} html={search.view === "html"} lit={lit} onLight={setLit} />
          <EvidencePane
            projectId={projectId}
            open={open}
            made={session.decided.find((made) => made.itemId === open.itemId)}
            asking={askAgain.isPending}
            askProblem={askAgain.error}
            lit={lit}
            onLight={setLit}
            onOpen={sitting.open}
          />
        </div>
      )}
      <NoticeLine projectId={projectId} last={session.decided.at(-1)} onUndo={undo} />
      <ActionBar
        projectId={projectId}
        classes={classes}
        open={open}
        answered={open !== undefined && isDecided(session, open.itemId)}
        asking={askAgain.isPending}
        canUndo={session.decided.length > 0}
        meter={meter}
        acts={{ give, confirm, ask, skip, undo }}
      />
    </div>
  );
}

/** Asks the proposer once more, with the rules' evidence; the answer replaces the case in place. */
function useAskAgain(projectId: string) {
  return useMutation({
    mutationFn: (itemId: string) =>
      post<CaseView>(
        path`/projects/${projectId}/cases/${itemId}/ask-again`,
        {},
        { "X-Reviewer": reviewer() },
      ),
    onSuccess: (answer) => {
      queryClient.setQueryData(caseQuery(projectId, answer.itemId).queryKey, answer);
    },
  });
}
