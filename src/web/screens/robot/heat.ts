/** Where the gripper has been in demonstrations, as a map of heat over the plane of motion. */

export interface Heat {
  readonly columns: number;
  readonly rows: number;
  /** [rows × columns] from the lowest left, 0 to 1. */
  readonly values: Float64Array;
}

export interface HeatOptions {
  /** Lowest and highest of each, in the places' unit. */
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
  readonly columns: number;
  /** How far a place spreads, in the same unit. */
  readonly spread: number;
}

/** What share of the hottest is shown as fully hot: a place where grippers rest must not outshine the way there. */
const HOT_SHARE = 0.25;

/** A sum of Gaussians at the places, scaled so that a quarter of the densest is 1. */
export function heatOf(
  places: readonly (readonly [x: number, y: number])[],
  { x: [left, right], y: [low, high], columns, spread }: HeatOptions,
): Heat {
  const cell = (right - left) / columns;
  const rows = Math.max(1, Math.round((high - low) / cell));
  const values = new Float64Array(rows * columns);
  const reach = Math.ceil((3 * spread) / cell);
  for (const [px, py] of places) {
    const at = { column: (px - left) / cell - 0.5, row: (py - low) / cell - 0.5 };
    const [midColumn, midRow] = [Math.round(at.column), Math.round(at.row)];
    for (let row = Math.max(0, midRow - reach); row <= Math.min(rows - 1, midRow + reach); row++)
      for (
        let column = Math.max(0, midColumn - reach);
        column <= Math.min(columns - 1, midColumn + reach);
        column++
      ) {
        const distance = Math.hypot(column - at.column, row - at.row) * cell;
        const i = row * columns + column;
        values[i] = (values[i] as number) + Math.exp(-0.5 * (distance / spread) ** 2);
      }
  }
  const most = values.reduce((max, value) => Math.max(max, value), 0);
  if (most > 0)
    for (let i = 0; i < values.length; i++)
      values[i] = Math.min(1, (values[i] as number) / (HOT_SHARE * most));
  return { columns, rows, values };
}
