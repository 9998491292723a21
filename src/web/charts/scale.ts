/** A straight map from values to pixels, with its ticks. */
export interface Scale {
  (value: number): number;
  readonly ticks: readonly number[];
  readonly from: number;
  readonly to: number;
}

const STEPS = [1, 2, 2.5, 5, 10] as const;

/** The round step nearest above `span / wanted`. */
function stepOf(span: number, wanted: number): number {
  const raw = span / Math.max(1, wanted);
  const size = 10 ** Math.floor(Math.log10(raw));
  return (STEPS.find((step) => step * size >= raw * 0.999) ?? 10) * size;
}

/** Without the dust of binary fractions: 0.15, not 0.15000000000000002. */
const tidy = (value: number): number => Number(value.toPrecision(12));

export interface ScaleOptions {
  readonly domain: readonly [number, number];
  readonly range: readonly [number, number];
  readonly ticks: number;
  /** Widen the domain to whole ticks. */
  readonly nice?: boolean;
}

/** An empty domain is widened by one, so that a single point stands in the middle. */
export function scaleOf({ domain, range, ticks: wanted, nice }: ScaleOptions): Scale {
  let [from, to] = domain;
  if (!(to > from)) [from, to] = [from - 0.5, from + 0.5];
  const step = stepOf(to - from, wanted);
  if (nice === true) {
    from = tidy(Math.floor(from / step + 1e-9) * step);
    to = tidy(Math.ceil(to / step - 1e-9) * step);
  }
  const first = Math.ceil(from / step - 1e-9);
  const last = Math.floor(to / step + 1e-9);
  const ticks = Array.from({ length: last - first + 1 }, (_, i) => tidy((first + i) * step));
  const [start, end] = range;
  const scale = (value: number) => start + ((value - from) / (to - from)) * (end - start);
  return Object.assign(scale, { ticks, from, to });
}

/** Pushes labels apart to at least `gap`, within `[low, high]`, keeping their order. Positions in, positions out. */
export function spread(
  positions: readonly number[],
  gap: number,
  [low, high]: readonly [number, number],
): number[] {
  const order = positions.map((_, i) => i).toSorted((a, b) => at(positions, a) - at(positions, b));
  const placed = [...positions];
  let floor = low;
  for (const i of order) {
    placed[i] = Math.max(at(placed, i), floor);
    floor = at(placed, i) + gap;
  }
  let ceiling = high;
  for (const i of order.toReversed()) {
    placed[i] = Math.min(at(placed, i), ceiling);
    ceiling = at(placed, i) - gap;
  }
  return placed;
}

const at = (values: readonly number[], i: number): number => values[i] ?? 0;
