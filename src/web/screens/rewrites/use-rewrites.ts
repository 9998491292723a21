import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import type { RewriteState, RewriteView } from "#core/rewrite.ts";
import { rewriteQuery, rewritesQuery } from "#web/app/queries.ts";
import { sync, useOutbox } from "#web/app/sync.ts";
import {
  type ActName,
  applied,
  type Done,
  inverseOf,
  type Kept,
  lineup,
  neighbour,
  type Said,
  withWaiting,
} from "./acts.ts";

/** A rewrite the hand only passes over is not looked up: its neighbourhood is read from the graph. */
const RESTS_MS = 120;

interface Wish {
  readonly projectId: string;
  readonly ruleId: string | undefined;
  readonly state: RewriteState | undefined;
  readonly q: string;
}

/** The list as it will be once the server has heard everything, the rewrite in hand, and what was done in this sitting. */
export function useRewrites({ projectId, ruleId, state, q }: Wish) {
  // While another filter is read the rows before it stay: the list does not blink with every letter.
  const list = useInfiniteQuery({
    ...rewritesQuery(projectId, state, q),
    placeholderData: keepPreviousData,
  });
  const { waiting } = useOutbox();
  const [done, setDone] = useState<readonly Done[]>([]);
  const filter = `${projectId}/${state ?? ""}/${q}`;
  const [keptOf, setKept] = useState<{ filter: string; kept: readonly Kept[] }>({
    filter,
    kept: [],
  });
  const kept = keptOf.filter === filter ? keptOf.kept : NONE;
  const rows = useMemo(() => {
    const ours = waiting.flatMap(({ act }) =>
      act.kind === "rewrite" && act.projectId === projectId ? [act] : [],
    );
    const listed = list.data?.pages.flatMap(({ rewrites }) => rewrites) ?? [];
    const rows = lineup(listed, kept);
    return ours.length === 0 ? rows : rows.map((view) => withWaiting(view, ours));
  }, [list.data, kept, waiting, projectId]);

  const current = ruleId ?? rows[0]?.id;
  const [rested] = useDebouncedValue(current, RESTS_MS);
  const detail = useQuery({
    ...rewriteQuery(projectId, rested ?? ""),
    enabled: rested !== undefined && rested === current,
  });
  const row = rows.find(({ id }) => id === current);
  const open = row ?? (rested === current ? detail.data?.rewrite : undefined);

  const keep = (view: RewriteView) => {
    const at = rows.findIndex(({ id }) => id === view.id);
    if (at < 0) return;
    const below = rows[at - 1]?.id ?? null;
    const others = kept.filter((other) => other.view.id !== view.id);
    const was = kept.find((other) => other.view.id === view.id);
    setKept({ filter, kept: [...others, { view, below: was?.below ?? below }] });
  };

  const say = (view: RewriteView, said: Said) => {
    keep(applied(view, said));
    return sync.add({ kind: "rewrite", projectId, itemId: view.id, said }).key;
  };

  /** Shown at once, stored, and sent; it can be taken back. */
  const act = (view: RewriteView, name: ActName, said: Said) => {
    const { id, fromText } = view;
    const { toText } = applied(view, said);
    const entry = say(view, said);
    setDone([
      ...done,
      { ruleId: id, name, fromText, toText, entry, inverse: inverseOf(view, said) },
    ]);
  };

  /** Takes the last act back: before it is sent by keeping it, afterwards by saying the opposite. */
  const undo = (): Done | undefined => {
    const last = done.at(-1);
    if (last === undefined) return undefined;
    const view = rows.find(({ id }) => id === last.ruleId);
    if (sync.withdraw(last.entry)) {
      if (view !== undefined) keep(applied(view, last.inverse));
    } else if (view !== undefined) say(view, last.inverse);
    else sync.add({ kind: "rewrite", projectId, itemId: last.ruleId, said: last.inverse });
    setDone(done.slice(0, -1));
    return last;
  };

  return {
    list,
    rows,
    current,
    open,
    detail,
    done,
    act,
    undo,
    next: (step: 1 | -1) => neighbour(rows, current, step),
  };
}

const NONE: readonly Kept[] = [];
