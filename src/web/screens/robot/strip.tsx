import { TimeLine } from "#web/editors/episode/time-line.tsx";
import { FlatScene } from "./flat-scene.tsx";
import css from "./robot.module.css";
import type { Session } from "./session.ts";
import type { Run } from "./use-run.ts";
import type { TabWorld } from "./worlds.ts";

/** Small pictures along the line of time. */
const THUMBNAILS = 12;

/** The line of time of the episode under way, with pictures to rewind to. */
export function Strip({
  run,
  session,
  world,
  preWindow,
}: {
  readonly run: Run;
  readonly session: Session;
  readonly world: TabWorld;
  readonly preWindow: number;
}) {
  const { phase, stepsMax } = session;
  const { rows } = run.rig.whole();
  const rewinds = phase !== "human" && rows.length > 0;
  const apart = stepsMax / THUMBNAILS;
  return (
    <div className={css.strip}>
      <div className={css.thumbnails}>
        {Array.from({ length: THUMBNAILS }, (_, k) => {
          const t = Math.round(k * apart);
          const scene = t <= rows.length ? run.rig.sceneAt(t) : undefined;
          return scene === undefined ? (
            <span key={t} className={css.blank} />
          ) : (
            <button
              key={t}
              type="button"
              tabIndex={-1}
              disabled={!rewinds}
              title={`Rewind to step ${t}`}
              aria-label={`Rewind to step ${t}: ${scene.status}`}
              onClick={() => run.rig.rewind(t)}
            >
              <FlatScene scene={scene} world={world} />
            </button>
          );
        })}
      </div>
      <TimeLine
        episode={{
          rows: [...rows],
          notReal: [],
          preWindows: {},
          controlHz: run.rig.head.controlHz,
        }}
        preWindow={preWindow}
        steps={stepsMax}
        at={session.rows.length}
        onScrub={rewinds ? run.rig.rewind.bind(run.rig) : undefined}
      />
    </div>
  );
}
