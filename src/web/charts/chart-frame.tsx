import { type ReactNode, useRef } from "react";
import { Empty } from "#web/app/parts.tsx";
import css from "./charts.module.css";
import { save, savePng } from "./export.ts";

interface Props {
  /** The finding. */
  readonly title: string;
  /** How it was measured and on how many. */
  readonly under: ReactNode;
  /** Of the files it is saved as. */
  readonly name: string;
  readonly csv: () => string;
  /** What is missing, when there is nothing to draw. */
  readonly empty?: string | undefined;
  readonly children: ReactNode;
}

/** A chart with its finding, its n, and the way out of the page. */
export function ChartFrame({ title, under, name, csv, empty, children }: Props) {
  const drawing = useRef<HTMLDivElement>(null);
  const png = () => {
    const svg = drawing.current?.querySelector("svg");
    if (svg instanceof SVGSVGElement) void savePng(`${name}.png`, title, svg);
  };
  return (
    <figure className={css.frame}>
      <figcaption className={css.caption}>
        <div>
          <h3>{title}</h3>
          <p className="quiet">{under}</p>
        </div>
        {empty === undefined ? (
          <div className={css.out}>
            <button
              type="button"
              className="button plain small"
              onClick={png}
              aria-label={`PNG of the chart: ${title}`}
            >
              PNG
            </button>
            <button
              type="button"
              className="button plain small"
              onClick={() => save(`${name}.csv`, new Blob([csv()], { type: "text/csv" }))}
              aria-label={`CSV of the chart: ${title}`}
            >
              CSV
            </button>
          </div>
        ) : null}
      </figcaption>
      <div ref={drawing}>{empty === undefined ? children : <Empty title={empty} />}</div>
    </figure>
  );
}
