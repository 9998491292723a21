import { useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { EpisodeSummary, EpisodesReport } from "#core/episode-views.ts";
import { href, path, query, upload } from "#web/app/api.ts";
import { ago, fixed, plural } from "#web/app/format.ts";
import { DownloadIcon } from "#web/app/icons.tsx";
import { Empty, Failure, Lines } from "#web/app/parts.tsx";
import { episodesQuery, rereadEpisodes } from "./queries.ts";
import css from "./robot.module.css";
import { endText } from "./words.ts";

const FORMATS = ["jsonl", "hdf5"] as const;
const PROBLEMS_SHOWN = 5;

/** Of a file's name: robomimic's HDF5, or a line an episode. */
export const episodeFormatOf = (name: string): (typeof FORMATS)[number] =>
  /\.(hdf5|h5)$/i.test(name) ? "hdf5" : "jsonl";

/** The episodes recorded last, and the way in and out as files. */
export function Episodes({
  projectId,
  current,
}: {
  readonly projectId: string;
  readonly current: string | undefined;
}) {
  const { data: page, error, refetch } = useQuery(episodesQuery(projectId));
  return (
    <>
      <Files projectId={projectId} />
      {error !== null ? (
        <Failure error={error} retry={() => void refetch()} what="The episodes could not be read" />
      ) : page === undefined ? (
        <Lines widths={[80, 70, 90]} />
      ) : page.episodes.length === 0 ? (
        <Empty title="No episode yet">Watch one to its end, or import a file.</Empty>
      ) : (
        <>
          <p className="quiet">
            {page.next === null
              ? plural(page.total, "episode")
              : `the last ${page.episodes.length} of ${page.total} episodes`}
          </p>
          <ul className={css.list} aria-label="Episodes">
            {page.episodes.map((episode) => (
              <li key={episode.id} data-current={episode.id === current || undefined}>
                <Row projectId={projectId} episode={episode} />
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}

function Row({
  projectId,
  episode: { id, round, end, steps, takeOvers, humanSeconds, discarded, atMs },
}: {
  readonly projectId: string;
  readonly episode: EpisodeSummary;
}) {
  return (
    <>
      <div className={`${css.row} ${css.spread}`}>
        <Link
          to="/p/$projectId/robot/{-$episodeId}"
          params={{ projectId, episodeId: id }}
          search={{ panel: "episodes" }}
        >
          {id}
        </Link>
        <span className="quiet">{ago(atMs, Date.now())}</span>
      </div>
      <p className="quiet">
        {round === 0 ? "demonstration" : `round ${round}`},{" "}
        {discarded ? "thrown away" : endText(end)}, {plural(steps, "step")}
        {takeOvers.length === 0 ? null : (
          <>
            ,{" "}
            <span className="person">
              {plural(takeOvers.length, "take-over")}, {fixed(humanSeconds, 1)} s
            </span>
          </>
        )}
      </p>
    </>
  );
}

function Files({ projectId }: { readonly projectId: string }) {
  const send = useMutation({
    mutationFn: (file: File) =>
      upload<EpisodesReport>(
        path`/projects/${projectId}/episodes` + query({ format: episodeFormatOf(file.name) }),
        file,
      ),
    onSuccess: () => rereadEpisodes(projectId),
  });
  const { data: report } = send;
  return (
    <section className={css.part} aria-label="Files">
      <label className={css.field}>
        Import episodes: robomimic HDF5, or JSONL
        <input
          type="file"
          accept=".hdf5,.h5,.jsonl"
          disabled={send.isPending}
          onChange={({ currentTarget }) => {
            const file = currentTarget.files?.[0];
            if (file !== undefined) send.mutate(file);
          }}
        />
      </label>
      <div className={css.row}>
        {FORMATS.map((format) => (
          <a
            key={format}
            className="button small"
            href={href(path`/projects/${projectId}/episodes/export` + query({ format }))}
            download
          >
            <DownloadIcon size={14} /> Export {format === "hdf5" ? "HDF5" : "JSONL"}
          </a>
        ))}
      </div>
      {send.error === null ? null : <Failure error={send.error} what="The file was not imported" />}
      {report === undefined ? null : (
        <div role="status">
          <p>
            <strong>{plural(report.accepted, "episode")} went in</strong>
            {report.duplicates === 0 ? "" : `, ${report.duplicates} were there already`}
            {report.rejected === 0 ? ", none came back" : `, ${report.rejected} came back`}
          </p>
          <ul className="quiet">
            {[...report.problems.slice(0, PROBLEMS_SHOWN), ...report.notes].map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        </div>
      )}
    </section>
  );
}
