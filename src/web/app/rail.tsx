import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ProjectSummary } from "#core/views.ts";
import { InboxIcon, Mark, ProjectIcon, SystemsIcon } from "./icons.tsx";
import { leftQuery } from "./queries.ts";
import css from "./shell.module.css";

/** A count in five characters at most. */
const compact = (n: number): string =>
  n < 10_000 ? String(n) : n < 1e6 ? `${Math.floor(n / 1000)}k` : `${Math.floor(n / 1e5) / 10}M`;

/** Where one can go. Only what works stands here. */
export function Rail({ project }: { readonly project: ProjectSummary | undefined }) {
  const { data: left = project?.counts.open ?? 0 } = useQuery(leftQuery(project?.id ?? ""));
  return (
    <nav className={css.rail} aria-label="Main">
      <Link to="/" search={{ all: true }} className={css.mark} aria-label="Emend: all projects">
        <Mark />
      </Link>
      <ul>
        {project === undefined ? null : (
          <>
            <li>
              <Link
                to="/p/$projectId/inbox/{-$itemId}"
                params={{ projectId: project.id }}
                className={css.place}
                title="Inbox (Alt 1)"
              >
                <InboxIcon size={18} />
                <span>
                  Inbox
                  {left === 0 ? null : (
                    <span className={css.count}>
                      {compact(left)} <span className="hidden">left</span>
                    </span>
                  )}
                </span>
              </Link>
            </li>
            <li>
              <Link
                to="/p/$projectId"
                params={{ projectId: project.id }}
                activeOptions={{ exact: true }}
                className={css.place}
                title="Project (Alt 2)"
              >
                <ProjectIcon size={18} />
                Project
              </Link>
            </li>
          </>
        )}
        <li>
          <Link to="/systems" className={css.place} title="Systems (Alt 3)">
            <SystemsIcon size={18} />
            Systems
          </Link>
        </li>
      </ul>
    </nav>
  );
}
