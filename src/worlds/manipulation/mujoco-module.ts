import type { MainModule } from "@mujoco/mujoco";

/** The physics engine, compiled to WebAssembly: about 11 MB, so nothing imports it before it is used. */
export type MujocoModule = MainModule;

/** Where the engine's WebAssembly comes from: a URL to fetch it from (a tab), or its bytes (Node). */
export type MujocoWasm = { readonly wasmUrl: string } | { readonly wasmBytes: Uint8Array };

/**
 * Loads the engine. In a tab: `import wasmUrl from "@mujoco/mujoco/mujoco.wasm?url"`. What it would print
 * is left out: every failure comes back as an error.
 */
export async function loadMujoco(wasm: MujocoWasm): Promise<MujocoModule> {
  const { default: create } = await import("@mujoco/mujoco");
  const source =
    "wasmUrl" in wasm ? { locateFile: () => wasm.wasmUrl } : { wasmBinary: wasm.wasmBytes };
  return create({ ...source, print: () => undefined, printErr: () => undefined });
}
