import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { Measurement } from "#core/measurement.ts";
import type { RewritePage } from "#core/rewrite.ts";
import { ago, count, measurementText } from "#web/app/format.ts";
import { AlertIcon } from "#web/app/icons.tsx";
import { Key, Lines, Measured } from "#web/app/parts.tsx";
import { lessonsQuery } from "#web/app/queries.ts";
import { defectFinding, minedText, takenOut } from "./findings.ts";
import css from "./summary.module.css";
import type { Mining } from "./use-mining.ts";
import { ratio } from "./words.ts";

interface Props {
  readonly projectId: string;
  readonly rewriting: Pick<RewritePage, "winLoss" | "defects" | "turns" | "minedAtMs"> | undefined;
  readonly mining: Mining;
}

/** How rewriting fares as a whole: what was measured, on how much, since when. */
export function Summary({ projectId, rewriting, mining }: Props) {
  const { data: lessons = [] } = useQuery(lessonsQuery(projectId));
  const out = takenOut(lessons);
  return (
    <section className={css.panel} aria-label="How rewriting fares">
      {out === undefined ? null : (
        <p className={css.notice} role="alert">
          <AlertIcon size={14} /> {out}
        </p>
      )}
      <div className={css.figures}>
        {rewriting === undefined ? (
          ["defects", "ratio", "turns"].map((figure) => (
            <div key={figure} className={css.figure}>
              <Lines widths={[40, 70]} />
            </div>
          ))
        ) : (
          <>
            <Defects {...rewriting.defects} />
            <WinLoss of={rewriting.winLoss} />
            <Turns turns={rewriting.turns} minedAtMs={rewriting.minedAtMs} mining={mining} />
          </>
        )}
      </div>
    </section>
  );
}

function Figure({
  title,
  beside,
  children,
}: {
  readonly title: string;
  readonly beside?: ReactNode;
  readonly children: ReactNode;
}) {
  return (
    <div className={css.figure}>
      <div className={css.title}>
        <h2 className="label">{title}</h2>
        {beside}
      </div>
      {children}
    </div>
  );
}

function Defects({ treated, holdOut, change }: RewritePage["defects"]) {
  return (
    <Figure title={defectFinding(change)}>
      <dl className={css.pair}>
        <Side word="rewritten" tone="learned" of={treated} />
        <Side word="held out" tone="quiet" of={holdOut} />
      </dl>
    </Figure>
  );
}

function Side({
  word,
  tone,
  of,
}: {
  readonly word: string;
  readonly tone: string;
  readonly of: Measurement | null;
}) {
  return (
    <div>
      <dt className={tone}>{word}</dt>
      <dd>
        {of === null ? (
          <span className="quiet">not measured yet</span>
        ) : (
          <strong>
            <Measured of={of} />
          </strong>
        )}
      </dd>
    </div>
  );
}

function WinLoss({ of }: { readonly of: Measurement | null }) {
  return (
    <Figure title="Requests won for each one lost">
      <p className={css.value}>
        {of === null ? (
          <span className="quiet">not measured yet</span>
        ) : (
          <span title={measurementText(of, "number")}>
            <strong>{ratio(of.value)}</strong>{" "}
            <span className="interval">
              {of.interval === null
                ? "no interval"
                : `[${ratio(of.interval.low)}, ${ratio(of.interval.high)}]`}{" "}
              n {count(of.n)}
            </span>
          </span>
        )}
      </p>
    </Figure>
  );
}

/** What it was all read from, and the way to read it again. */
function Turns({
  turns,
  minedAtMs,
  mining,
}: {
  readonly turns: number;
  readonly minedAtMs: number | null;
  readonly mining: Mining;
}) {
  const { job, running, error } = mining;
  const progress = running ? (job?.progress ?? null) : null;
  const failure = error?.message ?? (running ? null : (job?.error ?? null));
  const state = !running
    ? minedText(job)
    : progress === null
      ? "waiting to start"
      : `${progress.label}, ${count(progress.done)} of ${count(progress.total)}`;
  return (
    <Figure
      title="Turns read"
      beside={
        <span role="status" className={css.beside} title={state}>
          {state}
        </span>
      }
    >
      <p className={css.value}>
        <strong>{count(turns)}</strong>
        {running ? (
          <progress
            {...(progress === null ? {} : { value: progress.done })}
            max={Math.max(1, progress?.total ?? 1)}
            aria-label="Mining"
          />
        ) : (
          <span className={css.since}>
            {minedAtMs === null ? "not mined yet" : `mined ${ago(minedAtMs, Date.now())}`}
          </span>
        )}
        {running ? (
          <button type="button" className="button small" onClick={mining.cancel}>
            Stop
          </button>
        ) : (
          <button
            type="button"
            className="button small"
            disabled={turns === 0}
            onClick={mining.start}
          >
            Mine now <Key name="m" />
          </button>
        )}
      </p>
      {failure === null ? null : (
        <p role="alert" className={css.failure}>
          Mining did not end: {failure}
        </p>
      )}
    </Figure>
  );
}
