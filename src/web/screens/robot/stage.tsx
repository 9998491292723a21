import { useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { lazy, type PointerEvent, Suspense, useRef, useState } from "react";
import { FlatScene } from "./flat-scene.tsx";
import type { Heat } from "./heat.ts";
import { Needle } from "./needle.tsx";
import type { Pose } from "./rig.ts";
import css from "./scene.module.css";
import type { Session } from "./session.ts";
import { type Run, useClock } from "./use-run.ts";
import { driverOf, phaseText, whereText } from "./words.ts";
import type { TabWorld } from "./worlds.ts";

const Scene3d = lazy(async () => ({ default: (await import("./scene-3d.tsx")).Scene3d }));

/** Whether this browser draws in space at all; asked once. */
let webgl: boolean | undefined;
function hasWebgl(): boolean {
  webgl ??= document.createElement("canvas").getContext("webgl2") !== null;
  return webgl;
}

interface Props {
  readonly run: Run | null;
  readonly session: Session | null;
  readonly world: TabWorld | undefined;
  /** Of who drives when nobody has taken over. */
  readonly name: string;
  readonly speed: number;
  readonly heat: Heat | null;
  /** Distance up to which a state is familiar; null where that is not known. */
  readonly radius: number | null;
}

/** The scene, large; its border and a word say who drives. */
export function Stage({ run, session, world, name, speed, heat, radius }: Props) {
  const draw = useRef<((nowS: number) => void) | null>(null);
  useClock(run, speed, draw);
  const driver = session === null ? "nobody" : driverOf(session);
  const phase = session === null ? "Setting the table" : phaseText(session, name);
  const sighting = run?.rig.sighting() ?? null;
  const scene = run?.rig.pose().from;
  const recovering = session?.takeOver?.segment === "recovery" && session.protocol === "rac";
  return (
    <section
      className={css.stage}
      data-driver={driver}
      data-end={session?.end ?? undefined}
      aria-label="Scene"
    >
      {run === null || world === undefined ? null : (
        <Picture run={run} world={world} draw={draw} driver={driver} heat={heat} />
      )}
      <p className={css.who} role="status">
        {phase}
      </p>
      {session === null || run === null || scene === undefined ? null : (
        <>
          <p className={css.count}>
            step {session.rows.length} of {session.stepsMax}
          </p>
          <p className={css.where}>
            <span role="status">{scene.status}</span>
            {"; "}
            <span data-where>{whereText(run.rig.truth())}</span>
            {driver === "person"
              ? run.hands.closing
                ? ", gripper closing"
                : ", gripper open"
              : ""}
          </p>
        </>
      )}
      {sighting === null || radius === null ? null : (
        <Needle distance={sighting.distance} radius={radius} asked={recovering} />
      )}
    </section>
  );
}

/** The picture in space, or flat where the browser cannot; either takes the pointer. */
function Picture({
  run,
  world,
  draw,
  driver,
  heat,
}: {
  readonly run: Run;
  readonly world: TabWorld;
  readonly draw: { current: ((nowS: number) => void) | null };
  readonly driver: ReturnType<typeof driverOf>;
  readonly heat: Heat | null;
}) {
  const dark = useComputedColorScheme("light") === "dark";
  useMantineColorScheme();
  const scale = useRef(0.002);
  const pose = (): Pose => run.rig.pose();
  const drag = (event: PointerEvent<HTMLDivElement>) => {
    const perPixel = scale.current / world.unit;
    run.hands.pointerMove(event.movementX * perPixel, -event.movementY * perPixel);
  };
  const tone = driver === "person" ? (dark ? "#f58a35" : "#ee7a1e") : dark ? "#5a8bff" : "#3b73f0";
  return (
    <div
      className={css.picture}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        run.hands.pointerDown();
      }}
      onPointerMove={(event) => {
        if (event.buttons === 1) drag(event);
      }}
      onPointerUp={() => run.hands.pointerUp()}
      onPointerCancel={() => run.hands.pointerUp()}
    >
      {hasWebgl() ? (
        <Suspense fallback={<FlatPicture pose={pose} world={world} draw={draw} />}>
          <Scene3d
            world={world}
            pose={pose}
            tone={tone}
            dark={dark}
            heat={heat}
            onReady={(next) => {
              draw.current = next;
            }}
            onScale={(metresPerPixel) => {
              scale.current = metresPerPixel;
            }}
          />
        </Suspense>
      ) : (
        <>
          <FlatPicture pose={pose} world={world} draw={draw} />
          <p className={css.flatNote}>
            This browser has no WebGL, so the scene is drawn flat. Everything else works.
          </p>
        </>
      )}
    </div>
  );
}

/** Between two scenes, `share` of the way. */
function between({ from, to, share }: Pose): Pose["from"] {
  const next = new Map(to.shapes.map((shape) => [shape.id, shape]));
  const mix = (a: number, b: number) => Number(fixedNumber(a + (b - a) * share));
  const shapes = from.shapes.map((shape) => {
    const [x, y, z] = shape.position;
    const [tx, ty, tz] = (next.get(shape.id) ?? shape).position;
    return { ...shape, position: [mix(x, tx), mix(y, ty), mix(z, tz)] as const };
  });
  return { ...from, shapes };
}
const fixedNumber = (value: number) => value.toFixed(4);

function FlatPicture({
  pose,
  world,
  draw,
}: {
  readonly pose: () => Pose;
  readonly world: TabWorld;
  readonly draw: { current: ((nowS: number) => void) | null };
}) {
  const [, setNow] = useState(0);
  draw.current = setNow;
  const scene = between(pose());
  return <FlatScene scene={scene} world={world} title={`The scene: ${scene.status}`} />;
}
