import { useQuery } from "@tanstack/react-query";
import { Link, useParams, useSearch } from "@tanstack/react-router";
import { Empty, Failure, Lines } from "#web/app/parts.tsx";
import { systemQuery } from "#web/app/queries.ts";
import { TABS } from "#web/app/search.ts";
import { LoopDiagram } from "./loop-diagram.tsx";
import { Readme } from "./readme.tsx";
import { StudyTab } from "./study-tab.tsx";
import css from "./system.module.css";
import { UseTab } from "./use-tab.tsx";

const TAB_WORDS = { study: "Study", use: "Use it", read: "Read" } as const;

export function SystemScreen() {
  const { systemId } = useParams({ from: "/systems/$systemId" });
  const { tab = "study" } = useSearch({ from: "/systems/$systemId" });
  const { data: system, error, refetch } = useQuery(systemQuery(systemId));
  if (error !== null)
    return <Failure error={error} retry={() => void refetch()} what="No such system here" />;
  if (system === undefined) return <Lines widths={[30, 60, 100, 100, 90]} />;
  const { card, parts, operations, report, readme } = system;
  return (
    <div className={css.page}>
      <header className={css.head}>
        <p className={css.crumbs}>
          <Link to="/systems">Systems</Link> / {card.family}
        </p>
        <h1>
          {card.title} <span className="quiet">{card.year}</span>
        </h1>
        <p className={css.summary}>{card.summary}</p>
        <p className="quiet">
          {card.taskKind} · corrected by: {card.corrector}
          {card.arxiv === undefined ? null : (
            <>
              {" · "}
              <a href={`https://arxiv.org/abs/${card.arxiv}`} rel="noreferrer" target="_blank">
                arXiv {card.arxiv}
              </a>
            </>
          )}
        </p>
      </header>
      <LoopDiagram parts={parts} loop={card.loop} />
      {card.status === "planned" ? (
        <Empty
          title="Planned"
          action={
            <Link to="/systems" search={{ status: "works" }} className="button">
              Systems that run
            </Link>
          }
        >
          This loop is on the roadmap and does not run here yet. Nothing on this page is measured.
        </Empty>
      ) : (
        <>
          <nav className={css.tabs} aria-label="Parts of this page">
            {TABS.map((one) => (
              <Link
                key={one}
                to="/systems/$systemId"
                params={{ systemId }}
                search={one === "study" ? {} : { tab: one }}
                activeOptions={{ exact: true, includeSearch: true, explicitUndefined: true }}
              >
                {TAB_WORDS[one]}
              </Link>
            ))}
          </nav>
          {tab === "study" ? (
            <StudyTab systemId={systemId} report={report} />
          ) : tab === "use" ? (
            <UseTab operations={operations} />
          ) : readme === null ? (
            <Empty title="No README yet" />
          ) : (
            <Readme markdown={readme} />
          )}
        </>
      )}
    </div>
  );
}
