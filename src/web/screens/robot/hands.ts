/** The page's keyboard, pointer and gamepads, as the hand and the clutch of one person. */
import { type Direction, type HandInput, handAction, RESTING } from "./hand.ts";
import type { ReadHand, Rig } from "./rig.ts";

const DIRECTIONS: Readonly<Record<string, Direction>> = {
  ArrowLeft: "left",
  ArrowRight: "right",
  ArrowUp: "up",
  ArrowDown: "down",
};
/** Of the standard layout: the two triggers, A, Y, Start. */
const PAD = { clutch: [6, 7], grip: 0, recovered: 3, finish: 9 } as const;

const isElsewhere = (target: EventTarget | null): boolean =>
  document.querySelector("[role=dialog][aria-modal=true]") !== null ||
  (target instanceof Element &&
    target.closest("input, textarea, select, button, a, [role=slider], [contenteditable]") !==
      null);

const isClosed = (rig: Rig): boolean => {
  const last = rig.session().rows.at(-1)?.action;
  const grip = last?.[rig.world.actionNames.indexOf("grip")];
  return grip === undefined ? rig.truth().held : grip > 0;
};

/** What holds the clutch; any of them drives. */
type Clutch = "space" | "latch" | "pointer" | "pad";

export class Hands {
  private readonly rig: Rig;
  private readonly held = new Set<Clutch>();
  private readonly keys = new Map<Direction, number>();
  /** Pressed since the last look, released or not: a tap shorter than a frame counts. */
  private readonly tapped = new Map<Direction, number>();
  private input: HandInput = RESTING;
  /** Where the pointer's drag leads, in the world's units. */
  private goal: { readonly x: number; readonly y: number } | null = null;
  private padPressed: readonly boolean[] = [];
  private readonly undo: (() => void)[] = [];

  constructor(rig: Rig) {
    this.rig = rig;
    const on = <K extends keyof WindowEventMap>(
      kind: K,
      take: (event: WindowEventMap[K]) => void,
    ) => {
      window.addEventListener(kind, take, { capture: true });
      this.undo.push(() => window.removeEventListener(kind, take, { capture: true }));
    };
    on("keydown", (event) => this.keyDown(event));
    on("keyup", (event) => this.keyUp(event));
    on("blur", () => this.rest());
    on("pointerdown", ({ target }) => {
      // A choice that was made must not keep the keys.
      const { activeElement } = document;
      if (activeElement instanceof HTMLSelectElement && target !== activeElement)
        activeElement.blur();
    });
    let rows = rig.session().rows.length;
    this.undo.push(
      rig.subscribe(() => {
        const now = rig.session().rows.length;
        if (now > rows) this.input = { ...this.input, gripChanged: false };
        rows = now;
        if (rig.session().phase === "ended") this.rest();
      }),
    );
  }

  dispose(): void {
    for (const undo of this.undo) undo();
  }

  /** Whether the clutch stays held by itself, for those who cannot hold a key. */
  get latched(): boolean {
    return this.held.has("latch");
  }
  latch(on: boolean): void {
    this.clutch("latch", on);
  }

  read: ReadHand = () => {
    const drag = this.dragLeft();
    const { stepLength } = this.rig.world.geometry;
    const input = { ...this.input, keys: new Map([...this.tapped, ...this.keys]), drag };
    this.tapped.clear();
    return handAction(input, { stepLength, nowMs: performance.now() });
  };

  toggleGrip(): void {
    const grip = this.input.grip > 0 ? -1 : 1;
    this.input = { ...this.input, grip, gripChanged: this.held.size > 0 };
  }
  get closing(): boolean {
    return this.input.grip > 0;
  }

  /** The pointer pressed on the scene takes over and leads the gripper by as much as it is moved. */
  pointerDown(): void {
    this.clutch("pointer", true);
    const { gripperX, gripperY } = this.rig.truth();
    this.goal = { x: gripperX, y: gripperY };
  }
  /** Moved by so much, in the world's units. */
  pointerMove(dx: number, dy: number): void {
    if (this.goal !== null) this.goal = { x: this.goal.x + dx, y: this.goal.y + dy };
  }
  pointerUp(): void {
    this.goal = null;
    this.clutch("pointer", false);
  }

  /** Gamepads have no events: looked at every frame. */
  poll(): void {
    const pad = navigator.getGamepads?.().find((one) => one?.mapping === "standard");
    if (pad == null) return;
    const pressed = pad.buttons.map(({ value }) => value > 0.5);
    const fresh = (button: number) => pressed[button] === true && this.padPressed[button] !== true;
    this.clutch(
      "pad",
      PAD.clutch.some((button) => pressed[button]),
    );
    if (fresh(PAD.grip)) this.toggleGrip();
    if (fresh(PAD.recovered)) this.rig.recovered();
    if (fresh(PAD.finish)) this.rig.finish();
    this.padPressed = pressed;
    const [x = 0, y = 0] = pad.axes;
    this.input = { ...this.input, stick: { x, y: -y } };
  }

  private dragLeft(): HandInput["drag"] {
    if (this.goal === null) return null;
    const { gripperX, gripperY } = this.rig.truth();
    return { x: this.goal.x - gripperX, y: this.goal.y - gripperY };
  }

  private clutch(by: Clutch, on: boolean): void {
    if (on === this.held.has(by)) return;
    const before = this.held.size > 0;
    if (on) this.held.add(by);
    else this.held.delete(by);
    const now = this.held.size > 0;
    if (now === before) return;
    if (now) {
      this.input = { ...this.input, grip: isClosed(this.rig) ? 1 : -1, gripChanged: false };
      this.rig.take();
    } else {
      this.keys.clear();
      this.tapped.clear();
      this.rig.letGo();
    }
  }

  /** Everything is let go of. */
  rest(): void {
    this.keys.clear();
    this.goal = null;
    for (const by of [...this.held]) this.clutch(by, false);
  }

  private keyDown(event: KeyboardEvent): void {
    const { key, shiftKey, ctrlKey, metaKey, altKey } = event;
    this.input = { ...this.input, fine: shiftKey };
    if (ctrlKey || metaKey || altKey) return;
    const direction = DIRECTIONS[key];
    if (direction !== undefined && this.held.size > 0) {
      event.preventDefault();
      event.stopPropagation();
      if (event.repeat || this.rig.session().phase !== "human") return;
      this.keys.set(direction, performance.now());
      this.tapped.set(direction, performance.now());
    } else if (key === " " && !isElsewhere(event.target)) {
      event.preventDefault();
      if (!event.repeat) this.clutch("space", true);
    }
  }

  private keyUp({ key, shiftKey }: KeyboardEvent): void {
    this.input = { ...this.input, fine: shiftKey };
    const direction = DIRECTIONS[key];
    if (direction !== undefined) this.keys.delete(direction);
    else if (key === " ") this.clutch("space", false);
  }
}
