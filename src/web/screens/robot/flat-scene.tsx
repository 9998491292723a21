import type { Scene, Shape } from "#worlds/manipulation/world.ts";
import css from "./scene.module.css";
import type { TabWorld } from "./worlds.ts";

/** Seen from the front: where a shape lies, how it is turned in the picture, and half its width and height, m. */
interface Outline {
  readonly x: number;
  readonly z: number;
  readonly degrees: number;
  readonly half: readonly [number, number];
  readonly round: boolean;
}

/** A cylinder or capsule that looks at the viewer, to within so much, is a disc. */
const FACING = 0.7;

export function outlineOf({ kind, size, position, rotation }: Shape): Outline {
  const [w, x, y, z] = rotation;
  const at = { x: position[0], z: position[2] };
  const [a, b, c] = size;
  const turn = (across: number, up: number) => (Math.atan2(up, across) * 180) / Math.PI;
  if (kind === "box" || kind === "plane") {
    // Where the shape's own x axis points.
    const degrees = turn(1 - 2 * (y * y + z * z), 2 * (x * z - w * y));
    return { ...at, degrees, half: [a, c], round: false };
  }
  if (kind === "sphere") return { ...at, degrees: 0, half: [a, a], round: true };
  // Where its own z axis, along which it is long, points.
  const axis = [2 * (x * z + w * y), 2 * (y * z - w * x), 1 - 2 * (x * x + y * y)] as const;
  if (Math.abs(axis[1]) > FACING) return { ...at, degrees: 0, half: [a, a], round: true };
  const length = kind === "capsule" ? b + a : b;
  return { ...at, degrees: turn(axis[0], axis[2]), half: [length, a], round: kind === "capsule" };
}

const DECIMALS = 4;
const tidy = (value: number): number => Number(value.toFixed(DECIMALS));

/** The scene from the front, as a drawing: thumbnails, and what is seen where there is no WebGL. */
export function FlatScene({
  scene,
  world: { bounds },
  title,
}: {
  readonly scene: Scene;
  readonly world: Pick<TabWorld, "bounds">;
  /** For those who do not see it; without one it is decoration. */
  readonly title?: string;
}) {
  const [left, right] = bounds.x;
  const [low, high] = bounds.z;
  return (
    <svg
      className={css.flat}
      viewBox={`${left} ${-high} ${right - left} ${high - low}`}
      preserveAspectRatio="xMidYMax meet"
      role={title === undefined ? "presentation" : "img"}
      aria-hidden={title === undefined}
    >
      <title>{title ?? scene.status}</title>
      {scene.shapes.map((shape) => {
        const { x, z, degrees, half, round } = outlineOf(shape);
        const [halfX, halfZ] = half;
        return (
          <rect
            key={shape.id}
            data-role={shape.role}
            x={tidy(-halfX)}
            y={tidy(-halfZ)}
            width={tidy(2 * halfX)}
            height={tidy(2 * halfZ)}
            rx={round ? tidy(Math.min(halfX, halfZ)) : 0.004}
            transform={`translate(${tidy(x)} ${tidy(-z)}) rotate(${tidy(-degrees)})`}
          />
        );
      })}
    </svg>
  );
}
