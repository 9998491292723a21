/** Declarative rules as voters: each says its label where it matches, with the evidence, and abstains elsewhere. */
import { createHash } from "node:crypto";
import { isNode, LineCounter, parseDocument } from "yaml";
import { z } from "zod";
import type { Proposer } from "#core/contracts.ts";
import { Problem, quoted } from "#core/errors.ts";
import type { Document, Item } from "#core/item.ts";
import { Rule } from "#core/project.ts";
import type { Proposal, Vote } from "#core/proposal.ts";
import { err, ok, type Result } from "#core/result.ts";
import { proposalId } from "./proposal-id.ts";
import { refuse, voterOf } from "./rule-voters.ts";

export interface CompiledRules {
  readonly rules: readonly Rule[];
  /** One vote per rule, in the order of the rules; `output` null where a rule abstains. */
  vote(document: Document): Vote<string>[];
  /** The labels alone, in the order of the rules: no sentences, no evidence. */
  fires(document: Document): (string | null)[];
}

/** The labels a rule can vote for. */
export const labelsOf = (rule: Rule): string[] =>
  rule.kind === "lookup" ? [...new Set(Object.values(rule.table))] : [rule.label];

/** Checks one rule by itself, and against the label set where there is one. */
export function checkRule(rule: Rule, classes?: readonly string[]): Problem | undefined {
  const strange = labelsOf(rule).find((label) => classes !== undefined && !classes.includes(label));
  if (strange !== undefined)
    return refuse(rule, "it votes for a label outside the set", {
      expected: `one of ${(classes ?? []).join(", ")}`,
      got: strange,
    });
  const voter = voterOf(rule);
  return voter.ok ? undefined : voter.error;
}

/** Makes rules ready to run. Throws the `Problem` of the first rule that cannot (`checkRule` tells beforehand). */
export function compileRules(rules: readonly Rule[]): CompiledRules {
  const voters = rules.map((rule) => {
    const voter = voterOf(rule);
    if (!voter.ok) throw voter.error;
    return voter.value;
  });
  return {
    rules,
    fires: (document) => voters.map((voter) => voter.fires(document)),
    vote: (document) =>
      voters.map((voter): Vote<string> => {
        const output = voter.fires(document);
        if (output === null) return { source: voter.rule.id, output };
        const because = voter.because(document);
        return { source: voter.rule.id, output, because, evidence: voter.evidence(document) };
      }),
  };
}

const RULES_MAX = 10_000;
const RuleList = z.array(Rule).max(RULES_MAX);

export interface ParseRulesOptions {
  /** Named in messages. */
  readonly file?: string;
  /** The label set rules may vote for; any label where absent. */
  readonly classes?: readonly string[];
}

/**
 * Reads rules from YAML: a list of them, or `rules:` with a list under it. The first thing that is wrong comes back
 * with its line: the YAML itself, a field of a rule, a pattern that does not compile, an id used twice.
 */
export function parseRules(
  yaml: string,
  { file, classes }: ParseRulesOptions = {},
): Result<Rule[], Problem> {
  const lines = new LineCounter();
  const parsed = parseDocument(yaml, { lineCounter: lines });
  const problem = (title: string, offset: number, detail: Problem["detail"]) => {
    const at = { ...(file === undefined ? {} : { file }), line: lines.linePos(offset).line };
    return err(new Problem("bad-input", title, { ...detail, at: { ...at, ...detail.at } }));
  };
  const broken = parsed.errors[0];
  if (broken !== undefined)
    return problem(`The YAML does not parse: ${broken.message.split("\n")[0]}`, broken.pos[0], {});
  let content: unknown;
  try {
    content = parsed.toJS();
  } catch (error) {
    return problem(`The YAML does not resolve: ${String(error)}`, 0, {});
  }
  const wrapped = z.object({ rules: z.unknown() }).safeParse(content);
  const root: PropertyKey[] = wrapped.success ? ["rules"] : [];
  const list = wrapped.success ? wrapped.data.rules : content;
  /** Offset of the value at a path, or of the nearest node around it. */
  const offsetOf = (path: readonly PropertyKey[]): number => {
    for (let depth = path.length; depth >= 0; depth--) {
      const node = parsed.getIn([...root, ...path.slice(0, depth)], true);
      if (isNode(node) && node.range) return node.range[0];
    }
    return 0;
  };
  const rules = RuleList.safeParse(list);
  if (!rules.success) {
    const issue = rules.error.issues[0];
    const path = issue?.path ?? [];
    const got = path.reduce<unknown>((value, key) => Object(value)[key], list);
    return problem(
      path.length === 0 ? "The file is not a list of rules" : "A rule is not as expected",
      offsetOf(path),
      {
        expected: (issue?.message ?? "").replace(/^Invalid input: expected /, ""),
        got: quoted(got),
        ...(path.length > 1 ? { at: { field: path.slice(1).map(String).join(".") } } : {}),
      },
    );
  }
  const seen = new Set<string>();
  for (const [i, rule] of rules.data.entries()) {
    if (seen.has(rule.id))
      return problem(`Rule "${rule.id}" is there twice`, offsetOf([i, "id"]), {
        expected: "an id of its own for each rule",
        got: rule.id,
      });
    seen.add(rule.id);
    const wrong = checkRule(rule, classes);
    if (wrong !== undefined)
      return problem(wrong.message, offsetOf([i, WRONG_AT[rule.kind]]), wrong.detail);
  }
  return ok(rules.data);
}

/** The field of a rule that a failed check is about, for the line in the message. */
const WRONG_AT = { regex: "pattern", keywords: "words", lookup: "table", number: "id" } as const;

/** The label most votes are for; null without votes and for a tie. */
function plurality(votes: readonly Vote<string>[]): string | null {
  const counts = new Map<string, number>();
  for (const { output } of votes)
    if (output !== null) counts.set(output, (counts.get(output) ?? 0) + 1);
  const most = Math.max(0, ...counts.values());
  const leaders = [...counts].filter(([, count]) => count === most).map(([label]) => label);
  return leaders.length === 1 ? (leaders[0] ?? null) : null;
}

export interface RulesProposer extends Proposer<string> {
  /** Every rule's vote on an item, with its sentence and evidence. */
  explain(item: Item): Vote<string>[];
}

/**
 * All rules together as one source: what most of them say, with their votes. Its version is a digest of the rules,
 * so that a proposal tells which rules made it.
 */
export function rulesProposer(rules: readonly Rule[]): RulesProposer {
  const compiled = compileRules(rules);
  const version = createHash("sha256").update(JSON.stringify(rules)).digest("hex").slice(0, 12);
  const source = { id: "rules", kind: "rule", version } as const;
  return {
    explain: (item) => compiled.vote(item.input),
    async *propose(items, ctx): AsyncGenerator<Proposal<string>> {
      for (const [done, item] of items.entries()) {
        ctx.signal.throwIfAborted();
        const votes = compiled.vote(item.input);
        const id = proposalId(item.id, source.id);
        yield { id, itemId: item.id, source, output: plurality(votes), votes };
        ctx.progress({ done: done + 1, total: items.length, label: "voting by rules" });
      }
    },
  };
}
