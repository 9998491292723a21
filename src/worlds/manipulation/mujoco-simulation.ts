import type { MjData, MjModel } from "@mujoco/mujoco";
import { assert } from "#core/assert.ts";
import { Problem, quoted } from "#core/errors.ts";
import type { MujocoModule } from "./mujoco-module.ts";
import type { Shape } from "./world.ts";

/** What a scene may have at most: enough for a two-armed robot and its table, too little to hang a tab. */
export const SCENE_LIMITS = {
  xmlChars: 1_000_000,
  positions: 512,
  controls: 128,
  geoms: 2_000,
  sensorNumbers: 1_024,
  arenaBytes: 256 * 2 ** 20,
} as const;

export type ShapeRole = Shape["role"];

type Named = "body" | "geom" | "site" | "joint" | "actuator" | "sensor";

/** What a geom's role on a screen is told by. */
export interface GeomFacts {
  readonly name: string;
  readonly kind: Shape["kind"];
  /** Not fixed to the world. */
  readonly movable: boolean;
  /** Of a body that nothing holds. */
  readonly free: boolean;
}

/**
 * A compiled scene with its state, both on the engine's heap. Arrays read from `model` and `data` are views
 * that are valid until the heap grows: take them anew in every call, never keep them.
 */
export interface Simulation {
  readonly module: MujocoModule;
  readonly model: MjModel;
  readonly data: MjData;
  /** Seconds of one engine step. */
  readonly timestep: number;
  /** All that the engine's next step depends on; a copy. */
  state(): Float64Array;
  /** Puts back what `state` gave, bit by bit, and derives positions and sensors from it. */
  setState(state: Float64Array): void;
  readonly stateSize: number;
  id(kind: Named, name: string): number;
  /** What the scene calls it, or its kind and number where it has no name. */
  name(kind: Named, id: number): string;
  shapes(): Shape[];
  dispose(): void;
}

/**
 * Compiles a scene. Throws a `bad-input` or `too-large` problem, with the engine's own words, for one that is not a
 * scene or is over the limits; nothing is left on the heap then.
 */
export function openSimulation(
  module: MujocoModule,
  xml: string,
  roleOf: (geom: GeomFacts) => ShapeRole,
): Simulation {
  const model = compile(module, xml);
  let data: MjData | undefined;
  try {
    checkSize(model);
    data = new module.MjData(model);
    return simulationOf(module, { model, data, drawn: drawnGeoms(module, model, roleOf) });
  } catch (error) {
    data?.delete();
    model.delete();
    throw error instanceof Problem ? error : sceneProblem(error);
  }
}

function compile(module: MujocoModule, xml: string): MjModel {
  if (xml.length > SCENE_LIMITS.xmlChars)
    throw new Problem("too-large", "The scene is too long", {
      expected: `at most ${SCENE_LIMITS.xmlChars} characters`,
      got: `${xml.length}`,
    });
  try {
    return module.MjModel.from_xml_string(xml);
  } catch (error) {
    throw sceneProblem(error);
  }
}

/** The engine's message without its prefixes, and the line it names as the place. */
function sceneProblem(error: unknown): Problem {
  const message = error instanceof Error ? error.message : String(error);
  const text = message
    .replace(/^MuJoCo Error: /, "")
    .replace(/^Loading error: /, "")
    .replace(/^(XML )?Error: /, "")
    .replaceAll(/\s+/g, " ")
    .trim();
  const line = /\bline(?: number=| )(\d+)/i.exec(message)?.[1];
  return new Problem("bad-input", "The scene cannot be loaded", {
    expected: "a MuJoCo scene (MJCF) that needs no further files",
    got: quoted(text),
    ...(line === undefined ? {} : { at: { line: Number(line) } }),
  });
}

function checkSize(model: MjModel): void {
  const sizes: readonly [what: string, is: number, max: number][] = [
    ["positions", model.nq, SCENE_LIMITS.positions],
    ["actuators", model.nu, SCENE_LIMITS.controls],
    ["geoms", model.ngeom, SCENE_LIMITS.geoms],
    ["sensor numbers", model.nsensordata, SCENE_LIMITS.sensorNumbers],
    ["bytes of engine memory", Number(model.narena), SCENE_LIMITS.arenaBytes],
  ];
  for (const [what, is, max] of sizes)
    if (is > max)
      throw new Problem("too-large", "The scene is too large", {
        expected: `at most ${max} ${what}`,
        got: `${is}`,
      });
}

function objectOf({ mjtObj }: MujocoModule, kind: Named): number {
  const objects = {
    body: mjtObj.mjOBJ_BODY,
    geom: mjtObj.mjOBJ_GEOM,
    site: mjtObj.mjOBJ_SITE,
    joint: mjtObj.mjOBJ_JOINT,
    actuator: mjtObj.mjOBJ_ACTUATOR,
    sensor: mjtObj.mjOBJ_SENSOR,
  };
  return objects[kind].value;
}

function nameOf(
  module: MujocoModule,
  model: MjModel,
  { kind, id }: { kind: Named; id: number },
): string {
  const object = objectOf(module, kind);
  const name = module.mj_id2name(model, object, id);
  // The binding answers what has no name with the bytes at address 0; asking back tells.
  return module.mj_name2id(model, object, name) === id ? name : `${kind}-${id}`;
}

interface DrawnGeom {
  readonly geom: number;
  readonly id: string;
  readonly kind: Shape["kind"];
  readonly role: ShapeRole;
}

/** The geoms that are primitives of a screen. Meshes, height fields and ellipsoids are simulated and not drawn. */
function drawnGeoms(
  module: MujocoModule,
  model: MjModel,
  roleOf: (geom: GeomFacts) => ShapeRole,
): DrawnGeom[] {
  const { mjtGeom, mjtJoint } = module;
  const kinds = new Map<number, Shape["kind"]>([
    [mjtGeom.mjGEOM_PLANE.value, "plane"],
    [mjtGeom.mjGEOM_SPHERE.value, "sphere"],
    [mjtGeom.mjGEOM_CAPSULE.value, "capsule"],
    [mjtGeom.mjGEOM_CYLINDER.value, "cylinder"],
    [mjtGeom.mjGEOM_BOX.value, "box"],
  ]);
  const { geom_type, geom_bodyid, body_weldid, body_rootid, body_jntadr, jnt_type } = model;
  const drawn: DrawnGeom[] = [];
  for (let geom = 0; geom < model.ngeom; geom++) {
    const kind = kinds.get(geom_type[geom]);
    if (kind === undefined) continue;
    const body = geom_bodyid[geom];
    const joint = body_jntadr[body_rootid[body]];
    const name = nameOf(module, model, { kind: "geom", id: geom });
    const role = roleOf({
      name,
      kind,
      movable: body_weldid[body] !== 0,
      free: joint >= 0 && jnt_type[joint] === mjtJoint.mjJNT_FREE.value,
    });
    drawn.push({ geom, id: name, kind, role });
  }
  return drawn;
}

function simulationOf(
  module: MujocoModule,
  parts: { model: MjModel; data: MjData; drawn: readonly DrawnGeom[] },
): Simulation {
  const { model, data, drawn } = parts;
  const kind = module.mjtState.mjSTATE_INTEGRATION.value;
  const stateSize = module.mj_stateSize(model, kind);
  const buffer = new module.DoubleBuffer(stateSize);
  const put = (state: Float64Array) =>
    // the binding takes any array of numbers, though its types name a plain one
    module.mj_setState(model, data, state as unknown as number[], kind);
  return {
    module,
    model,
    data,
    timestep: model.opt.timestep,
    stateSize,
    state() {
      module.mj_getState(model, data, buffer, kind);
      return Float64Array.from(buffer.GetView() as Float64Array); // a view of doubles, by its name
    },
    setState(state) {
      assert(state.length === stateSize, "a state has the length of its scene's");
      put(state);
      module.mj_forward(model, data);
      put(state); // `mj_forward` has overwritten the solver's starting point, which is part of the state
    },
    id(kind, name) {
      const id = module.mj_name2id(model, objectOf(module, kind), name);
      assert(id >= 0, `the scene has a ${kind} named ${name}`);
      return id;
    },
    name: (kind, id) => nameOf(module, model, { kind, id }),
    shapes: () => drawn.map((geom) => shapeOf(geom, model, data)),
    dispose() {
      if (data.isDeleted()) return;
      buffer.delete();
      data.delete();
      model.delete();
    },
  };
}

function shapeOf({ geom, id, kind, role }: DrawnGeom, model: MjModel, data: MjData): Shape {
  const [a, b, c] = (model.geom_size as Float64Array).slice(3 * geom, 3 * geom + 3);
  const [x, y, z] = (data.geom_xpos as Float64Array).slice(3 * geom, 3 * geom + 3);
  const matrix = (data.geom_xmat as Float64Array).slice(9 * geom, 9 * geom + 9);
  return {
    id,
    kind,
    role,
    size: [a ?? 0, b ?? 0, c ?? 0],
    position: [x ?? 0, y ?? 0, z ?? 0],
    rotation: quaternionOf(matrix),
  };
}

/**
 * Unit quaternion, w x y z, of a row-major rotation matrix [9] (Shepperd 1978: the largest component first,
 * so that nothing is divided by a small number).
 */
export function quaternionOf(matrix: Float64Array): [number, number, number, number] {
  const [a = 1, b = 0, c = 0, d = 0, e = 1, f = 0, g = 0, h = 0, i = 1] = matrix;
  const largest = Math.max(a + e + i, a, e, i);
  if (largest === a + e + i) {
    const w = Math.sqrt(1 + a + e + i) / 2;
    return [w, (h - f) / (4 * w), (c - g) / (4 * w), (d - b) / (4 * w)];
  }
  if (largest === a) {
    const x = Math.sqrt(1 + a - e - i) / 2;
    return [(h - f) / (4 * x), x, (b + d) / (4 * x), (c + g) / (4 * x)];
  }
  if (largest === e) {
    const y = Math.sqrt(1 - a + e - i) / 2;
    return [(c - g) / (4 * y), (b + d) / (4 * y), y, (f + h) / (4 * y)];
  }
  const z = Math.sqrt(1 - a - e + i) / 2;
  return [(d - b) / (4 * z), (c + g) / (4 * z), (f + h) / (4 * z), z];
}
