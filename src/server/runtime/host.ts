import type { Logger } from "pino";
import type { Clock } from "#core/clock.ts";
import { Problem } from "#core/errors.ts";
import type { ProjectId } from "#core/ids.ts";
import type { Project, ProjectConfig } from "#core/project.ts";
import type { Rng } from "#core/rng.ts";
import type { ChatPolicy } from "#propose/chat.ts";
import type { LlmProposer } from "#propose/llm.ts";
import type { EditProposer } from "#propose/revise/proposer.ts";
import type { Live } from "#server/live.ts";
import type { Jobs } from "#store/jobs.ts";
import type { Store } from "#store/store.ts";
import type { Compute } from "./compute.ts";
import type { States } from "./state.ts";

/** What the runtime works with; made once by `startServer`, `startWorker` or a test. */
export interface Host {
  readonly store: Store;
  readonly jobs: Jobs;
  readonly live: Live;
  readonly clock: Clock;
  readonly rng: Rng;
  readonly log: Logger;
  /** Fitting and scoring, away from the thread that answers key presses. */
  readonly compute: Compute;
  /** A thread for training runs, so that a fit never waits for one; `compute` where there is none. */
  readonly training?: Compute | undefined;
  readonly states: States;
  /** A model that proposes, for a project's label set, where one is configured. */
  readonly model?: ((config: ProjectConfig) => LlmProposer) | undefined;
  /** A model whose replies are compared, where one is configured. */
  readonly chat?: ChatPolicy | undefined;
  /** A model that revises texts, where one is configured. */
  readonly reviser?: EditProposer | undefined;
}

/** One value for each store: what is kept in memory never crosses from one store into another. */
export function perStore<T>(make: () => T): (host: Pick<Host, "store">) => T {
  const made = new WeakMap<Store, T>();
  return ({ store }) => {
    const value = made.get(store) ?? make();
    made.set(store, value);
    return value;
  };
}

/** @throws Problem `not-found`. */
export async function projectOf(host: Pick<Host, "store">, id: ProjectId): Promise<Project> {
  const project = await host.store.project(id);
  if (project !== undefined) return project;
  throw new Problem("not-found", `There is no project "${id}"`, {
    hint: "GET /api/v1/projects lists those there are.",
  });
}

/** A project's own randomness: who is audited and shown blind hangs on it and the item's id alone. */
export const projectRng = ({ rng }: Pick<Host, "rng">, id: ProjectId): Rng =>
  rng.split("project").split(id);

/** The same input to the same operation gives the same output. */
export const operationSeed = ({ rng }: Pick<Host, "rng">, operation: string): string =>
  rng.split("operation").split(operation).path;
