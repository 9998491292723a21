import type { Assessment } from "#core/assessment.ts";
import { manualClock } from "#core/clock.ts";
import type { Ctx, Progress } from "#core/contracts.ts";
import type { Correction } from "#core/correction.ts";
import { Problem } from "#core/errors.ts";
import { type ItemId, ProposalId } from "#core/ids.ts";
import type { Document } from "#core/item.ts";
import type { Lesson } from "#core/lesson.ts";
import { labelSchema, type ProjectConfig } from "#core/project.ts";
import type { Proposal, Vote } from "#core/proposal.ts";
import { rngOf } from "#core/rng.ts";
import type { PoolRow, ProjectLoop } from "#core/system.ts";
import { loadEmbedder } from "#propose/embeddings.ts";
import { localProposers } from "#propose/revise/proposers.ts";
import { compileRules } from "#propose/rules.ts";
import type { CaseRow } from "#store/store.ts";
import { askProposers, type Suggestions } from "#systems/r3/ask-proposers.ts";
import { loadSystem } from "#systems/registry.ts";
import { caseRows } from "./case-rows.ts";
import { type LanguageTasks, languageTasks } from "./language-tasks.ts";
import { type MineTasks, mineTasks } from "./mine-tasks.ts";
import { type RewardTasks, rewardTasks } from "./reward-tasks.ts";
import { type RobotTasks, robotTasks } from "./robot-tasks.ts";
import { type SourceTable, sourceTable } from "./source-table.ts";

/** An item as fitting and scoring see it: what is right stays behind in the store. */
export interface BlindRow {
  readonly id: ItemId;
  readonly input: Document;
  readonly proposal: Proposal<string> | null;
  readonly votes: readonly Vote<string>[];
}

/** Seed and time travel with the task, so that a thread gives the same bytes as the caller would. */
interface TaskBase {
  readonly config: ProjectConfig;
  readonly seed: string;
  readonly nowMs: number;
}

export interface LearnTask extends TaskBase {
  /** Name of a pool given before by `addToPool`. */
  readonly pool: string;
  readonly history: readonly Correction<string>[];
  readonly previous: Lesson | null;
}

export interface AssessTask extends TaskBase {
  readonly lesson: Lesson;
  readonly rows: readonly BlindRow[];
}

export interface CasesTask extends AssessTask {
  /** Path of the project's own randomness: audits and blind cases are drawn from it. */
  readonly draws: string;
}

export interface SourcesTask extends TaskBase {
  readonly lesson: Lesson;
  readonly pool: string;
  /** The answer standing on an item, by item. */
  readonly answers: ReadonlyMap<string, string>;
}

export interface OperationTask {
  readonly id: string;
  readonly input: unknown;
  readonly seed: string;
  readonly nowMs: number;
}

export interface ReviseTask {
  readonly text: string;
  readonly seed: string;
  readonly nowMs: number;
}

export interface Hooks {
  readonly signal: AbortSignal;
  progress(progress: Progress): void;
  /** What a task says on its way, of a kind of its own. */
  note?(note: unknown): void;
}

/** The heavy work, in this thread. Every argument and answer can be cloned to another one. */
export interface ComputeTasks extends MineTasks, RobotTasks, RewardTasks, LanguageTasks {
  hasPool(pool: string): Promise<boolean>;
  addToPool(task: {
    readonly pool: string;
    readonly config: ProjectConfig;
    readonly rows: readonly BlindRow[];
    /** Whether to begin with nothing, whatever was there. */
    readonly afresh: boolean;
  }): Promise<void>;
  learn(task: LearnTask, hooks: Hooks): Promise<Lesson>;
  /** One assessment per row, in order. */
  assess(task: AssessTask, hooks: Hooks): Promise<Assessment<string>[]>;
  /** The queue's row of each, in order. */
  cases(task: CasesTask, hooks: Hooks): Promise<CaseRow[]>;
  sources(task: SourcesTask, hooks: Hooks): Promise<SourceTable>;
  runOperation(task: OperationTask, hooks: Hooks): Promise<unknown>;
  /** Edits of a text by the proposers that need no network. */
  revise(task: ReviseTask, hooks: Hooks): Promise<Suggestions>;
  /** A sentence embedding of each text, in order. The first call loads the weights. */
  embed(texts: readonly string[]): Promise<Float32Array[]>;
}

/** Pools kept at a time: each holds the texts of up to 20,000 items. */
const POOLS_MAX = 2;

export function createTasks(): ComputeTasks {
  const pools = new Map<string, PoolRow<string>[]>();

  const poolOf = (name: string): PoolRow<string>[] => {
    const pool = pools.get(name);
    if (pool === undefined) throw new Error(`no pool ${name} was given`);
    return pool;
  };

  return {
    ...mineTasks(),
    ...robotTasks(),
    ...rewardTasks(),
    ...languageTasks(),
    hasPool: async (pool) => pools.has(pool),

    addToPool: async ({ pool, config, rows, afresh }) => {
      const known = afresh ? [] : (pools.get(pool) ?? []);
      known.push(...rows.map(voter(config)));
      pools.set(pool, known);
      for (const name of pools.keys())
        if (pools.size > POOLS_MAX && name !== pool) pools.delete(name);
    },

    learn: async (task, hooks) => {
      const loop = await loopOf(task.config);
      const learner = loop.learner(poolOf(task.pool), task.config);
      return learner.learn(task.history, task.previous ?? undefined, ctxOf(task, hooks));
    },

    assess: async (task, hooks) => {
      const rows = task.rows.map(voter(task.config));
      return assessRows(task, rows, hooks);
    },

    cases: async (task, hooks) => {
      const { config } = task;
      const rows = task.rows.map(voter(config));
      const assessments = await assessRows(task, rows, hooks);
      return caseRows({ config, rows, assessments, rng: rngOf(task.draws) });
    },

    sources: async (task, hooks) => {
      const rows = poolOf(task.pool);
      return sourceTable({
        rows,
        assessments: await assessRows(task, rows, hooks),
        answers: task.answers,
        classes: labelSchema(task.config).classes.length,
      });
    },

    runOperation: async ({ id, input, seed, nowMs }, hooks) => {
      const operation = await operationOf(id);
      return operation.run(input as never, ctxOf({ seed, nowMs }, hooks));
    },

    revise: async ({ text, ...task }, hooks) =>
      askProposers(await localProposers(), text, ctxOf(task, hooks)),

    embed: async (texts) => (await loadEmbedder()).embed(texts),
  };
}

async function assessRows(
  task: TaskBase & { readonly lesson: Lesson },
  rows: readonly PoolRow<string>[],
  hooks: Hooks,
): Promise<Assessment<string>[]> {
  const loop = await loopOf(task.config);
  return loop.assessor(task.lesson, task.config).assess(
    rows.map(({ proposal }) => proposal),
    rows.map(({ item }) => item),
    ctxOf(task, hooks),
  );
}

/** The operation `<system>.<name>`. @throws Problem `not-found`. */
export async function operationOf(id: string) {
  const [systemId = ""] = id.split(".");
  const { operations } = await loadSystem(systemId);
  const operation = operations.find((known) => known.id === id);
  if (operation !== undefined) return operation;
  throw new Problem("not-found", `There is no operation "${id}"`, {
    expected: operations.map((known) => known.id).join(", "),
  });
}

/** What lets a project run on its system. @throws Problem when there is no such thing. */
export async function loopOf(config: ProjectConfig): Promise<ProjectLoop<string>> {
  const { project } = await loadSystem(config.assess.system);
  if (project !== undefined) return project;
  throw new Problem("bad-input", `A project cannot run on "${config.assess.system}"`, {
    hint: "Choose a system that assesses a project's own items, e.g. pareto-calibration.",
  });
}

/**
 * Adds the votes of the project's rules to those an item came with. Rules are run, never looked up, so that a
 * changed rule votes as it now reads; where both speak for one source the rule does.
 */
function voter(config: ProjectConfig): (row: BlindRow) => PoolRow<string> {
  const rules = compileRules(config.rules);
  const ruleIds = config.rules.map(({ id }) => id);
  const isRule = new Set(ruleIds);
  return ({ id, input, proposal, votes }) => {
    const fired = rules.fires(input);
    const own = [...(proposal?.votes ?? []), ...votes].filter(({ source }) => !isRule.has(source));
    const ofRules = ruleIds.map((source, index) => ({ source, output: fired[index] ?? null }));
    return {
      item: { id, input },
      proposal: { ...(proposal ?? noProposal(id)), votes: [...own, ...ofRules] },
    };
  };
}

/** An item nobody proposed anything for is an abstention, so that a person sees it. */
export const noProposal = (itemId: ItemId): Proposal<string> => ({
  id: ProposalId.parse(`${itemId.slice(0, 190)}/none`),
  itemId,
  source: { id: "none", kind: "model", version: "1" },
  output: null,
});

const ctxOf = (task: { readonly seed: string; readonly nowMs: number }, hooks: Hooks): Ctx => ({
  rng: rngOf(task.seed),
  clock: manualClock(task.nowMs),
  ...hooks,
});
