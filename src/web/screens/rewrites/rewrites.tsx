import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import type { RewriteState } from "#core/rewrite.ts";
import { rememberProject } from "#web/app/current-project.ts";
import { useHotkeys } from "#web/app/hotkeys.ts";
import { Failure, Lines } from "#web/app/parts.tsx";
import { rewritingQuery } from "#web/app/queries.ts";
import { ActBar, type Asked } from "./act-bar.tsx";
import {
  type ActName,
  approval,
  blocking,
  pinning,
  retargeting,
  type Said,
  shadowing,
} from "./acts.ts";
import { Detail } from "./detail.tsx";
import { Nothing } from "./empty.tsx";
import { ImportTurns } from "./import-turns.tsx";
import { Replay } from "./replay.tsx";
import { RewriteTable } from "./rewrite-table.tsx";
import css from "./rewrites.module.css";
import { Summary } from "./summary.tsx";
import { FILTER_ID, Toolbar } from "./toolbar.tsx";
import { useMining } from "./use-mining.ts";
import { useRewrites } from "./use-rewrites.ts";

/** What users' own reformulations taught: each rewrite with its evidence, and what a person says of it. */
export function Rewrites() {
  const { projectId } = useParams({ from: ROUTE });
  return <Sitting key={projectId} projectId={projectId} />;
}

/** What was done in one sitting can be undone in it; another project is another one. */
function Sitting({ projectId }: { readonly projectId: string }) {
  const { ruleId } = useParams({ from: ROUTE });
  const { state, q = "" } = useSearch({ from: ROUTE });
  const navigate = useNavigate({ from: ROUTE });
  const sitting = useRewrites({ projectId, ruleId, state, q });
  const { list, rows, current, open, detail, done } = sitting;
  const rewriting = useQuery(rewritingQuery(projectId));
  const mining = useMining(projectId);
  const [asked, setAsked] = useState<Asked | null>(null);
  const [dialog, setDialog] = useState<"import" | "replay" | null>(null);

  // The external system is what this browser remembers.
  useEffect(() => rememberProject(projectId), [projectId]);

  const go = (id: string | undefined) => {
    setAsked(null);
    if (id !== undefined)
      void navigate({ params: { projectId, ruleId: id }, search: true, replace: true });
  };
  const filter = (next: { state?: RewriteState | undefined; q?: string | undefined }) =>
    void navigate({
      params: { projectId, ruleId: undefined },
      search: (old) => {
        const { state: wanted, q: words } = { ...old, ...next };
        return {
          ...(wanted === undefined ? {} : { state: wanted }),
          ...(words === undefined || words === "" ? {} : { q: words }),
        };
      },
      replace: true,
    });
  const move = (step: 1 | -1) => go(sitting.next(step)?.id);

  /** `onwards`: what is settled makes way for the next. */
  const act = (name: ActName, said: Said, onwards: boolean) => {
    setAsked(null);
    if (open === undefined) return;
    const next = onwards ? sitting.next(1)?.id : undefined;
    sitting.act(open, name, said);
    go(next ?? open.id);
  };
  const undo = () => go(sitting.undo()?.ruleId);
  const ask = (kind: Asked) => () => {
    if (open !== undefined) setAsked(kind);
  };
  const approve = () => {
    if (open?.state !== "live") act("approve", approval, true);
  };
  const shadow = () => {
    if (open?.state !== "shadow") act("shadow", shadowing, true);
  };
  const notTheSame = () => act("not-the-same", "not-the-same", true);
  const pin = () => {
    if (open !== undefined) act(open.pinned ? "unpin" : "pin", pinning(open), false);
  };

  useHotkeys("Rewrites", [
    { keys: ["a"], label: "Approve: make it live", run: approve },
    { keys: ["b"], label: "Block, with a reason", run: ask("block") },
    {
      keys: ["s"],
      label: "Shadow: log it, do not apply it",
      run: shadow,
    },
    { keys: ["p"], label: "Pin or unpin", run: pin },
    { keys: ["e"], label: "Edit the target", run: ask("retarget") },
    {
      keys: ["n"],
      label: "Not the same intent",
      run: notTheSame,
    },
    { keys: ["z", "mod+z"], label: "Undo", run: undo },
    { keys: ["j", "arrowdown"], label: "Next in the list", run: () => move(1) },
    { keys: ["k", "arrowup"], label: "Previous in the list", run: () => move(-1) },
    {
      keys: ["/"],
      label: "Filter the list",
      run: () => document.getElementById(FILTER_ID)?.focus(),
    },
    { keys: ["m"], label: "Mine now", run: mining.start },
    { keys: ["i"], label: "Import turns", run: () => setDialog("import") },
    { keys: ["r"], label: "Replay a request or a session", run: () => setDialog("replay") },
  ]);

  const failed = list.error ?? rewriting.error;
  const empty = list.data !== undefined && rows.length === 0;
  return (
    <div className={css.screen}>
      <h1 className="hidden">Rewrites</h1>
      <Summary projectId={projectId} rewriting={rewriting.data} mining={mining} />
      <Toolbar
        projectId={projectId}
        state={state}
        q={q}
        totals={rewriting.data?.totals}
        stale={list.isStale && !list.isFetching && list.data !== undefined}
        onFilter={filter}
        onReread={() => void list.refetch()}
        onImport={() => setDialog("import")}
        onReplay={() => setDialog("replay")}
      />
      {failed !== null && list.data === undefined ? (
        <div className={css.nothing}>
          <Failure
            error={failed}
            retry={() => {
              void list.refetch();
              void rewriting.refetch();
            }}
            what="The rewrites could not be read"
          />
        </div>
      ) : empty && ruleId === undefined ? (
        <div className={css.nothing}>
          <Nothing
            state={state}
            q={q}
            turns={rewriting.data?.turns}
            minedAtMs={rewriting.data?.minedAtMs ?? null}
            mining={mining}
            onImport={() => setDialog("import")}
            onClear={() => filter({ state: undefined, q: undefined })}
          />
        </div>
      ) : (
        <>
          <section className={css.list} aria-label="List">
            {list.data === undefined ? (
              <Lines widths={[80, 60, 90, 50, 75, 65, 85, 55]} />
            ) : (
              <RewriteTable
                rows={rows}
                current={current}
                more={list.hasNextPage}
                onOpen={go}
                onEnd={() => {
                  if (list.hasNextPage && !list.isFetching) void list.fetchNextPage();
                }}
              />
            )}
          </section>
          <Detail open={open} detail={detail} />
        </>
      )}
      {empty && done.length === 0 ? null : (
        <ActBar
          open={open}
          last={done.at(-1)}
          asked={asked}
          onAsk={setAsked}
          onApprove={approve}
          onShadow={shadow}
          onBlock={(reason) => act("block", blocking(reason), true)}
          onPin={pin}
          onRetarget={(toText) => act("retarget", retargeting(toText), false)}
          onNotTheSame={notTheSame}
          onUndo={undo}
        />
      )}
      {dialog === "import" ? (
        <ImportTurns projectId={projectId} mining={mining} onClose={() => setDialog(null)} />
      ) : null}
      {dialog === "replay" ? (
        <Replay projectId={projectId} onClose={() => setDialog(null)} onOpen={go} />
      ) : null}
    </div>
  );
}

const ROUTE = "/p/$projectId/rewrites/{-$ruleId}";
