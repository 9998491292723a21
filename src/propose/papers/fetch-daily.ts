/** The service of daily papers, page by page. What comes is its own JSON, to be read like a saved one. */
import { Problem, quoted } from "#core/errors.ts";
import { Day } from "#core/paper.ts";
import type { Connection } from "./polite-fetch.ts";

export type DailyPeriod =
  | { readonly date: string }
  /** `2024-W03` */
  | { readonly week: string }
  /** `2024-01` */
  | { readonly month: string };

export interface DailyOptions {
  /** Default: the public service. */
  readonly baseUrl?: string;
  readonly sort?: "publishedAt" | "trending";
  readonly signal: AbortSignal;
}

export const DAILY_BASE_URL = "https://huggingface.co";
const PER_PAGE = 100;
/** A month has about a thousand papers. */
const PAGES_MAX = 50;

/**
 * The JSON of each page of a day, a week or a month; pages that came before a failure are kept by who reads them.
 *
 * @throws Problem `bad-input` for what is no period, and those of the connection.
 */
export async function* fetchDaily(
  connection: Connection,
  period: DailyPeriod,
  { baseUrl = DAILY_BASE_URL, sort, signal }: DailyOptions,
): AsyncGenerator<string> {
  const query = periodOf(period);
  for (let page = 0; page < PAGES_MAX; page++) {
    const parameters = new URLSearchParams({
      ...query,
      p: String(page),
      limit: String(PER_PAGE),
      ...(sort !== undefined && { sort }),
    });
    const url = `${baseUrl}/api/daily_papers?${parameters}`;
    const text = await connection.text(url, (answer) => entriesIn(answer) !== undefined, signal);
    const entries = entriesIn(text) ?? 0;
    if (entries > 0) yield text;
    if (entries < PER_PAGE) return;
  }
}

/** Entries of an answer; undefined where it is no whole JSON list. */
function entriesIn(text: string): number | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value.length : undefined;
  } catch {
    return undefined;
  }
}

function periodOf(period: DailyPeriod): Record<string, string> {
  if ("date" in period && Day.safeParse(period.date).success) return { date: period.date };
  if ("week" in period && /^\d{4}-W(?:0[1-9]|[1-4]\d|5[0-3])$/.test(period.week))
    return { week: period.week };
  if ("month" in period && /^\d{4}-(?:0[1-9]|1[0-2])$/.test(period.month))
    return { month: period.month };
  throw new Problem("bad-input", "The period is not one", {
    expected: "a date 2024-01-31, a week 2024-W03 or a month 2024-01",
    got: quoted(Object.values(period)[0]),
  });
}
