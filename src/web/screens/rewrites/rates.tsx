import type { SuccessRate } from "#core/rewrite.ts";
import { count, percent } from "#web/app/format.ts";
import css from "./rates.module.css";
import { rateSentence } from "./words.ts";

interface Props {
  readonly rows: readonly {
    readonly id: string;
    readonly label: string;
    readonly tone: "machine" | "person" | "learned" | "plain";
    /** Null where nothing was seen yet. */
    readonly rate: SuccessRate | null;
  }[];
}

const share = (value: number): string => `${Math.min(1, Math.max(0, value)) * 100}%`;

/** Rates on one scale from 0 to 100 %, each a dot with its interval, and the numbers beside. */
export function Rates({ rows }: Props) {
  return (
    <dl className={css.rates}>
      {rows.map(({ id, label, tone, rate }) => (
        <div key={id} data-tone={tone}>
          <dt title={label}>{label}</dt>
          {rate === null ? (
            <dd className={css.none}>nothing seen yet</dd>
          ) : (
            <>
              <dd className={css.scale} aria-hidden="true">
                <svg width="100%" height="14" aria-hidden="true">
                  <line className={css.track} x1="0" x2="100%" y1="7" y2="7" />
                  <line
                    className={css.interval}
                    x1={share(rate.interval.low)}
                    x2={share(rate.interval.high)}
                    y1="7"
                    y2="7"
                  />
                  <circle className={css.dot} cx={share(rate.value)} cy="7" r="4" />
                </svg>
              </dd>
              <dd className={css.numbers} title={rateSentence(label, rate)}>
                <strong>{percent(rate.value)} %</strong>{" "}
                <span className="interval">
                  [{percent(rate.interval.low)}, {percent(rate.interval.high)}] n{" "}
                  {count(Math.round(rate.visits))}
                </span>
              </dd>
            </>
          )}
        </div>
      ))}
    </dl>
  );
}
