import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { EvictionStrategy, MemoryView } from "#core/episode-views.ts";
import { count, percent, plural } from "#web/app/format.ts";
import { Empty, Failure, Lines } from "#web/app/parts.tsx";
import { memoryQuery, roundsQuery } from "./queries.ts";
import css from "./robot.module.css";

const STRATEGIES: Readonly<Record<EvictionStrategy, string>> = {
  lfi: "least taken over goes first",
  mfi: "most taken over goes first",
  fifo: "oldest goes first",
  filo: "newest goes first",
  uniform: "any goes",
};
/** What of the memory is kept at first, as the paper cuts it. */
const KEPT_SHARE = 0.3;
const SHOWN = 6;

/** What each strategy would let go of, before any is applied. */
export function Memory({ projectId }: { readonly projectId: string }) {
  const { data: rounds } = useQuery(roundsQuery(projectId));
  const total = rounds?.rounds.reduce((sum, { episodes }) => sum + episodes, 0);
  const [asked, setAsked] = useState<number | null>(null);
  const capacity = asked ?? Math.max(1, Math.round(KEPT_SHARE * (total ?? 0)));
  const memory = useQuery({ ...memoryQuery(projectId, capacity), enabled: total !== undefined });
  if (memory.error !== null)
    return (
      <Failure
        error={memory.error}
        retry={() => void memory.refetch()}
        what="The memory could not be read"
      />
    );
  if (total === 0) return <Empty title="Nothing to forget yet">Episodes come first.</Empty>;
  return (
    <>
      <label className={css.field}>
        Episodes kept, of {count(total ?? 0)}
        <span className={css.row}>
          <input
            type="range"
            min={1}
            max={Math.max(1, total ?? 1)}
            value={capacity}
            aria-valuetext={plural(capacity, "episode")}
            onChange={({ currentTarget: { value } }) => setAsked(Number(value))}
          />
          <strong>{count(capacity)}</strong>
        </span>
      </label>
      <p className="quiet">
        Nothing is deleted: a memory only says what the next policy learns from.
      </p>
      {memory.data === undefined ? (
        <Lines widths={[70, 90, 80]} />
      ) : (
        <ul className={css.list} aria-label="Strategies">
          {memory.data.strategies.map((one) => (
            <Strategy key={one.strategy} projectId={projectId} of={one} />
          ))}
        </ul>
      )}
    </>
  );
}

function Strategy({
  projectId,
  of: { strategy, evicted, kept },
}: {
  readonly projectId: string;
  readonly of: MemoryView["strategies"][number];
}) {
  return (
    <li>
      <div className={`${css.row} ${css.spread}`}>
        <span>
          <strong>{strategy.toUpperCase()}</strong>{" "}
          <span className="quiet">{STRATEGIES[strategy]}</span>
        </span>
        <span>
          keeps {plural(kept.steps, "step")},{" "}
          <span className="person">{percent(kept.humanShare)} % of people</span>
        </span>
      </div>
      <p className="quiet">
        {evicted.length === 0
          ? "lets go of nothing"
          : `lets go of ${plural(evicted.length, "episode")}: `}
        {evicted.slice(0, SHOWN).map((episodeId, i) => (
          <span key={episodeId}>
            {i === 0 ? "" : ", "}
            <Link
              to="/p/$projectId/robot/{-$episodeId}"
              params={{ projectId, episodeId }}
              search={{ panel: "memory" }}
            >
              {episodeId}
            </Link>
          </span>
        ))}
        {evicted.length > SHOWN ? ` and ${evicted.length - SHOWN} more` : ""}
      </p>
    </li>
  );
}
