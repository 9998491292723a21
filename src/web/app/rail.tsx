import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useProjectWith } from "./current-project.ts";
import {
  InboxIcon,
  LanguageIcon,
  Mark,
  ProjectIcon,
  RewritesIcon,
  RobotIcon,
  SystemsIcon,
  WritingIcon,
} from "./icons.tsx";
import {
  hasComparisons,
  hasDocuments,
  hasEpisodes,
  hasQueue,
  hasRewrites,
} from "./project-screen.ts";
import { leftQuery } from "./queries.ts";
import css from "./shell.module.css";

/** A count in five characters at most. */
const compact = (n: number): string =>
  n < 10_000 ? String(n) : n < 1e6 ? `${Math.floor(n / 1000)}k` : `${Math.floor(n / 1e5) / 10}M`;

/** Where one can go. Only what works stands here: a screen is there when some project has it. */
export function Rail() {
  const queue = useProjectWith(hasQueue);
  const documents = useProjectWith(hasDocuments);
  const rewrites = useProjectWith(hasRewrites);
  const language = useProjectWith(hasComparisons);
  const robot = useProjectWith(hasEpisodes);
  const { data: left = queue?.counts.open ?? 0 } = useQuery(leftQuery(queue?.id ?? ""));
  return (
    <nav className={css.rail} aria-label="Main">
      <Link to="/" search={{ all: true }} className={css.mark} aria-label="Emend: all projects">
        <Mark />
      </Link>
      <ul>
        {queue === undefined ? null : (
          <>
            <li>
              <Link
                to="/p/$projectId/inbox/{-$itemId}"
                params={{ projectId: queue.id }}
                className={css.place}
                title={`Inbox of ${queue.name} (Alt 1)`}
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
                params={{ projectId: queue.id }}
                activeOptions={{ exact: true }}
                className={css.place}
                title={`Project ${queue.name} (Alt 2)`}
              >
                <ProjectIcon size={18} />
                Project
              </Link>
            </li>
          </>
        )}
        {documents === undefined ? null : (
          <li>
            <Link
              to="/p/$projectId/writing/{-$documentId}"
              params={{ projectId: documents.id }}
              className={css.place}
              title={`Writing: ${documents.name} (Alt 4)`}
            >
              <WritingIcon size={18} />
              Writing
            </Link>
          </li>
        )}
        {rewrites === undefined ? null : (
          <li>
            <Link
              to="/p/$projectId/rewrites/{-$ruleId}"
              params={{ projectId: rewrites.id }}
              className={css.place}
              title={`Rewrites: ${rewrites.name} (Alt 5)`}
            >
              <RewritesIcon size={18} />
              Rewrites
            </Link>
          </li>
        )}
        {language === undefined ? null : (
          <li>
            <Link
              to="/p/$projectId/language"
              params={{ projectId: language.id }}
              className={css.place}
              title={`Language: ${language.name} (Alt 7)`}
            >
              <LanguageIcon size={18} />
              Language
            </Link>
          </li>
        )}
        {robot === undefined ? null : (
          <li>
            <Link
              to="/p/$projectId/robot/{-$episodeId}"
              params={{ projectId: robot.id }}
              className={css.place}
              title={`Robot: ${robot.name} (Alt 6)`}
            >
              <RobotIcon size={18} />
              Robot
            </Link>
          </li>
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
