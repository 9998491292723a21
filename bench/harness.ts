import { execFileSync } from "node:child_process";
import { cpus, release, totalmem } from "node:os";
import { setTimeout } from "node:timers/promises";

/** One figure, beside its target and, where one can be had, a peer measured in the same run. */
export interface Figure {
  readonly what: string;
  readonly ours: number;
  /** Lowest and highest round; `ours` is then their median. */
  readonly range?: readonly [low: number, high: number];
  readonly unit: string;
  /** Whether more of it is better (rows/s) or less (ms). */
  readonly better: "more" | "less";
  /** What it must reach. */
  readonly target?: number;
  readonly peer?: { readonly name: string; readonly value: number };
  /** Why there is no peer. */
  readonly skipped?: string;
  readonly note?: string;
}

export interface Bench {
  readonly name: string;
  /** What is measured, on what data, in one sentence. */
  readonly about: string;
  run(log: (line: string) => void): Promise<Figure[]>;
}

export interface BenchReport {
  readonly bench: string;
  readonly about: string;
  readonly command: string;
  readonly commit: string;
  readonly machine: string;
  readonly loadBefore: number;
  readonly figures: readonly Figure[];
}

/** Busier than so many cores before it begins, other work distorts what is measured, and the report says so. */
export const LOAD_MAX = 0.5;
const LOAD_SAMPLE_MS = 2_000;

export const meets = ({ ours, target, better }: Figure): boolean | undefined =>
  target === undefined ? undefined : better === "more" ? ours >= target : ours <= target;

/** Ours over the peer's so that above 1 is better. */
export const ratio = ({ ours, peer, better }: Figure): number | undefined =>
  peer === undefined ? undefined : better === "more" ? ours / peer.value : peer.value / ours;

export const machine = (): string =>
  `${cpus().length} × ${cpus()[0]?.model.trim() ?? "unknown"}, ` +
  `${Math.round(totalmem() / 2 ** 30)} GiB, Linux ${release()}, Node ${process.version}`;

/** Cores that others keep busy just now. Not the load average, which still remembers the benchmark before. */
export async function load(): Promise<number> {
  const spent = () =>
    cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0);
  const before = spent();
  const start = performance.now();
  await setTimeout(LOAD_SAMPLE_MS);
  return (spent() - before) / (performance.now() - start);
}

export function commit(): string {
  try {
    return execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim();
  } catch {
    return "unknown";
  }
}

/** Wall milliseconds of one call. */
export async function timeMs(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** The smallest value that at least a share `p` of the values do not exceed. */
export function quantile(values: readonly number[], p: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(p * sorted.length) - 1))] ?? NaN;
}

/** A figure of several rounds: their median, and their range. */
export type Rounds = Required<Pick<Figure, "ours" | "range">>;

export const roundsOf = (values: readonly number[]): Rounds => ({
  ours: quantile(values, 0.5),
  range: [Math.min(...values), Math.max(...values)],
});

/** Milliseconds of `count` things as things a second. */
export const perSecond = (count: number, { ours, range: [low, high] }: Rounds): Rounds => ({
  ours: (1000 * count) / ours,
  range: [(1000 * count) / high, (1000 * count) / low],
});

/** Milliseconds as seconds. */
export const inSeconds = (ms: Rounds): Rounds => ({
  ours: ms.ours / 1000,
  range: [ms.range[0] / 1000, ms.range[1] / 1000],
});

/** Milliseconds of several rounds, after an uncounted one to warm up. */
export async function repeat(work: () => unknown, rounds = 5): Promise<Rounds> {
  await work();
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) times.push(await timeMs(work));
  return roundsOf(times);
}

/**
 * Times two contenders in turn, A B B A, so that drift of the machine hits both alike.
 * One uncounted round warms both up. Milliseconds of each.
 */
export async function abba(
  a: () => unknown,
  b: () => unknown,
  rounds = 5,
): Promise<{ a: Rounds; b: Rounds }> {
  await a();
  await b();
  const times = { a: [] as number[], b: [] as number[] };
  for (let round = 0; round < rounds; round++)
    for (const side of round % 2 === 0 ? (["a", "b"] as const) : (["b", "a"] as const))
      times[side].push(await timeMs(side === "a" ? a : b));
  return { a: roundsOf(times.a), b: roundsOf(times.b) };
}

/** What must hold before a time means anything: throws, and so ends the benchmark, where it does not. */
export function mustHold(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Error(`not measured, since the results are not right: ${what}`);
}
