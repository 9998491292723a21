/** Which projects hold episodes of a robot, and the worlds they can be measured in. */
import type { EpisodeSchema } from "#core/episode.ts";
import { Problem } from "#core/errors.ts";
import type { ProjectId } from "#core/ids.ts";
import type { Project, ProjectConfig } from "#core/project.ts";
import { mujocoInsert } from "#worlds/manipulation/mujoco-insert.ts";
import { mujocoInNode } from "#worlds/manipulation/mujoco-node.ts";
import { tabletop } from "#worlds/manipulation/tabletop.ts";
import type { InsertionWorld } from "#worlds/manipulation/world.ts";
import { type Host, projectOf } from "./host.ts";

export const hasEpisodes = ({ task }: ProjectConfig): boolean => task.kind === "episode";

/** @throws Problem `conflict` for a project of another kind. */
export function episodeSchema({ name, task }: ProjectConfig): EpisodeSchema {
  if (task.kind === "episode") return task.schema;
  throw new Problem("conflict", `"${name}" is not a project of episodes`, {
    expected: "a project of task kind episode",
    got: `one of task kind ${task.kind}`,
  });
}

/** @throws Problem `not-found`, or `conflict` for a project of another kind. */
export async function robotProject(host: Host, id: ProjectId): Promise<Project> {
  const project = await projectOf(host, id);
  episodeSchema(project.config);
  return project;
}

/** Worlds that policies are measured in; each loads when it is first asked for. */
const WORLDS: Readonly<Record<string, () => Promise<() => InsertionWorld>>> = {
  tabletop: async () => () => tabletop(),
  "mujoco-insert": async () => {
    const module = await mujocoInNode();
    return () => mujocoInsert(module);
  },
};

/** Whether policies for a world can be measured here; a robot from outside cannot be run at will. */
export const isSimulated = (world: string): boolean => Object.hasOwn(WORLDS, world);

/** @throws Problem `conflict` for a world that is not here. */
export async function worldMaker(world: string): Promise<() => InsertionWorld> {
  const load = isSimulated(world) ? WORLDS[world] : undefined;
  if (load !== undefined) return load();
  throw new Problem("conflict", `There is no world "${world}" to measure a policy in`, {
    expected: Object.keys(WORLDS).join(" or "),
    hint: "Deploy the policies on the robot, and compare the rounds.",
  });
}
