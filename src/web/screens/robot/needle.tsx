import { fixed } from "#web/app/format.ts";
import css from "./scene.module.css";

const SIZE = 92;
const RADIUS = 36;
/** The needle's full swing is so many times the familiar radius. */
const FULL = 3;
const HALF_TURN = 180;

const point = (degrees: number, radius: number): string => {
  const angle = (degrees * Math.PI) / HALF_TURN;
  return `${(SIZE / 2 - radius * Math.cos(angle)).toFixed(2)},${(SIZE / 2 - radius * Math.sin(angle)).toFixed(2)}`;
};
const arc = (from: number, to: number): string =>
  `M${point(from, RADIUS)}A${RADIUS},${RADIUS} 0 0 1 ${point(to, RADIUS)}`;

/** How far from demonstrated states this one is: green within the radius. `asked`: a recovery is under way. */
export function Needle({
  distance,
  radius,
  asked,
}: {
  readonly distance: number;
  readonly radius: number;
  readonly asked: boolean;
}) {
  const familiar = distance <= radius;
  const degrees = HALF_TURN * Math.min(1, distance / (FULL * radius));
  const limit = HALF_TURN / FULL;
  return (
    <div className={css.needle} data-familiar={familiar} data-asked={asked || undefined}>
      <svg width={SIZE} height={SIZE / 2 + 8} aria-hidden="true">
        <path className={css.far} d={arc(limit, HALF_TURN)} />
        <path className={css.near} d={arc(0, limit)} />
        <line
          x1={SIZE / 2}
          y1={SIZE / 2}
          x2={point(degrees, RADIUS - 7).split(",")[0]}
          y2={point(degrees, RADIUS - 7).split(",")[1]}
        />
        <circle cx={SIZE / 2} cy={SIZE / 2} r={3} />
      </svg>
      <p>
        <strong>{familiar ? "familiar" : "unfamiliar"}</strong>
        <span
          className="quiet"
          title="distance to demonstrated states, in standard deviations, and up to where that is familiar"
        >
          {fixed(distance, 2)} of {fixed(radius, 2)}
        </span>
      </p>
    </div>
  );
}
