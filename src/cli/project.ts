import type { Command } from "commander";
import { systemClock } from "#core/clock.ts";
import { Problem, quoted } from "#core/errors.ts";
import type { Project } from "#core/project.ts";
import { openStore } from "#store/open.ts";
import type { Store } from "#store/store.ts";
import { dataOption, storageOf } from "./options.ts";
import { print, printJson, table } from "./output.ts";

export const addProject = (program: Command): Command =>
  dataOption(program.command("project"))
    .argument("[name]", "one project's composition; the list of all without it")
    .description("list projects, or show what one is composed of")
    .option("--json", "print as JSON")
    .addHelpText("after", "\nExamples:\n  emend project\n  emend project mine --json")
    .action(async (name: string | undefined, options: { data: string; json?: boolean }) => {
      const store = await openStore(storageOf(options.data), { clock: systemClock });
      try {
        if (name === undefined) await list(store, options.json ?? false);
        else printJson((await projectNamed(store, name)).config);
      } finally {
        await store.close();
      }
    });

async function list(store: Store, json: boolean): Promise<void> {
  const projects = await store.projects();
  if (json)
    return printJson(projects.map(({ id, config, counts }) => ({ id, name: config.name, counts })));
  if (projects.length === 0) return print("No projects yet: emend start, or emend import.");
  print(
    table(
      ["project", "items", "open", "answered", "accepted", "waiting"],
      projects.map(({ config, counts: { items, open, answered, accepted, waiting } }) => [
        config.name,
        items,
        open,
        answered,
        accepted,
        waiting,
      ]),
    ),
  );
}

/** @throws Problem `not-found` with the names there are. */
export async function projectNamed(store: Store, name: string): Promise<Project> {
  const project = await store.projectByName(name);
  if (project !== undefined) return project;
  const names = (await store.projects()).map(({ config }) => quoted(config.name));
  throw new Problem("not-found", "There is no such project", {
    expected: names.length === 0 ? "a project; there is none yet" : `one of ${names.join(", ")}`,
    got: quoted(name),
  });
}
