/** What the screen says, in words of its own. */
import type { EpisodeEnd } from "#core/episode.ts";
import { fixed } from "#web/app/format.ts";
import type { InsertionTruth } from "#worlds/manipulation/world.ts";
import type { Session } from "./session.ts";

export type Driver = "policy" | "person" | "nobody";

export const driverOf = ({ phase }: Pick<Session, "phase">): Driver =>
  phase === "policy" ? "policy" : phase === "human" ? "person" : "nobody";

const ENDS: Readonly<Record<EpisodeEnd, string>> = {
  success: "success",
  failure: "failure",
  "time-out": "time ran out",
  "terminated-after-intervention": "ended after your correction",
  discarded: "thrown away",
  stopped: "stopped",
};
export const endText = (end: EpisodeEnd): string => ENDS[end];

/** Who drives, or why nothing moves. `policy`: its name, as "policy v3". */
export function phaseText(session: Session, policy: string): string {
  const { phase, demonstrating, protocol, takeOver, end, rows } = session;
  if (end !== null) return `Ended: ${endText(end)}`;
  if (phase === "rewound") return `Rewound to step ${rows.length}`;
  if (phase === "policy") return `${policy.charAt(0).toUpperCase()}${policy.slice(1)} drives`;
  if (phase === "human") {
    if (demonstrating) return "You demonstrate";
    return protocol === "rac" ? `You drive: ${takeOver?.segment ?? "recovery"}` : "You drive";
  }
  if (demonstrating) return rows.length === 0 ? "Your turn: show how" : "Waiting for your hand";
  return takeOver === null ? "Paused" : "Waiting for your hand";
}

const side = (dx: number, negative: string, positive: string): string =>
  Math.abs(dx) < 0.005 ? "in line" : `${fixed(Math.abs(dx), 2)} ${dx < 0 ? negative : positive}`;

/** Where things are, for hands without eyes: distances in the world's own units. */
export function whereText(truth: InsertionTruth): string {
  const { held, slotX, tipX, objectX, gripperX, gripperY } = truth;
  const height = `gripper ${fixed(gripperY, 2)} up`;
  return held
    ? `slot ${side(slotX - tipX, "left", "right")}, ${height}`
    : `piece ${side(objectX - gripperX, "left", "right")}, ${height}`;
}
