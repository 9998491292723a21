import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useVirtualizer } from "@tanstack/react-virtual";
import { memo, useEffect, useMemo, useRef, useState } from "react";
import type { ReviewOrder } from "#core/project.ts";
import type { QueuePage, QueueRow } from "#core/views.ts";
import { count, minutes, probability } from "#web/app/format.ts";
import { Empty, Failure, Key, Lines } from "#web/app/parts.tsx";
import { leftQuery, minutesLeftQuery } from "#web/app/queries.ts";
import { ORDERS, STATES } from "#web/app/search.ts";
import css from "./queue-pane.module.css";
import type { Decided } from "./session.ts";
import type { useSession } from "./use-session.ts";

const ROW_PX = 48;
const ROWS_BEYOND = 12;

const ORDER_WORDS: Record<ReviewOrder, string> = {
  cost: "costliest first",
  uncertainty: "least sure first",
  diversity: "most varied first",
  random: "at random",
};

interface Props {
  readonly projectId: string;
  readonly sitting: ReturnType<typeof useSession>;
  readonly order: ReviewOrder;
  readonly state: QueueRow["state"];
  readonly filterId: string;
}

export function QueuePane({ projectId, sitting, order, state, filterId }: Props) {
  const [wish, setWish] = useState("");
  const { lineup, queue, current, session } = sitting;
  const rows =
    wish === ""
      ? lineup
      : lineup.filter(({ title, from, proposed }) =>
          `${title} ${from ?? ""} ${proposed ?? ""}`.toLowerCase().includes(wish.toLowerCase()),
        );
  return (
    <section className={css.pane} aria-label="Queue">
      <div className={css.head}>
        <div className={css.filter}>
          <input
            id={filterId}
            type="search"
            placeholder="Filter"
            aria-label="Filter the list"
            value={wish}
            onChange={(event) => setWish(event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key === "Escape") setWish("");
              if (event.key === "Escape" || event.key === "Enter") event.currentTarget.blur();
            }}
          />
          <Key name="/" />
        </div>
        <Choices projectId={projectId} order={order} state={state} />
      </div>
      {queue.error !== null && lineup.length === 0 ? (
        <Failure
          error={queue.error}
          retry={() => void queue.refetch()}
          what="The queue could not be read"
        />
      ) : queue.isPending && lineup.length === 0 ? (
        <Lines widths={[80, 60, 90, 50, 75, 65, 85, 55]} />
      ) : (
        <Rows
          rows={rows}
          current={current}
          decided={session.decided}
          onOpen={sitting.open}
          onEnd={() => {
            if (queue.hasNextPage && !queue.isFetchingNextPage) void queue.fetchNextPage();
          }}
        />
      )}
      <Left projectId={projectId} state={state} page={queue.data?.pages.at(-1)} />
    </section>
  );
}

function Choices({ projectId, order, state }: Pick<Props, "projectId" | "order" | "state">) {
  const navigate = useNavigate({ from: "/p/$projectId/inbox/{-$itemId}" });
  return (
    <div className={css.choices}>
      <label>
        <span className="hidden">Show</span>
        <select
          value={state}
          onChange={(event) => {
            const wanted = STATES.find((candidate) => candidate === event.currentTarget.value);
            void navigate({
              params: { projectId, itemId: undefined },
              search: ({ state: _old, ...rest }) =>
                wanted === undefined || wanted === "open" ? rest : { ...rest, state: wanted },
            });
          }}
        >
          {STATES.map((one) => (
            <option key={one}>{one}</option>
          ))}
        </select>
      </label>
      <label>
        <span className="hidden">Order</span>
        <select
          value={order}
          onChange={(event) => {
            const wanted = ORDERS.find((candidate) => candidate === event.currentTarget.value);
            if (wanted !== undefined)
              void navigate({
                params: { projectId, itemId: undefined },
                search: (old) => ({ ...old, order: wanted }),
              });
          }}
        >
          {ORDERS.map((one) => (
            <option key={one} value={one}>
              {ORDER_WORDS[one]}
            </option>
          ))}
        </select>
      </label>
      <Key name="o" />
    </div>
  );
}

interface RowsProps {
  readonly rows: readonly QueueRow[];
  readonly current: string | null;
  readonly decided: readonly Decided[];
  readonly onOpen: (itemId: string) => void;
  readonly onEnd: () => void;
}

function Rows({ rows, current, decided, onOpen, onEnd }: RowsProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: ROWS_BEYOND,
    // What comes next stays in sight below the case in hand.
    scrollPaddingStart: ROW_PX,
    scrollPaddingEnd: 3 * ROW_PX,
  });
  const shown = virtual.getVirtualItems();
  const lastShown = shown.at(-1)?.index ?? 0;
  const at = rows.findIndex(({ itemId }) => itemId === current);
  const made = useMemo(() => new Map(decided.map((one) => [one.itemId, one])), [decided]);

  // The external system is the scroll position: it follows the case in hand.
  useEffect(() => {
    if (at >= 0) virtual.scrollToIndex(at, { align: "auto" });
  }, [at, virtual]);
  useEffect(() => {
    if (lastShown >= rows.length - ROWS_BEYOND) onEnd();
  });

  if (rows.length === 0) return <p className={css.none}>Nothing here.</p>;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: J, K and the arrows move in the list
    <div
      ref={scroller}
      className={css.list}
      role="listbox"
      aria-label="Items"
      tabIndex={0}
      aria-activedescendant={at < 0 ? undefined : `row-${at}`}
      onClick={({ target }) => {
        const row = target instanceof Element ? target.closest<HTMLElement>("[data-item]") : null;
        if (row?.dataset.item !== undefined) onOpen(row.dataset.item);
      }}
    >
      <div style={{ height: virtual.getTotalSize() }}>
        {shown.map(({ index, start }) => {
          const row = rows[index];
          return row === undefined ? null : (
            <Row
              key={row.itemId}
              row={row}
              index={index}
              total={rows.length}
              start={start}
              selected={index === at}
              made={made.get(row.itemId)}
            />
          );
        })}
      </div>
    </div>
  );
}

interface RowProps {
  readonly row: QueueRow;
  readonly index: number;
  readonly total: number;
  readonly start: number;
  readonly selected: boolean;
  readonly made: Decided | undefined;
}

/** Memoised: a decision repaints the two rows it concerns. */
const Row = memo(function Row({ row, index, total, start, selected, made }: RowProps) {
  const { title, from, risk, proposed, waitingFor } = row;
  return (
    // biome-ignore lint/a11y/useFocusableInteractive: the listbox keeps the focus
    <div
      id={`row-${index}`}
      role="option"
      aria-selected={selected}
      aria-setsize={total}
      aria-posinset={index + 1}
      className={css.row}
      data-done={made === undefined ? undefined : true}
      style={{ transform: `translateY(${start}px)` }}
      data-item={row.itemId}
    >
      <span className={css.risk}>
        <span>{risk === null ? "–" : probability(risk)}</span>
        <span className={css.track}>
          <span className={css.fill} style={{ width: `${(risk ?? 0) * 100}%` }} />
        </span>
      </span>
      <span className={css.words}>
        <span className={css.title}>{title}</span>
        <span className={css.under}>{waitingFor ?? from ?? row.itemId}</span>
      </span>
      <RowEnd made={made} proposed={proposed} />
    </div>
  );
});

/** Who has spoken last of this row: the machine in blue, you in orange. */
function RowEnd({
  made,
  proposed,
}: {
  readonly made: Decided | undefined;
  readonly proposed: string | null;
}) {
  if (made?.kind === "skipped") return <span className="chip">skipped</span>;
  if (made !== undefined) return <span className="chip person">✓ {made.label}</span>;
  return proposed === null ? (
    <span className="quiet" title="Nothing proposed, or not shown">
      –
    </span>
  ) : (
    <span className="machine">{proposed}</span>
  );
}

/** What is left, as the last answer or live event said it; until then as the queue's page did. */
function Left({
  projectId,
  state,
  page,
}: Pick<Props, "projectId" | "state"> & { readonly page: QueuePage | undefined }) {
  const { data: left = page?.left } = useQuery(leftQuery(projectId));
  const { data: minutesLeft = page?.minutesLeft } = useQuery(minutesLeftQuery(projectId));
  return (
    <p className={css.left} aria-live="off">
      {left === undefined ? (
        " "
      ) : (
        <>
          <strong>{count(left)}</strong> left
          {minutesLeft === undefined || minutesLeft === null
            ? ""
            : `, about ${minutes(minutesLeft)}`}
          {state === "open" ? "" : ` · showing ${state}`}
        </>
      )}
    </p>
  );
}

export function QueueEmpty({
  projectId,
  state,
}: {
  readonly projectId: string;
  readonly state: QueueRow["state"];
}) {
  const toProject = (
    <Link to="/p/$projectId" params={{ projectId }} hash="data" className="button primary">
      Open the project
    </Link>
  );
  return state === "open" ? (
    <Empty title="Nothing left to review" action={toProject}>
      Every open case is answered. The Project screen shows what the corrections changed; more items
      can be imported there.
    </Empty>
  ) : (
    <Empty title={`No ${state} items`} action={toProject}>
      Choose “open” above the list to go on reviewing.
    </Empty>
  );
}
