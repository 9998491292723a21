import { useMutation, useQuery } from "@tanstack/react-query";
import type { FormEvent } from "react";
import type { LessonView } from "#core/views.ts";
import { path, post } from "#web/app/api.ts";
import { ago, plural } from "#web/app/format.ts";
import { Failure, Measured } from "#web/app/parts.tsx";
import { lessonsQuery, queryClient } from "#web/app/queries.ts";
import css from "./panels.module.css";

interface Props {
  readonly projectId: string;
  /** Of the export made last on this page; empty without one. */
  readonly hash: string;
}

/** What came of a model trained elsewhere, recorded as a lesson with its lineage. */
export function OutsideRuns({ projectId, hash }: Props) {
  const { data: lessons = [] } = useQuery(lessonsQuery(projectId));
  const record = useMutation({
    mutationFn: (body: unknown) =>
      post<LessonView>(path`/projects/${projectId}/training/outside`, body),
    onSuccess: () =>
      void queryClient.invalidateQueries({ queryKey: lessonsQuery(projectId).queryKey }),
  });
  const begin = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string) => String(form.get(name) ?? "").trim();
    const n = Number(text("n"));
    record.mutate({
      name: text("name"),
      manifestHash: text("hash"),
      ...(text("model") === "" ? {} : { model: text("model") }),
      ...(n === 0
        ? {}
        : { winRate: { wins: Number(text("wins")), n, against: text("against") || "base" } }),
      note: text("note"),
    });
  };
  const outside = lessons.filter(({ kind }) => kind === "outside-policy");
  return (
    <section className={css.panel} aria-label="Runs elsewhere">
      <header>
        <h2>Trained elsewhere</h2>
        <p>a run's result is a lesson like any other: it keeps which comparisons it came from</p>
      </header>
      <form className={css.pad} onSubmit={begin}>
        <div className={css.fields}>
          <label className={css.field}>
            Name of the run
            <input name="name" required maxLength={200} />
          </label>
          <label className={`${css.field} ${css.wide}`}>
            Hash of the export's manifest
            <input
              name="hash"
              className={css.hashInput}
              required
              pattern="[0-9a-f]{64}"
              defaultValue={hash}
              title="64 hexadecimal digits: they stand under the files of an export"
              spellCheck={false}
            />
          </label>
          <label className={css.field}>
            Model at an endpoint
            <input name="model" maxLength={200} />
          </label>
          <label className={css.field}>
            Wins
            <input name="wins" type="number" min="0" defaultValue="0" />
          </label>
          <label className={css.field}>
            of comparisons
            <input name="n" type="number" min="0" defaultValue="0" />
          </label>
          <label className={css.field}>
            against
            <input name="against" placeholder="base" maxLength={200} />
          </label>
          <label className={css.field}>
            Note
            <input name="note" maxLength={2000} />
          </label>
          <button type="submit" className="button" disabled={record.isPending}>
            Record
          </button>
        </div>
        {record.error === null ? null : (
          <Failure error={record.error} what="The run was not recorded" />
        )}
      </form>
      {outside.length === 0 ? null : (
        <ul className={css.list} aria-label="Recorded runs">
          {outside.map(({ id, summary, corrections, measurements, atMs }) => (
            <li key={id}>
              <span className="learned">{summary}</span>{" "}
              {measurements[0] === undefined ? null : (
                <span>
                  wins <Measured of={measurements[0]} />
                </span>
              )}{" "}
              <span className="quiet">
                from {plural(corrections, "comparison")}, {ago(atMs, Date.now())}
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
