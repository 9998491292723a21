import type { Overview } from "#core/views.ts";
import { percent, plural } from "#web/app/format.ts";
import { Measured } from "#web/app/parts.tsx";
import css from "./project.module.css";

/** What goes out without a person, what is promised of it, and what was measured. */
export function Gates({
  gates: { acceptBelow, promise, measured },
  auditsLeft,
}: {
  readonly gates: Overview["gates"];
  readonly auditsLeft: number;
}) {
  return (
    <section className={css.panel} aria-label="Gates">
      <header>
        <h2>Below {percent(acceptBelow)} % risk, answers go out without a person</h2>
      </header>
      <div className={css.pad}>
        <p>{promise}</p>
        <p>
          {measured === null ? (
            <span className="quiet">
              Not measured yet: {plural(auditsLeft, "audit")} in the queue will tell.
            </span>
          ) : (
            <>
              Measured: <Measured of={measured} />
              {measured.note === undefined ? "" : ` ${measured.note}`}
            </>
          )}
        </p>
      </div>
    </section>
  );
}
