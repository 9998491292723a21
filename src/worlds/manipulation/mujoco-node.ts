import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { loadMujoco, type MujocoModule } from "./mujoco-module.ts";

let loading: Promise<MujocoModule> | undefined;

/** The engine under Node, loaded once a process. Not for the tab, which has no files: see `loadMujoco`. */
export function mujocoInNode(): Promise<MujocoModule> {
  const path = fileURLToPath(import.meta.resolve("@mujoco/mujoco/mujoco.wasm"));
  loading ??= readFile(path).then((wasmBytes) => loadMujoco({ wasmBytes }));
  return loading;
}
