import { err, ok, type Result } from "#core/result.ts";
import type { Rng } from "#core/rng.ts";

/** One attempt that did not work out. */
export interface AttemptFailure {
  /** A sentence for a person. */
  readonly reason: string;
  /** Whether the same request may work later. */
  readonly again: boolean;
  /** How long the other side asked to be left alone, milliseconds. */
  readonly waitMs?: number | undefined;
}

export interface RetryPolicy {
  /** Attempts in all, the first one included. */
  readonly attempts: number;
  /** Wait before the second attempt, milliseconds; doubles from one to the next. */
  readonly firstWaitMs: number;
  readonly waitMsMax: number;
  /** A longer wait asked for by the other side is not sat out: it is a failure. */
  readonly askedWaitMsMax: number;
}

export interface RetryContext {
  readonly rng: Rng;
  readonly signal: AbortSignal;
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

export interface GaveUp {
  readonly kind: "gave-up";
  readonly reason: string;
  readonly attempts: number;
}

/**
 * Tries until it works, waiting longer each time: exponential backoff with jitter, so that many callers who failed
 * together do not come back together. A wait the other side asked for is kept to.
 */
export async function withRetries<T>(
  attempt: (number: number) => Promise<Result<T, AttemptFailure>>,
  { attempts, firstWaitMs, waitMsMax, askedWaitMsMax }: RetryPolicy,
  { rng, signal, sleep }: RetryContext,
): Promise<Result<{ readonly value: T; readonly attempts: number }, GaveUp>> {
  for (let number = 1; ; number++) {
    signal.throwIfAborted();
    const result = await attempt(number);
    if (result.ok) return ok({ value: result.value, attempts: number });
    const { reason, again, waitMs: asked = 0 } = result.error;
    const backoff =
      Math.min(waitMsMax, firstWaitMs * 2 ** (number - 1)) * (0.5 + rng.uniform() / 2);
    if (!again || number >= attempts) return err({ kind: "gave-up", reason, attempts: number });
    if (asked > askedWaitMsMax) {
      const seconds = Math.round(asked / 1_000);
      return err({
        kind: "gave-up",
        reason: `${reason} It asked to be left alone for ${seconds} s.`,
        attempts: number,
      });
    }
    await sleep(Math.max(asked, backoff), signal);
  }
}
