import type { Interval } from "#core/measurement.ts";
import type { StudyReport } from "#core/study.ts";
import { table } from "./output.ts";

const DIGITS = 3;

export const withInterval = (value: number, interval: Interval | null): string =>
  interval === null
    ? value.toFixed(DIGITS)
    : `${value.toFixed(DIGITS)} [${interval.low.toFixed(DIGITS)}, ${interval.high.toFixed(DIGITS)}]`;

/** Metric names in the order they first appear over the arms. */
const metricNames = (report: StudyReport): string[] => [
  ...new Set(report.arms.flatMap((arm) => Object.keys(arm.metrics))),
];

const cells = (report: StudyReport, names: readonly string[]): string[][] =>
  report.arms
    .filter((arm) => names.some((name) => arm.metrics[name] !== undefined))
    .map((arm) => [
      arm.title,
      arm.role,
      ...names.map((name) => {
        const metric = arm.metrics[name];
        return metric === undefined ? "–" : withInterval(metric.value, metric.interval);
      }),
    ]);

/** Metrics side by side in a terminal of 150 columns. */
const METRICS_ABREAST = 3;

function terminalTables(report: StudyReport): string[] {
  const names = metricNames(report);
  const groups = Array.from({ length: Math.ceil(names.length / METRICS_ABREAST) }, (_, group) =>
    names.slice(group * METRICS_ABREAST, (group + 1) * METRICS_ABREAST),
  );
  return groups.map((group) => `${table(["arm", "role", ...group], cells(report, group))}\n`);
}

export const claimsLine = (report: StudyReport): string =>
  `${report.claims.filter((claim) => claim.holds).length} of ${report.claims.length} claims hold`;

/** A report for a terminal. */
export function reportText(report: StudyReport): string {
  const claims = report.claims.map(
    (claim) =>
      `  ${claim.holds ? "holds " : "FAILS "} ${claim.text}\n         ` +
      `${withInterval(claim.value, claim.interval)}, needed: ${claim.rule}`,
  );
  return [
    `${report.title}: ${report.seeds.length} seeds, ${report.cpuSeconds.toFixed(1)} CPU seconds`,
    "",
    ...terminalTables(report),
    `${claimsLine(report)} (mean over seeds [95 % interval])`,
    ...claims,
  ].join("\n");
}

const row = (values: readonly string[]) => `| ${values.join(" | ")} |`;

/** A report as a section of a page. Everything in it comes from the run. */
export function reportMarkdown(report: StudyReport): string {
  const names = metricNames(report);
  const header = ["arm", "role", ...names];
  return [
    `\`${report.command}\` · ${report.seeds.length} seeds · commit ${report.commit} · ` +
      `${report.cpuSeconds.toFixed(0)} CPU seconds. Mean over seeds with a 95 % bootstrap interval.`,
    "",
    `**${claimsLine(report)}.**`,
    "",
    row(["claim", "holds", "value [95 %]", "needed"]),
    row(["---", "---", "---", "---"]),
    ...report.claims.map((claim) =>
      row([
        claim.text,
        claim.holds ? "yes" : "**no**",
        withInterval(claim.value, claim.interval),
        claim.rule,
      ]),
    ),
    "",
    row(header),
    row(header.map(() => "---")),
    ...cells(report, names).map(row),
    "",
    "The paper's own figures:",
    "",
    ...report.paper.map((figure) => `- ${figure.text} (${figure.source})`),
    "",
    "Facts of the run:",
    "",
    ...Object.entries(report.facts).map(
      ([name, value]) =>
        `- ${name}: ${typeof value === "number" ? Number(value.toFixed(4)) : value}`,
    ),
  ].join("\n");
}
