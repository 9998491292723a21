import { manualClock } from "#core/clock.ts";
import type { Ctx } from "#core/contracts.ts";
import type { TurnSignals, UserTurn } from "#core/rewrite.ts";
import { rngOf } from "#core/rng.ts";

export const ctx = (): Ctx => ({
  rng: rngOf(1),
  clock: manualClock(),
  signal: new AbortController().signal,
  progress: () => undefined,
});

const MINUTE_MS = 60_000;

/** Sessions of made-up users: each a list of what was said, `!` before it where the assistant failed. */
export function turnsOf(
  sessions: readonly (readonly [user: string, ...said: string[]])[],
  more: Partial<UserTurn> = {},
): UserTurn[] {
  return sessions.flatMap(([userId, ...said], session) =>
    said.map((text, at): UserTurn => {
      const failed = text.startsWith("!");
      const signals: TurnSignals = { error: true };
      return {
        userId,
        ts: 10 * MINUTE_MS * session + 5_000 * at,
        utterance: failed ? text.slice(1) : text,
        ...(failed && { signals }),
        ...more,
      };
    }),
  );
}

/** The same sessions once for each of `count` users. */
export const byUsers = (count: number, ...said: string[]): [string, ...string[]][] =>
  Array.from({ length: count }, (_, u): [string, ...string[]] => [`user-${u}`, ...said]);
