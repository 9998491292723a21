import { Fragment } from "react";
import type { SystemDetail } from "#core/views.ts";
import css from "./system.module.css";

const VERBS = ["propose", "assess", "correct", "learn", "measure"] as const;

/** The five verbs with this system's parts in them, each with the file that holds it. */
export function LoopDiagram({
  parts,
  loop,
}: {
  readonly parts: SystemDetail["parts"];
  readonly loop: string;
}) {
  if (parts.length === 0) return <p className={css.loopLine}>{loop}</p>;
  return (
    <section className={css.loop} aria-label={`The loop: ${loop}`}>
      {VERBS.map((verb, i) => (
        <Fragment key={verb}>
          {i === 0 ? null : (
            <span className={css.arrow} aria-hidden="true">
              →
            </span>
          )}
          <div className={css.verb} data-verb={verb}>
            <h2>{verb}</h2>
            <ul>
              {parts
                .filter((part) => part.verb === verb)
                .map(({ part, source }) => (
                  <li key={`${part} ${source}`}>
                    <span>{part}</span>
                    <button
                      type="button"
                      className={css.source}
                      title={`${source}: copy the path`}
                      aria-label={`Copy the path of ${part}: ${source}`}
                      onClick={() => void navigator.clipboard.writeText(source)}
                    >
                      {source.split("/").at(-1)}
                    </button>
                  </li>
                ))}
            </ul>
          </div>
        </Fragment>
      ))}
      <p className={css.back}>↩ a better proposer</p>
    </section>
  );
}
