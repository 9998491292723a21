import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import type { SystemRow } from "#core/views.ts";
import { useHotkeys } from "#web/app/hotkeys.ts";
import { Empty, Failure, Key } from "#web/app/parts.tsx";
import { systemsQuery } from "#web/app/queries.ts";
import { CORRECTORS, FAMILIES, STATUSES } from "#web/app/search.ts";
import css from "./gallery.module.css";

const SEARCH_ID = "systems-search";

export function Gallery() {
  const search = useSearch({ from: "/systems" });
  const navigate = useNavigate({ from: "/systems" });
  const { data: systems, error, refetch } = useQuery(systemsQuery);
  useHotkeys("Systems", [
    {
      keys: ["/"],
      label: "Search the systems",
      run: () => document.getElementById(SEARCH_ID)?.focus(),
    },
  ]);
  const set = (key: "family" | "corrector" | "status" | "q", value: string | undefined) =>
    void navigate({
      replace: true,
      search: ({ [key]: _old, ...rest }) =>
        value === undefined ? rest : { ...rest, [key]: value },
    });
  const shown = systems?.filter((system) => fits(system, search)) ?? [];
  const working = systems?.filter(({ status }) => status === "works").length ?? 0;
  return (
    <div className={css.page}>
      <header className={css.head}>
        <div>
          <h1>Systems</h1>
          <p className="quiet">
            {systems === undefined
              ? " "
              : `${systems.length} published correction loops: ${working} ${working === 1 ? "runs" : "run"} here, ${systems.length - working} planned`}
          </p>
        </div>
        <div className={css.search}>
          <input
            id={SEARCH_ID}
            type="search"
            placeholder="Search"
            aria-label="Search the systems"
            defaultValue={search.q ?? ""}
            onChange={(event) => set("q", event.currentTarget.value || undefined)}
          />
          <Key name="/" />
        </div>
      </header>
      <div className={css.filters}>
        <Filter
          name="Family"
          values={FAMILIES}
          chosen={search.family}
          onChoose={(v) => set("family", v)}
        />
        <Filter
          name="Who corrects"
          values={CORRECTORS}
          chosen={search.corrector}
          onChoose={(v) => set("corrector", v)}
        />
        <Filter
          name="Status"
          values={STATUSES}
          chosen={search.status}
          onChoose={(v) => set("status", v)}
        />
      </div>
      {error !== null ? (
        <Failure error={error} retry={() => void refetch()} what="The systems could not be read" />
      ) : systems === undefined ? (
        <div className={css.grid} aria-hidden="true">
          {Array.from({ length: 9 }, (_, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: placeholders have no other identity
            <div key={i} className={css.card} style={{ height: 168 }} />
          ))}
        </div>
      ) : shown.length === 0 ? (
        <Empty
          title="No system fits"
          action={
            <Link to="/systems" className="button">
              Show all {systems.length}
            </Link>
          }
        >
          Take a filter away, or search for another word.
        </Empty>
      ) : (
        <ul className={css.grid}>
          {shown.map((system) => (
            <li key={system.id}>
              <Card system={system} />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

interface Wanted {
  readonly family?: string;
  readonly corrector?: string;
  readonly status?: string;
  readonly q?: string;
}

/** Whether a card passes every filter; each word of the search occurs in it. */
function fits(system: SystemRow, { family, corrector, status, q = "" }: Wanted): boolean {
  const text = `${system.id} ${system.title} ${system.summary} ${system.loop} ${system.taskKind} ${system.arxiv ?? ""}`;
  return (
    (family === undefined || system.family === family) &&
    (corrector === undefined || system.corrector === corrector) &&
    (status === undefined || system.status === status) &&
    q
      .toLowerCase()
      .split(/\s+/)
      .every((word) => text.toLowerCase().includes(word))
  );
}

function Filter({
  name,
  values,
  chosen,
  onChoose,
}: {
  readonly name: string;
  readonly values: readonly string[];
  readonly chosen: string | undefined;
  readonly onChoose: (value: string | undefined) => void;
}) {
  return (
    <fieldset className={css.filter}>
      <legend className="hidden">{name}</legend>
      <span className="label" aria-hidden="true">
        {name}
      </span>
      {values.map((value) => (
        <button
          key={value}
          type="button"
          aria-pressed={value === chosen}
          onClick={() => onChoose(value === chosen ? undefined : value)}
        >
          {value}
        </button>
      ))}
    </fieldset>
  );
}

function Card({ system }: { readonly system: SystemRow }) {
  const { id, title, year, loop, summary, family, corrector, taskKind, status, claims } = system;
  return (
    <Link
      to="/systems/$systemId"
      params={{ systemId: id }}
      className={css.card}
      data-planned={status === "planned" || undefined}
    >
      <span className={css.cardHead}>
        <h2>{title}</h2>
        <span className="quiet">{year}</span>
      </span>
      <span className={css.loop}>{loop}</span>
      <span className={css.summary}>{summary}</span>
      <span className={css.foot}>
        <span>
          {family} · {corrector} · {taskKind}
        </span>
        {status === "planned" ? (
          <span className="chip">planned</span>
        ) : claims === null ? (
          <span className="chip">study not run yet</span>
        ) : (
          <Claims hold={claims.hold} of={claims.of} />
        )}
      </span>
    </Link>
  );
}

/** "4 of 5 hold", with a bar as long as the share of claims that hold. */
function Claims({ hold, of }: { readonly hold: number; readonly of: number }) {
  return (
    <span className={css.claims}>
      <span className={css.share} aria-hidden="true">
        <span style={{ width: `${(100 * hold) / of}%` }} />
      </span>
      {hold} of {of} claims hold
    </span>
  );
}
