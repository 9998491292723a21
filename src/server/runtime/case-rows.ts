import { unreachable } from "#core/assert.ts";
import type { Assessment } from "#core/assessment.ts";
import { labelSchema, type ProjectConfig } from "#core/project.ts";
import type { Rng } from "#core/rng.ts";
import type { PoolRow } from "#core/system.ts";
import { auditKey, auditPlace, draw } from "#correct/audit.ts";
import { expectedCost, rankKeys, severityIfWrong } from "#correct/queue.ts";
import { advance, asked, type Phase } from "#loop/turn.ts";
import { hashedTextFeatures } from "#num/text-features.ts";
import type { CaseRow, CaseStatus } from "#store/store.ts";

const TITLE_CHARS_MAX = 140;

/**
 * The queue's rows of items just assessed: route and audit decide the state, expected cost the place.
 *
 * @param rows [n] items with their proposals; `assessments` [n] of the same.
 * @param rng the project's: who is audited, and shown blind, depends on it and the item's id alone.
 */
export function caseRows({
  config,
  rows,
  assessments,
  rng,
}: {
  readonly config: ProjectConfig;
  readonly rows: readonly PoolRow<string>[];
  readonly assessments: readonly Assessment<string>[];
  readonly rng: Rng;
}): CaseRow[] {
  const schema = labelSchema(config);
  const costs = assessments.map((assessment, index) => {
    const severity = severityIfWrong(
      rows[index]?.proposal.output ?? null,
      schema,
      probabilities(assessment, schema.classes),
    );
    return expectedCost({ risk: assessment.risk, severity });
  });
  const keys = rankKeys(
    assessments.map(({ itemId, risk }, index) => ({ id: itemId, risk, cost: costs[index] ?? 0 })),
    { rng, features: hashedTextFeatures(rows.map(({ item }) => openingOf(item.input.text))) },
  );
  return assessments.map((assessment, index) => {
    const { item, proposal } = rows[index] as PoolRow<string>;
    const { itemId, route } = assessment;
    const { audit, propensity } = draw({ itemId, route }, { rng, ...config.correct });
    const proposed = advance(asked, { kind: "proposed", proposal });
    const turn = advance(proposed, { kind: "assessed", assessment, audit });
    return {
      itemId,
      version: turn.version,
      state: stateOf(turn.phase),
      title: titleOf(item.input.text, item.input.fields.subject),
      from: item.input.fields.from === undefined ? null : String(item.input.fields.from),
      proposed: proposal.output,
      assessment,
      ...(keys[index] ?? { cost: 0, uncertainty: 0, diversity: 0, random: 0 }),
      audit,
      propensity,
      waitingFor: turn.waitingFor,
    };
  });
}

/**
 * Puts audits in among the asked, each at its random place in the order by cost, so that whatever stretch of the
 * queue a budget reaches holds a random sample of what goes out unseen.
 *
 * @param askedCosts costs of the asked cases, in any order.
 */
export function placeAudits(
  audits: readonly CaseRow[],
  askedCosts: Float32Array,
  rng: Rng,
): CaseRow[] {
  const descending = askedCosts.toSorted().reverse();
  return audits.map((row) => ({ ...row, cost: auditKey(auditPlace(row.itemId, rng), descending) }));
}

/** The assessor's distribution over the classes, as far as it says: the rest is shared equally. */
function probabilities(
  { suggestion }: Assessment<string>,
  classes: readonly string[],
): Float64Array | undefined {
  if (suggestion === undefined) return undefined;
  const rest = (1 - suggestion.probability) / (classes.length - 1);
  return Float64Array.from(classes, (label) =>
    label === suggestion.output ? suggestion.probability : rest,
  );
}

/** Blocked cases stay in the queue: only a person lets them out. */
function stateOf(phase: Phase): CaseStatus {
  switch (phase) {
    case "open":
    case "blocked":
      return "open";
    case "proposing":
    case "assessing":
      return "waiting";
    case "accepted":
    case "answered":
      return phase;
    default:
      return unreachable(phase);
  }
}

/** What sets items apart for the order by diversity shows in their first lines. */
const OPENING_CHARS = 500;
const openingOf = (text: string): string => text.slice(0, OPENING_CHARS);

/** The subject, or the first words. */
export function titleOf(text: string, subject: string | number | boolean | undefined): string {
  const line = subject === undefined || subject === "" ? text.trimStart() : String(subject);
  const flat = line
    .slice(0, 4 * TITLE_CHARS_MAX)
    .replaceAll(/\s+/g, " ")
    .trim();
  return flat.length <= TITLE_CHARS_MAX ? flat : `${flat.slice(0, TITLE_CHARS_MAX - 1)}…`;
}
