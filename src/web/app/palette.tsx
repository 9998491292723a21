import { Modal, useMantineColorScheme } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type KeyboardEvent, useId, useState } from "react";
import type { ProjectSummary } from "#core/views.ts";
import { type HotkeyGroup, useHotkeyGroups } from "./hotkeys.ts";
import css from "./overlays.module.css";
import { Key } from "./parts.tsx";
import { screenOf } from "./project-screen.ts";
import { projectsQuery, systemsQuery } from "./queries.ts";

interface Command {
  readonly id: string;
  readonly title: string;
  readonly kind: string;
  readonly key?: string | undefined;
  readonly run: () => void;
}

interface Props {
  readonly onClose: () => void;
  readonly project: ProjectSummary | undefined;
}

const SHOWN_MAX = 12;

/** Every word of the wish occurs in the title or kind. */
export const fits = (wish: string, { title, kind }: Pick<Command, "title" | "kind">): boolean => {
  const text = `${title} ${kind}`.toLowerCase();
  return wish
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
};

const hotkeyCommands = (groups: readonly HotkeyGroup[]): Command[] =>
  groups.toReversed().flatMap(({ title: kind, hotkeys }) =>
    hotkeys
      .filter(({ keys }) => !keys.includes("mod+k"))
      .map(({ keys, label, run }) => ({
        id: `${kind}/${label}`,
        title: label,
        kind,
        key: keys[0],
        run,
      })),
  );

function useCommands(project: ProjectSummary | undefined): Command[] {
  const navigate = useNavigate();
  const groups = useHotkeyGroups();
  const { setColorScheme } = useMantineColorScheme();
  const { data: projects = [] } = useQuery(projectsQuery);
  const { data: systems = [] } = useQuery(systemsQuery);
  return [
    ...hotkeyCommands(groups),
    ...projects
      .filter(({ id }) => id !== project?.id)
      .map((other) => ({
        id: `project/${other.id}`,
        title: other.name,
        kind: "Open project",
        run: () => void navigate({ to: screenOf(other), params: { projectId: other.id } }),
      })),
    {
      id: "projects",
      title: "All projects, new project",
      kind: "Go to",
      run: () => void navigate({ to: "/", search: { all: true } }),
    },
    {
      id: "theme/auto",
      title: "Theme as the system",
      kind: "Look",
      run: () => setColorScheme("auto"),
    },
    ...systems
      .filter(({ status }) => status === "works")
      .map(({ id, title }) => ({
        id: `system/${id}`,
        title,
        kind: "System",
        run: () => void navigate({ to: "/systems/$systemId", params: { systemId: id } }),
      })),
  ];
}

export function Palette({ onClose, project }: Props) {
  return (
    <Modal
      opened
      onClose={onClose}
      withCloseButton={false}
      padding={0}
      size={560}
      yOffset="12vh"
      attributes={{ content: { "aria-label": "Search or command" } }}
    >
      <Commands onClose={onClose} project={project} />
    </Modal>
  );
}

function Commands({ onClose, project }: Props) {
  const [wish, setWish] = useState("");
  const [chosen, setChosen] = useState(0);
  const listId = useId();
  const all = useCommands(project);
  const shown = all.filter((command) => fits(wish, command)).slice(0, SHOWN_MAX);
  const at = Math.min(chosen, Math.max(0, shown.length - 1));

  const run = (command: Command | undefined) => {
    if (command === undefined) return;
    onClose();
    command.run();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step !== 0) setChosen((at + step + shown.length) % Math.max(1, shown.length));
    else if (event.key === "Enter") run(shown[at]);
    else return;
    event.preventDefault();
  };

  return (
    <>
      <input
        className={css.wish}
        // biome-ignore lint/a11y/noAutofocus: the palette is opened in order to type
        autoFocus
        placeholder="Search or command"
        aria-label="Search or command"
        role="combobox"
        aria-expanded="true"
        aria-controls={listId}
        aria-activedescendant={shown[at] === undefined ? undefined : `${listId}-${at}`}
        value={wish}
        onChange={(event) => {
          setWish(event.currentTarget.value);
          setChosen(0);
        }}
        onKeyDown={onKeyDown}
      />
      <div id={listId} role="listbox" aria-label="Commands" className={css.commands}>
        {shown.map((command, i) => (
          // biome-ignore lint/a11y/useFocusableInteractive: the combobox keeps the focus
          // biome-ignore lint/a11y/useKeyWithClickEvents: the combobox takes the keys
          <div
            key={command.id}
            id={`${listId}-${i}`}
            role="option"
            aria-selected={i === at}
            className={css.command}
            onClick={() => run(command)}
            onMouseMove={() => setChosen(i)}
          >
            <span>{command.title}</span>
            <span className="quiet">{command.kind}</span>
            {command.key === undefined ? null : <Key name={command.key} />}
          </div>
        ))}
        {shown.length === 0 ? <p className={css.none}>Nothing is called that.</p> : null}
      </div>
    </>
  );
}
