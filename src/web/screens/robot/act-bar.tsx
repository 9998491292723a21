import { useHotkeys } from "#web/app/hotkeys.ts";
import { Act } from "#web/app/parts.tsx";
import css from "./robot.module.css";
import { lastTakeOver, mayFinish, mayRecover, mayResume, type Session } from "./session.ts";
import type { Run } from "./use-run.ts";

export interface Acts {
  readonly latch: () => void;
  readonly pause: () => void;
  readonly recovered: () => void;
  readonly finish: () => void;
  readonly again: () => void;
  readonly discard: () => void;
  readonly grip: () => void;
  readonly next: () => void;
  readonly back: (steps: number) => void;
}

const BACK_BIG = 10;

/** The acts of the screen, each with its key. */
export function useRobotKeys(run: Run | null, session: Session | null, next: () => void): Acts {
  const acts: Acts = {
    latch: () => run?.hands.latch(!run.hands.latched),
    pause: () => {
      if (session === null || run === null) return;
      if (mayResume(session)) run.rig.resume();
      else run.rig.pause();
    },
    recovered: () => run?.rig.recovered(),
    finish: () => run?.rig.finish(),
    again: () => {
      if (run === null) return;
      run.hands.rest();
      const from = lastTakeOver(run.rig.session());
      if (from !== null) run.rig.rewind(from);
    },
    discard: () => {
      run?.hands.rest();
      run?.rig.discard();
    },
    grip: () => run?.hands.toggleGrip(),
    next,
    back: (steps) => {
      if (run !== null) run.rig.rewind(run.rig.session().rows.length - steps);
    },
  };
  useHotkeys("Robot", [
    { keys: ["space"], label: "Take over while held", run: () => {} },
    { keys: ["c"], label: "Take over and stay, or let go", run: acts.latch },
    { keys: ["p"], label: "Pause, go on", run: acts.pause },
    { keys: ["g"], label: "Close or open the gripper", run: acts.grip },
    { keys: ["r"], label: "Recovered: now correct (RaC)", run: acts.recovered },
    { keys: ["enter"], label: "The correction is made: end (RaC)", run: acts.finish },
    { keys: ["backspace"], label: "Take the take-over back, again", run: acts.again },
    { keys: ["delete"], label: "Throw the episode away", run: acts.discard },
    { keys: ["arrowleft"], label: "Rewind one step", run: () => acts.back(1) },
    { keys: ["shift+arrowleft"], label: "Rewind ten steps", run: () => acts.back(BACK_BIG) },
    { keys: ["n"], label: "Next episode", run: acts.next },
  ]);
  return acts;
}

/** What can be done now, with its keys printed on it. */
export function ActBar({
  session,
  acts,
}: {
  readonly session: Session | null;
  readonly acts: Acts;
}) {
  if (session === null) return <section className={css.foot} aria-label="Acts" />;
  const { phase, end, protocol, rows } = session;
  const driving = phase === "human";
  const resumes = mayResume(session);
  return (
    <section className={css.foot} aria-label="Acts">
      <p className={css.hint}>
        {driving ? (
          "Arrows steer, Shift for fine motion, G grips. Time stands still while you do nothing."
        ) : end === null ? (
          <>
            <strong>Hold Space</strong>, the trigger, or the mouse on the scene to take over.
          </>
        ) : (
          "Rewind with ← to show it better, or go on to the next."
        )}
      </p>
      <div className={css.acts}>
        {end !== null ? null : (
          <Act name="c" primary={!driving} onAct={acts.latch}>
            {driving ? "Let go" : "Take over"}
          </Act>
        )}
        {driving ? (
          <Act name="g" onAct={acts.grip}>
            Grip
          </Act>
        ) : null}
        {phase === "policy" || resumes ? (
          <Act name="p" onAct={acts.pause}>
            {resumes ? "Let the policy go on" : "Pause"}
          </Act>
        ) : null}
        {protocol === "rac" && session.takeOver !== null ? (
          <>
            <Act name="r" disabled={!mayRecover(session)} onAct={acts.recovered}>
              Recovered
            </Act>
            <Act name="enter" disabled={!mayFinish(session)} onAct={acts.finish}>
              Correction made
            </Act>
          </>
        ) : null}
        {lastTakeOver(session) === null ? null : (
          <Act name="backspace" onAct={acts.again}>
            Again
          </Act>
        )}
        {driving || rows.length === 0 ? null : (
          <Act name="arrowleft" onAct={() => acts.back(1)}>
            Rewind
          </Act>
        )}
        {end === null && rows.length > 0 ? (
          <Act name="delete" onAct={acts.discard}>
            Throw away
          </Act>
        ) : null}
        <Act name="n" primary={end !== null} onAct={acts.next}>
          Next episode
        </Act>
      </div>
    </section>
  );
}
