/** Candidates that pass, with words and evidence, as rewrites. */
import type { RewriteRule, SuccessRate } from "#core/rewrite.ts";
import { rngOf } from "#core/rng.ts";
import { type Candidate, deployedCandidates } from "./candidates.ts";
import { type Counts, usersAt } from "./counts.ts";
import { type Draft, withEvidence } from "./evidence.ts";
import { beatsStaying, boundsApart, successRate } from "./gate.ts";
import { type Said, type SessionLog, wordingOf } from "./log.ts";
import type { MineOptions } from "./options.ts";
import { polarityConflict } from "./polarity.ts";
import { type Surfaces, surfacesOf } from "./surfaces.ts";

export const REFUSALS = [
  "gate",
  "share",
  "polarity",
  "no-text",
  "same-text",
  "cannot-link",
  "same-key",
] as const;
type Refusal = (typeof REFUSALS)[number];

const pairKey = (locale: string, from: string, to: string): string => `${locale}\n${from}\n${to}`;

/** Whether somebody said that two requests are not the same; a pair without locale holds in all of them. */
export function linksForbidden(
  pairs: MineOptions["cannotLink"],
): (locale: string, from: string, to: string) => boolean {
  const apart = new Set(
    pairs.map(({ locale = "", fromKey, toKey }) => pairKey(locale, fromKey, toKey)),
  );
  return (locale, from, to) =>
    apart.size > 0 && (apart.has(pairKey(locale, from, to)) || apart.has(pairKey("", from, to)));
}

/** The same request and target in one locale always have the same id. */
function ruleId(pair: string): string {
  const rng = rngOf(pair);
  const hex = [...rng.key(), ...rng.key()].map((word) => word.toString(16).padStart(8, "0"));
  return `rw-${hex.join("").slice(0, 20)}`;
}

/** A rewrite that was seen at work often enough, by enough users: a number of its own state, and those of both sides. */
interface Deployed {
  readonly via: number;
  readonly from: number;
  readonly to: number;
  readonly said: Said;
  readonly say: Said;
}

/**
 * What is deployed keeps a request from being said and failing, and so from being known: but for it, a good rewrite
 * would be forgotten as soon as it works.
 */
function deployedIn(
  log: SessionLog,
  counts: Counts,
  surfaces: Surfaces,
  { minSupport, usersMin }: MineOptions,
): Deployed[] {
  const wanted = Uint8Array.from(log.states, ({ via }, state) =>
    via !== undefined && (counts.visits[state] as number) >= minSupport ? 1 : 0,
  );
  if (!wanted.includes(1)) return [];
  const users = usersAt(log.paths, wanted);
  const numbers = new Map(log.said.map(({ locale, key }, text) => [`${locale}\n${key}`, text]));
  return log.states.flatMap(({ via, locale }, state): Deployed[] => {
    if (via === undefined || (users[state] as number) < usersMin) return [];
    const [a = -1, b = -1] = [via.from, via.to].map((key) => numbers.get(`${locale}\n${key}`));
    const [said, say] = [log.said[a], log.said[b]];
    const [from, to] = [surfaces.of(a), surfaces.of(b)];
    if (said === undefined || say === undefined || from === undefined || to === undefined)
      return [];
    return [{ via: state, from, to, said, say }];
  });
}

export interface Rules {
  readonly rules: RewriteRule[];
  readonly refused: Readonly<Record<Refusal, number>>;
}

/** Rewrites by descending score; of two for one request the higher stands. */
export function rulesOf(
  log: SessionLog,
  counts: Counts,
  candidates: readonly Candidate[],
  options: MineOptions,
): Rules {
  const refused = Object.fromEntries(REFUSALS.map((reason) => [reason, 0])) as Record<
    Refusal,
    number
  >; // one entry for each
  const surfaces = surfacesOf(log, options.state, options.usersMin);
  const rateOf = (state: number) =>
    successRate(counts.success[state] as number, counts.visits[state] as number, options.z);
  const forbidden = linksForbidden(options.cannotLink);
  const passed = (draft: Draft): Draft[] => {
    const reason = refusalOf(draft, options, forbidden);
    if (reason === undefined) return [draft];
    refused[reason]++;
    return [];
  };
  const deployed = deployedIn(log, counts, surfaces, options);
  const tried = new Set(deployed.map(({ said, say }) => pairKey(said.locale, said.key, say.key)));
  const standing = deployedCandidates(counts, deployed).flatMap((candidate, at) => {
    const { said, say, via } = deployed[at] as Deployed; // one candidate each
    const [from, to] = [rateOf(candidate.from), rateOf(via)];
    return passed(draftOf(candidate, { said, say, from, to }));
  });
  const mined = candidates.flatMap((candidate) => {
    const say = log.said[surfaces.to(candidate.to) ?? -1];
    if (say === undefined) refused["no-text"]++;
    if (say === undefined) return [];
    const [from, to] = [rateOf(candidate.from), rateOf(candidate.to)];
    return surfaces.from(candidate.from).flatMap((text) => {
      const said = log.said[text] as Said; // texts are numbered by the log
      // What was tried on the very users it is for is judged by that, above.
      if (tried.has(pairKey(said.locale, said.key, say.key))) return [];
      return passed(draftOf(candidate, { said, say, from, to }));
    });
  });
  const { kept, given } = onePerRequest(standing, mined);
  refused["same-key"] += given;
  return { rules: withEvidence(log, kept, options.usersMin), refused };
}

/**
 * Of several rewrites of one request one is kept: of those that stand, and of those newly mined, the one of the highest
 * score; a new one takes the place of one that stands only where its target does better by bounds that lie apart.
 */
function onePerRequest(
  standing: readonly Draft[],
  mined: readonly Draft[],
): { readonly kept: Draft[]; readonly given: number } {
  const byKey = new Map<string, Draft>();
  const descending = (drafts: readonly Draft[]) =>
    drafts.toSorted(
      (a, b) => b.rule.score - a.rule.score || (a.rule.fromKey < b.rule.fromKey ? -1 : 1),
    );
  const keyOf = ({ rule }: Draft) => `${rule.locale}\n${rule.fromKey}`;
  for (const draft of descending(standing))
    if (!byKey.has(keyOf(draft))) byKey.set(keyOf(draft), draft);
  const held = new Set(byKey.values());
  for (const draft of descending(mined)) {
    const rival = byKey.get(keyOf(draft));
    if (rival === undefined || (held.has(rival) && boundsApart(rival.rule.to, draft.rule.to)))
      byKey.set(keyOf(draft), draft);
  }
  return {
    kept: descending([...byKey.values()]),
    given: standing.length + mined.length - byKey.size,
  };
}

function draftOf(
  candidate: Candidate,
  about: {
    readonly said: Said;
    readonly say: Said;
    readonly from: SuccessRate;
    readonly to: SuccessRate;
  },
): Draft {
  const { said, say, from, to } = about;
  return {
    candidate,
    rule: {
      id: ruleId(pairKey(said.locale, said.key, say.key)),
      locale: said.locale,
      fromKey: said.key,
      fromText: wordingOf(said),
      toKey: say.key,
      toText: wordingOf(say),
      score: candidate.score,
      share: candidate.share,
      from,
      to,
    },
  };
}

function refusalOf(
  { candidate, rule }: Draft,
  { gate, shareMin }: MineOptions,
  forbidden: ReturnType<typeof linksForbidden>,
): Refusal | undefined {
  const { locale, fromKey, toKey } = rule;
  if (fromKey === toKey) return "same-text";
  if (gate === "wilson" && !boundsApart(rule.from, rule.to)) return "gate";
  if (gate === "including-i" && !beatsStaying(candidate)) return "gate";
  if (candidate.share < shareMin) return "share";
  if (polarityConflict(fromKey, toKey) !== undefined) return "polarity";
  return forbidden(locale, fromKey, toKey) ? "cannot-link" : undefined;
}
