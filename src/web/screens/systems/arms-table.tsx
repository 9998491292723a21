import type { ArmSummary, StudyReport } from "#core/study.ts";
import { plural, short } from "#web/app/format.ts";
import css from "./system.module.css";

/** Every arm with its metrics: mean over seeds, interval in lighter type. */
export function ArmsTable({
  report: { arms, seeds },
  onLight,
}: {
  readonly report: StudyReport;
  readonly onLight: (arm: string | null) => void;
}) {
  const metrics = [...new Set(arms.flatMap((arm) => Object.keys(arm.metrics)))];
  return (
    <section className={css.panel} aria-label="Arms">
      <h2 className={css.title}>
        {plural(arms.length, "arm")}, mean over {plural(seeds.length, "seed")} with interval
      </h2>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls takes the focus to be scrolled by keys */}
      <section className={css.scroll} tabIndex={0} aria-label="Arms, scrolls sideways">
        <table className="data">
          <thead>
            <tr>
              <th>Arm</th>
              <th>Role</th>
              {metrics.map((metric) => (
                <th key={metric} className="number">
                  {metric}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {arms.map((arm) => (
              <tr
                key={arm.id}
                onMouseEnter={() => onLight(arm.id)}
                onMouseLeave={() => onLight(null)}
              >
                <td className={arm.role === "method" ? css.method : undefined}>{arm.title}</td>
                <td className="quiet">{arm.role}</td>
                {metrics.map((metric) => (
                  <td key={metric} className="number">
                    <Cell of={arm.metrics[metric]} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </section>
  );
}

function Cell({ of }: { readonly of: ArmSummary["metrics"][string] | undefined }) {
  if (of === undefined) return <span className="quiet">–</span>;
  const { value, interval } = of;
  return (
    <>
      {short(value)}{" "}
      <span className="interval">
        {interval === null ? "no interval" : `[${short(interval.low)}, ${short(interval.high)}]`}
      </span>
    </>
  );
}
