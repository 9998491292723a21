/** Dates and counts as pages print them: `Mar 12, 2024`, `12 mars 2024`, `3月12日`, `1.2k`. */

const ENGLISH = [
  "jan",
  "feb",
  "mar",
  "apr",
  "may",
  "jun",
  "jul",
  "aug",
  "sep",
  "oct",
  "nov",
  "dec",
];

/** Languages browsers translate pages into whose month names are looked up. */
const LOCALES = "de fr es it pt nl pl cs ru uk tr sv da nb fi ro hu el id vi".split(" ");

const plain = (word: string): string =>
  word
    .normalize("NFKD")
    .replace(/[\u0300-\u036f.]/g, "")
    .normalize("NFC")
    .toLowerCase();

/** Month from 1 of names in other languages; a name that is of two months in two languages is of none. */
function foreignMonths(): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const locale of LOCALES)
    for (const style of ["short", "long"] as const)
      for (const day of ["numeric", undefined] as const) {
        const format = new Intl.DateTimeFormat(locale, { month: style, day, timeZone: "UTC" });
        for (let month = 1; month <= 12; month++) {
          const parts = format.formatToParts(Date.UTC(2024, month - 1, 12));
          const name = plain(parts.find(({ type }) => type === "month")?.value ?? "");
          if (!/^\p{L}{2,}$/u.test(name)) continue;
          found.set(name, (found.get(name) ?? month) === month ? month : 0);
        }
      }
  return found;
}
let foreign: ReadonlyMap<string, number> | undefined;

/** Month from 1, and whether its name is English; undefined for what is no month. */
function monthOf(word: string): { readonly month: number; readonly english: boolean } | undefined {
  const name = plain(word);
  const index = ENGLISH.indexOf(name.slice(0, 3));
  if (index >= 0 && /^[a-z]{3,9}$/.test(name) && ENGLISH_LONG[index]?.startsWith(name))
    return { month: index + 1, english: true };
  foreign ??= foreignMonths();
  const month = foreign.get(name) ?? 0;
  return month === 0 ? undefined : { month, english: false };
}
const ENGLISH_LONG =
  "january february march april may june july august september october november december".split(
    " ",
  );

export interface PrintedDate {
  /** From 1; undefined where the name is of no month. */
  readonly month: number | undefined;
  readonly day: number;
  readonly year: number | undefined;
  /** As it is printed: `1.2k`. */
  readonly count: string | undefined;
  readonly english: boolean;
}

const MONTH_FIRST = /^(\p{L}[\p{L}\p{M}]+\.?) (\d{1,2})(?:, ?(\d{4}))?(?: ([\d.]+k?))?$/u;
const DAY_FIRST =
  /^(\d{1,2})\.? (?:de |d')?(\p{L}[\p{L}\p{M}]+\.?),?(?: (?:de )?(\d{4}))?(?: ([\d.]+k?))?$/u;
const CHINESE =
  /^(?:(\d{4}) ?年 ?)?(\d{1,2}) ?[月월] ?(\d{1,2}) ?[日일]?(?:, ?(\d{4}))?(?: ([\d.]+k?))?$/u;

/** A date with what may follow it on its line, or undefined. A number after it is a count; a year has a comma before. */
export function printedDate(text: string): PrintedDate | undefined {
  const first = MONTH_FIRST.exec(text);
  if (first !== null) return dateOf(first[1], first[2], first[3], first[4]);
  const second = DAY_FIRST.exec(text);
  if (second !== null) return dateOf(second[2], second[1], second[3], second[4]);
  const third = CHINESE.exec(text);
  if (third === null) return undefined;
  const [, before, month, day, after, count] = third;
  return {
    month: Number(month),
    day: Number(day),
    year: numberOf(before ?? after),
    count,
    english: false,
  };
}

const numberOf = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : Number(text);

function dateOf(name = "", day = "", year?: string, count?: string): PrintedDate {
  const month = monthOf(name);
  return {
    month: month?.month,
    day: Number(day),
    year: numberOf(year),
    count,
    english: month?.english ?? false,
  };
}

/** `YYYY-MM-DD`, or undefined where the calendar has no such day. */
export function dayOf(year: number, month: number, day: number): string | undefined {
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day
    ? date.toISOString().slice(0, 10)
    : undefined;
}

/** `12`, `1.2k`; undefined where it is no count. */
export function countOf(text: string): number | undefined {
  const [, digits, thousands] = /^(\d+(?:\.\d+)?)(k?)$/.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const count = thousands === "k" ? Math.round(Number(digits) * 1000) : Number(digits);
  return Number.isInteger(count) ? count : undefined;
}

/** The day of an ISO instant or day, or undefined. */
export function isoDay(text: string | null | undefined): string | undefined {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})(?:$|[T ])/.exec(text ?? "") ?? [];
  return year === undefined ? undefined : dayOf(Number(year), Number(month), Number(day));
}

/** Month from 1 of `3`, `mar`, `March` or a name in another language. */
export function monthNumber(text: string): number | undefined {
  if (/^\d{1,2}$/.test(text)) {
    const month = Number(text);
    return month >= 1 && month <= 12 ? month : undefined;
  }
  return monthOf(text)?.month;
}
