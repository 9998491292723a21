/** The effort meter: the page's clock, keys, clicks and attention, folded into what a decision cost. */
import { useEffect, useState } from "react";
import type { Effort } from "#core/correction.ts";
import {
  type EffortCommand,
  type EffortState,
  effortOf,
  effortStart,
  effortStep,
  IDLE_MS_MAX,
} from "#correct/effort.ts";
import type { LabelOperation } from "#correct/label.ts";

const SIGN_OF_LIFE_MS = 1_000;

class Meter<Op = LabelOperation> {
  private readonly editSize: (operations: readonly Op[]) => number;
  private state: EffortState<Op> = effortStart(Date.now());

  constructor(editSize: (operations: readonly Op[]) => number) {
    this.editSize = editSize;
  }

  /** A case is on the screen. */
  start(): void {
    this.state = effortStart(Date.now());
    if (!document.hasFocus()) this.take({ kind: "blur", atMs: Date.now() });
  }

  take(command: EffortCommand<Op>): void {
    this.state = effortStep(this.state, command);
  }

  /** Reading counts too: scrolling and pointing keep the meter from falling idle. */
  alive(): void {
    const now = Date.now();
    if (this.state.focused && now - this.state.lastMs > SIGN_OF_LIFE_MS)
      this.take({ kind: "focus", atMs: now });
  }

  /** What the decision costs, when it sets `operations`. */
  decide(operations: readonly Op[]): Effort {
    const atMs = Date.now();
    this.take({ kind: "edit", operations, atMs });
    this.take({ kind: "decide", atMs });
    return effortOf(this.state, this.editSize);
  }

  /** What stands on the meter now, and whether it runs. */
  read(): { ms: number; running: boolean } {
    const now = Date.now();
    const idle = now - this.state.lastMs >= IDLE_MS_MAX;
    const peeked = effortStep(this.state, { kind: "focus", atMs: now });
    return { ms: peeked.ms, running: this.state.focused && !this.state.decided && !idle };
  }
}

/** One meter for the screen. It starts anew whenever another case is shown. `editSize`: the task kind's. */
export function useMeter<Op>(
  shown: string | null,
  editSize: (operations: readonly Op[]) => number,
): Meter<Op> {
  const [meter] = useState(() => new Meter(editSize));
  // The external system is the window: its focus, keys and pointer.
  useEffect(() => {
    const gesture = () => meter.take({ kind: "gesture", atMs: Date.now() });
    const blur = () => meter.take({ kind: "blur", atMs: Date.now() });
    const focus = () => meter.take({ kind: "focus", atMs: Date.now() });
    const visible = () => (document.hidden ? blur() : focus());
    const alive = () => meter.alive();
    const how = { capture: true, passive: true };
    window.addEventListener("keydown", gesture, how);
    window.addEventListener("pointerdown", gesture, how);
    window.addEventListener("wheel", alive, how);
    window.addEventListener("pointermove", alive, how);
    window.addEventListener("blur", blur);
    window.addEventListener("focus", focus);
    document.addEventListener("visibilitychange", visible);
    return () => {
      window.removeEventListener("keydown", gesture, how);
      window.removeEventListener("pointerdown", gesture, how);
      window.removeEventListener("wheel", alive, how);
      window.removeEventListener("pointermove", alive, how);
      window.removeEventListener("blur", blur);
      window.removeEventListener("focus", focus);
      document.removeEventListener("visibilitychange", visible);
    };
  }, [meter]);
  // The external system is the clock: it runs from the moment the case is painted.
  useEffect(() => {
    if (shown !== null) meter.start();
  }, [meter, shown]);
  return meter;
}

/** What the meter shows, once a second. */
export function useReading(meter: Pick<Meter, "read">): { ms: number; running: boolean } {
  const [reading, setReading] = useState(() => meter.read());
  useEffect(() => {
    const timer = setInterval(() => setReading(meter.read()), 1_000);
    return () => clearInterval(timer);
  }, [meter]);
  return reading;
}

export type { Meter };
