import type { ReactNode } from "react";
import type { Measurement } from "#core/measurement.ts";
import type { Overview } from "#core/views.ts";
import { count, fixed, measurementText, minutes, percent, plural } from "#web/app/format.ts";
import css from "./project.module.css";

/** The four figures of a project, each with its interval and n, and what it comes from. */
export function Figures({ overview }: { readonly overview: Overview }) {
  const { error, errorRemoved, unreviewed, minutes: spent, errorPerMinute, auditsLeft } = overview;
  return (
    <section className={css.figures} aria-label="Figures">
      <Figure
        label="Error now"
        of={error}
        value={error === null ? null : percent(error.value)}
        unit=" %"
        under={
          errorRemoved.value === 0 ? (
            "of the pool, if nobody looked at anything more"
          ) : (
            <>
              of the pool; people took out{" "}
              <span className="person">{percent(errorRemoved.value)} points</span> in{" "}
              {plural(errorRemoved.n, "answer")}
            </>
          )
        }
      />
      <Figure
        label="Error of what nobody reviewed"
        of={unreviewed}
        value={unreviewed === null ? null : percent(unreviewed.value)}
        unit=" %"
        missing={`known once audits are answered: ${count(auditsLeft)} in the queue`}
        under={`from the audits in the queue, ${count(auditsLeft)} still open`}
      />
      <Figure
        label="Human time"
        of={spent}
        value={
          spent.value < 90 ? fixed(spent.value, spent.value < 10 ? 1 : 0) : minutes(spent.value)
        }
        unit={spent.value < 90 ? " min" : ""}
        counted
        under={
          spent.n === 0 || spent.value === 0
            ? "measured while you review, pauses cut"
            : `${fixed((spent.value * 60) / spent.n, 1)} s a decision on average, pauses cut`
        }
      />
      <Figure
        label="Error removed per minute"
        of={errorPerMinute}
        value={errorPerMinute === null ? null : fixed(errorPerMinute.value * 100, 2)}
        unit=" points"
        missing="known after ten answers"
        under="percentage points of the pool's error for each minute of review"
        decimals={2}
      />
    </section>
  );
}

function Figure({
  label,
  of,
  value,
  unit,
  under,
  missing = "not measured yet",
  counted = false,
  decimals = 1,
}: {
  readonly label: string;
  readonly of: Measurement | null;
  readonly value: string | null;
  readonly unit: string;
  readonly under: ReactNode;
  readonly missing?: string;
  /** A count, not an estimate: it has no interval. */
  readonly counted?: boolean;
  readonly decimals?: number;
}) {
  if (of === null || value === null)
    return (
      <div className={css.figure}>
        <h2 className="label">{label}</h2>
        <p className={css.value}>
          <strong className="quiet">–</strong>
        </p>
        <p className={css.under}>{missing}</p>
      </div>
    );
  const interval =
    of.interval === null
      ? counted
        ? "counted"
        : "no interval"
      : `[${fixed(of.interval.low * 100, decimals)}, ${fixed(of.interval.high * 100, decimals)}]`;
  return (
    <div className={css.figure} title={of.note ?? measurementText(of, "number")}>
      <h2 className="label">{label}</h2>
      <p className={css.value}>
        <strong>
          {value}
          <small>{unit}</small>
        </strong>
        <span>
          {interval} n {count(of.n)}
        </span>
      </p>
      <p className={css.under}>{under}</p>
    </div>
  );
}
