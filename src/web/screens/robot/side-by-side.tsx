import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import type { PolicyView } from "#core/episode-views.ts";
import { rngOf } from "#core/rng.ts";
import { policyRunner } from "#propose/policy/runner.ts";
import type { InsertionWorld, Scene } from "#worlds/manipulation/world.ts";
import { FlatScene } from "./flat-scene.tsx";
import { modelQuery } from "./queries.ts";
import css from "./robot.module.css";
import { type TabWorld, tabWorld } from "./worlds.ts";

interface Props {
  readonly projectId: string;
  readonly worldId: string;
  readonly policies: readonly [PolicyView, PolicyView];
}

const HZ_SHOWN = 20;

/** Two policies at work from the same start, one start after the other. */
export function SideBySide({ projectId, worldId, policies: [a, b] }: Props) {
  const [start, setStart] = useState(0);
  const world = tabWorld(worldId);
  if (world === undefined) return <p className="quiet">This world does not run in the page.</p>;
  return (
    <>
      <div className={css.pair}>
        {[a, b].map((policy) => (
          <One
            key={policy.lessonId}
            projectId={projectId}
            world={world}
            policy={policy}
            seed={`watched-${start}`}
          />
        ))}
      </div>
      <div className={css.row}>
        <span className="quiet">start {start + 1}</span>
        <button type="button" className="button small" onClick={() => setStart(start + 1)}>
          Another start
        </button>
      </div>
    </>
  );
}

interface Seen {
  readonly scene: Scene;
  readonly step: number;
  readonly end: "success" | "failure" | "time ran out" | null;
}

function One({
  projectId,
  world,
  policy,
  seed,
}: {
  readonly projectId: string;
  readonly world: TabWorld;
  readonly policy: PolicyView;
  readonly seed: string;
}) {
  const { data: model } = useQuery(modelQuery(projectId, policy.lessonId));
  // Of its own: the table of the scene beside it is in use.
  const { data: table } = useQuery({
    queryKey: ["tab-world", world.id, policy.lessonId],
    queryFn: () => world.open(),
    structuralSharing: false,
  });
  const [seen, setSeen] = useState<Seen | null>(null);
  // The external system is the page's clock.
  useEffect(() => {
    if (model === undefined || table === undefined) return;
    const runner = policyRunner(model);
    const rng = rngOf(seed);
    table.reset(rng);
    runner.reset();
    const acting = rng.split("policy");
    let now: Seen = { scene: table.draw(), step: 0, end: null };
    setSeen(now);
    const timer = setInterval(() => {
      now = stepped(table, now, runner.act(table.observe(), acting));
      setSeen(now);
      if (now.end !== null) clearInterval(timer);
    }, 1_000 / HZ_SHOWN);
    return () => clearInterval(timer);
  }, [model, table, seed]);
  return (
    <figure>
      <div className={css.small}>
        {seen === null ? null : (
          <FlatScene scene={seen.scene} world={world} title={`v${policy.version}`} />
        )}
      </div>
      <figcaption className="machine">
        v{policy.version} {seen === null ? "" : (seen.end ?? `step ${seen.step}`)}
      </figcaption>
    </figure>
  );
}

function stepped(world: InsertionWorld, { step }: Seen, action: Float64Array): Seen {
  const { done, success } = world.step(action);
  const late = step + 1 >= world.stepsMax;
  return {
    scene: world.draw(),
    step: step + 1,
    end: success ? "success" : done ? "failure" : late ? "time ran out" : null,
  };
}
