import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { Problem } from "#core/errors.ts";
import type { Operation } from "#core/operation.ts";
import { StudyReport } from "#core/study.ts";
import type { SystemCard } from "#core/system.ts";
import type { OperationView, SystemDetail, SystemRow } from "#core/views.ts";
import { cards, loadSystem, working } from "#systems/registry.ts";
import type { Host } from "./host.ts";

const REPOSITORY = fileURLToPath(new URL("../../../", import.meta.url));

/** The gallery: every card, with how its claims fared where a study ran. */
export async function listSystems({ jobs }: Pick<Host, "jobs">): Promise<SystemRow[]> {
  const here = await reportsOf({ jobs });
  return Promise.all(
    cards.map(async (card) => ({ ...card, claims: claimsOf(await reportFor(card.id, here)) })),
  );
}

export async function systemDetail(
  { jobs }: Pick<Host, "jobs">,
  id: string,
): Promise<SystemDetail> {
  const card = cardOf(id);
  if (card.status === "planned")
    return { card, readme: null, parts: [], operations: [], report: null };
  const system = await loadSystem(id);
  return {
    card,
    readme: await textOf(join(REPOSITORY, "src", "systems", id, "README.md")),
    parts: [...system.parts],
    operations: system.operations.map(operationView),
    report: await reportFor(id, await reportsOf({ jobs })),
  };
}

/** @throws Problem `not-found`. */
export function cardOf(id: string): SystemCard {
  const card = cards.find((known) => known.id === id);
  if (card !== undefined) return card;
  throw new Problem("not-found", `There is no system "${id}"`, {
    hint: "GET /api/v1/systems lists all of them.",
  });
}

/** The operations of every system that works. */
export async function allOperations(): Promise<Operation<never, unknown>[]> {
  const systems = await Promise.all(working.map(loadSystem));
  return systems.flatMap(({ operations }) => operations);
}

export const inputSchema = ({ input }: Pick<Operation<never>, "input">) =>
  z.toJSONSchema(input, { io: "input", unrepresentable: "any" });
export const outputSchema = ({ output }: Pick<Operation<never>, "output">) =>
  z.toJSONSchema(output, { io: "output", unrepresentable: "any" });

const operationView = (operation: Operation<never, unknown>): z.infer<typeof OperationView> => ({
  id: operation.id,
  summary: operation.summary,
  input: inputSchema(operation),
  example: operation.example,
  cli: `npx emend run ${operation.id} --in FILE --out FILE`,
});

/** The report that is published with the code, else the latest of a study run here. */
async function reportFor(
  id: string,
  here: ReadonlyMap<string, StudyReport>,
): Promise<StudyReport | null> {
  const published = await textOf(join(REPOSITORY, "docs", "results", `${id}.json`));
  if (published === null) return here.get(id) ?? null;
  return StudyReport.parse(JSON.parse(published));
}

async function reportsOf({ jobs }: Pick<Host, "jobs">): Promise<Map<string, StudyReport>> {
  const latest = new Map<string, StudyReport>();
  for (const job of await jobs.jobs({ limit: 100 })) {
    if (job.kind !== "study" || job.state !== "done") continue;
    const report = StudyReport.safeParse(job.result);
    if (report.success && !latest.has(report.data.study))
      latest.set(report.data.study, report.data);
  }
  return latest;
}

const claimsOf = (report: StudyReport | null): SystemRow["claims"] =>
  report === null
    ? null
    : { hold: report.claims.filter(({ holds }) => holds).length, of: report.claims.length };

/** A file's text; null when there is none. */
async function textOf(path: string): Promise<string | null> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}
