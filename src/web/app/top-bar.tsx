import { Menu, useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import type { ProjectSummary } from "#core/views.ts";
import { count, percent, plural } from "./format.ts";
import { CheckIcon, ChevronIcon, MoonIcon, PlusIcon, SearchIcon, SunIcon } from "./icons.tsx";
import { Key, Measured } from "./parts.tsx";
import { hasComparisons, hasQueue, screenOf } from "./project-screen.ts";
import { comparisonsQuery, overviewQuery, projectsQuery } from "./queries.ts";
import css from "./shell.module.css";
import { SyncDot } from "./sync-dot.tsx";

interface Props {
  readonly project: ProjectSummary | undefined;
  readonly onPalette: () => void;
  readonly onKeys: () => void;
}

export function TopBar({ project, onPalette, onKeys }: Props) {
  const { toggleColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme();
  return (
    <header className={css.bar}>
      <Switcher project={project} />
      <button type="button" className={css.search} onClick={onPalette}>
        <SearchIcon size={14} />
        <span className={css.searchText}>Search or command</span>
        <Key name="mod+k" />
      </button>
      <div className={css.spacer} />
      {project === undefined || !hasQueue(project) ? null : <OneNumber project={project} />}
      {project === undefined || !hasComparisons(project) ? null : <Accuracy project={project} />}
      <div className={css.actions}>
        <SyncDot />
        <button
          type="button"
          className="button plain icon"
          onClick={toggleColorScheme}
          aria-label={scheme === "dark" ? "Use the light theme" : "Use the dark theme"}
          title="Light or dark (Ctrl J)"
        >
          {scheme === "dark" ? <SunIcon /> : <MoonIcon />}
        </button>
        <button
          type="button"
          className="button plain icon"
          onClick={onKeys}
          aria-label="Keys of this screen"
          title="Keys of this screen (?)"
        >
          <Key name="?" />
        </button>
      </div>
    </header>
  );
}

/** The one number that matters, with its interval, and what people took out of it. */
function OneNumber({ project }: { readonly project: ProjectSummary }) {
  const { data: overview } = useQuery(overviewQuery(project.id));
  const error = overview?.error ?? project.error;
  if (error === null) return <span className="quiet">error not measured yet</span>;
  const removed = overview?.errorRemoved;
  return (
    <Link to="/p/$projectId" params={{ projectId: project.id }} className={css.number}>
      <span>
        <span className="quiet">error </span>
        <strong>
          <Measured of={error} n={false} />
        </strong>
      </span>
      {removed === undefined || removed.value === 0 ? null : (
        <span className={`person ${css.trend}`}>
          ↓ {percent(removed.value)} by {plural(removed.n, "answer")}
        </span>
      )}
    </Link>
  );
}

/** Of a project that compares replies: how often the reward model in force orders held-out ones as people did. */
function Accuracy({ project }: { readonly project: ProjectSummary }) {
  const { data: overview } = useQuery(comparisonsQuery(project.id));
  const accuracy = overview?.rewardModel?.accuracy;
  if (accuracy == null) return null;
  return (
    <Link
      to="/p/$projectId/language"
      params={{ projectId: project.id }}
      search={{ view: "scores" }}
      className={css.number}
    >
      <span>
        <span className="quiet">held-out accuracy </span>
        <strong>
          <Measured of={accuracy} n={false} />
        </strong>
      </span>
    </Link>
  );
}

function Switcher({ project }: { readonly project: ProjectSummary | undefined }) {
  const { data: projects = [] } = useQuery(projectsQuery);
  const navigate = useNavigate();
  return (
    <Menu position="bottom-start" width={300}>
      <Menu.Target>
        <button type="button" className={css.switcher} title={project?.name}>
          <span>{project?.name ?? "Projects"}</span>
          <ChevronIcon size={14} />
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Projects</Menu.Label>
        {projects.map((one) => (
          <Menu.Item
            key={one.id}
            leftSection={one.id === project?.id ? <CheckIcon size={14} /> : <span />}
            rightSection={
              <span className="quiet">
                {count(one.counts.open)} open
                {one.error === null ? "" : ` · ${percent(one.error.value)} %`}
              </span>
            }
            onClick={() => void navigate({ to: screenOf(one), params: { projectId: one.id } })}
          >
            {one.name}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item
          leftSection={<PlusIcon size={14} />}
          onClick={() => void navigate({ to: "/", search: { all: true } })}
        >
          All projects, new project
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
