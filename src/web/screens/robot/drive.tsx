import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import type { EpisodeSchema } from "#core/episode.ts";
import type { PolicyView } from "#core/episode-views.ts";
import { Failure } from "#web/app/parts.tsx";
import { ActBar, useRobotKeys } from "./act-bar.tsx";
import { heatOf } from "./heat.ts";
import {
  demonstrationsQuery,
  familiarityOf,
  modelQuery,
  type Policies,
  worldQuery,
} from "./queries.ts";
import css from "./robot.module.css";
import { Stage } from "./stage.tsx";
import { Strip } from "./strip.tsx";
import { type RunOptions, useRun, useSession } from "./use-run.ts";
import { TAB_WORLDS, tabWorld } from "./worlds.ts";

export interface RobotProps {
  readonly projectId: string;
  readonly schema: EpisodeSchema;
  readonly policies: Policies;
}

/** "Nobody, I show how" among the policies. */
const NOBODY = "nobody";
const SPEEDS = [0.25, 0.5, 1, 2] as const;
/** How wide a demonstrated place glows, in the world's units. */
const HEAT_SPREAD = 0.035;
const HEAT_COLUMNS = 180;

/** The policy that drives: the one asked for, else the one in force, else the newest. */
export function policyToDrive(
  { policies, inForce }: Policies,
  asked: string | undefined,
): PolicyView | undefined {
  if (asked === NOBODY) return undefined;
  const find = (id: string | null | undefined) => policies.find(({ lessonId }) => lessonId === id);
  return find(asked) ?? find(inForce) ?? policies[0];
}

/** Deployments are counted from 1 by the policies there were; demonstrations are round 0. */
export const roundOf = ({ policies }: Policies, policy: PolicyView): number =>
  policies.filter(({ version }) => version <= policy.version).length;

function useFamiliar(projectId: string, worldId: string) {
  const { data = [] } = useQuery(demonstrationsQuery(projectId, worldId));
  const world = tabWorld(worldId);
  const { data: known } = useQuery({
    queryKey: ["familiarity", projectId, worldId, data.map(({ id }) => id).join()],
    queryFn: () => {
      if (world === undefined || data.length === 0) return { familiarity: null, heat: null };
      const [left, right] = world.bounds.x;
      const places = data.flatMap(({ rows }) =>
        rows.map(({ obs: [x = 0, y = 0] }) => [x, (y + 1) / 2] as const),
      );
      const heat = heatOf(places, {
        x: [left / world.unit, right / world.unit],
        y: [0, 0.9],
        columns: HEAT_COLUMNS,
        spread: HEAT_SPREAD,
      });
      return { familiarity: familiarityOf(data), heat };
    },
    structuralSharing: false,
  });
  return { familiarity: known?.familiarity ?? null, heat: known?.heat ?? null };
}

/** The scene, who drives it, the line of time below, and the acts. */
export function Drive({ projectId, schema, policies }: RobotProps) {
  const search = useSearch({ from: "/p/$projectId/robot/{-$episodeId}" });
  const navigate = useNavigate({ from: "/p/$projectId/robot/{-$episodeId}" });
  const worldId = search.world ?? schema.world;
  const [speed, setSpeed] = useState<number>(1);
  const [protocol, setProtocol] = useState(schema.protocol);
  const [showsHeat, setShowsHeat] = useState(true);
  const policy = policyToDrive(policies, search.policy);
  const model = useQuery({
    ...modelQuery(projectId, policy?.lessonId ?? ""),
    enabled: policy !== undefined,
  });
  const world = useQuery(worldQuery(worldId));
  const { familiarity, heat } = useFamiliar(projectId, worldId);
  const ready = world.data !== undefined && (policy === undefined || model.data !== undefined);
  const options: RunOptions | null =
    ready && world.data !== undefined
      ? {
          projectId,
          world: world.data.world,
          policy:
            policy === undefined || model.data === undefined
              ? null
              : { lessonId: policy.lessonId, model: model.data },
          protocol,
          round: policy === undefined ? 0 : roundOf(policies, policy),
          seed: search.seed,
          familiarity,
          records: worldId === schema.world,
          speed,
        }
      : null;
  const { run, next } = useRun(options);
  const session = useSession(run);
  const acts = useRobotKeys(run, session, next);
  const error = world.error ?? model.error;
  // Of the episode under way: a choice made meanwhile counts from the next one on.
  const driving = policies.policies.find(({ lessonId }) => lessonId === run?.rig.head.policyId);
  const name = driving === undefined ? "nobody" : `policy v${driving.version}`;
  return (
    <section className={css.desk} aria-label="Robot">
      <header className={css.head}>
        <label className={css.choice}>
          <span className="label">World</span>
          <select
            value={worldId}
            onChange={({ currentTarget: { value } }) =>
              void navigate({
                search: ({ world: _, ...others }) =>
                  value === schema.world ? others : { ...others, world: value },
              })
            }
          >
            {TAB_WORLDS.map(({ id, title }) => (
              <option key={id} value={id}>
                {title}
              </option>
            ))}
          </select>
        </label>
        <label className={css.choice}>
          <span className="label">Driven by</span>
          <select
            value={policy?.lessonId ?? NOBODY}
            onChange={({ currentTarget: { value } }) =>
              void navigate({ search: (others) => ({ ...others, policy: value }) })
            }
          >
            {policies.policies.map(({ lessonId, version, status }) => (
              <option key={lessonId} value={lessonId}>
                v{version}
                {status === "in-force" ? ", in force" : ""}
              </option>
            ))}
            <option value={NOBODY}>nobody, I show how</option>
          </select>
        </label>
        <label className={css.choice}>
          <span className="label">Then</span>
          <select
            value={protocol}
            onChange={({ currentTarget: { value } }) =>
              setProtocol(value === "rac" ? "rac" : "sirius")
            }
          >
            <option value="sirius">hand back</option>
            <option value="rac">correct, end</option>
          </select>
        </label>
        <label className={css.choice}>
          <span className="label">Speed</span>
          <select
            value={speed}
            onChange={({ currentTarget: { value } }) => setSpeed(Number(value))}
          >
            {SPEEDS.map((one) => (
              <option key={one} value={one}>
                {one} ×
              </option>
            ))}
          </select>
        </label>
        <label className={css.check}>
          <input
            type="checkbox"
            checked={showsHeat}
            onChange={({ currentTarget: { checked } }) => setShowsHeat(checked)}
          />
          Familiar
        </label>
        {worldId === schema.world ? null : (
          <span className="chip">tried out, not recorded: the project's world is another</span>
        )}
      </header>
      {error !== null ? (
        <Failure
          error={error}
          retry={() => void Promise.all([world.refetch(), model.refetch()])}
          what="The episode cannot begin"
        />
      ) : (
        <Stage
          run={run}
          session={session}
          world={world.data}
          name={name}
          speed={speed}
          heat={showsHeat ? heat : null}
          radius={familiarity?.radius ?? null}
        />
      )}
      {run === null || session === null || world.data === undefined ? (
        <div className={css.strip} />
      ) : (
        <Strip run={run} session={session} world={world.data} preWindow={schema.preWindow} />
      )}
      <ActBar session={session} acts={acts} />
    </section>
  );
}
