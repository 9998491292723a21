import { useQuery } from "@tanstack/react-query";
import type { AgreementView, AnnotatorView, ComparisonOverview } from "#core/comparison-views.ts";
import type { Measurement } from "#core/measurement.ts";
import { count, fixed, intervalText, measurementText, percent } from "#web/app/format.ts";
import { Empty, Failure, Lines, Measured } from "#web/app/parts.tsx";
import { comparisonsQuery } from "#web/app/queries.ts";
import { biasText } from "./findings.ts";
import css from "./panels.module.css";

/** Who compared, how far they agree, and what seems to sway them apart from the replies' worth. */
export function Judges({ projectId }: { readonly projectId: string }) {
  const { data: overview, error, refetch } = useQuery(comparisonsQuery(projectId));
  if (error !== null && overview === undefined)
    return (
      <Failure error={error} retry={() => void refetch()} what="The judges could not be read" />
    );
  if (overview === undefined) return <Lines widths={[40, 100, 100, 70]} />;
  if (overview.annotators.length === 0)
    return (
      <Empty title="Nobody has compared yet">
        Under Compare two keys are enough: A and B. Who did it stands here then.
      </Empty>
    );
  return (
    <div className={css.page}>
      <Leaderboard annotators={overview.annotators} />
      <Agreement agreement={overview.agreement} names={overview.annotators.map(({ id }) => id)} />
      <Sources sources={overview.sources} />
    </div>
  );
}

function Leaderboard({ annotators }: { readonly annotators: readonly AnnotatorView[] }) {
  const worth = ({ withMajority }: AnnotatorView) => withMajority?.value ?? -1;
  return (
    <section className={css.panel} aria-label="Leaderboard">
      <header>
        <h2>Judges</h2>
        <p>sides are drawn at random, so the left one should win half the time; 95 % intervals</p>
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section className={css.scroll} tabIndex={0} aria-label="Judges, a table">
        <table className="data">
          <thead>
            <tr>
              <th scope="col">Judge</th>
              <th scope="col" className="number">
                Compared
              </th>
              <th scope="col" className="number">
                Ties
              </th>
              <th scope="col" className="number">
                Time each, s
              </th>
              <th scope="col" className="number">
                With most others, %
              </th>
              <th scope="col" className="number">
                Left wins, %
              </th>
              <th scope="col" className="number">
                Longer wins, %
              </th>
              <th scope="col">Swayed</th>
            </tr>
          </thead>
          <tbody>
            {annotators
              .toSorted((a, b) => worth(b) - worth(a))
              .map((one) => (
                <tr key={one.id}>
                  <td>
                    <span className={one.simulated ? "machine" : "person"}>{one.id}</span>
                    {one.simulated ? <span className="quiet"> a program</span> : null}
                  </td>
                  <td className="number">{count(one.compared)}</td>
                  <td className="number">{count(one.ties)}</td>
                  <td className="number">
                    {one.msMedian === null ? "–" : fixed(one.msMedian / 1000, 1)}
                  </td>
                  <Share of={one.withMajority} />
                  <Share of={one.leftWins} />
                  <Share of={one.longerWins} />
                  <td>{biasText(one)}</td>
                </tr>
              ))}
          </tbody>
        </table>
      </section>
    </section>
  );
}

function Share({ of }: { readonly of: Measurement | null }) {
  return (
    <td className="number">
      {of === null ? (
        "–"
      ) : (
        <span title={measurementText(of, "percent")}>
          {percent(of.value)} <span className="interval">{intervalText(of, "percent")}</span>
        </span>
      )}
    </td>
  );
}

function Agreement({
  agreement: { pairs, alpha },
  names,
}: {
  readonly agreement: AgreementView;
  readonly names: readonly string[];
}) {
  const met = names.filter((name) => pairs.some(({ a, b }) => a === name || b === name));
  const cell = (row: string, column: string) =>
    pairs.find(({ a, b }) => (a === row && b === column) || (a === column && b === row));
  return (
    <section className={css.panel} aria-label="Agreement">
      <header>
        <h2>Agreement</h2>
        <p>
          {alpha === null ? (
            "too few replies were judged twice to say how far they agree"
          ) : (
            <>
              Krippendorff's α <Measured of={alpha} unit="number" />
            </>
          )}
        </p>
      </header>
      {met.length === 0 ? (
        <Empty title="No two judged the same replies yet">
          A share of the questions is put to a second person: it fills as they work.
        </Empty>
      ) : (
        <>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
          <section className={css.scroll} tabIndex={0} aria-label="Agreement, a matrix">
            <table className={css.matrix}>
              <caption className="hidden">Share of shared pairs on which two say the same</caption>
              <thead>
                <tr>
                  <td />
                  {met.map((name) => (
                    <th key={name} scope="col">
                      {name}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {met.map((row) => (
                  <tr key={row}>
                    <th scope="row">{row}</th>
                    {met.map((column) => (
                      <Cell key={column} same={row === column} pair={cell(row, column)} />
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          </section>
        </>
      )}
    </section>
  );
}

/** Darker where they agree more; the number says it too. */
function Cell({
  same,
  pair,
}: {
  readonly same: boolean;
  readonly pair: AgreementView["pairs"][number] | undefined;
}) {
  if (same) return <td className={css.self}>·</td>;
  if (pair === undefined) return <td className={css.self}>–</td>;
  const shade = Math.round(Math.max(0, pair.same.value - 0.5) * 36);
  return (
    <td
      style={{ background: `color-mix(in srgb, var(--ink) ${shade}%, var(--surface))` }}
      title={measurementText(pair.same, "percent")}
    >
      <strong>{percent(pair.same.value)} %</strong>
      <span>
        {intervalText(pair.same, "percent")} n {count(pair.same.n)}
      </span>
      <span>κ {pair.kappa === null ? "–" : fixed(pair.kappa, 2)}</span>
    </td>
  );
}

function Sources({ sources }: { readonly sources: ComparisonOverview["sources"] }) {
  if (sources.length < 2) return null;
  return (
    <section className={css.panel} aria-label="Sources">
      <header>
        <h2>Whose replies win</h2>
        <p>share of decided pairs against other sources; nobody who compared saw a source</p>
      </header>
      <table className="data">
        <thead>
          <tr>
            <th scope="col">Source</th>
            <th scope="col" className="number">
              Wins, %
            </th>
            <th scope="col" className="number">
              n
            </th>
          </tr>
        </thead>
        <tbody>
          {sources
            .toSorted((a, b) => b.wins.value - a.wins.value)
            .map(({ source, wins }) => (
              <tr key={source}>
                <td className="machine">{source}</td>
                <Share of={wins} />
                <td className="number">{count(wins.n)}</td>
              </tr>
            ))}
        </tbody>
      </table>
    </section>
  );
}
