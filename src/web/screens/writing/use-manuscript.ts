import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import { documentQuery, documentSeenQuery } from "#web/app/queries.ts";
import { sync } from "#web/app/sync.ts";
import { Manuscript, type Snapshot } from "#web/editors/text/manuscript.ts";

const sender = {
  add: (...act: Parameters<typeof sync.add>) => sync.add(...act).key,
  amend: sync.amend,
  release: sync.release,
};

/**
 * The document on the screen. What an earlier page left unsent is sent first; later the server's state is taken whenever
 * it has more than this page, but never over anything that is still on its way.
 */
export function useManuscript(projectId: string, documentId: string, current: string | null) {
  const waiting = useSyncExternalStore(sync.subscribe, () => sync.isWaiting(documentId));
  const [begun, setBegun] = useState(false);
  if (!waiting && !begun) setBegun(true);
  const query = useQuery({ ...documentQuery(projectId, documentId), enabled: begun });
  const { data: seen = 0 } = useQuery(documentSeenQuery(documentId));
  const [manuscript, setManuscript] = useState<Manuscript | null>(null);
  const { data, refetch } = query;
  const opened = useRef({ data, current });
  opened.current = { data, current };
  const there = data !== undefined;

  // The external systems: the editor, which lives as long as the document is shown, …
  useEffect(() => {
    const { data: view, current: edit } = opened.current;
    if (!there || view === undefined) return;
    const made = new Manuscript(view, { projectId, current: edit, sender });
    sync.saw(documentId, view.version);
    setManuscript(made);
    return () => {
      setManuscript(null);
      made.destroy();
    };
  }, [there, projectId, documentId]);
  // … and the server.
  useEffect(() => {
    if (manuscript === null || data === undefined || sync.isWaiting(documentId)) return;
    if (data.version < (sync.versionOf(documentId) ?? 0)) {
      void refetch({ cancelRefetch: false });
      return;
    }
    manuscript.load(data);
    sync.saw(documentId, data.version);
  }, [manuscript, data, documentId, refetch]);
  useEffect(() => {
    if (manuscript === null) return;
    const look = () => {
      if (!sync.isWaiting(documentId) && manuscript.isBehind(sync.versionOf(documentId), seen))
        void refetch({ cancelRefetch: false });
    };
    look();
    return sync.subscribe(look);
  }, [manuscript, documentId, seen, refetch]);

  return { manuscript, error: query.error, refetch, waiting: waiting && !begun };
}

/** A part of what is on the screen; the component renders anew when that part is another. */
export const useShown = <T>(manuscript: Manuscript, part: (shown: Snapshot) => T): T =>
  useSyncExternalStore(manuscript.subscribe, () => part(manuscript.snapshot()));
