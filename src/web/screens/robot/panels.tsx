import { Link, useSearch } from "@tanstack/react-router";
import { ROBOT_PANELS, type RobotPanel } from "#web/app/search.ts";
import type { RobotProps } from "./drive.tsx";
import { Episodes } from "./episodes.tsx";
import { Memory } from "./memory.tsx";
import { PoliciesPanel } from "./policies.tsx";
import { Retrain } from "./retrain.tsx";
import css from "./robot.module.css";
import { Rounds } from "./rounds.tsx";

const TITLES: Readonly<Record<RobotPanel, string>> = {
  rounds: "Rounds",
  policies: "Policies",
  episodes: "Episodes",
  memory: "Memory",
};

/** Beside the scene: what came of all episodes, what was learned from them, and which are kept. */
export function Panels(props: RobotProps & { readonly episodeId: string | undefined }) {
  const { projectId, episodeId } = props;
  const { panel = "rounds" } = useSearch({ from: "/p/$projectId/robot/{-$episodeId}" });
  return (
    <aside className={css.panels} aria-label="Results">
      <nav className={css.tabs} aria-label="Panels">
        {ROBOT_PANELS.map((name) => (
          <Link
            key={name}
            from="/p/$projectId/robot/{-$episodeId}"
            params={{ projectId, episodeId }}
            search={(others) => ({ ...others, panel: name })}
            aria-current={name === panel ? "page" : undefined}
            activeProps={{}}
          >
            {TITLES[name]}
          </Link>
        ))}
      </nav>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it */}
      <section className={css.panel} tabIndex={0} aria-label={TITLES[panel]}>
        {panel === "rounds" || panel === "policies" ? <Retrain {...props} /> : null}
        {panel === "rounds" ? <Rounds projectId={projectId} /> : null}
        {panel === "policies" ? <PoliciesPanel {...props} /> : null}
        {panel === "episodes" ? <Episodes projectId={projectId} current={episodeId} /> : null}
        {panel === "memory" ? <Memory projectId={projectId} /> : null}
      </section>
    </aside>
  );
}
