import { type UseMutationResult, useQuery } from "@tanstack/react-query";
import type { QuestionView } from "#core/comparison-views.ts";
import { ago, count, minutes, plural } from "#web/app/format.ts";
import { Failure, Key, Lines, Measured } from "#web/app/parts.tsx";
import { comparisonsQuery, progressQuery } from "#web/app/queries.ts";
import { AccuracyChart } from "./accuracy-chart.tsx";
import css from "./learned.module.css";

interface Props {
  readonly projectId: string;
  readonly question: QuestionView | undefined;
  readonly refit: UseMutationResult<{ jobId: string }, Error, void>;
}

/** Beside the replies: why these, and what comparisons have taught so far. */
export function Learned({ projectId, question, refit }: Props) {
  const { data: overview, error } = useQuery(comparisonsQuery(projectId));
  const { data: progress } = useQuery(progressQuery(projectId));
  return (
    <aside className={css.learned} aria-label="Learned so far">
      <section>
        <h2>Why these</h2>
        <p>{question === undefined ? "" : whyText(question)}</p>
      </section>
      <section>
        <h2>Reward model</h2>
        {overview === undefined ? (
          error === null ? (
            <Lines widths={[50, 80]} />
          ) : (
            <Failure error={error} what="What was learned could not be read" />
          )
        ) : overview.rewardModel === null ? (
          <p className="quiet">None yet. It is fitted from the first comparisons.</p>
        ) : (
          <>
            <p className={css.value}>
              {overview.rewardModel.accuracy === null ? (
                <span className="quiet">accuracy not measured yet</span>
              ) : (
                <strong className="learned">
                  <Measured of={overview.rewardModel.accuracy} />
                </strong>
              )}
            </p>
            <p className="quiet">
              of held-out comparisons it orders as people did; {overview.rewardModel.members}{" "}
              members, {plural(overview.rewardModel.pairs, "pair")},{" "}
              {ago(overview.rewardModel.atMs, Date.now())}
            </p>
          </>
        )}
        <p className={css.row}>
          <button
            type="button"
            className="button small"
            disabled={refit.isPending}
            onClick={() => refit.mutate()}
          >
            Learn now <Key name="r" />
          </button>
          <span className="quiet">
            {progress === undefined ? "" : `or after ${progress.untilRefit} more`}
          </span>
        </p>
        {refit.error === null ? null : (
          <p role="alert" className={css.problem}>
            {refit.error.message}
          </p>
        )}
      </section>
      {overview === undefined ? null : (
        <>
          <AccuracyChart projectId={projectId} overview={overview} height={190} />
          <dl className={css.counts}>
            <div>
              <dt>compared</dt>
              <dd>{count(overview.compared)}</dd>
            </div>
            <div>
              <dt>of them held out</dt>
              <dd>{count(overview.heldOutCompared)}</dd>
            </div>
            <div>
              <dt>ties, both bad, skipped</dt>
              <dd>
                {count(overview.ties)}, {count(overview.bothBad)}, {count(overview.skipped)}
              </dd>
            </div>
            <div>
              <dt>people's time</dt>
              <dd>{minutes(overview.minutes)}</dd>
            </div>
            {progress === undefined ? null : (
              <div>
                <dt>pairs left for you</dt>
                <dd>{count(progress.left)}</dd>
              </div>
            )}
          </dl>
        </>
      )}
    </aside>
  );
}

/** Says nothing of which side is expected to win. */
function whyText({ why, dissent }: QuestionView): string {
  if (why === "measure") return "Drawn at random, to measure on: nothing is learned from it.";
  if (why === "explore")
    return "Drawn at random, so that what is learned is not only about doubts.";
  return dissent === null || dissent === 0
    ? "The reward models are least sure of these."
    : `The reward models disagree: ${Math.round(dissent * 100)} % are against the others.`;
}
