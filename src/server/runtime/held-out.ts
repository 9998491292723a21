import { standing } from "#core/correction.ts";
import type { CorrectionId, ItemId, ProjectId } from "#core/ids.ts";
import type { Lesson } from "#core/lesson.ts";
import type { Measurement } from "#core/measurement.ts";
import type { Project } from "#core/project.ts";
import { calibrationRatio } from "#correct/queue.ts";
import { wilson } from "#measure/proportion.ts";
import { auroc } from "#measure/ranking.ts";
import { brier, ece } from "#measure/reliability.ts";
import type { ItemRow } from "#store/store.ts";
import type { Hooks } from "./compute-tasks.ts";
import { type Host, perStore, projectRng } from "./host.ts";
import { blind } from "./pool.ts";
import type { Answer, ProjectState } from "./state.ts";

/** Items measured on at most: at 5,000 an error of 5 % is known to ± 0.6 points. */
const HELD_OUT_MAX = 5_000;
/** Where nothing came with gold, this share of the answered items is never fitted on but measured on. */
const SET_ASIDE_SHARE = 0.2;
const READ_ROWS = 500;
const KEPT_MAX = 8;

/** A held-out item beside what is right. */
export interface Judgement {
  readonly itemId: ItemId;
  /** Assessed probability that the proposal is wrong. */
  readonly risk: number | null;
  readonly proposed: string | null;
  /** What would go out if nobody looked: the assessor's own label, or the proposal where it has none. */
  readonly output: string | null;
  readonly gold: string;
}

interface GoldRow {
  readonly item: ItemRow;
  readonly gold: string;
}

/** What a project is measured on, and where its right answers come from. */
export interface HeldOut {
  readonly from: "gold" | "corrections";
  /** Changes whenever the rows do. */
  readonly version: string;
  /** Read when first asked for: what was judged before needs none. */
  rows(): Promise<readonly GoldRow[]>;
}

/** Held-out items of a project without gold are those of its corrections that were set aside, for good. */
export const isSetAside = (host: Pick<Host, "rng">, id: ProjectId, answer: Answer): boolean =>
  answer.audit ||
  projectRng(host, id).split("set-aside").split(answer.itemId).uniform() < SET_ASIDE_SHARE;

/** Answers that stand and say what is right, revoked ones left out: one an item, the latest. */
export function standingAnswers({ answers, revoked }: ProjectState): Answer[] {
  const latest = new Map<ItemId, Answer>();
  for (const answer of standing(answers))
    if (answer.after !== null && !revoked.has(answer.id)) latest.set(answer.itemId, answer);
  return [...latest.values()];
}

const goldOf = perStore(() => new Map<string, boolean>());

/** Whether the project came with held-out items whose right answers are known. */
export async function hasGold(host: Host, id: ProjectId): Promise<boolean> {
  const key = `${id}@${(await host.states.of(id)).importedSeq}`;
  const known = goldOf(host).get(key);
  if (known !== undefined) return known;
  let found = false;
  for await (const batch of host.store.items(id, { split: "heldout", batch: READ_ROWS })) {
    found = batch.some(({ gold }) => gold !== null);
    if (found) break;
  }
  keep(goldOf(host), key, found);
  return found;
}

/** The items every lesson of the project is measured on, as they are now. */
export async function heldOut(host: Host, { id }: Project): Promise<HeldOut> {
  const state = await host.states.of(id);
  if (await hasGold(host, id))
    return {
      from: "gold",
      version: `gold@${state.importedSeq}`,
      rows: once(() => withGold(host, id)),
    };
  const aside = standingAnswers(state).filter((answer) => isSetAside(host, id, answer));
  return {
    from: "corrections",
    version: `corrections@${state.answers.length}/${state.revoked.size}`,
    rows: once(() => withAnswers(host, id, aside.slice(-HELD_OUT_MAX))),
  };
}

async function withGold(host: Host, id: ProjectId): Promise<GoldRow[]> {
  const rows: GoldRow[] = [];
  for await (const batch of host.store.items(id, { split: "heldout", batch: READ_ROWS })) {
    for (const item of batch) if (item.gold !== null) rows.push({ item, gold: item.gold });
    if (rows.length >= HELD_OUT_MAX) break;
  }
  return rows.slice(0, HELD_OUT_MAX);
}

async function withAnswers(
  host: Host,
  id: ProjectId,
  answers: readonly Answer[],
): Promise<GoldRow[]> {
  const rows: GoldRow[] = [];
  for (const { itemId, after } of answers) {
    const item = await host.store.item(id, itemId);
    if (item !== undefined && after !== null) rows.push({ item, gold: after });
  }
  return rows;
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

const judgedOf = perStore(() => new Map<string, readonly Judgement[]>());

/** What a lesson says of the held-out items. Kept per lesson: neither ever changes, but for corrections set aside. */
export async function judge(
  host: Host,
  { project, lesson, on }: { project: Project; lesson: Lesson; on: HeldOut },
  hooks: Hooks,
): Promise<readonly Judgement[]> {
  const key = `${project.id}/${lesson.id}/${on.version}`;
  const known = judgedOf(host).get(key);
  if (known !== undefined) return known;
  const judgements: Judgement[] = [];
  const all = await on.rows();
  for (let from = 0; from < all.length; from += READ_ROWS) {
    const rows = all.slice(from, from + READ_ROWS);
    const assessments = await host.compute.assess(
      {
        config: project.config,
        lesson,
        rows: rows.map(({ item }) => blind(item)),
        seed: lesson.seed,
        nowMs: host.clock.nowMs(),
      },
      hooks,
    );
    rows.forEach(({ item, gold }, index) => {
      const assessment = assessments[index];
      const proposed = item.proposal?.output ?? null;
      judgements.push({
        itemId: item.id,
        risk: assessment?.risk ?? null,
        proposed,
        output: assessment?.suggestion?.output ?? proposed,
        gold,
      });
    });
    hooks.progress({ done: judgements.length, total: all.length, label: "measuring" });
  }
  keep(judgedOf(host), key, judgements);
  return judgements;
}

/** [n] 1 where the output that would go out is wrong. */
export const wrongOutputs = (judgements: readonly Judgement[]): Float64Array =>
  Float64Array.from(judgements, ({ output, gold }) => (output === gold ? 0 : 1));

/** Items with a proposal: [m] its assessed risk, [m] 1 where it is wrong. */
export function proposalRisks(judgements: readonly Judgement[]): {
  readonly risk: Float64Array;
  readonly wrong: Float64Array;
} {
  const assessed = judgements.filter(({ risk, proposed }) => risk !== null && proposed !== null);
  return {
    risk: Float64Array.from(assessed, ({ risk }) => risk ?? 0),
    wrong: Float64Array.from(assessed, ({ proposed, gold }) => (proposed === gold ? 0 : 1)),
  };
}

/** `error` and, for the risk, Brier, ECE and AUROC, each as far as the items allow. */
export function measurementsOf(
  judgements: readonly Judgement[],
  { from, acceptBelow }: { readonly from: HeldOut["from"]; readonly acceptBelow: number },
): Measurement[] {
  const wrong = wrongOutputs(judgements);
  const n = wrong.length;
  if (n === 0) return [];
  const errors = wrong.reduce((sum, one) => sum + one, 0);
  const risks = proposalRisks(judgements);
  const on = from === "gold" ? "held-out items" : "corrections set aside";
  const plain = (metric: string, value: number | null, note: string): Measurement[] =>
    value === null ? [] : [{ metric, value, interval: null, n: risks.risk.length, note }];
  const calibration = ece(risks.risk, risks.wrong);
  const ranking = auroc(risks.risk, risks.wrong);
  return [
    {
      metric: "error",
      value: errors / n,
      interval: wilson(errors, n),
      n,
      note: `label that would go out unreviewed, on ${n} ${on}`,
    },
    ...riskFigures(risks, acceptBelow),
    ...plain("brier", brier(risks.risk, risks.wrong), `risk of the proposal, on ${on}`),
    ...plain("ece", calibration.ok ? calibration.value.value : null, "10 bins of equal width"),
    ...plain("auroc", ranking.ok ? ranking.value : null, "the proposal's errors by its risk"),
  ];
}

/** Held-out errors over those the risks promise, and the mean risk of what the gate lets out. */
export const RATIO_METRIC = "errors-per-risk";
export const ACCEPTED_RISK_METRIC = "accepted-risk";

function riskFigures(
  { risk, wrong }: ReturnType<typeof proposalRisks>,
  acceptBelow: number,
): Measurement[] {
  const sum = (values: Float64Array) => values.reduce((total, one) => total + one, 0);
  const [observed, expected, n] = [sum(wrong), sum(risk), risk.length];
  if (expected === 0) return [];
  const accepted = risk.filter((one) => one < acceptBelow);
  const mean = accepted.length === 0 ? 0 : sum(accepted) / accepted.length;
  const interval = calibrationRatio({ observed, expected });
  return [
    { metric: RATIO_METRIC, value: observed / expected, interval, n },
    { metric: ACCEPTED_RISK_METRIC, value: mean, interval: null, n: accepted.length },
  ];
}

/** Corrections that may be fitted on: not revoked, and not set aside where those are what is measured on. */
export async function fittable(host: Host, id: ProjectId): Promise<(id: CorrectionId) => boolean> {
  const state = await host.states.of(id);
  const gold = await hasGold(host, id);
  const out = new Set<CorrectionId>(state.revoked);
  if (!gold)
    for (const answer of state.answers) if (isSetAside(host, id, answer)) out.add(answer.id);
  return (correctionId) => !out.has(correctionId);
}

function keep<V>(cache: Map<string, V>, key: string, value: V): void {
  cache.set(key, value);
  for (const oldest of cache.keys()) if (cache.size > KEPT_MAX) cache.delete(oldest);
}
