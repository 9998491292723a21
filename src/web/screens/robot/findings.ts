import type { RoundView } from "#core/episode-views.ts";
import { percent } from "#web/app/format.ts";

type Counted = Pick<RoundView, "round" | "autonomous">;

/** What the curve of the rounds shows, in a sentence; no more than its intervals bear out. */
export function findingOf(deployed: readonly Counted[]): string {
  const first = deployed[0];
  const last = deployed.at(-1);
  if (first === undefined || last === undefined) return "Success by round";
  const now = `${percent(last.autonomous.value)} %`;
  if (first === last) return `Round ${last.round}: ${now} succeed without help`;
  const [before, after] = [first.autonomous.interval, last.autonomous.interval];
  const from = `${percent(first.autonomous.value)} % to ${now}`;
  if (before !== null && after !== null && after.low > before.high)
    return `Success without help rose from ${from}`;
  if (before !== null && after !== null && after.high < before.low)
    return `Success without help fell from ${from}`;
  return `Success without help: ${from}, within what chance can do`;
}
