import { useMutation } from "@tanstack/react-query";
import type { LessonView } from "#core/views.ts";
import { path, post } from "#web/app/api.ts";
import { ago, plural } from "#web/app/format.ts";
import { Empty, Failure, Measured } from "#web/app/parts.tsx";
import { queryClient } from "#web/app/queries.ts";
import { reviewer } from "#web/app/reviewer.ts";
import css from "./project.module.css";

interface Props {
  readonly projectId: string;
  readonly lessons: readonly LessonView[];
}

/** What was learned, newest first: what is in force, what it came from, and the way forward and back. */
export function Lessons({ projectId, lessons }: Props) {
  const act = useMutation({
    mutationFn: ({ id, how }: { id: string; how: "promote" | "roll-back" }) =>
      post<{ lessons: LessonView[] }>(
        path`/projects/${projectId}/lessons/${id}/${how}`,
        {},
        { "X-Reviewer": reviewer() },
      ),
    onSuccess: () => {
      for (const part of ["lessons", "overview", "detail", "queue"])
        void queryClient.invalidateQueries({ queryKey: ["project", projectId, part] });
    },
  });
  return (
    <section className={css.panel} id="lessons" aria-label="Lessons">
      <header>
        <h2>Lessons</h2>
        <p>a lesson goes live when it beats the one in force in a paired test on held-out items</p>
      </header>
      {act.error === null ? null : (
        <Failure error={act.error} what="The lesson in force did not change" />
      )}
      {lessons.length === 0 ? (
        <Empty title="No lesson yet">The first one is learned when items have been imported.</Empty>
      ) : (
        <ul className={css.list}>
          {lessons.map((lesson) => (
            <Lesson
              key={lesson.id}
              lesson={lesson}
              busy={act.isPending}
              onAct={(how) => act.mutate({ id: lesson.id, how })}
            />
          ))}
        </ul>
      )}
    </section>
  );
}

function Lesson({
  lesson,
  busy,
  onAct,
}: {
  readonly lesson: LessonView;
  readonly busy: boolean;
  readonly onAct: (how: "promote" | "roll-back") => void;
}) {
  const { id, version, status, summary, corrections, measurements, gate, atMs, kind } = lesson;
  // What was in force once is rolled back to; what never was is promoted over the gate's word.
  const earlier = status === "retired";
  const error = measurements.find(({ metric }) => metric === "error");
  return (
    <li id={`lesson-${id}`}>
      <div className={css.lesson}>
        <strong>v{version}</strong>
        <span>
          <span className={status === "in-force" ? "chip learned" : "chip"}>
            {status.replace("-", " ")}
          </span>
        </span>
        <div className={css.what}>
          <p>{summary}</p>
          <p>
            {kind}, from {plural(corrections, "correction")}, {ago(atMs, Date.now())}
            {gate === null ? "" : `; ${gate}`}
          </p>
        </div>
        <span className={css.error}>
          {error === undefined ? (
            <span className="quiet">not measured</span>
          ) : (
            <>
              <span className="quiet">error </span>
              <Measured of={error} />
            </>
          )}
        </span>
        <span className={css.end}>
          {status === "in-force" ? null : (
            <button
              type="button"
              className="button small"
              disabled={busy}
              onClick={() => onAct(earlier ? "roll-back" : "promote")}
              aria-label={`${earlier ? "Roll back to" : "Promote"} lesson ${version}`}
            >
              {earlier ? "Roll back to" : "Promote"}
            </button>
          )}
        </span>
      </div>
      <Lineage lesson={lesson} />
    </li>
  );
}

function Lineage({ lesson }: { readonly lesson: LessonView }) {
  const { parent, code, seed, options, measurements, id } = lesson;
  return (
    <details className={css.more}>
      <summary>lineage</summary>
      <dl className={css.facts}>
        <dt>id</dt>
        <dd className="mono">{id}</dd>
        <dt>learned from</dt>
        <dd>{parent === null ? "afresh" : <a href={`#lesson-${parent}`}>{parent}</a>}</dd>
        <dt>code</dt>
        <dd className="mono">{code}</dd>
        <dt>seed</dt>
        <dd className="mono">{seed}</dd>
        <dt>options</dt>
        <dd className="mono">{JSON.stringify(options)}</dd>
        {measurements.map((measurement) => (
          <div key={measurement.metric} style={{ display: "contents" }}>
            <dt>{measurement.metric}</dt>
            <dd>
              <Measured
                of={measurement}
                unit={measurement.metric === "error" ? "percent" : "number"}
              />
              {measurement.note === undefined ? "" : ` ${measurement.note}`}
            </dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
