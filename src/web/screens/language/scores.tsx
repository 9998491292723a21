import { useQuery } from "@tanstack/react-query";
import { count, fixed } from "#web/app/format.ts";
import { Empty, Failure, Lines, Measured } from "#web/app/parts.tsx";
import { comparisonsQuery, lessonsQuery } from "#web/app/queries.ts";
import { Lessons } from "#web/screens/project/lessons.tsx";
import { AccuracyChart } from "./accuracy-chart.tsx";
import { BestOf } from "./best-of.tsx";
import { Candidates } from "./candidates.tsx";
import css from "./panels.module.css";

interface Props {
  readonly projectId: string;
  /** Whether true rewards are known: the project's texts are those of a small world. */
  readonly world: boolean;
}

const READS = {
  text: "words of the reply",
  rewards: "columns of numbers it came with",
  trunk: "what the small policy makes of it",
} as const;

/** The learned reward: how right it is, how far it can be pushed, and what it makes of every reply. */
export function Scores({ projectId, world }: Props) {
  const { data: overview, error, refetch } = useQuery(comparisonsQuery(projectId));
  const { data: lessons = [] } = useQuery(lessonsQuery(projectId));
  if (error !== null && overview === undefined)
    return (
      <Failure error={error} retry={() => void refetch()} what="The scores could not be read" />
    );
  if (overview === undefined) return <Lines widths={[40, 100, 100, 70]} />;
  const { rewardModel } = overview;
  return (
    <div className={css.page}>
      {rewardModel === null ? (
        <Empty title="No reward model yet">
          Compare a few pairs: it is fitted after {count(overview.untilRefit)} more.
        </Empty>
      ) : (
        <section className={css.panel} aria-label="Reward model">
          <header>
            <h2>Reward model in force</h2>
            <p>
              {rewardModel.members} members, each fitted on its own draw of the pairs; it reads{" "}
              {READS[rewardModel.read]}
            </p>
          </header>
          <dl className={css.facts}>
            <div>
              <dt>held-out accuracy</dt>
              <dd className="learned">
                {rewardModel.accuracy === null ? (
                  "not measured"
                ) : (
                  <Measured of={rewardModel.accuracy} />
                )}
              </dd>
            </div>
            <div>
              <dt>pairs learned from</dt>
              <dd>{count(rewardModel.pairs)}</dd>
            </div>
            <div>
              <dt>members agree</dt>
              <dd>
                {rewardModel.correlation === null
                  ? "–"
                  : `${fixed(rewardModel.correlation, 2)} mean correlation over ${count(overview.replies)} replies`}
              </dd>
            </div>
          </dl>
          {rewardModel.warnings.length === 0 ? null : (
            <ul className={css.warnings} aria-label="What to know">
              {rewardModel.warnings.map((warning) => (
                <li key={warning}>{warning}</li>
              ))}
            </ul>
          )}
        </section>
      )}
      <div className={css.two}>
        <AccuracyChart projectId={projectId} overview={overview} height={280} />
        <BestOf projectId={projectId} world={world} ready={rewardModel !== null} />
      </div>
      <Candidates projectId={projectId} />
      <Lessons
        projectId={projectId}
        lessons={lessons.filter(({ kind }) => kind === "reward-model")}
      />
    </div>
  );
}
