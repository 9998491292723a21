import { useMantineColorScheme } from "@mantine/core";
import { Outlet, useNavigate, useRouterState } from "@tanstack/react-router";
import { useState } from "react";
import { useCurrentProject, useProjectWith } from "./current-project.ts";
import { useHotkeys } from "./hotkeys.ts";
import { KeyHelp } from "./key-help.tsx";
import { Palette } from "./palette.tsx";
import {
  hasComparisons,
  hasDocuments,
  hasEpisodes,
  hasQueue,
  hasRewrites,
  screenOf,
} from "./project-screen.ts";
import { Rail } from "./rail.tsx";
import css from "./shell.module.css";
import { TopBar } from "./top-bar.tsx";

/** Rail, top bar, screen; and the two overlays every screen has: the palette and the help of the keys. */
export function Shell() {
  const [open, setOpen] = useState<"palette" | "keys" | null>(null);
  const project = useCurrentProject();
  const navigate = useNavigate();
  const { toggleColorScheme } = useMantineColorScheme();
  const screen = useRouterState({ select: ({ matches }) => matches.at(-1)?.routeId });

  const queue = useProjectWith(hasQueue);
  const documents = useProjectWith(hasDocuments);
  const rewrites = useProjectWith(hasRewrites);
  const language = useProjectWith(hasComparisons);
  const robot = useProjectWith(hasEpisodes);

  const toProject =
    (to: "/p/$projectId" | ReturnType<typeof screenOf>, of = queue) =>
    () => {
      if (of !== undefined) void navigate({ to, params: { projectId: of.id } });
    };
  useHotkeys("Everywhere", [
    {
      keys: ["mod+k"],
      label: "Search or command",
      run: () => setOpen("palette"),
      whileTyping: true,
    },
    { keys: ["?"], label: "Keys of this screen", run: () => setOpen("keys") },
    { keys: ["alt+1"], label: "Inbox", run: toProject("/p/$projectId/inbox/{-$itemId}") },
    { keys: ["alt+2"], label: "Project", run: toProject("/p/$projectId") },
    { keys: ["alt+3"], label: "Systems", run: () => void navigate({ to: "/systems" }) },
    ...(documents === undefined
      ? []
      : [{ keys: ["alt+4"], label: "Writing", run: toProject(screenOf(documents), documents) }]),
    ...(rewrites === undefined
      ? []
      : [{ keys: ["alt+5"], label: "Rewrites", run: toProject(screenOf(rewrites), rewrites) }]),
    ...(robot === undefined
      ? []
      : [{ keys: ["alt+6"], label: "Robot", run: toProject(screenOf(robot), robot) }]),
    ...(language === undefined
      ? []
      : [{ keys: ["alt+7"], label: "Language", run: toProject(screenOf(language), language) }]),
    { keys: ["mod+j"], label: "Light or dark", run: toggleColorScheme, whileTyping: true },
  ]);

  return (
    <div className={css.shell}>
      <a className={css.skip} href="#screen">
        Skip to the screen
      </a>
      <Rail />
      <TopBar
        project={project}
        onPalette={() => setOpen("palette")}
        onKeys={() => setOpen("keys")}
      />
      {/* Another screen begins at its top. */}
      <main key={screen} id="screen" className={css.screen} tabIndex={-1}>
        <Outlet />
      </main>
      {open === "palette" ? <Palette onClose={() => setOpen(null)} project={project} /> : null}
      {open === "keys" ? <KeyHelp onClose={() => setOpen(null)} /> : null}
    </div>
  );
}
