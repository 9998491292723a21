import { useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { EpisodeChange } from "#core/episode-edits.ts";
import type { EpisodeDetail } from "#core/episode-views.ts";
import { path, post } from "#web/app/api.ts";
import { fixed, plural } from "#web/app/format.ts";
import { useHotkeys } from "#web/app/hotkeys.ts";
import { Act, Failure, Lines } from "#web/app/parts.tsx";
import { queryClient } from "#web/app/queries.ts";
import { reviewer } from "#web/app/reviewer.ts";
import { TimeLine } from "#web/editors/episode/time-line.tsx";
import type { RobotProps } from "./drive.tsx";
import { FlatScene } from "./flat-scene.tsx";
import { episodeQuery, rereadEpisodes } from "./queries.ts";
import css from "./robot.module.css";
import sceneCss from "./scene.module.css";
import { scenesOf } from "./scenes-of.ts";
import { endText } from "./words.ts";
import { tabWorld } from "./worlds.ts";

/** An episode of the past: seen step by step, and what is said of it since. */
export function Replay({
  projectId,
  schema,
  episodeId,
}: RobotProps & { readonly episodeId: string }) {
  const { data, error, refetch } = useQuery(episodeQuery(projectId, episodeId));
  if (error !== null)
    return (
      <section className={css.desk}>
        <Failure error={error} retry={() => void refetch()} what="The episode could not be read" />
      </section>
    );
  if (data === undefined)
    return (
      <section className={css.desk}>
        <Lines widths={[40, 90, 90]} />
      </section>
    );
  return <Seen projectId={projectId} detail={data} preWindow={schema.preWindow} />;
}

function useChange(projectId: string, { summary }: EpisodeDetail) {
  return useMutation({
    mutationFn: (change: EpisodeChange) =>
      post<EpisodeDetail>(
        path`/projects/${projectId}/episodes/${summary.id}/changes`,
        { version: summary.version, change },
        { "X-Reviewer": reviewer() },
      ),
    onSuccess: (next) => {
      queryClient.setQueryData(episodeQuery(projectId, summary.id).queryKey, next);
      rereadEpisodes(projectId);
    },
  });
}

function Seen({
  projectId,
  detail,
  preWindow,
}: {
  readonly projectId: string;
  readonly detail: EpisodeDetail;
  readonly preWindow: number;
}) {
  const { summary, episode } = detail;
  const [t, setT] = useState(summary.takeOvers[0]?.from ?? 0);
  const change = useChange(projectId, detail);
  const world = tabWorld(episode.world);
  const { data: scenes, isPending } = useQuery({
    queryKey: ["replay", episode.world, episode.id],
    queryFn: async () => (world === undefined ? null : scenesOf(await world.open(), episode)),
    structuralSharing: false,
  });
  const steps = episode.rows.length;
  const go = (by: number) => setT((now) => Math.min(steps, Math.max(0, now + by)));
  const discard = () => change.mutate({ kind: "discarded", discarded: !summary.discarded });
  useHotkeys("Episode", [
    { keys: ["arrowleft"], label: "One step back", run: () => go(-1) },
    { keys: ["arrowright"], label: "One step on", run: () => go(1) },
    { keys: ["shift+arrowleft"], label: "Ten steps back", run: () => go(-10) },
    { keys: ["shift+arrowright"], label: "Ten steps on", run: () => go(10) },
    { keys: ["delete"], label: "Throw the episode away, or keep it", run: discard },
  ]);
  const scene = scenes?.[t];
  const source = episode.rows[Math.min(t, steps - 1)]?.source;
  const driver = source === "policy" ? "policy" : "person";
  const { takeOvers, humanSeconds, seconds, discarded, end } = summary;
  return (
    <section className={css.desk} aria-label={`Episode ${summary.id}`}>
      <header className={css.head}>
        <Link
          to="/p/$projectId/robot/{-$episodeId}"
          params={{ projectId, episodeId: undefined }}
          search={{ panel: "episodes" }}
          className="button small"
        >
          Back to driving
        </Link>
        <h2>{summary.id}</h2>
        <span className={discarded ? "chip danger" : "chip"}>
          {discarded ? "thrown away" : endText(end)}
        </span>
        <span className="quiet">
          {fixed(seconds, 1)} s, {plural(takeOvers.length, "take-over")},{" "}
          <span className="person">{fixed(humanSeconds, 1)} s of people</span>
        </span>
      </header>
      <section className={sceneCss.stage} data-driver={driver} aria-label="Scene">
        {scene === undefined || world === undefined ? (
          <p className={sceneCss.flatNote}>
            {isPending
              ? "Making it again"
              : "It was recorded elsewhere, so there is no picture of it: the line below has all that is known."}
          </p>
        ) : (
          <div className={sceneCss.picture}>
            <FlatScene scene={scene} world={world} title={`Step ${t}: ${scene.status}`} />
          </div>
        )}
        <p className={sceneCss.who}>
          {driver === "policy"
            ? "The policy drove"
            : source === "demo"
              ? "A person demonstrated"
              : "A person drove"}
        </p>
        <p className={sceneCss.count}>
          step {t} of {steps}
        </p>
        {scene === undefined ? null : (
          <p className={sceneCss.where} role="status">
            {scene.status}
          </p>
        )}
      </section>
      <div className={css.strip}>
        <TimeLine
          episode={episode}
          preWindow={preWindow}
          at={t}
          onScrub={setT}
          onChange={(said) => change.mutate(said)}
        />
        {change.error === null ? null : (
          <Failure error={change.error} what="That was not kept; the episode is as it was" />
        )}
      </div>
      <section className={css.foot} aria-label="Acts">
        <p className={css.hint}>
          Drag the edges to change what is held against the policy and where correction begins.
        </p>
        <div className={css.acts}>
          <Act name="arrowleft" onAct={() => go(-1)}>
            Back
          </Act>
          <Act name="arrowright" onAct={() => go(1)}>
            On
          </Act>
          <Act name="delete" disabled={end === "discarded" && discarded} onAct={discard}>
            {discarded ? "Keep after all" : "Throw away"}
          </Act>
        </div>
      </section>
    </section>
  );
}
