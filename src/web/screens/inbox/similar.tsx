import { queryOptions, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { SimilarAnswers } from "#core/views.ts";
import { get, path } from "#web/app/api.ts";
import { probability } from "#web/app/format.ts";
import css from "./evidence-pane.module.css";

const SHOWN_MAX = 3;
/** Only a case the hand rests on is looked up: each costs the server an embedding. */
const RESTS_MS = 300;

const similarQuery = (projectId: string, itemId: string) =>
  queryOptions({
    queryKey: ["project", projectId, "similar", itemId],
    queryFn: async ({ signal }) => {
      await rest(signal);
      return get<SimilarAnswers>(path`/projects/${projectId}/cases/${itemId}/similar`, signal);
    },
    // Answers given meanwhile are no live events of this item: asked again when it is shown again.
    staleTime: 0,
  });

const rest = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, RESTS_MS);
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    signal.addEventListener("abort", stop, { once: true });
  });

interface Props {
  readonly projectId: string;
  readonly itemId: string;
  readonly onOpen: (itemId: string) => void;
}

/** What people answered of items like this one; not there until there is something to say. */
export function Similar({ projectId, itemId, onOpen }: Props) {
  const { data } = useQuery(similarQuery(projectId, itemId));
  if (data === undefined || data.similar.length === 0) return null;
  return (
    <section className={css.section}>
      <h3>Similar ones people answered</h3>
      <ul>
        {data.similar.slice(0, SHOWN_MAX).map((near) => (
          <li key={near.itemId} className={css.similar}>
            <span className="chip person">{near.label}</span>
            <Link
              to="/p/$projectId/inbox/{-$itemId}"
              params={{ projectId, itemId: near.itemId }}
              search={true}
              title={near.title}
              onClick={({ metaKey, ctrlKey }) => {
                if (!metaKey && !ctrlKey) onOpen(near.itemId);
              }}
            >
              {near.title}
            </Link>
            <span title="Similarity of the texts, 1 for the same">
              {probability(Math.max(0, 1 - near.distance))}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
