import { z } from "zod";
import { Problem, quoted } from "#core/errors.ts";
import { ItemId, ProposalId } from "#core/ids.ts";
import { Document } from "#core/item.ts";
import type { Rule } from "#core/project.ts";
import type { Proposal, Vote } from "#core/proposal.ts";
import { compileRules, labelsOf } from "#propose/rules.ts";

const TEXT_CHARS_MAX = 1_000_000;
const Label = z.string().min(1).max(200);

const ProposalRow = z.strictObject({
  label: Label.nullable(),
  confidence: z.number().min(0).max(1).optional(),
  model: z.string().min(1).optional(),
  raw: z.string().optional(),
});

/**
 * One line of a JSONL file: what the item says, what was proposed, who else votes, and what is
 * right where known.
 */
export const Row = z.strictObject({
  id: ItemId,
  text: z.string().max(TEXT_CHARS_MAX),
  fields: Document.shape.fields,
  proposal: ProposalRow.nullish(),
  votes: z.record(z.string().min(1), Label.nullable()).optional(),
  gold: Label.nullish(),
});
export type Row = z.infer<typeof Row>;

/** The same as `proposal` in a row, kept apart from the items. */
export const ProposalOf = ProposalRow.extend({ id: ItemId });
export type ProposalOf = z.infer<typeof ProposalOf>;

/** Rows made ready: the first of each id, with a proposal that carries every vote. */
export interface Table {
  readonly rows: readonly Row[];
  readonly documents: readonly Document[];
  readonly proposals: readonly Proposal<string>[];
  readonly warnings: readonly string[];
}

const PROPOSER = "proposer";

export interface TableInput {
  readonly rows: readonly Row[];
  readonly proposals: readonly ProposalOf[];
  readonly rules: readonly Rule[];
  readonly classes: readonly string[];
}

/**
 * Drops repeated ids, joins proposals and rules to the rows, and counts every label outside the
 * set.
 */
export function tableOf({ rows, proposals, rules, classes }: TableInput): Table {
  const warnings: string[] = [];
  const kept = firstOfEach(rows, warnings);
  const given = new Map(proposals.map((proposal) => [proposal.id, proposal]));
  const known = new Set(kept.map(({ id }) => id));
  const strangers = proposals.filter(({ id }) => !known.has(id));
  if (strangers.length > 0)
    warnings.push(
      `${strangers.length} proposals are for items that are not there, the first for ${quoted(strangers[0]?.id)}; they were left out.`,
    );
  const compiled = compileRules(rules);
  const documents = kept.map(({ text, fields }): Document => ({ text, fields }));
  const outside = new OutsideLabels(classes);
  const table = kept.map((row, k) => {
    const proposal = given.get(row.id) ?? row.proposal ?? undefined;
    const document = documents[k] as Document;
    const fired = compiled.vote(document);
    const votes: Vote<string>[] = [...fired];
    for (const [source, label] of Object.entries(row.votes ?? {}))
      if (!rules.some(({ id }) => id === source))
        votes.push({ source, output: outside.check(`votes of ${quoted(source)}`, row.id, label) });
    return proposalOf(row.id, proposal, votes, outside);
  });
  for (const row of kept) outside.check("gold", row.id, row.gold ?? null);
  warnings.push(...outside.sentences());
  return { rows: kept, documents, proposals: table, warnings };
}

function firstOfEach(rows: readonly Row[], warnings: string[]): Row[] {
  const seen = new Set<string>();
  const repeated: string[] = [];
  const kept = rows.filter(({ id }) => {
    const isFirst = !seen.has(id);
    if (!isFirst) repeated.push(id);
    seen.add(id);
    return isFirst;
  });
  if (repeated.length > 0)
    warnings.push(
      `${repeated.length} rows repeat an id, the first ${quoted(repeated[0])}; the first row of each id was kept.`,
    );
  return kept;
}

function proposalOf(
  itemId: ItemId,
  proposal: z.infer<typeof ProposalRow> | undefined,
  votes: readonly Vote<string>[],
  outside: OutsideLabels,
): Proposal<string> {
  const source = proposal?.model ?? PROPOSER;
  return {
    id: ProposalId.parse(`${source}:${itemId}`.slice(0, 200)),
    itemId,
    source: { id: source, kind: "model", version: "1" },
    output: outside.check("proposals", itemId, proposal?.label ?? null),
    ...(proposal?.confidence !== undefined && { confidence: proposal.confidence }),
    votes,
  };
}

/** Labels that are not of the set count as abstentions; how many, and where first, is told. */
class OutsideLabels {
  private readonly classes: ReadonlySet<string>;
  private readonly found = new Map<string, { count: number; first: string }>();

  constructor(classes: readonly string[]) {
    this.classes = new Set(classes);
  }

  check(what: string, itemId: string, label: string | null): string | null {
    if (label === null || this.classes.has(label)) return label;
    const before = this.found.get(what);
    const first = before?.first ?? `${quoted(label)} on item ${quoted(itemId)}`;
    this.found.set(what, { count: (before?.count ?? 0) + 1, first });
    return null;
  }

  sentences(): string[] {
    return [...this.found].map(
      ([what, { count, first }]) =>
        `${count} ${what} are outside the label set, the first ${first}; they count as abstentions.`,
    );
  }
}

/** The label set: as given, or every label that occurs. Throws a `Problem` with fewer than two. */
export function classesOf({
  classes,
  rows,
  proposals,
  rules,
}: Omit<TableInput, "classes"> & { readonly classes: readonly string[] | undefined }): string[] {
  if (classes !== undefined) return [...classes];
  const found = new Set<string>(rules.flatMap(labelsOf));
  for (const { label } of proposals) if (label !== null) found.add(label);
  for (const { proposal, votes, gold } of rows)
    for (const label of [proposal?.label, gold, ...Object.values(votes ?? {})])
      if (label !== null && label !== undefined) found.add(label);
  if (found.size >= 2) return [...found].sort();
  throw new Problem("bad-input", "Fewer than two labels occur", {
    expected: "at least two classes, in `classes` or among proposals, votes, rules and gold",
    got: quoted([...found]),
    hint: "State the label set in `classes`.",
  });
}
