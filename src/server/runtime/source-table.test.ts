import { expect, test } from "vitest";
import type { Assessment } from "#core/assessment.ts";
import { ItemId, ProposalId } from "#core/ids.ts";
import type { PoolRow } from "#core/system.ts";
import { sourceTable } from "./source-table.ts";

const row = (
  id: string,
  output: string | null,
  votes: Record<string, string | null>,
): PoolRow<string> => ({
  item: { id: ItemId.parse(id), input: { text: id, fields: {} } },
  proposal: {
    id: ProposalId.parse(`${id}/p`),
    itemId: ItemId.parse(id),
    source: { id: "m", kind: "model", version: "1" },
    output,
    votes: Object.entries(votes).map(([source, vote]) => ({ source, output: vote })),
  },
});

const says = (
  { proposal }: PoolRow<string>,
  output: string,
  probability: number,
): Assessment<string> => ({
  proposalId: proposal.id,
  itemId: proposal.itemId,
  risk: 0.5,
  suggestion: { output, probability },
  reasons: [],
  route: "ask",
});

test("votes, contradictions, company and accuracy are counted by hand", () => {
  const rows = [
    row("1", "spam", { money: "spam", reply: null }),
    row("2", "ham", { money: "spam", reply: "ham" }),
    row("3", null, { money: null, reply: "ham" }),
  ];
  const [one, two, three] = rows as [PoolRow<string>, PoolRow<string>, PoolRow<string>];
  const table = sourceTable({
    rows,
    assessments: [says(one, "spam", 0.9), says(two, "ham", 0.8), says(three, "spam", 0.6)],
    answers: new Map([
      ["1", "spam"],
      ["2", "ham"],
    ]),
    classes: 2,
  });
  expect(table.items).toBe(3);
  const [money, reply] = table.sources;
  expect(money).toMatchObject({
    source: "money",
    votes: 2,
    contradicted: 1,
    shared: 1,
    judged: 2,
    right: 1,
  });
  expect(money?.expectedRight).toBeCloseTo(0.9 + 0.2, 12);
  expect(reply).toMatchObject({
    source: "reply",
    votes: 2,
    contradicted: 1,
    shared: 1,
    judged: 1,
    right: 1,
  });
  expect(reply?.expectedRight).toBeCloseTo(0.8 + 0.4, 12);
});
