import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useReducer, useRef } from "react";
import type { ReviewOrder } from "#core/project.ts";
import type { CaseView, QueueRow } from "#core/views.ts";
import { path, post } from "#web/app/api.ts";
import { caseQuery, queueQuery } from "#web/app/queries.ts";
import { reviewer } from "#web/app/reviewer.ts";
import {
  ahead,
  type Decided,
  decide,
  emptySession,
  lineupOf,
  move,
  open,
  rowOf,
  type Session,
  serve,
  undo,
} from "./session.ts";

/** Cases fetched ahead of the current one, and how many are leased at a time. */
const AHEAD_MIN = 4;
const LEASED_AT_ONCE = 8;
/** The server takes no longer list of what is in hand already. */
const EXCLUDED_MAX = 1_000;

type Action =
  | { readonly kind: "serve"; readonly rows: readonly QueueRow[] }
  | { readonly kind: "open"; readonly itemId: string; readonly lineup: readonly QueueRow[] }
  | { readonly kind: "move"; readonly step: 1 | -1; readonly lineup: readonly QueueRow[] }
  | { readonly kind: "decide"; readonly made: Decided; readonly lineup: readonly QueueRow[] }
  | { readonly kind: "undo" };

function step(session: Session, action: Action): Session {
  switch (action.kind) {
    case "serve":
      return serve(session, action.rows);
    case "open":
      return open(session, action.itemId, action.lineup);
    case "move":
      return move(session, action.step, action.lineup);
    case "decide":
      return decide(session, action.made, action.lineup);
    case "undo":
      return undo(session);
  }
}

interface Wish {
  readonly projectId: string;
  readonly itemId: string | undefined;
  readonly order: ReviewOrder;
  readonly state: QueueRow["state"];
}

interface Next {
  readonly cases: CaseView[];
  readonly left: number;
  readonly minutesLeft: number | null;
}

/** The sitting: the list, the case in hand, and the next ones fetched before they are asked for. */
export function useSession({ projectId, itemId, order, state }: Wish) {
  const client = useQueryClient();
  const queue = useInfiniteQuery(queueQuery(projectId, order, state));
  const [session, dispatch] = useReducer(step, emptySession, (empty) => ({
    ...empty,
    current: itemId ?? null,
  }));
  const fresh = useMemo(() => queue.data?.pages.flatMap(({ rows }) => rows) ?? [], [queue.data]);
  const lineup = useMemo(() => lineupOf(session.pinned, fresh), [session.pinned, fresh]);
  const upcoming = useMemo(() => ahead(session, lineup), [session, lineup]);
  const served = useRef({ asking: false, dry: false, fresh });

  // What is browsed is not what is to be done: outside the open queue nothing is leased.
  const leases = state === "open";
  const known = new Set<string>(session.pinned.map((row) => row.itemId));
  const inHand = upcoming.filter((row) => known.has(row.itemId)).length;

  // The external system is the server: cases are leased and read before the hand is free.
  useEffect(() => {
    for (const row of upcoming.slice(0, AHEAD_MIN))
      void client.prefetchQuery(caseQuery(projectId, row.itemId));
  }, [client, projectId, upcoming]);
  useEffect(() => {
    const asked = served.current;
    if (asked.fresh !== fresh) served.current = { ...asked, dry: false, fresh };
    if (!leases || served.current.asking || served.current.dry || inHand >= AHEAD_MIN) return;
    served.current.asking = true;
    const exclude = session.pinned.slice(-EXCLUDED_MAX).map((row) => row.itemId);
    post<Next>(path`/projects/${projectId}/next`, {
      reviewer: reviewer(),
      count: LEASED_AT_ONCE,
      exclude,
      order,
    })
      .then(({ cases, left, minutesLeft }) => {
        for (const open of cases)
          client.setQueryData(caseQuery(projectId, open.itemId).queryKey, open);
        client.setQueryData(["left", projectId], left);
        client.setQueryData(["minutes-left", projectId], minutesLeft);
        served.current = { ...served.current, asking: false, dry: cases.length === 0 };
        dispatch({ kind: "serve", rows: cases.map(rowOf) });
      })
      .catch(() => {
        // Offline: the queue's own page shows the failure; asked again when the list changes.
        served.current = { ...served.current, asking: false, dry: true };
        dispatch({ kind: "serve", rows: [] });
      });
  }, [client, projectId, order, leases, inHand, session.pinned, fresh]);

  const current = session.current ?? (leases ? null : (lineup[0]?.itemId ?? null));
  return {
    session,
    lineup,
    current,
    queue,
    settled: served.current.dry || !leases,
    open: (id: string) => dispatch({ kind: "open", itemId: id, lineup }),
    move: (by: 1 | -1) => dispatch({ kind: "move", step: by, lineup }),
    decide: (made: Decided) => dispatch({ kind: "decide", made, lineup }),
    undo: () => dispatch({ kind: "undo" }),
  };
}
