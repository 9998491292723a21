/** The worlds that run in the tab; each loads when it is first asked for. */
import mujocoWasm from "@mujoco/mujoco/mujoco.wasm?url";
import type { InsertionWorld } from "#worlds/manipulation/world.ts";

/** A world, and where its plane of motion lies in what it draws. */
export interface TabWorld {
  readonly id: string;
  readonly title: string;
  open(): Promise<InsertionWorld>;
  /** Metres of a scene in one of the world's units. */
  readonly unit: number;
  /** Height, m, that a gripper at height 0 is drawn at. */
  readonly groundZ: number;
  /** Lowest and highest x and z of a scene, m: what a picture of it has to hold. */
  readonly bounds: { readonly x: readonly [number, number]; readonly z: readonly [number, number] };
}

export const TAB_WORLDS: readonly TabWorld[] = [
  {
    id: "tabletop",
    title: "Tabletop",
    open: async () => (await import("#worlds/manipulation/tabletop.ts")).tabletop(),
    unit: 1,
    groundZ: 0.05,
    bounds: { x: [-1.1, 1.1], z: [-0.04, 1.04] },
  },
  {
    id: "mujoco-insert",
    title: "Peg and slot",
    open: async () => {
      const [{ loadMujoco }, { mujocoInsert }] = await Promise.all([
        import("#worlds/manipulation/mujoco-module.ts"),
        import("#worlds/manipulation/mujoco-insert.ts"),
      ]);
      return mujocoInsert(await loadMujoco({ wasmUrl: mujocoWasm }));
    },
    unit: 0.25,
    groundZ: 0.045,
    bounds: { x: [-0.56, 0.36], z: [-0.02, 0.62] },
  },
];

export const tabWorld = (id: string): TabWorld | undefined =>
  TAB_WORLDS.find((world) => world.id === id);
