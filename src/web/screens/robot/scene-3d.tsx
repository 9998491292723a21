import { Canvas, type RootState, useFrame } from "@react-three/fiber";
import { useEffect, useMemo, useRef } from "react";
import {
  BoxGeometry,
  type BufferGeometry,
  CapsuleGeometry,
  Color,
  CylinderGeometry,
  DataTexture,
  DoubleSide,
  type Group,
  LinearFilter,
  Mesh,
  MeshLambertMaterial,
  Quaternion,
  SphereGeometry,
  Vector3,
} from "three";
import type { Shape } from "#worlds/manipulation/world.ts";
import type { Heat } from "./heat.ts";
import type { Pose } from "./rig.ts";
import type { TabWorld } from "./worlds.ts";

export interface Scene3dProps {
  readonly world: TabWorld;
  /** What is to be seen now; asked for at every frame. */
  readonly pose: () => Pose;
  /** Who drives colours the gripper: a colour of the page, `--machine-solid`. */
  readonly tone: string;
  readonly dark: boolean;
  readonly heat: Heat | null;
  /** Hands over what draws the next frame at once; seconds of a clock. */
  readonly onReady: (draw: (nowS: number) => void) => void;
  /** Metres of the scene under a pixel of the picture. */
  readonly onScale: (metresPerPixel: number) => void;
}

const FOV_DEGREES = 28;
/** How far from the front the camera stands above, as a share of its distance. */
const RISE = 0.24;
/** What is shown follows what is true within about three times this; a step taken back shows no jump. */
const FOLLOW_S = 0.028;
/** A canvas of more pixels than the page's is not worth its time where there is no graphics card. */
const PIXEL_RATIO_MAX = 2;
const SLOW_FRAME_S = 0.024;

/** The scene in space. Loaded apart from the rest, as it is by far the largest part. */
export function Scene3d(props: Scene3dProps) {
  const { world, onReady, dark } = props;
  const [left, right] = world.bounds.x;
  const [low, high] = world.bounds.z;
  const middle = useMemo(
    () => new Vector3((left + right) / 2, (low + high) / 2, 0),
    [left, right, low, high],
  );
  const onCreated = (state: RootState) => onReady((nowS) => state.advance(nowS));
  return (
    <Canvas
      frameloop="never"
      dpr={[1, PIXEL_RATIO_MAX]}
      gl={{ antialias: true, alpha: true, powerPreference: "high-performance" }}
      camera={{ fov: FOV_DEGREES, near: 0.01, far: 20, position: [middle.x, middle.y, 5] }}
      onCreated={onCreated}
    >
      <hemisphereLight args={["#ffffff", dark ? "#30303a" : "#b9b9c6", dark ? 1.5 : 2.1]} />
      <directionalLight position={[0.6, 1.6, 1.8]} intensity={dark ? 1.5 : 1.7} />
      <Framing {...props} middle={middle} width={right - left} height={high - low} />
      <group rotation={[-Math.PI / 2, 0, 0]}>
        <Shapes {...props} />
        {props.heat === null ? null : <HeatPlane heat={props.heat} world={world} />}
      </group>
    </Canvas>
  );
}

/** Keeps the whole scene in the picture, whatever its shape; drops to fewer pixels where frames come late. */
function Framing({
  middle,
  width,
  height,
  onScale,
}: Scene3dProps & { readonly middle: Vector3; readonly width: number; readonly height: number }) {
  const slow = useRef(0);
  const last = useRef("");
  useFrame(({ camera, size, setDpr, viewport }, deltaS) => {
    slow.current = deltaS > SLOW_FRAME_S ? slow.current + 1 : Math.max(0, slow.current - 1);
    if (slow.current > 20 && viewport.dpr > 1) setDpr(1);
    const key = `${size.width}/${size.height}/${width}`;
    if (key === last.current) return;
    last.current = key;
    const half = Math.tan((FOV_DEGREES * Math.PI) / 360);
    const aspect = size.width / size.height;
    const distance = Math.max((0.54 * height) / half, (0.52 * width) / (half * aspect));
    camera.position.set(middle.x, middle.y + RISE * distance, distance);
    camera.lookAt(middle);
    camera.updateMatrixWorld();
    onScale((2 * half * distance) / size.height);
  });
  return null;
}

const UNIT_BOX = new BoxGeometry(2, 2, 2);
const UNIT_SPHERE = new SphereGeometry(1, 24, 16);
const UNIT_CYLINDER = new CylinderGeometry(1, 1, 2, 24).rotateX(Math.PI / 2);
const capsules = new Map<string, BufferGeometry>();

/** A geometry and how it is scaled to a shape's size. Capsules keep their caps, so each size has its own. */
function bodyOf({ kind, size }: Shape): { geometry: BufferGeometry; scale: Vector3 } {
  const [a, b, c] = size;
  if (kind === "sphere") return { geometry: UNIT_SPHERE, scale: new Vector3(a, a, a) };
  if (kind === "cylinder") return { geometry: UNIT_CYLINDER, scale: new Vector3(a, a, b) };
  if (kind !== "capsule") return { geometry: UNIT_BOX, scale: new Vector3(a, b, c) };
  const key = `${a}/${b}`;
  const geometry = capsules.get(key) ?? new CapsuleGeometry(a, 2 * b, 8, 20).rotateX(Math.PI / 2);
  capsules.set(key, geometry);
  return { geometry, scale: new Vector3(1, 1, 1) };
}

/** The colour each role has, of the page's own. */
const ROLE_COLOURS: Readonly<Record<Shape["role"], readonly [light: string, dark: string]>> = {
  ground: ["#d9d9e2", "#33333c"],
  fixture: ["#a9a9b8", "#5a5a68"],
  robot: ["#8d8d9c", "#8b8b9a"],
  gripper: ["#3b73f0", "#5a8bff"],
  object: ["#33333d", "#e2e2ea"],
  target: ["#6f6f7e", "#a0a0b0"],
  ghost: ["#3b73f0", "#5a8bff"],
};
const GHOST_OPACITY = 0.45;

interface Shown {
  readonly mesh: Mesh<BufferGeometry, MeshLambertMaterial>;
  fresh: boolean;
}

/** Moves one mesh a shape; no component of its own for what changes sixty times a second. */
function Shapes({ pose, tone, dark }: Scene3dProps) {
  const group = useRef<Group>(null);
  const shown = useRef(new Map<string, Shown>());
  const colour = useMemo(() => new Color(tone), [tone]);
  const spot = useMemo(
    () => ({ at: new Vector3(), turn: new Quaternion(), other: new Quaternion() }),
    [],
  );

  useFrame((_, deltaS) => {
    const { from, to, share } = pose();
    const nearer = 1 - Math.exp(-deltaS / FOLLOW_S);
    const next = new Map(to.shapes.map((shape) => [shape.id, shape]));
    for (const shape of from.shapes) {
      const one = shown.current.get(shape.id) ?? added(shape);
      const target = next.get(shape.id) ?? shape;
      spot.at.fromArray(shape.position).lerp(new Vector3(...target.position), share);
      turned(spot.turn, shape).slerp(turned(spot.other, target), share);
      const { geometry, scale } = bodyOf(target);
      one.mesh.geometry = geometry;
      one.mesh.visible = true;
      if (one.fresh) one.mesh.scale.copy(scale);
      else one.mesh.scale.lerp(scale, nearer);
      if (one.fresh) one.mesh.position.copy(spot.at);
      else one.mesh.position.lerp(spot.at, nearer);
      if (one.fresh) one.mesh.quaternion.copy(spot.turn);
      else one.mesh.quaternion.slerp(spot.turn, nearer);
      one.fresh = false;
      if (shape.role === "gripper") one.mesh.material.color.lerp(colour, 0.2);
    }
    const seen = new Set(from.shapes.map(({ id }) => id));
    for (const [id, one] of shown.current)
      if (!seen.has(id)) Object.assign(one, { fresh: true }).mesh.visible = false;
  });

  const added = (shape: Shape): Shown => {
    const material = new MeshLambertMaterial({
      color: shape.role === "gripper" ? colour : ROLE_COLOURS[shape.role][dark ? 1 : 0],
      transparent: shape.role === "ghost",
      opacity: shape.role === "ghost" ? GHOST_OPACITY : 1,
    });
    const one = { mesh: new Mesh(bodyOf(shape).geometry, material), fresh: true };
    group.current?.add(one.mesh);
    shown.current.set(shape.id, one);
    return one;
  };

  // The external system is the graphics card: another theme or another world means other materials.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme is what makes them anew
  useEffect(() => {
    const meshes = shown.current;
    return () => {
      for (const { mesh } of meshes.values()) {
        mesh.removeFromParent();
        mesh.material.dispose();
      }
      meshes.clear();
    };
  }, [dark]);
  return <group ref={group} />;
}

/** A scene's quaternions begin with w. */
const turned = (into: Quaternion, { rotation: [w, x, y, z] }: Shape): Quaternion =>
  into.set(x, y, z, w);

/** Green as what was learned, between its two themes. */
const HEAT_COLOUR = [40, 160, 90] as const;
const HEAT_OPACITY = 0.34;

/** Behind the gripper, upright in its plane of motion. */
function HeatPlane({ heat, world }: { readonly heat: Heat; readonly world: TabWorld }) {
  const texture = useMemo(() => {
    const [r, g, b] = HEAT_COLOUR;
    const bytes = new Uint8Array(heat.values.length * 4);
    heat.values.forEach((value, i) => {
      bytes.set([r, g, b, Math.round(255 * HEAT_OPACITY * value)], 4 * i);
    });
    const made = new DataTexture(bytes, heat.columns, heat.rows);
    made.minFilter = LinearFilter;
    made.magFilter = LinearFilter;
    made.needsUpdate = true;
    return made;
  }, [heat]);
  useEffect(() => () => texture.dispose(), [texture]);
  const [left, right] = world.bounds.x;
  const width = right - left;
  const height = (width * heat.rows) / heat.columns;
  return (
    <mesh
      position={[(left + right) / 2, 0.08 * world.unit, world.groundZ + height / 2]}
      rotation={[Math.PI / 2, 0, 0]}
      renderOrder={-1}
    >
      <planeGeometry args={[width, height]} />
      <meshBasicMaterial map={texture} transparent depthWrite={false} side={DoubleSide} />
    </mesh>
  );
}
