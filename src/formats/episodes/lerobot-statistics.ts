/** What LeRobot standardises by: of each column, number by number. */
import type { FrameColumn } from "./lerobot-frames.ts";

/** [width] each; `std` is of the whole population. */
export interface Statistics {
  readonly min: readonly number[];
  readonly max: readonly number[];
  readonly mean: readonly number[];
  readonly std: readonly number[];
  /** [1] frames. */
  readonly count: readonly number[];
}

const numbersOf = (cell: unknown): number[] => (Array.isArray(cell) ? cell : [cell]).map(Number);

export function statisticsOf({ cells, width }: Pick<FrameColumn, "cells" | "width">): Statistics {
  const columns = Array.from({ length: width }, () => [] as number[]);
  for (const cell of cells) numbersOf(cell).forEach((value, k) => void columns[k]?.push(value));
  const n = cells.length;
  const mean = columns.map((values) => values.reduce((sum, value) => sum + value, 0) / n);
  return {
    min: columns.map((values) => values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)),
    max: columns.map((values) => values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)),
    mean,
    std: columns.map((values, k) =>
      Math.sqrt(values.reduce((sum, value) => sum + (value - (mean[k] ?? 0)) ** 2, 0) / n),
    ),
    count: [n],
  };
}

/** Statistics of several episodes as of one: the variance within each and that of their means. */
export function mergeStatistics(
  each: readonly Readonly<Record<string, Statistics>>[],
): Record<string, Statistics> {
  const names = Object.keys(each[0] ?? {});
  return Object.fromEntries(
    names.map((name) => [name, merged(each.flatMap((one) => one[name] ?? []))]),
  );
}

function merged(parts: readonly Statistics[]): Statistics {
  const count = parts.reduce((sum, part) => sum + (part.count[0] ?? 0), 0);
  const numbers = parts[0]?.mean.map((_, k) => k) ?? [];
  const over = (of: (part: Statistics) => number) =>
    parts.reduce((sum, part) => sum + (part.count[0] ?? 0) * of(part), 0) / count;
  const mean = numbers.map((k) => over((part) => part.mean[k] ?? 0));
  return {
    min: numbers.map((k) => Math.min(...parts.map((part) => part.min[k] ?? 0))),
    max: numbers.map((k) => Math.max(...parts.map((part) => part.max[k] ?? 0))),
    mean,
    std: numbers.map((k) =>
      Math.sqrt(
        over((part) => (part.std[k] ?? 0) ** 2 + ((part.mean[k] ?? 0) - (mean[k] ?? 0)) ** 2),
      ),
    ),
    count: [count],
  };
}
