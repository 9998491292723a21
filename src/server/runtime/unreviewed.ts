import type { ProjectId } from "#core/ids.ts";
import type { Measurement } from "#core/measurement.ts";
import type { Project } from "#core/project.ts";
import { auditedError } from "#measure/audit.ts";
import { EVENTS_MIN, predictionPoweredError } from "#measure/prediction-powered.ts";
import type { Host } from "./host.ts";
import type { Answer } from "./state.ts";

/** Accepted items read at most for the tighter estimate; of more, the audits alone speak. */
const ACCEPTED_MAX = 50_000;

export interface AuditCounts {
  /** Gone out without a person. */
  readonly accepted: number;
  /** Drawn for audit and not answered yet. */
  readonly auditsLeft: number;
}

const isWrong = ({ before, after }: Answer): boolean => before !== after;

/**
 * Error of what nobody reviewed, with a bound that holds: from the audits answered so far, and from the risks of all
 * that was accepted once enough audits were wrong for that to be tighter.
 */
export async function unreviewedOf(
  host: Host,
  { id, config }: Project,
  answers: readonly Answer[],
  counts: AuditCounts,
): Promise<Measurement | null> {
  const audits = answers.filter(({ audit }) => audit);
  const wrong = audits.filter(isWrong).length;
  const { auditShare } = config.correct;
  const enough = Math.min(wrong, audits.length - wrong) >= EVENTS_MIN && auditShare > 0;
  if (!enough || counts.accepted > ACCEPTED_MAX) return unreviewedError(audits, counts);
  const items = [
    ...(await risksOf(host, id)).map((risk) => ({ risk, verdict: -1 })),
    // Audits still open were drawn like the others: they are unread.
    ...Array.from({ length: counts.auditsLeft }, () => ({ risk: meanRisk(audits), verdict: -1 })),
    ...audits.map((audit) => ({ risk: audit.risk ?? 0, verdict: isWrong(audit) ? 1 : 0 })),
  ];
  const estimate = predictionPoweredError({
    risk: items.map(({ risk }) => risk),
    verdict: items.map(({ verdict }) => verdict),
    propensity: items.map(() => auditShare),
  });
  return estimate.ok ? estimate.value : unreviewedError(audits, counts);
}

const meanRisk = (audits: readonly Answer[]): number =>
  audits.reduce((sum, { risk }) => sum + (risk ?? 0), 0) / audits.length;

/** Risks of what went out without a person. */
async function risksOf(host: Host, id: ProjectId): Promise<number[]> {
  const risks: number[] = [];
  for await (const rows of host.store.cases(id, "accepted"))
    for (const { assessment } of rows) risks.push(assessment?.risk ?? 0);
  return risks;
}

/** From the audits alone: exact, whatever the risks are worth. Null while none was answered. */
export function unreviewedError(
  answers: readonly Answer[],
  { accepted, auditsLeft }: AuditCounts,
): Measurement | null {
  const audits = answers.filter(({ audit }) => audit);
  const error = auditedError([
    {
      accepted: accepted + auditsLeft + audits.length,
      audited: audits.length,
      wrong: audits.filter(isWrong).length,
    },
  ]);
  return error.ok ? error.value : null;
}
