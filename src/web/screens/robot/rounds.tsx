import { useQuery } from "@tanstack/react-query";
import type { ClassShares, RoundsView, RoundView } from "#core/episode-views.ts";
import { fixed, percent, percentTick, plural } from "#web/app/format.ts";
import { Empty, Failure, Lines, Measured } from "#web/app/parts.tsx";
import { ChartFrame } from "#web/charts/chart-frame.tsx";
import { csvOf } from "#web/charts/csv.ts";
import { LineChart, type Series } from "#web/charts/line-chart.tsx";
import { findingOf } from "./findings.ts";
import { roundsQuery } from "./queries.ts";
import css from "./robot.module.css";

/** How often it worked and what it took of people, round by round. */
export function Rounds({ projectId }: { readonly projectId: string }) {
  const { data, error, refetch } = useQuery(roundsQuery(projectId));
  if (error !== null)
    return (
      <Failure error={error} retry={() => void refetch()} what="The rounds could not be read" />
    );
  if (data === undefined) return <Lines widths={[60, 100, 100, 80]} />;
  if (data.rounds.length === 0)
    return <Empty title="No round yet">Each episode that ends is counted here.</Empty>;
  return (
    <>
      <Curve rounds={data.rounds} />
      <Table rounds={data.rounds} />
      <Shares of={data} />
    </>
  );
}

const pointsOf = (
  rounds: readonly RoundView[],
  of: (round: RoundView) => RoundView["success"],
): Series["points"] =>
  rounds.map((round) => {
    const { value, interval } = of(round);
    return { x: round.round, y: value, low: interval?.low, high: interval?.high };
  });

function Curve({ rounds }: { readonly rounds: readonly RoundView[] }) {
  const deployed = rounds.filter(({ round }) => round > 0);
  const finding = findingOf(deployed);
  const n = deployed.reduce((sum, { episodes }) => sum + episodes, 0);
  const last = deployed.at(-1)?.round ?? 1;
  return (
    <ChartFrame
      title={finding}
      under={`${plural(n, "episode")} in ${plural(deployed.length, "round")}; bands are 95 % intervals`}
      name="rounds"
      csv={() =>
        csvOf(
          ["round", "episodes", "alone", "alone_low", "alone_high", "human_share"],
          deployed.map(({ round, episodes, autonomous, humanShare }) => [
            round,
            episodes,
            autonomous.value,
            autonomous.interval?.low ?? "",
            autonomous.interval?.high ?? "",
            humanShare.value,
          ]),
        )
      }
      empty={deployed.length === 0 ? "No policy has been deployed yet" : undefined}
    >
      <LineChart
        title={finding}
        height={210}
        series={[
          {
            id: "alone",
            label: "alone",
            tone: "machine",
            points: pointsOf(deployed, ({ autonomous }) => autonomous),
            dots: true,
          },
          {
            id: "human",
            label: "by people",
            tone: "person",
            points: pointsOf(deployed, ({ humanShare }) => humanShare),
            dots: true,
          },
        ]}
        xLabel="round"
        yLabel="share, %"
        xText={(x) => (Number.isInteger(x) ? String(x) : "")}
        yText={percentTick}
        xDomain={[Math.min(1, last), Math.max(2, last)]}
        yDomain={[0, 1]}
      />
    </ChartFrame>
  );
}

function Table({ rounds }: { readonly rounds: readonly RoundView[] }) {
  return (
    <ul className={css.list} aria-label="Rounds">
      {rounds.toReversed().map((one) => (
        <li key={one.round}>
          <div className={`${css.row} ${css.spread}`}>
            <strong>{one.round === 0 ? "Demonstrations" : `Round ${one.round}`}</strong>
            <span className="quiet">
              {plural(one.episodes, "episode")}
              {one.discarded === 0 ? "" : `, ${one.discarded} thrown away`},{" "}
              {plural(one.takeOvers, "take-over")}, {fixed(one.humanSeconds, 0)} s of people
            </span>
          </div>
          {one.round === 0 ? null : (
            <div className={css.row}>
              <span className="machine">
                alone <Measured of={one.autonomous} />
              </span>
              <span>
                success <Measured of={one.success} n={false} />
              </span>
              <span className="person">
                by people <Measured of={one.humanShare} n={false} />
              </span>
            </div>
          )}
        </li>
      ))}
    </ul>
  );
}

const CLASSES: readonly { readonly id: keyof ClassShares; readonly title: string }[] = [
  { id: "demo", title: "demonstrated" },
  { id: "robot", title: "policy" },
  { id: "pre-intervention", title: "before a take-over" },
  { id: "intervention", title: "take-over" },
];

const sharesText = (shares: ClassShares): string =>
  CLASSES.map(({ id, title }) => `${title} ${percent(shares[id])} %`).join(", ");

function Bar({ shares, name }: { readonly shares: ClassShares; readonly name: string }) {
  return (
    <div className={css.bar} role="img" aria-label={`${name}: ${sharesText(shares)}`}>
      {CLASSES.map(({ id, title }) => (
        <span
          key={id}
          data-class={id}
          style={{ width: `${100 * shares[id]}%` }}
          title={`${title} ${percent(shares[id])} %`}
        />
      ))}
    </div>
  );
}

/** What each class of steps counts for: as recorded, and in the loss. */
function Shares({
  of: { shares, weighted, weights, clipped, plain },
}: {
  readonly of: Omit<RoundsView, "rounds">;
}) {
  return (
    <section className={css.part} aria-label="Classes of steps">
      <h3>What each kind of step counts for</h3>
      <div className={css.shares}>
        <span>recorded</span>
        <Bar shares={shares} name="Recorded" />
        <span>in the loss</span>
        <Bar shares={weighted} name="In the loss" />
      </div>
      <table className="data">
        <thead>
          <tr>
            <th>steps</th>
            <th className="number">recorded</th>
            <th className="number">in the loss</th>
            <th className="number">weight</th>
          </tr>
        </thead>
        <tbody>
          {CLASSES.map(({ id, title }) => (
            <tr key={id}>
              <td>
                <span className={css.swatch} data-class={id} />
                {title}
              </td>
              <td className="number">{percent(shares[id])} %</td>
              <td className="number">{percent(weighted[id])} %</td>
              <td className="number">{fixed(weights[id], 2)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="quiet">
        {plain
          ? "No take-over is recorded yet, so all steps weigh the same."
          : clipped
            ? "There are more demonstrations than the weights leave room for: the policy's steps were set to 0 and the rest scaled."
            : "Sirius: take-overs are half of the loss, the steps just before one count nothing."}
      </p>
    </section>
  );
}
