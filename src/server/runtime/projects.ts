import { Problem } from "#core/errors.ts";
import type { ProjectId } from "#core/ids.ts";
import type { Measurement } from "#core/measurement.ts";
import { isLabelProject, labelSchema, type Project, type ProjectConfig } from "#core/project.ts";
import type { ProjectDetail, ProjectSummary } from "#core/views.ts";
import { checkRule } from "#propose/rules.ts";
import { loadSystem } from "#systems/registry.ts";
import { checkComparisonSchema, comparisonSchema, hasComparisons } from "./comparison-projects.ts";
import { type Host, projectOf } from "./host.ts";
import { projectError } from "./overview.ts";
import { askForAssessment } from "./requests.ts";
import { hasRewrites, rewriteOptions } from "./rewrite-projects.ts";
import { cardOf } from "./systems.ts";
import { projectSummary } from "./views.ts";
import { hasDocuments, writingOptions } from "./writing-projects.ts";

export async function listProjects(host: Host): Promise<ProjectSummary[]> {
  const projects = await host.store.projects();
  return Promise.all(
    projects.map(async (project) =>
      projectSummary(project, project.counts, await errorIn(host, project)),
    ),
  );
}

export async function projectDetail(host: Host, id: ProjectId): Promise<ProjectDetail> {
  return detailOf(host, await projectOf(host, id));
}

/** @throws Problem `conflict` when the name is taken, `bad-input` when a rule or the system does not fit. */
export async function createProject(host: Host, config: ProjectConfig): Promise<ProjectDetail> {
  await checkConfig(config);
  if ((await host.store.projectByName(config.name)) !== undefined) throw nameTaken(config.name);
  const project = await host.store.createProject(config);
  host.live.publish({ kind: "project-changed", projectId: project.id });
  return detailOf(host, project);
}

/** New rules, gates or costs hold for what is open from now on; what was answered stays answered. */
export async function changeProject(
  host: Host,
  id: ProjectId,
  config: ProjectConfig,
): Promise<ProjectDetail> {
  const before = await projectOf(host, id);
  await checkConfig(config);
  const named = await host.store.projectByName(config.name);
  if (named !== undefined && named.id !== id) throw nameTaken(config.name);
  checkSchemaChange(before.config, config);
  const project = await host.store.changeProject(id, config);
  host.live.publish({ kind: "project-changed", projectId: id });
  if (isLabelProject(config)) await askForAssessment(host, id);
  return detailOf(host, project);
}

async function detailOf(host: Host, project: Project): Promise<ProjectDetail> {
  const [counts, error] = await Promise.all([
    host.store.counts(project.id),
    errorIn(host, project),
  ]);
  return { ...projectSummary(project, counts, error), config: project.config };
}

/** Null where nothing is assessed, and so nothing is known to be wrong. */
const errorIn = async (host: Host, { id, config }: Project): Promise<Measurement | null> =>
  isLabelProject(config) ? projectError(host, id) : null;

async function checkConfig(config: ProjectConfig): Promise<void> {
  for (const rule of config.rules) {
    const problem = checkRule(rule, labelSchema(config).classes);
    if (problem !== undefined) throw problem;
  }
  const ids = config.rules.map(({ id }) => id);
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined)
    throw new Problem("bad-input", "Two rules have the same id", {
      expected: "an id of its own for each rule",
      got: `"${twice}" twice`,
      at: { field: "rules" },
    });
  if (hasDocuments(config)) writingOptions(config);
  if (hasRewrites(config)) rewriteOptions(config);
  if (hasComparisons(config)) checkComparisonSchema(comparisonSchema(config));
  const system = await loadSystem(config.assess.system);
  const fits =
    cardOf(system.id).taskKind === config.task.kind &&
    (config.task.kind !== "label" || system.project !== undefined);
  if (!fits)
    throw new Problem(
      "bad-input",
      `A project of task kind ${config.task.kind} cannot run on "${system.id}"`,
      {
        at: { field: "assess.system" },
      },
    );
}

/** What was answered stays what it was: the task kind, and a class that answers may already carry, cannot go away. */
function checkSchemaChange(before: ProjectConfig, after: ProjectConfig): void {
  if (before.task.kind !== after.task.kind)
    throw new Problem("conflict", "A project stays of its task kind", {
      expected: before.task.kind,
      got: after.task.kind,
      hint: "Make a new project of the other kind.",
    });
  if (before.task.kind !== "label") return;
  const { classes } = before.task.schema;
  const gone = classes.find((c) => !labelSchema(after).classes.includes(c));
  if (gone === undefined) return;
  throw new Problem("conflict", "A class cannot be taken out of a project", {
    expected: `the classes ${classes.join(", ")}, and more if you like`,
    got: `no "${gone}"`,
    hint: "Make a new project with the classes you want and import there.",
  });
}

const nameTaken = (name: string): Problem =>
  new Problem("conflict", `There is a project named "${name}" already`, {
    hint: "Choose another name, or change that project.",
  });
