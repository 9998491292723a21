import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Empty, Failure, Lines } from "#web/app/parts.tsx";
import { trainingQuery } from "#web/app/queries.ts";
import { Beside } from "./beside.tsx";
import { NewRun } from "./new-run.tsx";
import { OwnPrompt } from "./own-prompt.tsx";
import css from "./panels.module.css";
import { RunCharts } from "./run-charts.tsx";
import { Runs } from "./runs.tsx";

/** Policies trained on what was learned: the runs, their curves as they grow, and what the policies say. */
export function Train({ projectId }: { readonly projectId: string }) {
  const { run: wanted } = useSearch({ from: "/p/$projectId/language" });
  const navigate = useNavigate({ from: "/p/$projectId/language" });
  const { data: training, error, refetch } = useQuery(trainingQuery(projectId));
  if (error !== null && training === undefined)
    return <Failure error={error} retry={() => void refetch()} what="The runs could not be read" />;
  if (training === undefined) return <Lines widths={[40, 100, 100, 70]} />;
  const { runs, checkpoints, endpoint } = training;
  const run = runs.find(({ id }) => id === wanted) ?? runs[0];
  const open = (id: string) =>
    void navigate({ params: true, search: (old) => ({ ...old, run: id }), replace: true });
  return (
    <div className={css.page}>
      <NewRun projectId={projectId} checkpoints={checkpoints} onStarted={open} />
      {run === undefined ? (
        <Empty title="No run yet">
          Start one above: its curves grow here as it goes. The policy is small, so a run takes
          minutes.
        </Empty>
      ) : (
        <>
          <Runs projectId={projectId} runs={runs} open={run.id} onOpen={open} />
          <RunCharts run={run} />
        </>
      )}
      <Beside projectId={projectId} checkpoints={checkpoints} />
      <OwnPrompt projectId={projectId} checkpoints={checkpoints} endpoint={endpoint} />
    </div>
  );
}
