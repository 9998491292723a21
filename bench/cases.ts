import type { Correction } from "#core/correction.ts";
import { ActorId, CorrectionId, ItemId, ProposalId } from "#core/ids.ts";
import type { Rng } from "#core/rng.ts";
import type { CaseRow } from "#store/store.ts";
import { CLASSES, rowId } from "./rows.ts";

export const itemOf = (index: number): ItemId => ItemId.parse(rowId(index));

/** An open case as an assessment of three rules leaves it. */
export function openCase(index: number, rng: Rng): CaseRow {
  const itemId = itemOf(index);
  const risk = rng.uniform();
  const [proposed, other] = rng.bernoulli(0.5) ? CLASSES : [CLASSES[1], CLASSES[0]];
  return {
    itemId,
    version: 0,
    state: "open",
    title: `Message ${index} about what was agreed the other day`,
    from: `person-${index % 5_000}@example.org`,
    proposed,
    assessment: {
      proposalId: ProposalId.parse(`stand-in:${itemId}`),
      itemId,
      risk,
      suggestion: { output: other, probability: risk },
      reasons: ["money", "shouting", "reply"].map((rule) => ({
        from: rule,
        text: `${rule} says ${rng.pick(CLASSES)}`,
        weight: 0.25,
      })),
      route: "ask",
    },
    cost: risk,
    uncertainty: 1 - Math.abs(2 * risk - 1),
    diversity: rng.uniform(),
    random: rng.uniform(),
    audit: false,
    propensity: 1,
    waitingFor: null,
  };
}

/** What a reviewer says who agrees. */
export const confirmed = (
  { itemId, proposed, assessment }: CaseRow,
  reviewer: string,
): Correction<string> => ({
  id: CorrectionId.parse(`c-${itemId}`),
  itemId,
  proposalId: null,
  decision: "confirmed",
  before: proposed,
  after: proposed,
  operations: [],
  by: { id: ActorId.parse(reviewer), kind: "simulated" },
  effort: { ms: 1_500, gestures: 1, edit: 0 },
  risk: assessment?.risk ?? null,
  propensity: 1,
  audit: false,
  suggestionShown: true,
  atMs: 0,
});
